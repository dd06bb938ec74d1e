"""Answers as the Scenarios page shows them: the text with its evidence, the values read, the closed questions."""

import math
from typing import Literal

import pandas as pd
import streamlit as st

from core.charts.evidence import Mark, highlighted
from core.methods.base import OUTCOMES
from core.recognition.quality import LEANING_HELP
from core.runs.drilldown import Answer, by_people, whole_text
from core.store import labels
from pages.shared.resources import store

WIDTHS: dict[int, int | Literal["stretch"]] = {1: "stretch", 2: 480}  # in pixels, by how many stand side by side
AT_ONCE = 24
WHOLE_HEIGHT = 600  # pixels: a long answer scrolls by itself


def draw_answers(answers: list[Answer], names: dict[str, str], marked: list[str]) -> None:
    """Free answers side by side, as many in a row as the page is wide, and no more at a time than one can compare."""
    width = WIDTHS.get(len(answers), 300)
    shown = _part(answers)
    with st.container(horizontal=True):
        for answer in shown:
            with st.container(border=True, width=width):
                _draw_answer(answer, names, marked)


def _part(answers: list[Answer]) -> list[Answer]:
    """The answers whose turn it is: epoch by epoch, so that the models' answers stand beside each other."""
    if len(answers) <= AT_ONCE:
        return answers
    ordered = sorted(answers, key=lambda answer: (answer.epoch, answer.variation))
    parts = math.ceil(len(ordered) / AT_ONCE)
    st.session_state["part"] = min(st.session_state.get("part", 1), parts)  # the scenario before may have had more
    said = f"Part, of {parts}: {len(ordered):,} answers, {AT_ONCE} at a time"
    part = int(st.number_input(said, 1, parts, key="part", width=320))
    return ordered[AT_ONCE * (part - 1) : AT_ONCE * part]


def _draw_answer(answer: Answer, names: dict[str, str], marked: list[str]) -> None:
    st.text(answer.model)
    simulated = " · simulated" if answer.model.startswith("simulated/") else ""
    cut = " at the length limit" if answer.outcome == "truncated" else ""
    st.caption(f"{OUTCOMES[answer.outcome]}{cut} · {answer.variation} · epoch {answer.epoch}{simulated}")
    if answer.error:
        st.text(answer.error)
    if answer.text:
        _draw_text(answer, _marks(answer, names, marked))
    if answer.message:
        st.caption(f":material/info: {answer.status}")
        st.text(answer.message)
    draw_readings(answer, names)
    if answer.replies:
        with st.popover("What the judge replied", icon=":material/gavel:"):
            for reply in answer.replies:
                st.code(reply, language=None, wrap_lines=True)


def _draw_text(answer: Answer, marks: list[Mark]) -> None:
    """The text with its marks; a very long one is cut, and shown whole when asked for."""
    shown = len(answer.text)
    if answer.chars <= shown:
        st.html(highlighted(answer.text, marks))
        return
    further = sum(mark.end > shown for mark in marks)
    said = f" {further:,} marked passage{'s'[: further != 1]} lie{'s'[: further == 1]} further on." if further else ""
    if st.toggle("Show it whole", key=f"whole-{answer.run_id}-{answer.trial_id}"):
        with st.container(height=WHOLE_HEIGHT):
            st.html(highlighted(whole_text(store(), answer), marks))
        return
    st.html(highlighted(answer.text, marks))
    st.caption(f"The first {shown:,} of {answer.chars:,} characters; the export has all.{said}")


def marked_by(answers: list[Answer]) -> list[Answer]:
    """The answers as the machine read them, or as people did where somebody has labelled one of their runs."""
    if not {answer.run_id for answer in answers} & set(labels.labelled_runs(store())):
        return answers
    by = st.segmented_control(
        "Read by",
        ["the machine", "people"],
        default="the machine",
        required=True,
        key="read_by",
        bind="query-params",
        persist_state="session",
    )
    return by_people(store(), answers) if by == "people" else answers


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
        {"value": names[r.value], "stance": r.stance, "strength": r.strength, "leaning": r.leaning, "note": r.note}
        for r in sorted(answer.readings, key=lambda r: -abs(r.strength))
        if r.stance not in ("neutral", "absent")
    ]
    if not rows:
        st.caption("No value was recognised in this answer.")
        return
    order = ["value", "stance", "strength", *(name for name in ("leaning", "note") if any(row[name] for row in rows))]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_order=order,
        key=f"readings-{answer.run_id}-{answer.trial_id}",
        column_config={
            "strength": st.column_config.NumberColumn(format="%.2f"),
            "leaning": st.column_config.NumberColumn(format="%+.2f", help=LEANING_HELP),
        },
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
