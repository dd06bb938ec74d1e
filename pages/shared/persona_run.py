"""Asking models in personas: which attributes, how many items and wordings, and what that takes before it starts."""

import streamlit as st

from core.items.bank import ItemBank
from core.items.shipped_banks import shipped_banks
from core.methods.personas import PLACEBO, attributes, personas, told, wordings
from core.models.base import ModelSpec
from core.runs.limits import Limits
from core.runs.personas import MODES, cast, plan_of, variations_of
from core.runs.portrait import PUBLISHED_WORDS, bank_suite
from pages.shared.naming import name_models
from pages.shared.portrait_run import askable, choose_words, limits_and_start, start
from pages.shared.resources import store

DEMONSTRATED = ("simulated/even", "simulated/open", "simulated/reticent")


def first_click() -> None:
    """What makes the page show something at once."""
    bank = next(iter(shipped_banks().values()))
    plan = plan_of(store(), bank, [ModelSpec(name) for name in DEMONSTRATED], ["gender"], MODES["full"])
    st.markdown(
        "**One click is enough to begin:** three simulated respondents, whose shifts are known and not those of any "
        f"model, answer the small bank that ships, as women, men and four placebos. {plan.calls:,} calls, no key, no "
        "network, no cost. Choose that bank above to see them."
    )
    if st.button("Ask the simulated respondents", type="primary", icon=":material/groups:"):
        start(plan, Limits())


def show_run(bank: ItemBank) -> None:
    """Everything of this part of the page."""
    if not askable(bank):
        return
    specs = name_models("personas_asked", "personas_base")
    known = {name: each.name for name, each in attributes().items() if name != PLACEBO}
    chosen = st.multiselect(
        "Attributes", list(known), default=list(known)[:1], format_func=known.__getitem__, key="personas_attributes"
    )
    placebos = st.toggle(
        "With placebos", True, key="personas_placebos", help="Without them nothing says what any does."
    )
    mode = _mode(bank, chosen, placebos)
    words = choose_words(bank, "Questions", "personas")
    if words == PUBLISHED_WORDS:
        st.caption("The persona is said in our own words before the published question.")
    _said(chosen, placebos)
    limits_and_start("personas", lambda: plan_of(store(), bank, specs, chosen, MODES[mode], placebos, words))


def _mode(bank: ItemBank, chosen: list[str], placebos: bool) -> str:
    people = cast(chosen, placebos) if chosen else ()
    sizes = {
        mode.id: len(bank_suite(store(), bank, mode.selection).items) * len(variations_of(people, mode.wordings))
        for mode in MODES.values()
    }
    return str(
        st.radio(
            "How much",
            list(MODES),
            format_func=lambda name: f"{MODES[name].name}: {sizes[name]:,} calls a model",
            captions=[mode.about for mode in MODES.values()],
            key="personas_mode",
        )
    )


def _said(chosen: list[str], placebos: bool) -> None:
    """What a model is told in each persona."""
    if not chosen:
        return
    with st.expander("What the model is told", icon=":material/chat:"):
        rows = [
            {"persona": personas()[name].name} | {key: told(personas()[name], each) for key, each in wordings().items()}
            for name in cast(chosen, placebos)
        ]
        st.dataframe(rows, hide_index=True)
