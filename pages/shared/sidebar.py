"""The choices that the Explore pages share: whose results, which models, whose values count. They live in the URL.

The widgets are drawn from app.py, so that they stay the same widgets on every page; pages read `view()`.
"""

from dataclasses import dataclass

import streamlit as st

from core.analysis.alignment import normalise
from core.analysis.bootstrap import Floats
from core.errors import UserError
from core.runs.people import BY, By
from core.runs.results import Comparable, Results, comparable
from core.store import labels
from core.store.queries import RunHead
from core.values.profile import Profile
from core.values.system import systems
from pages.shared.plain import show_error
from pages.shared.profiles import all_profiles, choose_profile, take_over, weigh_profile
from pages.shared.resources import results, run_heads, run_label, store

EXPLORE = (
    "",
    "radar",
    "profile",
    "scenarios",
    "for-whom",
    "robustness",
    "circle",
    "report",
    "published",
    "compare",
    "reliability",
    "findings",
)
ALL = "all"
_VIEW = "view"


@dataclass(frozen=True)
class View:
    """What the person looks at. `models` are those chosen, or all; `weights` sum to 1 in the system's order. `pool`:
    every run that the same recogniser has read, chosen or not, newest first."""

    results: Results
    models: tuple[str, ...]
    weights: Floats
    profile: Profile
    recogniser: str
    pool: tuple[str, ...] = ()
    at_stake: bool = False


def view() -> View | None:
    """The current choices; None while there is nothing to look at."""
    found: View | None = st.session_state.get(_VIEW)
    return found


def choices(url_path: str) -> None:
    """Draw the shared choices in the sidebar."""
    take_over(url_path)
    sets = comparable(run_heads()) if url_path in EXPLORE else []
    if not sets:
        st.session_state[_VIEW] = None
        return
    with st.sidebar:
        chosen, runs = _choose_runs(sets)
        at_stake = _choose_scenarios()
        scored = _scored(chosen, [run.run_id for run in runs], at_stake)
        models = _choose_models(scored)
        profiles = all_profiles(scored.system)
        choose_profile(profiles, scored.system)
        with st.expander("Weights", icon=":material/tune:"):
            profile = weigh_profile(profiles, scored.system)
    weights = normalise(profile.weights, scored.system.ids)
    # The last view stays until there is another: what the large sliders send meanwhile refers to it.
    st.session_state[_VIEW] = View(
        scored, models, weights, profile, chosen.recogniser, tuple(run.run_id for run in chosen.runs), at_stake
    )


def _choose_runs(sets: list[Comparable]) -> tuple[Comparable, tuple[RunHead, ...]]:
    everything = {f"{ALL} {found.system} {found.recogniser}": found for found in sets}
    options = {key: (found, found.runs) for key, found in everything.items()}
    options |= {run.run_id: (found, (run,)) for found in sets for run in found.runs}
    names = {key: f"All runs · {_set_name(found)}" for key, found in everything.items()}
    names |= {run.run_id: run_label(run) for found in sets for run in found.runs}
    key = st.selectbox(
        "Results",
        list(options),
        format_func=lambda key: names.get(key, key),
        key="run",
        bind="query-params",
        persist_state="session",
        help="Where several runs hold answers of one model, its newest run counts.",
    )
    return options[str(key)]


def _choose_scenarios() -> bool:
    return "at stake" in st.segmented_control(
        "A value is scored on",
        ["all scenarios", "where at stake"],
        default="all scenarios",
        required=True,
        key="scored_on",
        bind="query-params",
        persist_state="session",
        wrap=True,
        help="On all scenarios every value has the same n, but most of them are not about it, which evens models "
        "out. Where it is at stake differences show more clearly, from fewer scenarios.",
    )


def _scored(chosen: Comparable, runs: list[str], at_stake: bool) -> Results:
    """The results by whom the person chooses, where people have labelled; by the machine where their labels do not
    do."""
    by: By = "machine"
    if set(runs) & set(labels.labelled_runs(store())):
        by = st.segmented_control(
            "Scores by",
            list(BY),
            default="machine",
            required=True,
            format_func=lambda key: BY[key],
            key="scores_by",
            bind="query-params",
            persist_state="session",
            wrap=True,
            help="People: from the answers they labelled, drawn at random. Corrected: the machine's readings of all "
            "answers, put right by how far they are off on those (prediction-powered inference).",
        )
    try:
        return results(runs, chosen.system, chosen.measure, at_stake, by)
    except UserError as error:
        show_error(error)
        return results(runs, chosen.system, chosen.measure, at_stake)


def _set_name(found: Comparable) -> str:
    reader = found.recogniser.partition("@")[0]
    reader = {"lexicon": "token table", "minilm": "MiniLM"}.get(reader, reader)
    return f"{systems()[found.system].name} · {reader}"


def _choose_models(scored: Results) -> tuple[str, ...]:
    """All models that were asked, those of which nothing could be read too: they are counted and shown."""
    asked: list[str] = scored.outcomes["model"].tolist()
    chosen = st.multiselect(
        "Models",
        asked,
        key="models",
        bind="query-params",
        persist_state="session",
        placeholder="All models",
    )
    return tuple(model for model in asked if not chosen or model in chosen)
