"""The pieces of a sitting as a rater sees them. Nothing of what others said is shown."""

import time

import streamlit as st

from core.errors import UserError
from core.interchange.study_csv import write_ratings, write_values
from core.items.sitting import (
    ATTENTION,
    Sitting,
    Step,
    new_code,
    read_code,
    shown_code,
    steps,
    words,
)
from core.items.study import OPEN, Study
from core.runs.studies import join, record, record_values
from core.store import studies
from core.values.questionnaires import CARDS, QUESTIONNAIRES, Answers, rate_cards, read_answers
from core.values.system import SCHWARTZ, system
from pages.shared.plain import show_error
from pages.shared.resources import store

VALUES = system(SCHWARTZ)


def consent(study: Study, codes: dict[str, str]) -> None:
    """The consent text with the button that begins; or a code to go on with."""
    if study.stage == OPEN:
        st.subheader("Before you begin")
        for paragraph in words().consent:
            st.text(paragraph)
        agreed = st.checkbox("I have read this, I am of age, and I agree to take part.", key=f"agree_{study.id}")
        if st.button("Begin", type="primary", icon=":material/play_arrow:", disabled=not agreed):
            codes[study.id] = join(store(), study, new_code()).code
            st.rerun()
    st.divider()
    with st.form("resume", border=False):
        typed = st.text_input("You have begun before? Your code", max_chars=20, placeholder="KX7M-2PQD")
        asked = st.form_submit_button("Go on with this code", icon=":material/resume:")
    if asked:
        code = read_code(typed)
        if studies.sitting(store(), study.id, code) is None:
            raise UserError("This study has no such code. Look at each letter again, or begin anew.")
        codes[study.id] = code
        st.rerun()


def ask_step(study: Study, sitting: Sitting, step: Step) -> None:
    """One text and six buttons, which the keys 1 to 6 press too."""
    every = steps(study, sitting.code)
    done = len(sitting.given)
    st.progress(done / len(every), f"Text {done + 1} of {len(every)}")
    with st.container(border=True):
        for text in _texts(study, step):
            st.text(text)
    st.markdown(f"**{words().question}**")
    # Keys of the step's own: a press that comes late is then none of the next text's.
    place = f"{study.id} {sitting.code} {step.kind} {step.item_id}"
    shown = st.session_state.setdefault("rate_shown", {})
    shown.setdefault(place, time.monotonic())
    for number, label in enumerate(words().labels, 1):
        st.button(
            label,
            key=f"rate {place} {number}",
            width="stretch",
            shortcut=str(number),
            on_click=_keep,
            args=(study, sitting, step, number, shown[place]),
        )


def _keep(study: Study, sitting: Sitting, step: Step, number: int, since: float) -> None:
    try:
        record(store(), study, sitting, step, number, round(time.monotonic() - since, 2))
    except UserError as error:
        show_error(error)


def _texts(study: Study, step: Step) -> list[str]:
    """What is to be read: a check looks like an item."""
    if step.kind == ATTENTION:
        return [check.text for check in words().checks if check.id == step.item_id]
    item = next(each.item for each in study.items if each.id == step.item_id)
    return [text for text in (item.title, item.text, f"Response: {item.response}") if text]


def ask_values(study: Study, sitting: Sitting) -> None:
    """The ten cards, or the numbers of a questionnaire that the person has answered elsewhere."""
    st.subheader("What matters to you")
    answers = _cards() if study.questionnaire == CARDS.id else _numbers(study.questionnaire)
    if st.button("Finish", type="primary", icon=":material/check:", disabled=answers is None) and answers:
        record_values(store(), study, sitting, answers)
        st.rerun()


def _cards() -> Answers | None:
    st.caption("How important is each to you? 1: not at all … 6: of the greatest importance. Use the whole scale.")
    given = {}
    for value in VALUES.values:
        with st.container(border=True):
            st.text(value.definition)
            rating = st.segmented_control(
                value.name, list(range(1, 7)), key=f"rate_card_{value.id}", label_visibility="collapsed"
            )
        if rating:
            given[value.id] = rating
    left = len(VALUES.values) - len(given)
    if left:
        st.caption(f"{left} left to answer.")
        return None
    return rate_cards(given)


def _numbers(name: str) -> Answers | None:
    chosen = QUESTIONNAIRES[name]
    st.markdown(f"Give your answers to the **{chosen.name}**, which you were handed, as numbers.")
    st.caption(chosen.asks)
    turned = chosen.turnable and st.radio(
        "In your numbers, 1 means", ["not like me at all", "very much like me"], key="rate_turned", horizontal=True
    ).startswith("very")
    pasted = st.text_area("Your numbers", max_chars=2000, key="rate_numbers")
    if not pasted.strip():
        return None
    try:
        return read_answers(chosen, pasted, turned)
    except UserError as error:
        show_error(error)
        return None


def thank() -> None:
    st.success(words().thanks, icon=":material/volunteer_activism:")


def own_data(study: Study, sitting: Sitting, codes: dict[str, str]) -> None:
    """The person's code, a copy of all that is kept, leaving, and deleting it."""
    st.divider()
    st.text(f"Your code: {shown_code(sitting.code)}. Write it down: with it you can go on later.")
    with st.expander("Your data", icon=":material/shield_person:"), st.container(horizontal=True):
        for name, written in (("ratings", write_ratings), ("values", write_values)):
            st.download_button(f"My {name} (CSV)", written([sitting]), f"my-{name}.csv", "text/csv", on_click="ignore")
        if st.button("Leave for now", icon=":material/logout:"):
            del codes[study.id]
            st.rerun()
        sure = st.checkbox("Delete all that I said, for good", key=f"forget_{sitting.code}")
        if st.button("Delete", icon=":material/delete:", disabled=not sure):
            studies.delete_rater(store(), study.id, sitting.code)
            del codes[study.id]
            st.rerun()
