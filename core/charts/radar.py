"""The value radar: models' scores on the values' circle, with interval bands and the profile's polygon."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.analysis.bounds import Bounds
from core.analysis.scores import Scores
from core.charts.style import GRID, PROFILE_COLOUR, faded, finish, label

Floats = NDArray[np.float64]
INTERVAL, CASES = "95 % interval", "worst to best case"


def radar(
    scores: Scores,
    names: Mapping[str, str],
    colours: Mapping[str, str],
    dashes: Mapping[str, str],
    profile: Floats | None = None,
    scenarios: Floats | None = None,
    bands: bool = True,
    zoom: bool = False,
    cases: Bounds | None = None,
    doubtful: Collection[str] = (),
) -> go.Figure:
    """One closed line a model. `profile` (weights summing to 1) is drawn scaled so that its largest weight touches the
    rim; `scenarios` (V) is the score of the scenarios' own words. The radial axis spans the whole range of the score,
    or with `zoom` that of the data. With `cases`, the scores' worst and best case, the bands show these in the place of
    the intervals. The values in `doubtful` are greyed: a question mark behind the name, hollow points. A point's
    customdata is (model, value id)."""
    figure = go.Figure()
    names = {value: _greyed(name) if value in doubtful else name for value, name in names.items()}
    if cases is not None:
        scores = replace(scores, low=cases.low, high=cases.high)
    low, high = _range(scores, zoom)
    if profile is not None:
        _add_profile(figure, scores, names, profile, low, high)
    if scenarios is not None:
        _add_scenarios(figure, scores, names, scenarios)
    for i, model in enumerate(scores.models):
        colour = colours.get(model, PROFILE_COLOUR)
        if bands:
            _add_band(figure, scores, names, i, colour, CASES if cases else INTERVAL)
        _add_model(figure, scores, names, i, colour, dashes.get(model, "solid"), CASES if cases else INTERVAL, doubtful)
    what = {"stance": "values supported and opposed", "presence": "values present"}[scores.measure]
    title = f"Radar of {what}" + (", each model against its own average" if scores.kind == "ipsatised" else "")
    title += ", with worst and best cases" if cases else ""
    ticks = {"gridcolor": GRID, "linecolor": GRID}
    return finish(
        figure,
        560,
        title,
        margin={"l": 70, "r": 70, "t": 60, "b": 30},
        dragmode="zoom",
        showlegend=True,  # one model has a name too
        polar={
            "bgcolor": "rgba(0,0,0,0)",
            "radialaxis": {"range": [low, high], "angle": 72, "tickangle": 72, "nticks": 6, **ticks},
            "angularaxis": {"direction": "clockwise", "rotation": 90, **ticks},
        },
    )


def _greyed(name: str) -> str:
    return f'<span style="color:{PROFILE_COLOUR}">{name} ?</span>'


def _closed(values: Floats) -> list[float]:
    return [*values.tolist(), float(values[0])]


def _angles(scores: Scores, names: Mapping[str, str]) -> list[str]:
    around = [names[value] for value in scores.values]
    return [*around, around[0]]


def _range(scores: Scores, zoom: bool) -> tuple[float, float]:
    if scores.kind == "raw" and not zoom:
        return scores.bounds
    known = np.concatenate([array[~np.isnan(array)] for array in (scores.mean, scores.low, scores.high)])
    if known.size == 0:
        return scores.bounds
    if scores.kind == "ipsatised":
        reach = max(5.0, float(np.abs(known).max()) * 1.1)
        return -reach, reach
    margin = max(1.0, 0.1 * float(known.max() - known.min()))
    least, most = scores.bounds
    return max(least, float(known.min()) - margin), min(most, float(known.max()) + margin)


def _add_profile(
    figure: go.Figure, scores: Scores, names: Mapping[str, str], profile: Floats, low: float, high: float
) -> None:
    scaled = low + (high - low) * profile / profile.max()
    figure.add_scatterpolar(
        r=_closed(scaled),
        theta=_angles(scores, names),
        mode="lines",
        name="profile (weights, scaled to the rim)",
        line={"color": PROFILE_COLOUR, "width": 1.5, "dash": "dot"},
        fill="toself",
        fillcolor=faded(PROFILE_COLOUR, 0.12),
        customdata=_closed(100 * profile),
        hovertemplate="profile<br>%{theta}: weight %{customdata:.1f} %<extra></extra>",
    )


def _add_scenarios(figure: go.Figure, scores: Scores, names: Mapping[str, str], own: Floats) -> None:
    figure.add_scatterpolar(
        r=_closed(own - own.mean() if scores.kind == "ipsatised" else own),
        theta=_angles(scores, names),
        mode="lines",
        name="the scenarios' own words",
        line={"color": PROFILE_COLOUR, "width": 1.5, "dash": "dash"},
        hovertemplate="the scenarios themselves<br>%{theta}: %{r:.1f}<extra></extra>",
    )


def _add_band(figure: go.Figure, scores: Scores, names: Mapping[str, str], i: int, colour: str, what: str) -> None:
    low, high = scores.low[i], scores.high[i]
    if np.isnan(low).any() or np.isnan(high).any():
        return
    theta = _angles(scores, names)
    figure.add_scatterpolar(
        r=_closed(high) + _closed(low)[::-1],
        theta=theta + theta[::-1],
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=faded(colour, 0.18),
        hoverinfo="skip",
        legendgroup=scores.models[i],
        showlegend=False,
        name=f"{label(scores.models[i])} {what}",
    )


def _add_model(
    figure: go.Figure,
    scores: Scores,
    names: Mapping[str, str],
    i: int,
    colour: str,
    dash: str,
    what: str,
    doubtful: Collection[str],
) -> None:
    model = scores.models[i]
    hover = [_hover(scores, i, v, what) for v in range(len(scores.values))]
    around = (*scores.values, scores.values[0])
    marker: dict[str, Any] = {"size": 8, "color": colour}
    if doubtful:
        marker["symbol"] = ["circle-open" if value in doubtful else "circle" for value in around]
    figure.add_scatterpolar(
        r=_closed(scores.mean[i]),
        theta=_angles(scores, names),
        mode="lines+markers",
        name=label(model),
        legendgroup=model,
        line={"color": colour, "width": 2.5, "dash": dash},
        marker=marker,
        customdata=[[model, value] for value in around],
        text=[*hover, hover[0]],
        # The name goes in as data: a model called "%{r}" must not become a variable of the template.
        hovertemplate="%{fullData.name}<br>%{theta}: %{r:.1f}<br>%{text}<extra></extra>",
    )


def _hover(scores: Scores, i: int, v: int, what: str) -> str:
    n = f"n = {scores.n_items[i, v]} scenarios, scored {scores.n_answers[i, v]} of {scores.n_asked[i, v]} answers"
    if np.isnan(scores.low[i, v]):
        return f"{n}: too few for an interval"
    return f"{what} {scores.low[i, v]:.1f} to {scores.high[i, v]:.1f}<br>{n}"
