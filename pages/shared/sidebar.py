"""The choices that the Explore pages share: whose results, which models, whose values count. They live in the URL.

The widgets are drawn from app.py, so that they stay the same widgets on every page; pages read `view()`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import streamlit as st

from core.analysis.alignment import normalise
from core.analysis.bootstrap import Floats
from core.runs.results import Comparable, Results, comparable
from core.store import queries
from core.store.queries import RunHead
from core.values.profile import EVEN, MOST, Profile, from_json, presets
from core.values.system import ValueSystem, systems
from pages.shared.resources import results, run_heads, store

EXPLORE = ("", "radar", "profile", "scenarios")
CUSTOM = "custom"
OWN = "Own weights"
ALL = "all"
_VIEW = "view"


@dataclass(frozen=True)
class View:
    """What the person looks at. `models` are those chosen, or all; `weights` sum to 1 in the system's order."""

    results: Results
    models: tuple[str, ...]
    weights: Floats
    profile: str
    recogniser: str


def view() -> View | None:
    """The current choices; None while there is nothing to look at."""
    found: View | None = st.session_state.get(_VIEW)
    return found


def choices(url_path: str) -> None:
    """Draw the shared choices: in the sidebar, but on the Profile page the weights at the top of the page."""
    st.session_state[_VIEW] = None
    sets = comparable(run_heads()) if url_path in EXPLORE else []
    if not sets:
        return
    with st.sidebar:
        chosen, runs = _choose_runs(sets)
        at_stake = _choose_scenarios()
        scored = results([run.run_id for run in runs], chosen.system, chosen.measure, at_stake)
        models = _choose_models(scored)
        profiles = _profiles(scored.system)
        _choose_profile(profiles, scored.system)
        if url_path != "profile":
            with st.expander("Weights", icon=":material/tune:"):
                weights = _sliders(scored.system, profiles)
    if url_path == "profile":
        st.title("Whose values count?")
        with st.container(horizontal=True, gap="medium"):
            weights = _sliders(scored.system, profiles, width=190)
    name = _profile_name(profiles)
    st.session_state[_VIEW] = View(scored, models, normalise(weights, scored.system.ids), name, chosen.recogniser)


def _choose_runs(sets: list[Comparable]) -> tuple[Comparable, tuple[RunHead, ...]]:
    everything = {f"{ALL} {found.system} {found.recogniser}": found for found in sets}
    options = {key: (found, found.runs) for key, found in everything.items()}
    options |= {run.run_id: (found, (run,)) for found in sets for run in found.runs}
    names = {key: f"All runs · {_set_name(found)}" for key, found in everything.items()}
    names |= {run.run_id: f"{run.run_id} · {run.name}" for found in sets for run in found.runs}
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


def _set_name(found: Comparable) -> str:
    reader = "offline recogniser" if found.measure == "presence" else found.recogniser.partition("@")[0]
    return f"{systems()[found.system].name} · {reader}"


def _choose_models(scored: Results) -> tuple[str, ...]:
    chosen = st.multiselect(
        "Models",
        list(scored.raw.models),
        key="models",
        bind="query-params",
        persist_state="session",
        placeholder="All models",
    )
    return tuple(model for model in scored.raw.models if not chosen or model in chosen)


def _profiles(system: ValueSystem) -> dict[str, Profile]:
    saved = [from_json(name, of, text) for name, (of, text) in queries.profiles(store()).items() if of == system.id]
    given = presets(system)
    taken = {OWN, *(profile.name for profile in given)}
    # A select box tells its options apart by their names.
    saved = [replace(one, name=f"{one.name} (saved)") if one.name in taken else one for one in saved]
    return {profile.id: profile for profile in (*given, *saved)}


def _choose_profile(profiles: Mapping[str, Profile], system: ValueSystem) -> None:
    def apply() -> None:
        profile = profiles.get(st.session_state["profile"])
        for value, weight in (profile.weights if profile else {}).items():
            st.session_state[slider_key(system, value)] = round(weight)

    st.selectbox(
        "Whose values count",
        [*profiles, CUSTOM],
        format_func=lambda key: profiles[key].name if key in profiles else OWN,
        key="profile",
        bind="query-params",
        persist_state="session",
        on_change=apply,
        help=None if st.session_state.get("profile") not in profiles else profiles[st.session_state["profile"]].source,
    )


def slider_key(system: ValueSystem, value: str) -> str:
    """The name of a value's weight in the URL: short, and different for each system's values."""
    short = {one.id: one.short for one in system.values}[value]
    return f"w_{short.replace(' ', '_').replace('/', '_')}"


def _sliders(
    system: ValueSystem, profiles: Mapping[str, Profile], width: int | Literal["stretch"] = "stretch"
) -> dict[str, float]:
    """A slider for each value, from 0 to 100. Without a weight in the URL a chosen profile sets them."""
    profile = profiles.get(st.session_state.get("profile", ""))
    weights = {}
    for value in system.values:
        key = slider_key(system, value.id)
        if profile and key not in st.session_state and key not in st.query_params:
            st.session_state[key] = round(profile.weights[value.id])
        weights[value.id] = float(
            st.slider(
                value.name,
                0,
                int(MOST),
                int(EVEN),
                key=key,
                bind="query-params",
                persist_state="session",
                width=width,
                help=value.definition,
                on_change=_own_weights,
            )
        )
    return weights


def _own_weights() -> None:
    st.session_state["profile"] = CUSTOM


def _profile_name(profiles: Mapping[str, Profile]) -> str:
    chosen = st.session_state.get("profile", "")
    return profiles[chosen].name if chosen in profiles else OWN
