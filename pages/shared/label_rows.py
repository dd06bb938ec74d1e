"""Around the answer that is labelled: how far it is, what was stored last, and labels as files."""

from functools import partial

import pandas as pd
import streamlit as st

from core.errors import UserError
from core.recognition.human import labeller_name
from core.runs.label_file import read_labels, write_labels
from core.runs.labelling import Task
from core.store import labels, queries
from core.store.queries import RunHead
from core.values.system import system
from pages.shared.plain import escape, show_error
from pages.shared.resources import store

SAMPLE_NOTE = "as a random sample, which is what scores by people count"


@st.cache_data(max_entries=4, show_spinner=False)
def _progress(path: str, run_id: str, commits: int) -> labels.Progress:
    return labels.progress(store(), run_id)


def how_far(head: RunHead) -> None:
    """How many of a run's answers are labelled, and by how many people."""
    found = _progress(str(store().path), head.run_id, store().writer.commits)
    by = f"by {found.labellers} labeller{'s'[: found.labellers != 1]}"
    said = f"{found.labelled:,} of {found.answers:,} labelled, {by}; {found.twice:,} by two or more"
    st.progress(found.labelled / max(found.answers, 1), f"{said}; {found.sampled:,} {SAMPLE_NOTE}.")


def last_label(head: RunHead, last: tuple[Task, int] | None, labeller: str) -> None:
    """What was stored last, and if asked for what the machine reads in that answer. Being shown it is noted: another
    label of this answer by the same person is not blind any more."""
    if not last or last[0].run_id != head.run_id:
        return
    task, number = last
    names = system(head.system).names
    with st.expander(f"Stored: answer {task.trial_id}", icon=":material/check:"):
        table = labels.current(store(), head.run_id, [task.trial_id])
        mine = table[(table["labeller"] == labeller) & (table["stance"] != "neutral")]
        shown = mine[["value", "stance", "intensity", "evidence"]].assign(value=mine["value"].map(names))
        st.dataframe(shown, hide_index=True)
        if head.recogniser and st.button("Show what the machine reads in it", key=f"reveal_{number}"):
            labels.reveal(store(), number)
            read = queries.readings(store(), head.run_id, [task.trial_id])
            st.caption(f"Read by {escape(head.recogniser)}. You are not blind to this answer any more.")
            st.dataframe(read[["value", "stance", "strength"]].assign(value=read["value"].map(names)), hide_index=True)


def bring_and_take(head: RunHead) -> None:
    """Labels as CSV, both ways."""
    with st.expander("Labels as a file", icon=":material/csv:"):
        st.download_button(
            "Labels (CSV)",
            partial(write_labels, store(), head.run_id),
            f"labels-{head.run_id}.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        left, right = st.columns(2)
        file = left.file_uploader("Labels from a file", ["csv"], key="label_file")
        author = right.text_input("Who labelled them (default: as the file says)", key="label_author")
        st.caption("`trial_id`, `value` and `stance` are needed; docs/headless.md names the rest.")
        if file is None:
            return
        try:
            _bring(head, file.name, file.getvalue(), labeller_name(author) if author.strip() else "")
        except UserError as error:
            show_error(error)


def _bring(head: RunHead, name: str, data: bytes, author: str) -> None:
    found = read_labels(data, name, store(), head.run_id, author)
    if found.problems:
        st.error(f"{len(found.problems):,} rows cannot be used; their labels are left out.")
        rows = [(problem.row, problem.field, problem.message) for problem in found.problems[:1000]]
        st.dataframe(pd.DataFrame(rows, columns=["row", "field", "problem"]), hide_index=True)
    if found.unchanged:
        st.caption(f"{found.unchanged:,} labels of this file are stored already.")
    good = "good " if found.problems else ""
    wanted = f"Store these {len(found.labels):,} {good}labels"
    if found.labels and st.button(wanted, type="primary", icon=":material/save:"):
        labels.add(store(), found.labels)
        st.rerun()
