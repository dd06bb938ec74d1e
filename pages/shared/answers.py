"""Answers as the Scenarios page shows them: the text with its evidence, the values read, the closed questions."""

from typing import Literal

import pandas as pd
import streamlit as st

from core.charts.evidence import Mark, highlighted
from core.methods.base import OUTCOMES
from core.runs.drilldown import Answer

WIDTHS: dict[int, int | Literal["stretch"]] = {1: "stretch", 2: 480}  # in pixels, by how many stand side by side


def draw_answers(answers: list[Answer], names: dict[str, str], marked: list[str]) -> None:
    """Free answers side by side, as many in a row as the page is wide."""
    width = WIDTHS.get(len(answers), 300)
    with st.container(horizontal=True):
        for answer in answers:
            with st.container(border=True, width=width):
                _draw_answer(answer, names, marked)


def _draw_answer(answer: Answer, names: dict[str, str], marked: list[str]) -> None:
    st.text(answer.model)
    simulated = " · simulated" if answer.model.startswith("simulated/") else ""
    cut = " at the length limit" if answer.outcome == "truncated" else ""
    st.caption(f"{OUTCOMES[answer.outcome]}{cut} · {answer.variation} · epoch {answer.epoch}{simulated}")
    if answer.error:
        st.text(answer.error)
    if answer.text:
        st.html(highlighted(answer.text, _marks(answer, names, marked)))
        if answer.chars > len(answer.text):
            st.caption(f"The first {len(answer.text):,} of {answer.chars:,} characters; the export has all.")
    if answer.message:
        st.caption(f":material/info: {answer.status}")
        st.text(answer.message)
    draw_readings(answer, names)
    if answer.replies:
        with st.popover("What the judge replied", icon=":material/gavel:"):
            for reply in answer.replies:
                st.code(reply, language=None, wrap_lines=True)


def _marks(answer: Answer, names: dict[str, str], marked: list[str]) -> list[Mark]:
    return [
        Mark(start, end, names[reading.value], reading.stance, weight)
        for reading in answer.readings
        if reading.value in marked
        for start, end, weight in reading.evidence
    ]


def draw_readings(answer: Answer, names: dict[str, str]) -> None:
    """The values read in an answer, strongest first."""
    if not answer.readings:
        return
    rows = [
        {"value": names[r.value], "stance": r.stance, "strength": r.strength, "note": r.note}
        for r in sorted(answer.readings, key=lambda r: -abs(r.strength))
        if r.stance not in ("neutral", "absent")
    ]
    if not rows:
        st.caption("No value was recognised in this answer.")
        return
    order = ["value", "stance", "strength"] + (["note"] if any(row["note"] for row in rows) else [])
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_order=order,
        key=f"readings-{answer.run_id}-{answer.trial_id}",
        column_config={"strength": st.column_config.NumberColumn(format="%.2f")},
    )


def draw_closed(closed: list[Answer], names: dict[str, str]) -> None:
    """The same scenario asked as a closed question in both orders of its two courses of action."""
    if not closed:
        return
    st.subheader("Asked as a closed question")
    rows = [
        (
            a.model,
            "as written" if a.variation == "closed-ab" else "swapped",
            OUTCOMES[a.outcome],
            names.get(a.choice or "", "none"),
            a.probability,
        )
        for a in closed
    ]
    st.dataframe(
        pd.DataFrame(rows, columns=["model", "order of the options", "outcome", "chose", "probability"]),
        hide_index=True,
        column_config={"probability": st.column_config.NumberColumn(format="%.2f", help="Of the option it chose")},
    )
    st.caption("A model that reads stays with its choice when the options are swapped.")
