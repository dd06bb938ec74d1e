"""Asking models in personas: which attributes, how many items and wordings, and what that takes before it starts."""

import streamlit as st

from core.errors import UserError
from core.items.bank import ItemBank
from core.items.shipped_banks import shipped_banks
from core.methods.personas import PLACEBO, attributes, personas, told, wordings
from core.models.base import ModelSpec
from core.models.registry import check_spec
from core.runs.budget import check_priced
from core.runs.limits import Limits, check_limits
from core.runs.personas import MODES, cast, plan_of, variations_of
from core.runs.plan import check
from core.runs.portrait import OWN, PUBLISHED_WORDS, bank_suite
from core.store import banks
from pages.shared.limiting import choose_limits
from pages.shared.plain import escape
from pages.shared.plan_files import save_plan
from pages.shared.portrait_run import WORDS, choose_models, start
from pages.shared.resources import store
from pages.shared.trying import pilot_of, preview

DEMONSTRATED = ("simulated/even", "simulated/open", "simulated/reticent")


def first_click() -> None:
    """What makes the page show something at once."""
    bank = next(iter(shipped_banks().values()))
    plan = plan_of(store(), bank, [ModelSpec(name) for name in DEMONSTRATED], ["gender"], MODES["full"])
    st.markdown(
        "**One click is enough to begin:** three simulated respondents, whose shifts are known and not those of any "
        f"model, answer as women, men and four placebos. {plan.calls:,} calls, no key, no network, no cost."
    )
    if st.button("Ask the simulated respondents", type="primary", icon=":material/groups:"):
        start(plan, Limits())


def show_run(bank: ItemBank) -> None:
    """Everything of this part of the page."""
    if not bank.askable:
        st.info(
            "This bank has figures but no texts, so nobody can be asked. Import it with query-response-tagged.json."
        )
        return
    specs = choose_models("personas")
    known = {name: each.name for name, each in attributes().items() if name != PLACEBO}
    chosen = st.multiselect(
        "Attributes", list(known), default=list(known)[:1], format_func=known.__getitem__, key="personas_attributes"
    )
    placebos = st.toggle(
        "With placebos", True, key="personas_placebos", help="Without them nothing says what any does."
    )
    mode = _mode(bank, chosen, placebos)
    words = OWN
    if banks.templates(store(), bank.id):
        words = str(
            st.radio("Questions", list(WORDS), format_func=WORDS.__getitem__, key="personas_words", horizontal=True)
        )
        if words == PUBLISHED_WORDS:
            st.caption("The persona is said in our own words before the published question.")
    _said(chosen, placebos)
    with st.expander("Limits and budget", icon=":material/speed:"):
        limits = choose_limits(Limits(), "personas_limits")
    try:
        plan = check(plan_of(store(), bank, specs, chosen, MODES[mode], placebos, words))
        for spec in plan.models:
            check_spec(spec)
        check_priced(check_limits(limits), plan.models)
    except UserError as error:
        st.warning(escape(str(error)), icon=":material/edit:")
        return
    preview(plan, limits, pilot_of(plan))
    with st.container(horizontal=True):
        if st.button("Ask", type="primary", icon=":material/play_arrow:", key="personas_ask"):
            start(plan, limits)
        save_plan(plan, limits, "personas-plan")


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
