"""Whose values count: choosing a profile, and its weights on sliders that stay in step with it."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from core.analysis.bootstrap import Floats
from core.errors import UserError
from core.store import queries
from core.values.cultures import CultureProfile, cultures, of_kind
from core.values.profile import EVEN, MOST, Profile, presets, saved, surveyed, weighed
from core.values.system import SCHWARTZ, ValueSystem, system
from core.values.weighting import SCHEMES
from pages.shared.resources import store

CUSTOM = "custom"
MOVED = "moved"  # what the large sliders say that the sidebar's do not yet, by their keys
OWN = "Own weights"


def all_profiles(of: ValueSystem) -> dict[str, Profile]:
    """Every profile of a system by id: presets, people surveyed, and those saved here."""
    kept = [saved(one) for one in queries.profiles(store()) if one.system == of.id]
    given = (*presets(of), *(surveyed() if of.id == SCHWARTZ else ()))
    taken = {OWN, *(profile.name for profile in given)}
    # A select box tells its options apart by their names.
    kept = [replace(one, name=f"{one.name} (saved)") if one.name in taken else one for one in kept]
    return {profile.id: profile for profile in (*given, *kept)}


def open_saved(name: str, scheme: str | None = None) -> None:
    """Go to the Profile page with a profile that was saved under this name, weighed by the scheme that suits it."""
    chosen = {"profile": all_profiles(system(SCHWARTZ))[f"saved:{name}"].name}
    if scheme:
        chosen["scheme"] = SCHEMES[scheme].label
    st.switch_page("pages/explore/profile.py", query_params=chosen)


def people() -> tuple[CultureProfile, ...]:
    """The countries a person can be compared with."""
    return of_kind(cultures().values(), "country")


def profile_table(profile: Profile, system: ValueSystem, weights: Floats) -> pd.DataFrame:
    """Means, spread between persons and weights of a profile measured on people."""
    return pd.DataFrame(
        {
            "value": [system.names[value] for value in system.ids],
            "mean (centred points)": profile.means,
            "spread between persons (sd)": profile.sds or [None] * len(system.ids),
            "weight": weights.round(3),
        }
    )


def slider_key(system: ValueSystem, value: str) -> str:
    """The name of a value's weight in the URL: short, and different for each system's values."""
    short = {one.id: one.short for one in system.values}[value]
    return f"w_{short.replace(' ', '_').replace('/', '_')}"


def choose_profile(profiles: Mapping[str, Profile], system: ValueSystem) -> None:
    """The choice itself; the weights follow in `weigh_profile`. Weights in the URL without a profile that is known here
    are one's own."""
    known = {OWN, *(profile.name for profile in profiles.values())}
    weights = {slider_key(system, value) for value in system.ids}
    named = "profile" in st.session_state or st.query_params.get("profile") in known
    if not named and weights & set(st.query_params):
        st.session_state["profile"] = CUSTOM
    st.selectbox(
        "Whose values count",
        [*profiles, CUSTOM],
        format_func=lambda key: profiles[key].name if key in profiles else OWN,
        key="profile",
        bind="query-params",
        persist_state="session",
        help="Presets, the people of 31 countries and other groups as surveyed, and the profiles saved here.",
    )


def weigh_profile(profiles: Mapping[str, Profile], system: ValueSystem) -> Profile:
    """The chosen profile with its exact weights, or what the sliders say once one was moved."""
    chosen = profiles.get(st.session_state.get("profile", ""))
    if chosen and chosen.means:
        _choose_scheme()
    profile = _weighed(profiles)
    if profile:
        for value, weight in profile.weights.items():
            st.session_state[slider_key(system, value)] = round(weight)
    given = _sliders(system)
    if profile and any(given[value] != round(weight) for value, weight in profile.weights.items()):
        st.rerun()  # in a session's first run the URL has the last word on a slider, not the profile
    return profile or by_hand(system, given)


def take_over(url_path: str) -> None:
    """Give the sidebar's sliders, before they are drawn, what the large ones say. On their own page until the browser
    says that it has drawn it: a click that comes earlier brings its old weights along."""
    ahead = st.session_state.get(MOVED)
    if ahead:
        st.session_state.update(ahead, profile=CUSTOM)
    if url_path != "profile":
        st.session_state.pop(MOVED, None)


def by_hand(system: ValueSystem, weights: Mapping[str, float]) -> Profile:
    """Weights of one's own as a profile."""
    return Profile(CUSTOM, OWN, system.id, weights, "Weights set by hand.")


def _choose_scheme() -> None:
    """How means become weights, and how sharply."""
    with st.container(horizontal=True):
        scheme = st.selectbox(
            "From means to weights",
            list(SCHEMES),
            format_func=lambda key: SCHEMES[key].label,
            key="scheme",
            bind="query-params",
            persist_state="session",
            help="The formula is under “How the weights become a number” on the Profile page.",
        )
        if SCHEMES[str(scheme)].T is not None:
            st.slider(
                "T: small is sharp",
                0.1,
                2.0,
                float(SCHEMES[str(scheme)].T or 0.65),
                0.05,
                key=f"T_{scheme}",
                bind="query-params",
                persist_state="session",
                help="A value T points above another weighs 2.7 times as much. 0.65 comes closest to the shares of "
                "people who put each value first.",
            )


def _weighed(profiles: Mapping[str, Profile]) -> Profile | None:
    """The chosen profile under the chosen scheme; None for weights of one's own."""
    profile = profiles.get(st.session_state.get("profile", ""))
    if profile is None or profile.means is None:
        return profile
    scheme = str(st.session_state.get("scheme") or "softmax")
    try:
        return weighed(profile, scheme, st.session_state.get(f"T_{scheme}"))
    except UserError as error:
        st.warning(f"{error} Softmax weights are shown.")
        return weighed(profile, "softmax")


def _sliders(system: ValueSystem) -> dict[str, float]:
    """A slider for each value, from 0 to 100."""
    return {
        value.id: float(
            st.slider(
                value.name,
                0,
                int(MOST),
                int(EVEN),
                key=slider_key(system, value.id),
                bind="query-params",
                persist_state="session",
                help=value.definition,
                on_change=_own_weights,
                args=(system,),
            )
        )
        for value in system.values
    }


def _own_weights(system: ValueSystem) -> None:
    """From a profile to one's own weights: from now on the sliders alone say what counts, so the URL needs them all."""
    if MOVED in st.session_state:  # nobody moved it: the browser has not drawn yet what the large ones say
        return
    st.session_state["profile"] = CUSTOM
    for value in system.ids:
        key = slider_key(system, value)
        st.session_state[key] = st.session_state[key]
