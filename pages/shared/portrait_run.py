"""Asking models a bank's items: in full or more cheaply, in our own words or the published ones."""

from collections.abc import Callable

import streamlit as st

from core.errors import UserError
from core.items.bank import ItemBank
from core.items.shipped_banks import shipped_banks
from core.models.base import ModelSpec
from core.models.registry import check_spec
from core.models.simulated import simulation
from core.runs.budget import check_priced
from core.runs.defaults import EMBEDDED
from core.runs.limits import Limits, check_limits
from core.runs.plan import Plan, check
from core.runs.portrait import MODES, OWN, PUBLISHED_WORDS, Mode, plan_of
from core.store import banks
from pages.shared.limiting import choose_limits
from pages.shared.naming import name_models
from pages.shared.parts import watch
from pages.shared.plain import escape, show_error
from pages.shared.plan_files import save_plan
from pages.shared.resources import manager, store
from pages.shared.trying import pilot_of, preview

WORDS = {OWN: "our own", PUBLISHED_WORDS: "the published prompts, from your import"}


def first_click() -> None:
    """What makes the page show something at once."""
    bank = next(iter(shipped_banks().values()))
    st.markdown(
        f"**One click is enough to begin:** {len(bank.items)} responses to everyday situations, in our own words and "
        "*not validated*, show what the page does. For real figures, import a bank that people have rated."
    )
    with st.container(horizontal=True):
        if st.button("Ask the simulated respondents", type="primary", icon=":material/groups:"):
            start(plan_of(store(), bank, [ModelSpec(name) for name in simulation().profiles], MODES["full"]), Limits())
        if st.button("Ask the embedded model", icon=":material/play_arrow:"):
            start(plan_of(store(), bank, [ModelSpec(EMBEDDED)], MODES["cheap"]), Limits())


def start(plan: Plan, limits: Limits) -> None:
    """Start a plan and go where it can be watched."""
    try:
        run_id = manager().start(check(plan), limits)
    except UserError as error:
        show_error(error)
    else:
        watch(run_id)


def show_run(bank: ItemBank) -> None:
    """Everything of this part of the page."""
    if not askable(bank):
        return
    specs = name_models("portrait_asked", "portrait_base")
    mode = _mode(bank)
    words = choose_words(bank, "Prompts", "portrait")
    limits_and_start("portrait", lambda: plan_of(store(), bank, specs, mode, words))


def askable(bank: ItemBank) -> bool:
    """Whether a bank has texts; where it has none the page says what is missing."""
    if not bank.askable:
        st.info(
            "This bank has figures but no texts, so nobody can be asked. Import it with query-response-tagged.json."
        )
    return bank.askable


def choose_words(bank: ItemBank, title: str, key: str) -> str:
    """Our own words, or the published prompts where they were imported."""
    if not banks.templates(store(), bank.id):
        return OWN
    return str(st.radio(title, list(WORDS), format_func=WORDS.__getitem__, key=f"{key}_words", horizontal=True))


def limits_and_start(key: str, make: Callable[[], Plan]) -> None:
    """The last of the form: limits, what the plan takes or why it cannot be carried out, and the button that asks.
    `key` begins the names of the widgets."""
    with st.expander("Limits and budget", icon=":material/speed:"):
        limits = choose_limits(Limits(), f"{key}_limits")
    try:
        plan = check(make())
        for spec in plan.models:
            check_spec(spec)
        check_priced(check_limits(limits), plan.models)
    except UserError as error:
        st.warning(escape(str(error)), icon=":material/edit:")
        return
    preview(plan, limits, pilot_of(plan))
    with st.container(horizontal=True):
        if st.button("Ask", type="primary", icon=":material/play_arrow:", key=f"{key}_ask"):
            start(plan, limits)
        save_plan(plan, limits, f"{key}-plan")


def _mode(bank: ItemBank) -> Mode:
    sizes = {
        mode.id: len(plan_of(store(), bank, [], mode).suite.items) * len(mode.variations) for mode in MODES.values()
    }
    chosen = st.radio(
        "How much",
        list(MODES),
        format_func=lambda name: f"{MODES[name].name}: {sizes[name]:,} calls a model",
        captions=[mode.about for mode in MODES.values()],
        key="portrait_mode",
    )
    return MODES[str(chosen)]
