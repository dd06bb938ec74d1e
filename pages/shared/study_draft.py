"""Responses drafted by a model, for a person to take, edit or leave: an option, never a must."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from core.items.bank import BankItem
from core.items.study import MOST_CHARS, MOST_WORD, TEN, Study
from core.models.base import ModelSpec
from core.models.catalogue import search
from core.runs.drafts import Draft, draft
from pages.shared.plain import escape
from pages.shared.portrait import NAMES
from pages.shared.resources import manager

_DRAFTS = "study_drafts"
TIMEOUT_S = 180.0


def show_draft(study: Study, add: Callable[[Sequence[BankItem]], None]) -> None:
    """The form, and below it what the model wrote. `add` keeps the items that a person takes."""
    with st.expander("Let a model draft responses", icon=":material/smart_toy:"):
        st.caption(
            "One call for each value. Read every draft: models write what sounds like a value, and only raters show "
            "whether people who hold it agree. What you send leaves this computer if the model is elsewhere."
        )
        with st.form("draft", border=False):
            known = [entry.name for entry in search("") if not entry.name.startswith("simulated/")]
            model = st.selectbox("Model that drafts", known, accept_new_options=True)
            query = st.text_input("Short name of the situation to draft for", max_chars=MOST_WORD)
            text = st.text_area("Situation to draft for", max_chars=MOST_CHARS)
            values = st.multiselect("Values to express", TEN, TEN[:2], format_func=NAMES.__getitem__)
            asked = st.form_submit_button("Draft", icon=":material/draw:")
        if asked and model:
            with st.spinner("The model writes…", show_time=True):
                coroutine = draft(ModelSpec(str(model).strip()), query.strip(), "", text, values)
                try:
                    st.session_state[_DRAFTS] = manager().call(coroutine, TIMEOUT_S)
                except TimeoutError:
                    st.error(f"No answer within {TIMEOUT_S:.0f} seconds.")
        _taken(study, add)


def _taken(study: Study, add: Callable[[Sequence[BankItem]], None]) -> None:
    drafts: list[Draft] = st.session_state.get(_DRAFTS, [])
    taken = []
    for place, one in enumerate(drafts):
        if one.item is None:
            st.warning(f"{NAMES[one.value]}: {escape(one.problem)}")
            continue
        said = st.text_area(NAMES[one.value], one.item.response, max_chars=MOST_CHARS, key=f"draft_{place}")
        if said.strip():
            taken.append(replace(one.item, response=said))
    if taken and st.button("Add these drafts", icon=":material/add:", help="Empty a draft to leave it out."):
        del st.session_state[_DRAFTS]
        add(numbered(study, taken))


def numbered(study: Study, items: Sequence[BankItem]) -> list[BankItem]:
    """The items with options that the study does not have yet."""
    ids, found = set(study.item_ids), []
    for item in items:
        option, number = item.option, 1
        while f"{item.query}-{option}" in ids:
            number += 1
            option = f"{item.option}-{number}"
        ids.add(f"{item.query}-{option}")
        found.append(replace(item, option=option))
    return found
