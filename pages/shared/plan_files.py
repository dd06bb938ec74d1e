"""Plans as files: open one into the Launch page, save one from there or from a run."""

import re
from functools import partial

import streamlit as st

from core.errors import UserError
from core.runs.limits import Limits
from core.runs.plan import Plan
from core.runs.plan_file import Kind, read_plan, write_plan
from pages.shared import drafting
from pages.shared.plain import escape
from pages.shared.resources import store

_KEY, _FAULT = "plan_file", "plan_file_fault"


def open_plan() -> None:
    """Choose a plan file; its plan fills the page."""
    with st.expander("Open a plan file", icon=":material/upload_file:"):
        st.file_uploader(
            "A plan of Polycompass (.toml or .json)", ["toml", "json"], key=_KEY, on_change=_opened, max_upload_size=20
        )
        if fault := st.session_state.get(_FAULT):
            st.error(escape(fault))


def _opened() -> None:
    """Before the page is drawn again: only then may its widgets be filled."""
    file = st.session_state[_KEY]
    st.session_state[_FAULT] = ""
    if file is None:
        return
    try:
        found = read_plan(file.getvalue(), file.name, store())
    except UserError as error:
        st.session_state[_FAULT] = str(error)
        return
    drafting.fill(drafting.Draft(found.plan, found.limits, f"the file {file.name}", notes=found.notes))


def save_plan(plan: Plan, limits: Limits, key: str = "plan") -> None:
    """The plan with its limits as a file, to keep, to share or to run from the command line."""
    name = re.sub(r"[^\w-]+", "-", plan.name).strip("-")[:60] or "plan"
    with st.popover("Save the plan", icon=":material/download:"):
        st.caption("With its limits, never with a key. Open it here again, or run it from the command line.")
        kinds: tuple[Kind, ...] = ("toml", "json")
        for kind in kinds:
            body = partial(write_plan, plan, limits, kind)
            file = f"{name}.{kind}"
            st.download_button(kind.upper(), body, file, key=f"{key}-{kind}", on_click="ignore", width="stretch")
