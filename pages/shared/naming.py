"""Naming the models to ask: from the catalogue or by any name, and the address of a server of one's own."""

import streamlit as st

from core.models.base import ModelSpec
from core.models.catalogue import catalogue
from core.runs.defaults import EMBEDDED
from pages.shared.drafting import LOCAL

HELP = "Search the catalogue, or type any LiteLLM name, such as openai/gpt-4o-mini or ollama/llama3.1."


def name_models(key: str, base_key: str, said: str = HELP) -> list[ModelSpec]:
    """The models chosen; `key` and `base_key` name the widgets."""
    labels = {entry.name: f"{entry.name} · {entry.label}" for entry in catalogue()}
    names = st.multiselect(
        "Models",
        list(dict.fromkeys([*labels, *st.session_state.get(key, ())])),
        default=[EMBEDDED],
        format_func=lambda name: labels.get(name, name),
        accept_new_options=True,
        key=key,
        persist_state="session",
        help=said,
    )
    base = st.text_input(
        "Server address (only for a server of your own)",
        placeholder="http://localhost:8000/v1",
        key=base_key,
        persist_state="session",
    )
    named = [name.strip() for name in names]
    return [ModelSpec(name, None if name.startswith(LOCAL) else base.strip() or None) for name in named]
