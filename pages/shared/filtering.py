"""Which answers the Scenarios page lists: by value, stance, outcome and words."""

import streamlit as st

from core.methods.base import OUTCOMES
from core.store.queries import Filter
from pages.shared.sidebar import View

STANCES = {"stance": ["supports", "opposes", "neutral"], "presence": ["present", "absent"]}


def choose_filter(shown: View) -> Filter:
    """The filters, each kept in the URL."""
    names = shown.results.system.names
    with st.container(horizontal=True):
        value = st.selectbox(
            "Value",
            ["", *names],
            format_func=lambda v: names.get(v, "Any value"),
            key="value",
            width=200,
            bind="query-params",
            persist_state="session",
        )
        stance = st.selectbox(
            "Stance",
            ["", *STANCES[shown.results.measure]],
            format_func=lambda s: s or "Any stance",
            key="stance",
            disabled=not value,
            width=160,
            help="Choose a value first.",
            bind="query-params",
            persist_state="session",
        )
        outcome = st.multiselect(
            "Outcome",
            list(OUTCOMES),
            format_func=lambda o: OUTCOMES[o],
            key="outcome",
            placeholder="Any outcome",
            width=240,
            bind="query-params",
            persist_state="session",
        )
        text = st.text_input(
            "Search",
            key="q",
            placeholder="in scenarios and answers",
            width=260,
            bind="query-params",
            persist_state="session",
        )
    return Filter(shown.models, tuple(outcome), str(value or ""), str(stance or "") if value else "", "", text or "")
