"""What the pages that weigh models against many peoples share."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.analysis.pluralism import ProfileMap, profile_map
from core.analysis.scores import Scores
from core.charts.world import outside_europe, without_shape
from core.runs.results import weight_rows
from core.values.profile import Profile, surveyed

KINDS = {
    "country": "Countries",
    "region": "Regions of Europe",
    "age": "Ages",
    "gender": "Genders",
    "all": "All together",
}

_MAP_NOTE = (
    "A country is coloured whole, though a survey may have left out remote parts. Colours span all models shown. "
    "Borders: Natural Earth, as they are held, not as they are claimed."
)


def choose_people() -> list[Profile]:
    """Whose surveyed profiles are shown; the choice is the same on all pages."""
    kinds = st.multiselect(
        "People",
        list(KINDS),
        default=["country"],
        format_func=lambda kind: KINDS[kind],
        key="people",
        bind="query-params",
        persist_state="session",
    )
    return profiles_of(kinds)


def profiles_of(kinds: Sequence[str]) -> list[Profile]:
    """The surveyed profiles of these kinds."""
    return [profile for profile in surveyed() if profile.id.partition(":")[0] in kinds]


def _fingerprint(scores: Scores) -> str:
    return scores.fingerprint


@st.cache_data(
    max_entries=8, show_spinner="Weighing every model for everyone…", hash_funcs={Scores: _fingerprint, Profile: repr}
)
def map_of(scores: Scores, profiles: list[Profile], statistic: str) -> ProfileMap:
    """Every model against these profiles, under softmax weights."""
    return profile_map(scores, [one.id for one in profiles], weight_rows(profiles, scores.values), statistic)


def map_alt(found: ProfileMap, model: str, names: dict[str, str]) -> str:
    """What the map of one model shows, for those who cannot see it."""
    frame = found.frame().dropna(subset="alignment")
    mine = frame[frame["model"] == model].set_index("profile")["alignment"]
    if mine.empty:
        return "Map on which every country is blank"
    low, high = mine.idxmin(), mine.idxmax()
    return (
        f"Map of alignment in {len(mine)} surveyed countries, from {mine[low]:.2f} ({names[low]}) to {mine[high]:.2f} "
        f"({names[high]}); all other countries are blank"
    )


def map_note(profiles: Sequence[str], names: dict[str, str], view: str) -> str:
    """What the map does not show, and what its borders are."""
    parts = [f"{len(profiles)} countries were surveyed; the others are blank, and nothing is estimated for them."]
    if view == "europe" and (far := outside_europe(profiles)):
        parts.append(f"Surveyed outside this view: {', '.join(names[id] for id in far)}.")
    if lost := without_shape(profiles):
        parts.append(f"Surveyed but without a shape here: {', '.join(names[id] for id in lost)}.")
    return f"{' '.join(parts)} {_MAP_NOTE}"


def best_table(found: ProfileMap, names: dict[str, str]) -> pd.DataFrame:
    """For each profile the models that may be first."""
    frame = found.frame()
    first = frame[frame["may_be_first"]].groupby("profile", sort=False)["model"].agg(", ".join)
    table = first.rename(index=names).rename_axis("people").rename("may be first").reset_index()
    return table
