"""Social value orientation: how models divide between themselves and another, by themselves and in a role."""

import streamlit as st

from core.methods.hvae.method import Hvae
from core.store.choices import runs_of
from core.store.queries import RunHead
from pages.shared.hvae_launch import ask_models
from pages.shared.hvae_raw import raw
from pages.shared.hvae_results import bars, change, choose, compare, illustration, in_games, rings
from pages.shared.resources import manager, run_label, store
from pages.shared.watching import live_progress, state_of


def choose_run(heads: list[RunHead]) -> RunHead:
    """One run, which the URL names."""
    names = {head.run_id: run_label(head) for head in heads}
    key = "svo_run"
    if st.session_state.get(key) not in (None, *names):
        st.session_state[key] = heads[0].run_id
    chosen = st.selectbox(
        "Run",
        list(names),
        index=None,
        placeholder=names[heads[0].run_id],
        format_func=lambda run_id: names.get(run_id, run_id),
        key=key,
        bind="query-params",
        persist_state="session",
    )
    return next((head for head in heads if head.run_id == chosen), heads[0])


def look_at(head: RunHead) -> None:
    """What one run found."""
    if manager().running(head.run_id):
        live_progress(head.run_id)
        return
    if (state := state_of(head)) != "done":
        st.warning(f"This run is {state}: what it has is shown. Runs resumes it.", icon=":material/info:")
    found = choose(head)
    if found is None:
        st.info("No answer of this run is stored yet. Resume it under Runs.", icon=":material/hourglass_empty:")
        return
    rings(found)
    compare(found)
    bars(found)
    change(found)
    in_games(found)
    raw(found)


st.title("Social value orientation")
st.markdown(
    "Of nine ways to divide something between itself and another, which does a model take? Six such decisions point "
    "in a direction on a ring: towards more for oneself, or more for the other. Then it is told whose values to hold, "
    "and asked again: does it follow? (SVO Slider Measure, Murphy et al. 2011; HVAE, arXiv 2305.17147.)"
)
heads = runs_of(store(), Hvae.id)
if heads:
    look_at(choose_run(heads))
else:
    st.info(
        "No model was asked yet. The embedded model takes a few minutes and needs no key; simulated respondents take "
        "seconds.",
        icon=":material/hourglass_empty:",
    )
with st.expander("Ask models", icon=":material/rocket_launch:", expanded=not heads):
    ask_models()
illustration()
