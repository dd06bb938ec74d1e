"""All runs in a table, and what there is to a run besides its progress: its plan, its files, how it differs."""

import json
from functools import partial

import pandas as pd
import streamlit as st

from core.interchange.exports import EXPORTS
from core.runs.compare import differences
from core.runs.manager import load_plan, stored_limits
from core.store.history import history, stored_of
from core.store.queries import RunHead
from pages.shared.bill import clock, money
from pages.shared.plan_files import save_plan
from pages.shared.resources import IMPORT, PILOT, run_label, store
from pages.shared.watching import state_of

KINDS = {"run": "evaluation", PILOT: "pilot", IMPORT: "own answers"}
DRAWN = "history_turn"  # how often the table was drawn anew; not there before the first time
ROW_PX, MOST_ROWS = 35, 6


@st.cache_data(max_entries=4, show_spinner=False)
def _history(path: str, commits: int) -> pd.DataFrame:
    return history(store())


def list_runs(heads: list[RunHead], watched: str) -> None:
    """One row a run; choosing a row watches its run."""
    found = _history(str(store().path), store().writer.commits).set_index("run_id").reindex([h.run_id for h in heads])
    frame = pd.DataFrame(
        {
            "": ["▶" if head.run_id == watched else "" for head in heads],
            "name": [head.name for head in heads],
            "state": [state_of(head) for head in heads],
            "done": [done_of(head, done) for head, done in zip(heads, found["done"], strict=True)],
            "cost": [money(cost) for cost in found["cost_usd"]],
            "tokens": found["tokens"].tolist(),
            "calls/s": found["calls_per_s"].tolist(),
            "took": [clock(seconds) for seconds in found["seconds"]],
            "started (UTC)": [head.started_at or head.created_at for head in heads],
            "kind": [KINDS.get(head.kind, head.kind) for head in heads],
            "models": [models_of(head) for head in heads],
            "run": [head.run_id for head in heads],
        }
    )
    turn = st.session_state.setdefault(DRAWN, 0)  # a row that was chosen is not left marked
    key = f"history_{turn}"

    def chosen() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        if rows:
            st.session_state["watch"] = heads[rows[0]].run_id
            st.session_state[DRAWN] = turn + 1

    st.dataframe(
        frame,
        hide_index=True,
        height=ROW_PX * (min(len(heads), MOST_ROWS) + 1) + 3,
        column_config={
            "": st.column_config.Column(width=30),
            "name": st.column_config.Column(width="medium"),
            "calls/s": st.column_config.NumberColumn(format="%.1f"),
            "started (UTC)": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
            "models": st.column_config.Column(width="medium"),
        },
        key=key,
        on_select=chosen,
        selection_mode="single-row",
    )


def done_of(head: RunHead, done: float) -> str:
    """How much of its plan a run has done; of one that goes on the table would soon be wrong."""
    return f"{head.planned:,} under way" if state_of(head) == "running" else f"{done:,.0f} of {head.planned:,}"


def models_of(head: RunHead) -> str:
    """The models of a run's plan."""
    return ", ".join(spec["name"] for spec in json.loads(head.plan).get("models", ()))


def details(head: RunHead, others: list[RunHead]) -> None:
    """The plan, the files, and how the run differs from another one."""
    with st.expander("Plan", icon=":material/description:"):
        if head.kind != IMPORT and models_of(head):
            save_plan(load_plan(store(), head.run_id), stored_limits(store(), head.run_id), f"plan-{head.run_id}")
        st.json(head.plan, expanded=1)
    with st.expander("Export", icon=":material/download:"):
        export(head)
    if others:
        with st.expander("Compare with another run", icon=":material/compare_arrows:"):
            compare(head, others)


def export(head: RunHead) -> None:
    """The run as files, each made when it is taken."""
    answers, _, _ = stored_of(store(), head.run_id)
    if not answers:
        st.caption("There is no answer yet.")
        return
    with st.container(horizontal=True):
        for label, (suffix, made) in EXPORTS.items():
            body, name = partial(made, store(), head.run_id), f"run-{head.run_id}{suffix}"
            st.download_button(label, body, name, on_click="ignore", icon=":material/download:", key=f"take {label}")


def compare(head: RunHead, others: list[RunHead]) -> None:
    """The settings in which two runs differ."""
    names = {other.run_id: run_label(other) for other in others}
    other = st.selectbox(
        "The other run", list(names), index=None, format_func=lambda key: names.get(key, key), key="compared"
    )
    if other is None:
        return
    found = differences(store(), head.run_id, str(other))
    if not found:
        st.caption("The two runs have the same settings.")
        return
    rows = [(one.field, one.left, one.right, one.answers) for one in found]
    columns = ["setting", "this run", "the other", "bears on the answers"]
    st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True)
