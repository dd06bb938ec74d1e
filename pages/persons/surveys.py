"""Profiles from one's own survey data: read in memory, only means of groups of 100 persons or more are kept."""

import pandas as pd
import streamlit as st

from core.errors import UserError
from core.store import records
from core.values.profile_files import MAX_NAME
from core.values.surveys.reader import read_survey
from core.values.surveys.result import GroupMeans, Question, SurveyAggregate
from core.values.system import SCHWARTZ
from pages.shared.plain import distinct, escape, show_error
from pages.shared.resources import store


@st.cache_data(max_entries=1, show_spinner="Reading the survey…")
def read_once(
    data: bytes, filename: str, answers: dict[str, str], group_by: tuple[str, ...]
) -> SurveyAggregate | Question:
    """The aggregates, not the file, stay in memory from one click to the next."""
    return read_survey(data, filename, answers=answers, group_by=group_by or None)


def ask(question: Question, answers: dict[str, str]) -> None:
    """What the file leaves open: only a person can say. The answer is added to `answers`."""
    labels = {choice.id: choice.label for choice in question.choices}
    key = f"survey_{question.id}"
    st.warning(escape(question.text), icon=":material/help:")
    st.radio(
        "Your answer",
        list(labels),
        index=None,
        format_func=lambda choice: labels[choice],
        key=key,
        on_change=lambda: answers.update({question.id: st.session_state[key]}),
    )


def counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def show(found: SurveyAggregate) -> list[GroupMeans]:
    """What the file gave; returns the groups that a person wants to keep."""
    st.text(
        f"{found.survey}, {found.instrument}, {found.year or 'year not known'}: {found.kept:,} of {found.persons:,} "
        f"persons in {counted(len(found.groups), 'group')}; weight: {found.weight or 'none'}."
    )
    if found.problems:
        st.error(f"{counted(len(found.problems), 'row')} cannot be used. Saving keeps the good ones only.")
        rows = [(problem.row, problem.field, problem.message) for problem in found.problems]
        st.dataframe(pd.DataFrame(rows, columns=["row", "field", "problem"]), hide_index=True)
    for warning in found.warnings:
        st.warning(escape(warning))
    if found.left_out:
        st.info(f"{counted(len(found.left_out), 'group')} left out as too small.")
    st.dataframe(found.frame(), hide_index=True, height=320)
    for note in found.notes:
        st.caption(escape(note))
    labels = distinct({group.code: group.label for group in found.groups})
    codes = st.multiselect("Keep", list(labels), default=list(labels)[:1], format_func=lambda code: labels[code])
    return [group for group in found.groups if group.code in codes]


def names(found: SurveyAggregate) -> dict[str, str]:
    """What each group's profile is saved as, by code. A label too long loses its middle, since long ones often differ
    at the end; where that leaves two alike they are numbered."""
    taken: dict[str, str] = {}
    labels = distinct({group.code: group.label for group in found.groups})
    for group in found.groups:
        end = f" ({' '.join(part for part in (found.survey, group.year or found.year) if part)[:40]})"
        name, number = fit(labels[group.code], end), 1
        while name in taken:
            number += 1
            name = fit(labels[group.code], f" {number}{end}")
        taken[name] = group.code
    return {code: name for name, code in taken.items()}


def fit(label: str, end: str) -> str:
    """Label and end in as many characters as a profile's name has."""
    room = MAX_NAME - len(end)
    half = (room - 3) // 2
    return ((label if len(label) <= room else f"{label[:half]} … {label[-half:]}") + end).strip()


def keep(found: SurveyAggregate, groups: list[GroupMeans]) -> None:
    if not groups or not st.button(f"Save {counted(len(groups), 'profile')}", type="primary", icon=":material/save:"):
        return
    named = names(found)
    for group in groups:
        sds = [value.sd for value in group.values]
        year, n = group.year or found.year, f"{group.n:,}" if group.n else "not known"
        source = f"{found.instrument}, {year or 'year not known'}, n = {n}. Own survey data ({found.survey})."
        known = all(sd == sd for sd in sds)
        try:
            means = [value.mean for value in group.values]
            records.save_profile(store(), named[group.code], SCHWARTZ, {}, means, sds if known else None, source)
        except UserError as error:
            show_error(error)
            return
    st.success("Saved. Choose them under “Whose values count”.")


st.title("Profiles from your own survey data")
st.markdown(
    "European Social Survey (any round), General Social Survey 2012 or World Values Survey (waves 5, 6, time series) "
    "as CSV, SPSS or Stata; or a CSV of means with `country_code, value, mean`. The file is read in memory and never "
    "kept: only means of groups with 100 persons or more are saved. Mind the data's own terms (ESS and WVS: "
    "non-commercial, no redistribution of the files)."
)
upload = st.file_uploader("Your file", type=["csv", "sav", "dta", "tsv", "txt"])
columns = st.text_input("Group by other columns than the country (optional)", placeholder="gndr, cntry")
if upload is None:
    st.stop()
# What was answered about one file says nothing about the next.
answers = st.session_state.setdefault("survey_answers", {}).setdefault(upload.file_id, {})
if answers:
    st.button("Answer the questions again", icon=":material/undo:", on_click=answers.clear)
try:
    groups = tuple(column.strip() for column in columns.split(",") if column.strip())
    read = read_once(upload.getvalue(), upload.name, dict(answers), groups)
except UserError as error:
    show_error(error)
    st.stop()
if isinstance(read, Question):
    ask(read, answers)
else:
    keep(read, show(read))
