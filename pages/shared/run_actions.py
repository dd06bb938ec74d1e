"""What can be done with a run: stop, go on, change its limits, extend, fork, delete."""

import streamlit as st

from core.errors import UserError
from core.runs.manager import stored_limits
from core.store.history import stored_of
from core.store.queries import RunHead
from pages.shared import drafting
from pages.shared.limiting import choose_limits
from pages.shared.plain import escape, show_error
from pages.shared.resources import IMPORT, PILOT, manager, run_label, store
from pages.shared.watching import state_of


def controls(head: RunHead) -> None:
    """The row of buttons."""
    going, asked = manager().running(head.run_id), head.kind != IMPORT
    with st.container(horizontal=True):
        if st.button("Stop", icon=":material/stop:", disabled=not going):
            manager().stop(head.run_id)
            st.toast("Stopping after the calls that are under way.")
        if st.button("Resume", icon=":material/resume:", disabled=going or state_of(head) == "done"):
            resume(head)
        if st.button(
            "Extend",
            icon=":material/expand_content:",
            disabled=going or not asked or head.kind == PILOT,
            help="Ask more in the same run: models, wordings, epochs, order probes, the larger suite.",
        ):
            drafting.extend(head)
        if st.button(
            "Fork",
            icon=":material/fork_right:",
            disabled=not asked,
            help="Open Launch with the whole plan, to start a new run from it.",
        ):
            drafting.fork(head)
        if st.button("Open the radar", icon=":material/radar:", disabled=head.kind == PILOT):
            st.switch_page("pages/explore/radar.py", query_params={"run": run_label(head)})
        if st.button("Delete", icon=":material/delete:", disabled=going):
            delete(head)


def resume(head: RunHead) -> None:
    """Go on with a run and draw the page again."""
    try:
        manager().resume(head.run_id)
    except UserError as error:
        show_error(error)
    else:
        st.rerun()


def limits(head: RunHead) -> None:
    """The run's limits, to be changed while it goes on or before it is resumed. A run stopped by one shows them."""
    going = manager().running(head.run_id)
    if head.kind == IMPORT:
        return
    by_budget = not going and head.state == "stopped" and bool(head.message)
    with (
        st.expander("Limits and budget", expanded=by_budget, icon=":material/speed:"),
        st.form(f"limits {head.run_id}", border=False),
    ):
        usual = stored_limits(store(), head.run_id)
        chosen = choose_limits(usual, f"limits_{head.run_id}")
        with st.container(horizontal=True):
            apply = st.form_submit_button("Apply now" if going else "Keep for later", icon=":material/check:")
            again = not going and state_of(head) != "done"
            on = again and st.form_submit_button("Resume with these", icon=":material/resume:", type="primary")
    if not (apply or on):
        return
    try:
        if on:
            manager().resume(head.run_id, chosen)
        else:
            manager().retune(head.run_id, chosen)
    except UserError as error:
        show_error(error)
        return
    if on:
        st.rerun()
    st.toast("The run keeps to these limits from its next call on." if going else "These limits hold on resuming.")


@st.dialog("Delete this run?")
def delete(head: RunHead) -> None:
    """What goes, what stays, and the last word."""
    answers, readings, calls = stored_of(store(), head.run_id)
    st.text(run_label(head))
    st.markdown(
        f"This deletes its **{answers:,} answers**, **{readings:,} readings** of values and the bill of its "
        f"**{calls:,} calls**, for good."
    )
    st.caption(
        "Stored replies remain, so what was asked of hosted models is not paid for again: clear them under “Stored "
        "replies” on this page."
    )
    with st.container(horizontal=True):
        icon = ":material/delete_forever:"
        sure = st.button("Delete for good", type="primary", icon=icon, on_click=_forget, args=(head.run_id,))
        if sure or st.button("Keep it"):
            st.rerun()


def _forget(run_id: str) -> None:
    try:
        manager().delete(run_id)
    except UserError as error:  # another tab may have resumed it
        st.toast(escape(str(error)), icon=":material/error:")
    else:
        st.session_state.pop("watch", None)


def stored_replies() -> None:
    """How many replies are stored, and a way to forget them."""
    count = manager().cache.size()
    st.subheader("Stored replies")
    st.caption(
        f"{count:,} replies are stored. A call with the same model, words and parameters is answered from here, in any "
        "run, and costs nothing. Deleting a run leaves them."
    )
    if st.button("Clear stored replies", icon=":material/delete_sweep:", disabled=not count):
        clear_replies(count)


def _clear() -> None:
    manager().cache.clear()


@st.dialog("Clear stored replies?")
def clear_replies(count: int) -> None:
    """The last word."""
    st.markdown(
        f"This forgets **{count:,} replies**, for good. The runs keep their answers; only what is asked anew is paid "
        "for anew."
    )
    with st.container(horizontal=True):
        icon = ":material/delete_forever:"
        sure = st.button("Clear for good", type="primary", icon=icon, on_click=_clear)
        if sure or st.button("Keep them"):
            st.rerun()
