"""Where the differences come from: how the calls of each persona ended, the items of a value, and the words said."""

import streamlit as st

from core.analysis.portrait.personas import Contrast
from core.items.dimensions import IDS, VALUES, of_system
from core.methods.base import OUTCOMES
from core.methods.personas import parts, personas, told
from core.runs.persona_results import PersonaResults, item_table, refusal_table
from core.store import persona_answers
from pages.shared.parts import downloads
from pages.shared.personas import choose_kind, name_of
from pages.shared.portrait import NAMES
from pages.shared.resources import store


def show_refusals(found: PersonaResults) -> None:
    """How the calls of each persona ended."""
    table = refusal_table(found)
    shown = table.assign(persona=[personas()[name].name for name in table["persona"]])
    share = st.column_config.NumberColumn("share refused", format="percent")
    st.dataframe(shown, hide_index=True, column_config={**dict(OUTCOMES), "refused_share": share}, key="refusals")
    st.caption(
        "A refusal is counted, never filled in. Personas are compared only on the questions that both answered, so a "
        "persona that is refused more often is compared on fewer, and perhaps on other, questions."
    )
    downloads(shown, "persona-refusals")


def show_answers(found: PersonaResults) -> None:
    """The items behind a difference, and every reply to the one chosen."""
    kind = choose_kind()
    names = {name_of(each): each for each in found.effects[kind].contrasts}
    if not names:
        st.info("This run lacks the personas for such a comparison: ask further ones under Run.")
        return
    left, right = st.columns(2)
    contrast = names[str(left.selectbox("Contrast", list(names), key=f"persona_answers_{kind}"))]
    values = [IDS[column] for column in of_system(VALUES)]
    value = str(right.selectbox("Items that stand for", values, format_func=NAMES.__getitem__, key="persona_value"))
    rows = item_table(found, contrast, value)
    number = st.column_config.NumberColumn
    picked = st.dataframe(
        rows,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="persona_items",
        column_config={
            "first": number(personas()[contrast.first].name, format="%.2f"),
            "second": number(personas()[contrast.second].name, format="%.2f"),
            "difference": number(format="%+.2f"),
            "answers": number("questions", help="Questions that were answered in both personas."),
        },
    )
    st.caption("6: very much like me, 1: not like me at all. Choose a row to read the item and what was said.")
    downloads(rows, "persona-items")
    for place in picked["selection"]["rows"]:
        closely(found, contrast, str(rows.iloc[place]["item"]))


def closely(found: PersonaResults, contrast: Contrast, item_id: str) -> None:
    """One item whole, what was said before the question, and every reply in the two personas."""
    item = found.bank.items[found.bank.places[item_id]]
    with st.container(border=True):
        for words in (item.title, item.text, item.response):
            if words:
                st.text(words)
    said = persona_answers.said(store(), found.run_id, found.model, item_id)
    mine = [parts(name)[0].id in (contrast.first, contrast.second) for name in said["variation"]]
    said = said[mine]
    before = [told(persona, wording) for name in said["variation"] for persona, wording, _ in (parts(name),)]
    st.dataframe(said.assign(told=before), hide_index=True, key="persona_said")
