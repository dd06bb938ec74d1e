"""The items of a bank: what each stands for, what each model answered in each variation, and its words."""

import pandas as pd
import streamlit as st

from core.items.bank import VARIATIONS
from core.items.dimensions import IDS
from core.runs.portrait import PREFIX, tags_of
from core.runs.portrait_results import PortraitResults
from core.store import bank_answers
from pages.shared.parts import downloads
from pages.shared.portrait import NAMES, choose_model, published
from pages.shared.resources import store


def show_items(found: PortraitResults) -> None:
    """Everything of this part of the page."""
    model = choose_model(found, "portrait_items_of")
    dimension = st.selectbox(
        "Items that stand for",
        ["", *(name for name, n in zip(found.panel["dimension"], found.panel["items"], strict=True) if n)],
        format_func=lambda name: NAMES.get(name, "anything or nothing"),
        key="portrait_items_for",
        bind="query-params",
        persist_state="session",
    )
    rows = _rows(found, model)
    if dimension:
        rows = rows[[NAMES[str(dimension)] in told for told in rows["stands for"]]]
    picked = st.dataframe(
        rows,
        hide_index=True,
        height=420,
        placeholder="",
        on_select="rerun",
        selection_mode="single-row",
        key="portrait_items",
        column_config={
            **{name: st.column_config.NumberColumn(format="%.2g") for name in VARIATIONS},
            "stands for": st.column_config.ListColumn(),
        },
    )
    st.caption(
        "6: very much like me, 1: not like me at all; empty: no answer. Where a model gave probabilities, the expected "
        "answer. Choose a row to read the item and what was said."
    )
    downloads(rows.assign(**{"stands for": rows["stands for"].map("; ".join)}), "portrait-items")
    for place in picked["selection"]["rows"]:
        _closely(found, model, str(rows.iloc[place]["item"]))


def _rows(found: PortraitResults, model: str) -> pd.DataFrame:
    row = found.answers.models.index(model)
    tags = tags_of(found.bank).positive
    frame = pd.DataFrame(found.answers.values[row], columns=list(VARIATIONS))
    frame.insert(0, "item", [item.id for item in found.bank.items])
    frame.insert(
        1, "stands for", [[NAMES[n] for n, tag in zip(IDS, line, strict=True) if tag] for line in tags.tolist()]
    )
    frame.insert(2, "response", [item.response[:120] for item in found.bank.items])
    return frame


def _closely(found: PortraitResults, model: str, item_id: str) -> None:
    """One item whole, and every reply to it."""
    item = found.bank.items[found.bank.places[item_id]]
    with st.container(border=True):
        if not item.text:
            st.caption("The texts of this item were not imported.")
        for words in (item.source, item.title, item.text, item.response):
            if words:
                st.text(words)
    if published(model):
        st.caption("Published answers come as numbers only: there are no words to show.")
        return
    said = bank_answers.of_item(store(), PREFIX + found.bank.id, item_id)
    said = said[said["model"] == model]
    st.dataframe(said[["variation", "epoch", "outcome", "choice", "value", "text", "run_id"]], hide_index=True)
