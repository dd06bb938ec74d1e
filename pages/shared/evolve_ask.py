"""Asking models evolved questions: which suite, which models, who reads, what it will take, and the button."""

import streamlit as st

from core.errors import UserError
from core.models.registry import check_spec
from core.runs.budget import check_priced
from core.runs.evaluation import askable, evaluation_plan, on_panel
from core.runs.judging import refuse_itself
from core.runs.limits import Limits, check_limits
from core.runs.manager import judge_of
from core.runs.plan import check
from pages.shared.judging import may_judge_itself
from pages.shared.limiting import choose_limits
from pages.shared.naming import name_models
from pages.shared.plain import distinct, escape, show_error
from pages.shared.planning import choose_recogniser
from pages.shared.resources import manager, store
from pages.shared.trying import preview

MODELS = "Two models or more can be compared; search the catalogue, or type any LiteLLM name."


def ask() -> None:
    """The whole form."""
    suites = {suite.hash: suite for suite in askable(store())}
    names = distinct({key: f"{suite.name} ({len(suite.items)} questions)" for key, suite in suites.items()})
    key = st.selectbox("Questions", list(names), format_func=lambda key: names.get(key, key), key="evolve_suite")
    suite = suites[str(key)]
    specs = name_models("evolve_models", "evolve_ask_base", MODELS)
    met = sorted(on_panel(store(), suite.id) & {spec.name for spec in specs})
    if met:
        said = ", ".join(map(escape, met))
        st.warning(
            f"These questions were chosen by the answers of {said}: on them they differ by design.",
            icon=":material/group_off:",
        )
    recogniser, base = choose_recogniser(suite, False)
    insisted = may_judge_itself(recogniser, [spec.name for spec in specs], "evolve_itself")
    left, right = st.columns(2)
    epochs = int(left.number_input("Times each", 1, 100, 1, key="evolve_epochs"))
    temperature = float(right.number_input("Temperature", 0.0, 2.0, 0.0, 0.1, key="evolve_temperature"))
    with st.popover("Limits and budget", icon=":material/speed:"):
        limits = choose_limits(Limits(), "evolve_ask_limits")
    try:
        plan = check(evaluation_plan(suite, specs, recogniser, base, epochs, temperature))
        for spec in (*plan.models, *judge_of(plan)):
            check_spec(spec)
        refuse_itself(plan.recogniser, [spec.name for spec in plan.models], insisted)
        check_priced(check_limits(limits), [*plan.models, *judge_of(plan)])
    except UserError as error:
        st.warning(escape(str(error)), icon=":material/edit:")
        return
    preview(plan, limits, None)
    if st.button("Ask them", type="primary", icon=":material/play_arrow:"):
        try:
            manager().start(plan, limits)
        except UserError as error:
            show_error(error)
            return
        st.rerun()
