"""The judges' exam on a page: take it, see how judges did and whether that changed, read what went wrong."""

import pandas as pd
import streamlit as st

from core.recognition.exam import PASS, exam
from core.runs.exams import Result, Taken, history
from core.runs.measuring import EXAM, examine, going_on
from core.store import exams
from pages.shared.parts import downloads
from pages.shared.resources import manager, store
from pages.shared.working import live, ready_judge, say_cut_short


@st.cache_data(max_entries=2, show_spinner=False)
def _history(path: str, commits: int) -> list[Taken]:
    return history(store())


def show_exams() -> None:
    """All about the exam."""
    paper = exam()
    controls = sum(task.kind == "control" for task in paper.tasks)
    canaries = sum(task.kind == "canary" for task in paper.tasks)
    st.markdown(
        "Invented answers of which it is known what they stand for: to each of 30 questions one **for** a value, one "
        f"**against** it and one that takes **no side**; {controls} of plain facts or mere politeness, in which there "
        f"is no stance to see; and {canaries} with an order to the judge hidden in them, which must move nothing. A "
        f"judge passes with **{PASS:.0%}** of the 90 right. It covers Schwartz's ten values only."
    )
    found = _history(str(store().path), store().writer.commits)
    if found:
        _table(found)
        _closely([one.result for one in found])
    else:
        st.info("No judge has taken the exam yet: name one below.", icon=":material/school:")
    if going_on(manager(), EXAM):
        live(EXAM)
    else:
        _take()


def _table(found: list[Taken]) -> None:
    rows = [
        {
            "judge": one.result.head.recogniser,
            "taken (UTC)": one.result.head.taken_at,
            "passed": one.result.passed,
            "right": str(one.result.right),
            "stances where there is none": str(one.result.invented),
            "moved by hidden orders": str(one.result.moved),
            "not read": one.result.unread,
            "other stances than before": "–" if one.changed is None else str(one.changed),
            "asked anew": one.anew,
        }
        for one in found
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True)
    st.caption(
        "An exam by the same model before, under another prompt perhaps (the letters after the @), is what the stances "
        "are compared with; where replies were stored ones, a change is the prompt's. 95 % intervals (Wilson) take "
        "answers for independent. What was not read is not right."
    )


def _closely(found: list[Result]) -> None:
    names = {one.head.exam_id: f"{one.head.recogniser}, {one.head.taken_at:%Y-%m-%d %H:%M}" for one in found}
    chosen = st.selectbox("Exam", list(names), format_func=names.__getitem__, key="exam_chosen")
    one = next(one for one in found if one.head.exam_id == chosen)
    value_names = exam().system.names
    shares = {value_names[value]: right for value, right in one.by_value.items()}
    shares |= {f"answers: {side}": right for side, right in one.by_side.items()}
    rows = [(name, each.count, each.of, each.share, each.low, each.high) for name, each in shares.items()]
    columns = ["of the triples", "right", "answers", "share", "low", "high"]
    st.dataframe(pd.DataFrame(rows, columns=columns).style.format(precision=2), hide_index=True)
    wrong = exams.failures(store(), str(chosen))
    wrong["value"] = wrong["value"].map(value_names)
    st.markdown(f"**What went wrong ({len(wrong)}).**" if len(wrong) else "**Nothing went wrong.**")
    if len(wrong):
        st.dataframe(wrong, hide_index=True)
        downloads(wrong, f"exam-{chosen}")
    if st.button("Forget this exam", icon=":material/delete:"):
        exams.delete(store(), str(chosen))
        st.rerun()


def _take() -> None:
    """Who takes it, what that takes, and the button."""
    ready = ready_judge("Judge to be examined", exam().labelled, "exam")
    if st.button("Take the exam", type="primary", icon=":material/school:", disabled=ready is None) and ready:
        examine(manager(), *ready)
        st.rerun()
    say_cut_short(EXAM)
