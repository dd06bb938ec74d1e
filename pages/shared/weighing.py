"""Large sliders for the weights and the ranking that follows them as they move: a component of our own.

Streamlit draws a page anew with each change, and takes a figure off it to make it again, which takes a browser longer
than a slider may keep a person waiting. So here a slider that moves has this component drawn and nothing else. The
sidebar's sliders, the address and the words follow when it rests, or with whatever draws the page next (`take_over`).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from core.analysis.alignment import Ranking, normalise, rank
from core.charts.ranking import axis_title, heading, words
from core.charts.style import PROFILE_COLOUR
from core.values.profile import MOST
from core.values.system import ValueSystem
from pages.shared.profiles import CUSTOM, MOVED, by_hand, slider_key
from pages.shared.sidebar import View, view

_HTML = """
<div class="weighing">
  <div class="sliders"></div>
  <figure>
    <figcaption class="title"></figcaption>
    <ol></ol>
    <p class="axis"></p>
  </figure>
</div>
"""
_HERE = Path(__file__)
_mount = st.components.v2.component(
    "polycompass_weighing",
    html=_HTML,
    css=_HERE.with_suffix(".css").read_text(encoding="utf-8"),
    js=_HERE.with_suffix(".js").read_text(encoding="utf-8"),
)


def ranked_now(statistic: str) -> tuple[View, Ranking]:
    """What the person looks at with the weights as the large sliders have them, and the models ranked by them."""
    shown = view()
    assert shown is not None
    system, ahead = shown.results.system, st.session_state.get(MOVED, {})
    if ahead.keys() == {slider_key(system, value) for value in system.ids}:
        profile = by_hand(system, {value: float(ahead[slider_key(system, value)]) for value in system.ids})
        shown = replace(shown, profile=profile, weights=normalise(profile.weights, system.ids))
    return shown, rank(shown.results.raw.only(shown.models), shown.weights, statistic)


def weighing(shown: View, ranked: Ranking, colours: Mapping[str, str], cases: pd.DataFrame | None) -> None:
    """The sliders, and below them what `core.charts.ranking` draws, as rows that glide to their places. To be called in
    a fragment."""
    table = ranked.table if cases is None else ranked.table.merge(cases, on="model")
    weights = shown.profile.weights
    told = _told(shown.results.system)
    data = {
        "turn": told[0] if told else 0,
        "taken": _taken_over(),
        "values": [
            {"id": value.id, "name": value.name, "definition": value.definition, "weight": round(weights[value.id])}
            for value in shown.results.system.values
        ],
        "label": "Models ranked live, best first",
        "title": heading(ranked.statistic),
        "axis": axis_title(ranked.statistic, cases is not None),
        "rows": [_row(row, colours) for row in table.itertuples()],
    }
    _mount(
        key=_key(shown.results.system),
        data=data,
        on_weights_change=_go_ahead,
        on_rested_change=st.rerun,
        on_drawn_change=_drawn,
    )


def read_weights(sent: Any, values: Sequence[str]) -> tuple[int, dict[str, int]] | None:
    """The turn and the weights (0 to 100) that came back, if they are those of these values. A browser can send
    anything."""
    if not isinstance(sent, Mapping) or not isinstance(sent.get("weights"), Mapping):
        return None
    turn, weights = sent.get("turn"), sent["weights"]
    if not isinstance(turn, int) or set(weights) != set(values):
        return None
    if not all(isinstance(weight, int | float) and 0 <= weight <= MOST for weight in weights.values()):
        return None
    return turn, {value: round(weights[value]) for value in values}


def _key(system: ValueSystem) -> str:
    return f"weighing_{system.id}"


def _told(system: ValueSystem) -> tuple[int, dict[str, int]] | None:
    return read_weights(st.session_state.get(_key(system), {}).get("weights"), system.ids)


def _go_ahead() -> None:
    shown = view()
    told = shown and _told(shown.results.system)
    if shown and told:
        system = shown.results.system
        st.session_state[MOVED] = {slider_key(system, value): weight for value, weight in told[1].items()}


def _taken_over() -> bool:
    """Whether the whole page was made from what the large sliders say."""
    shown, ahead = view(), st.session_state.get(MOVED, {})
    if not (shown and ahead and shown.profile.id == CUSTOM):
        return False
    system, weights = shown.results.system, shown.profile.weights
    return bool(ahead == {slider_key(system, value): weights[value] for value in system.ids})


def _drawn() -> None:
    """The browser has drawn the whole page, and its sidebar's sliders say what the large ones say."""
    ahead = st.session_state.get(MOVED, {})
    if all(st.session_state.get(key) == weight for key, weight in ahead.items()):
        st.session_state.pop(MOVED, None)


def _row(row: Any, colours: Mapping[str, str]) -> dict[str, Any]:
    numbers = {name: getattr(row, name, math.nan) for name in ("alignment", "low", "high", "worst", "best")}
    return {
        "model": row.model,
        "colour": colours.get(row.model, PROFILE_COLOUR),
        "odd": bool(row.group % 2),
        "words": words(row),
        **{name: None if math.isnan(x) else float(x) for name, x in numbers.items()},
    }
