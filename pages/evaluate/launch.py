"""Plan an evaluation, see what it will take, and start it."""

import streamlit as st

from core.errors import UserError
from core.methods.registry import USUAL, method_of
from core.models.registry import check_spec
from core.runs.budget import check_priced
from core.runs.extending import check_extension
from core.runs.judging import refuse_itself
from core.runs.limits import Limits, check_limits
from core.runs.manager import judge_of, load_plan
from core.runs.plan import Plan, check
from pages.shared import drafting
from pages.shared.asking import choose_details
from pages.shared.drafting import Draft
from pages.shared.judging import may_judge_itself
from pages.shared.limiting import choose_limits, has_budget
from pages.shared.parts import watch
from pages.shared.plain import escape, show_error
from pages.shared.plan_files import open_plan, save_plan
from pages.shared.planning import choose_models, choose_recogniser, choose_suite, given_suite
from pages.shared.resources import manager, store
from pages.shared.trying import pilot_of, preview, tried, try_first


def say_origin(draft: Draft) -> None:
    """What the page was filled with."""
    if draft.extends:
        words = (
            f"You extend {escape(draft.origin)}: add models, wordings, epochs, order probes, or choose the larger "
            "suite that its scenarios come from. What it was asked already is not asked again; all else stays."
        )
        st.info(words, icon=":material/expand_content:")
    else:
        st.info(f"Filled in from {escape(draft.origin)}. Change what you like.", icon=":material/fork_right:")
    for note in draft.notes:
        st.warning(escape(note), icon=":material/priority_high:")
    st.button("Begin anew", icon=":material/restart_alt:", on_click=drafting.drop)


def checked(plan: Plan, limits: Limits, extends: str, insisted: bool) -> Plan:
    """The plan, fit to be started; raises UserError."""
    plan = check(plan)
    for spec in (*plan.models, *judge_of(plan)):
        check_spec(spec)
    refuse_itself(plan.recogniser, [spec.name for spec in plan.models], insisted)
    check_priced(check_limits(limits), [*plan.models, *judge_of(plan)])
    if extends:
        check_extension(load_plan(store(), extends), plan)
    return plan


def begin(plan: Plan, limits: Limits, extends: str) -> None:
    """Start the plan, or go on with the run that it makes larger, and go where it can be watched."""
    try:
        if extends:
            manager().extend(extends, plan, limits)
        run_id = extends or manager().start(plan, limits)
    except UserError as error:
        show_error(error)
        return
    if draft:
        drafting.drop()
    watch(run_id)


st.title("Launch an evaluation")
draft = drafting.current()
extends = draft.extends if draft else ""
if draft:
    say_origin(draft)
open_plan()
method = method_of(draft.plan.method if draft else USUAL)
suite = choose_suite(draft) if draft is None or method.id == USUAL else given_suite(draft, method)
specs = choose_models(draft)
recogniser, judge_base = choose_recogniser(suite, bool(extends)) if method.free else ("", None)
insisted = may_judge_itself(recogniser, [spec.name for spec in specs], "launch_itself")
variations, epochs, probes, asking = choose_details(specs, suite, draft, method)
budgeted = draft is not None and has_budget(draft.limits)
with st.expander("Limits and budget", icon=":material/speed:", expanded=budgeted):
    limits = choose_limits(Limits(), drafting.LIMITS)
key = drafting.name_key(suite.hash)
name = (
    draft.plan.name
    if draft and extends
    else st.text_input("Name of the run", suite.name, max_chars=120, key=key, persist_state="session")
)
try:
    plan = checked(
        Plan(name, suite, specs, variations, epochs, probes, recogniser, judge_base, asking, method.id),
        *(limits, extends, insisted),
    )
except UserError as error:
    st.warning(escape(str(error)), icon=":material/edit:")
    st.stop()
pilot = pilot_of(plan)
rows = preview(plan, limits, pilot)
if extends:
    st.caption("The figures are for the whole run; what it was asked already costs nothing again.")
with st.container(horizontal=True):
    if st.button("Extend the run" if extends else "Evaluate", type="primary", icon=":material/play_arrow:"):
        begin(plan, limits, extends)
    if not extends:
        try_first(plan, limits, pilot)
    save_plan(plan, limits)
if pilot:
    tried(pilot, rows)
