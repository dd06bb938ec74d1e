"""A new model on a search's questions: as few as are needed, those first that tell most."""

import json

import streamlit as st

from core.charts.sitting import errors, profile
from core.errors import UserError
from core.models.base import ModelSpec
from core.models.catalogue import catalogue
from core.runs.limits import Limits, limits_from
from core.runs.pools import Pool
from core.runs.search_plan import EMBEDDED_TOKENS, MemberSpec
from core.runs.sitting import Course, course, sit, sit_on, sitting_plan, sitting_plan_from_json
from core.store import ledger, sittings
from pages.shared.charting import show_chart
from pages.shared.limiting import choose_limits
from pages.shared.parts import downloads
from pages.shared.plain import dollars, escape, show_error
from pages.shared.resources import manager, store

TICK_S = 1.5


def adaptive(pool: Pool) -> None:
    """The form, and every sitting there was."""
    st.header("Another model on these questions")
    st.markdown(
        "A model that was not on the panel need not answer them all: it is asked the question that tells most next, "
        "until the standard error of every value's score is small enough. In simulation a third of a pool of about 200 "
        "questions gives the whole pool's profile; a smaller pool saves less at the same error."
    )
    _form(pool)
    heads = sittings.heads(store(), pool.search_id)
    if not heads:
        return
    names = {head.sitting_id: f"{sitting_plan_from_json(head.plan).model.name} · {head.sitting_id}" for head in heads}
    chosen = str(
        st.selectbox("Sitting", list(names), format_func=lambda one: names.get(one, one), key="evolve_sitting")
    )
    going = manager().running(chosen)

    @st.fragment(run_every=TICK_S if going else None)
    def shown() -> None:
        _course(course(store(), chosen))
        if going and not manager().running(chosen):
            st.rerun()

    shown()


def _form(pool: Pool) -> None:
    names = [entry.name for entry in catalogue() if entry.kind != "simulated"]
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    name = left.selectbox("Model", names, index=None, accept_new_options=True, key="evolve_sitter")
    target = right.number_input("Standard error to reach (points)", 0.5, 20.0, 3.0, 0.5, key="evolve_target")
    base = st.text_input("Its server address, if it is a server of your own", key="evolve_sitter_base")
    drop = st.checkbox("Leave out questions that run against the others", True, key="evolve_drop")
    with st.expander("Limits and budget", icon=":material/speed:"):
        limits = choose_limits(Limits(), "evolve_sitting_limits")
    if st.button(f"Ask at most {len(pool.questions)} questions", icon=":material/play_arrow:", disabled=not name):
        tokens = EMBEDDED_TOKENS if str(name).startswith("embedded/") else 400
        member = MemberSpec(ModelSpec(str(name).strip(), base.strip() or None), max_tokens=tokens)
        try:
            plan = sitting_plan(store(), pool.search_id, member, target / 100, drop)
            st.session_state["evolve_sitting"] = sit(manager(), plan, limits)
        except UserError as error:
            show_error(error)
            return
        st.rerun()


def _course(found: Course) -> None:
    sitting_id, model = found.head.sitting_id, found.plan.model.name
    going = manager().running(sitting_id)
    with st.container(horizontal=True):
        if st.button("Stop", icon=":material/stop:", disabled=not going, key="evolve_sit_stop"):
            manager().stop(sitting_id)
        if st.button(
            "Resume", icon=":material/resume:", disabled=going or found.head.state == "done", key="evolve_sit_on"
        ):
            try:
                sit_on(manager(), sitting_id, limits_from(json.loads(found.head.limits)))
            except UserError as error:
                show_error(error)
            else:
                st.rerun()
    asked, of = found.profile.asked + found.profile.unanswered, len(found.plan.questions)
    if going:
        st.progress(asked / of, f"{asked} of {of} questions at most")
    reached = "The target was reached" if found.reached else "The target is not reached"
    silent = f", {found.profile.unanswered} without an opinion" if found.profile.unanswered else ""
    st.markdown(f"**{asked} of {of} questions asked{silent}, {found.saved} saved.** {reached}.")
    calls, tokens, cost, _ = ledger.spent(store(), sitting_id)
    st.caption(escape(f"{found.head.state} · took {calls:,} calls, {tokens:,} tokens, {dollars(cost)}."))
    if found.head.message:
        st.text(found.head.message)
    if found.steps.empty:
        return
    show_chart(
        errors(found.steps, found.plan.target),
        key="evolve-sit-errors",
        alt="Standard errors by value over the questions asked",
    )
    show_chart(
        profile(found.table, model),
        key="evolve-sit-profile",
        alt="The model's profile with 95 % intervals beside the panel's mean",
    )
    with st.expander("Download the profile", icon=":material/download:"):
        downloads(found.table, f"profile-{sitting_id}")
