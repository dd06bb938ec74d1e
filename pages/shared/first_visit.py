"""The first visit after the server's start, when it is a deep link.

Until st.navigation has run once in the process, Streamlit takes the folder pages/ for pages of its older kind, does not
find the one in the URL among them and covers the right page with "Page not found". One reload is enough.
"""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx


def mistaken_for_lost() -> bool:
    """Whether this visit's page was looked for among pages of the older kind. To be asked before st.navigation runs."""
    context = get_script_run_ctx()
    named = context is not None and bool(context.pages_manager.intended_page_name)
    return named and bool(PagesManager.uses_pages_directory)


def reload() -> None:
    """Have the browser load the same address again."""
    st.html("<script>window.location.reload()</script>", unsafe_allow_javascript=True)
