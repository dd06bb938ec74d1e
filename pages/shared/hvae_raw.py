"""The raw choices behind the ring: every answer, with the calls that came before it."""

import json

import streamlit as st

from core.runs.orientation import Orientation, raw_choices
from core.store.choices import with_steps
from pages.shared.parts import downloads
from pages.shared.resources import store

MOST = 2_000


def raw(found: Orientation) -> None:
    """A table of choices; the chosen row is shown whole."""
    st.subheader("Every choice")
    left, right = st.columns(2)
    model = left.selectbox("Model", found.models, key="svo_raw_model")
    table = raw_choices(found.answers)
    table = table[table["model"] == model]
    told = right.selectbox("Condition", ["all", *dict.fromkeys(table["condition"])], key="svo_raw_condition")
    if told != "all":
        table = table[table["condition"] == told]
    lost = table[table["outcome"] != "ok"]["outcome"].value_counts()
    if len(lost):
        st.caption("Without a choice: " + ", ".join(f"{n} {outcome}" for outcome, n in lost.items()) + ".")
    shown = table.head(MOST)
    picked = st.dataframe(
        shown,
        hide_index=True,
        height=320,
        column_order=["condition", "item", "face", "order", "epoch", "outcome", "chosen", "mass"],
        column_config={
            "mass": st.column_config.NumberColumn(
                "probability of all labels", format="%.2f", help="What the model left to the labels together."
            )
        },
        on_select="rerun",
        selection_mode="single-row",
        key="svo_raw",
    )
    st.caption(
        "Choose a row to read what was said. “Chosen” is for oneself / for the other, in the payoffs as published."
    )
    for place in picked["selection"]["rows"]:
        if place < len(shown):
            row = shown.iloc[place]
            _whole(str(row["run_id"]), int(row["trial_id"]))
    downloads(table, "choices")


def _whole(run_id: str, trial_id: int) -> None:
    text, steps = with_steps(store(), run_id, trial_id)
    with st.container(border=True):
        for step in json.loads(steps):
            st.caption("Asked first")
            st.text(step["asked"])
            st.caption("Said")
            st.text(step["said"])
        st.caption("Answer")
        st.text(text)
