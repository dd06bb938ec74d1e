"""Asking models for their social value orientation: what to ask, what it will take, and the button that starts it."""

import streamlit as st

from core.errors import UserError
from core.methods.hvae.angles import ORIENTATIONS
from core.methods.hvae.wording import faces
from core.models.base import ModelSpec
from core.models.registry import check_spec
from core.runs.budget import check_priced
from core.runs.limits import Limits, check_limits
from core.runs.orientation import FIVE_FACES, asked_in, orientation_plan, suite_of
from core.runs.plan import Plan, check
from pages.shared.limiting import choose_limits
from pages.shared.naming import name_models
from pages.shared.plain import escape, show_error
from pages.shared.plan_files import save_plan
from pages.shared.resources import manager
from pages.shared.trying import preview

LIMITS = "svo_limits"


def ask_models() -> None:
    """The whole form."""
    specs = name_models("svo_models", "svo_base")
    plan = _plan(specs)
    with st.popover("Limits and budget", icon=":material/speed:"):
        limits = choose_limits(Limits(), LIMITS)
    try:
        plan = check(plan)
        for spec in plan.models:
            check_spec(spec)
        check_priced(check_limits(limits), list(plan.models))
    except UserError as error:
        st.warning(escape(str(error)), icon=":material/edit:")
        return
    preview(plan, limits, None)
    with st.container(horizontal=True):
        if st.button("Ask them", type="primary", icon=":material/play_arrow:"):
            _start(plan, limits)
        save_plan(plan, limits)


def _plan(specs: list[ModelSpec]) -> Plan:
    left, right = st.columns(2)
    targets = left.multiselect(
        "Told to be", ORIENTATIONS, default=ORIENTATIONS, key="svo_targets", help="Beside what they do by themselves."
    )
    words = right.segmented_control(
        "Told in",
        ["our words", "the model's own words"],
        default="our words",
        required=True,
        key="svo_words",
        help="In its own words: the model first describes the orientation, and is then told what it said. One more "
        "call.",
    )
    goal = left.toggle("Also with a goal that the model sets itself first", key="svo_goal")
    secondary = right.toggle("Secondary sliders too (evenness or the largest sum?)", key="svo_secondary")
    games = right.toggle(
        "Games too", key="svo_games", help="Dictator, ultimatum, public goods, trust, prisoner's dilemma."
    )
    names = {key: face.name for key, face in faces().items()}
    shown = left.multiselect(
        "Shown as",
        list(names),
        default=list(FIVE_FACES),
        format_func=names.__getitem__,
        key="svo_faces",
        help="Each in both orders of the options. Other currencies, stories and payoffs leave the angle as it is, but "
        "a model that only knows the published sliders by heart answers them otherwise.",
    )
    epochs = int(left.number_input("Times each", 1, 100, 1, key="svo_epochs"))
    temperature = float(right.number_input("Temperature", 0.0, 2.0, 0.0, 0.1, key="svo_temperature"))
    st.caption(f"{2 * len(shown) * epochs} repetitions. Intervals need 8 or more.")
    asked = asked_in(targets, words != "our words", bool(goal))
    return orientation_plan(specs, asked, suite_of(bool(secondary), bool(games)), shown, epochs, temperature)


def _start(plan: Plan, limits: Limits) -> None:
    try:
        manager().start(plan, limits)
    except UserError as error:
        show_error(error)
        return
    st.session_state.pop("svo_run", None)
    st.switch_page("pages/methods/hvae.py", query_params={})
