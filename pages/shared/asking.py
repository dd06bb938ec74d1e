"""What the Launch page lets a person choose of how the questions are asked."""

import streamlit as st

from core.items.item import Suite
from core.methods.base import Asking, Method
from core.models.base import ModelSpec
from core.runs.defaults import usual_asking
from pages.shared import drafting
from pages.shared.drafting import Draft


def choose_details(
    models: tuple[ModelSpec, ...], suite: Suite, draft: Draft | None, method: Method
) -> tuple[tuple[str, ...], int, int, Asking]:
    """Wordings, epochs, order probes and the parameters of the calls; those stay when a run is extended."""
    fixed = bool(draft and draft.extends)
    with st.expander("Details", icon=":material/settings:", expanded=fixed):
        wordings, usual = list(method.variations), list(method.usual)
        variations = st.multiselect(
            "Wordings of the question", wordings, default=usual, key="launch_wordings", persist_state="session"
        )
        a, b, c, d, e = st.columns(5, vertical_alignment="bottom")
        epochs = a.number_input(
            "Epochs", 1, 100, 1, key="launch_epochs", help="How often every question is asked.", persist_state="session"
        )
        closed = [item.id for item in suite.items if len(item.options) == 2] if method.probes else []
        probes = b.number_input(
            "Order probes",
            0,
            max(len(closed), 1),
            _usual_probes(closed, draft),
            disabled=not closed,
            key=drafting.probes_key(suite.hash),
            help="Scenarios also asked as closed questions in both orders, to measure option-order bias.",
            persist_state="session",
        )
        tokens = c.number_input(
            "Longest answer",
            1,
            8192,
            usual_asking(models).max_tokens,
            key=drafting.tokens_key(models),
            disabled=fixed,
            help="In tokens. A small model on one core writes about 60 a second.",
            persist_state="session",
        )
        temperature = d.number_input(
            "Temperature", 0.0, 2.0, 0.0, 0.1, key="launch_temperature", disabled=fixed, persist_state="session"
        )
        seed = e.number_input("Seed", 0, 2**31 - 1, 0, key="launch_seed", disabled=fixed, persist_state="session")
    return tuple(variations), int(epochs), int(probes), Asking(int(tokens), float(temperature), int(seed))


def _usual_probes(closed: list[str], draft: Draft | None) -> int:
    """Six, or as many as it takes to ask again what the run that is extended was asked."""
    asked = {item.id for item in draft.plan.probe_items} if draft and draft.extends else set()
    return max(min(6, len(closed)), *(n for n, item in enumerate(closed, 1) if item in asked), 0)
