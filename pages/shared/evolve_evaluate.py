"""The second and third part of the page on evolving questions: models evaluated with them."""

import streamlit as st

from core.runs.evaluation import Evaluated, evaluated
from pages.shared.evolve_ask import ask
from pages.shared.evolve_double import double_profile
from pages.shared.evolve_standing import stand
from pages.shared.resources import manager, store
from pages.shared.watching import live_progress, state_of

SEARCH, MODELS, STRESS = "Search", "Models on these questions", "Everyday against stress"


def choose_view() -> str:
    """Which part of the page is shown; the URL names it."""
    return str(
        st.segmented_control(
            "Part",
            [SEARCH, MODELS, STRESS],
            default=SEARCH,
            required=True,
            key="evolve_view",
            bind="query-params",
            persist_state="session",
            label_visibility="collapsed",
            wrap=True,
        )
    )


def evaluate(view: str) -> None:
    """Results of one evaluation, and the form that asks models."""
    found = evaluated(store())
    if found:
        _shown(_choose(found), view)
    else:
        st.info(
            "No model was asked yet. Kept questions of a search, or the seeds, can be put to any model; the embedded "
            "one needs no key.",
            icon=":material/hourglass_empty:",
        )
    with st.expander("Ask models", icon=":material/rocket_launch:", expanded=not found):
        ask()


def _choose(found: list[Evaluated]) -> Evaluated:
    names = {one.key: f"{one.name} · {one.recogniser.partition('@')[0]} · {one.key}" for one in found}
    key = "evolve_results"
    if st.session_state.get(key) not in (None, *names):
        st.session_state[key] = found[0].key
    chosen = st.selectbox(
        "Results",
        list(names),
        format_func=lambda one: names.get(one, one),
        key=key,
        bind="query-params",
        persist_state="session",
        help="All runs of one suite and recogniser; the newest run of each model counts.",
    )
    return next((one for one in found if one.key == chosen), found[0])


def _shown(found: Evaluated, view: str) -> None:
    for head in found.runs:
        if manager().running(head.run_id):
            live_progress(head.run_id)
            return
    if any(state_of(head) != "done" for head in found.runs):
        st.warning(
            "Not all of these runs are done: what they have is shown. Runs resumes them.", icon=":material/info:"
        )
    if view == STRESS:
        double_profile(found)
    else:
        stand(found)
