"""Following a link at the very moment a page draws itself again.

Streamlit keeps the page that is wanted once for the whole session, not for each run of the script. When a fragment
calls st.rerun, its thread takes a moment (it collects garbage) before it begins anew; a link that is clicked meanwhile
starts another thread, and the first one, though told to stop, then writes the old page over the new one.
"""

from streamlit.runtime.scriptrunner import get_script_run_ctx


def insist() -> None:
    """Want the page that this thread was asked for, whatever another has written since. To be called right before
    st.navigation. A first visit names its page by its address instead, and is left alone."""
    context = get_script_run_ctx()
    request = getattr(context.script_requests, "_rerun_data", None) if context else None
    if context and request and request.page_script_hash:
        context.pages_manager.set_script_intent(request.page_script_hash, request.page_name)
