"""Models, cultures and persons in the plane of the values' circle, with the direction of every value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from core.analysis.bootstrap import Floats
from core.analysis.circle import Placing
from core.charts.style import PROFILE_COLOUR, faded, finish, label

Kind = Literal["model", "culture", "person"]
KINDS: Mapping[Kind, tuple[str, str, int]] = {  # the legend's name, marker and size
    "culture": ("cultures", "diamond", 9),
    "person": ("persons", "star", 13),
    "model": ("models", "circle", 12),
}
MOST_NAMED = 12  # models named in the legend; more are one entry
METHODS = {
    "circle": "projected on the theoretical circle",
    "pca": "principal components",
    "mds": "classical scaling of city-block distances",
}


@dataclass(frozen=True)
class Place:
    """What one of the placed rows is: `note` is shown below its name on hover (n, source)."""

    id: str
    name: str
    kind: Kind
    note: str = ""


def circle(
    placing: Placing,
    places: Sequence[Place],
    values: Sequence[str],
    colours: Mapping[str, str],
    outlines: Sequence[Floats] = (),
) -> go.Figure:
    """The points of `placing`, one for each of `places`, and a ray for each of the `values` (names, in the placing's
    order), scaled so that the longest reaches the outermost point. Models have their colours by id, cultures are grey
    diamonds, persons stars; a model is hollow when it has no outline but others have. A point's customdata is
    (id, hover text). `outlines` are the points' 95 % regions (K x 2 each, empty for none), in the order of `places`.
    What the plane loses stands above the figure."""
    reach = _reach(placing.points)
    tips = placing.directions * _scale(placing.directions, reach)
    figure = go.Figure([_rays(tips), *_regions(outlines, places, colours)])
    some = any(len(outline) for outline in outlines)
    for kind in KINDS:
        rows = [i for i, place in enumerate(places) if place.kind == kind and not np.isnan(placing.points[i]).any()]
        if rows:
            hollow = [some and kind == "model" and not len(outlines[i]) for i in rows]
            there = [places[i] for i in rows]
            named = kind == "model" and len(rows) <= MOST_NAMED
            figure.add_traces(_entries(there, colours) if named else [])
            figure.add_trace(_dots(kind, placing.points[rows], there, colours, hollow, in_legend=not named))
    edge = max([1.35 * reach, *(1.02 * float(np.abs(outline).max()) for outline in outlines if len(outline))])
    axis = {"range": [-edge, edge], "showgrid": False, "zeroline": False, "showticklabels": False}
    return finish(
        figure,
        640,
        f"{_subject(places)} on the circle of values<br><sup>{_loss(placing)}</sup>",
        margin={"l": 10, "r": 10, "t": 70, "b": 10},
        xaxis={**axis, "constrain": "domain"},
        yaxis={**axis, "scaleanchor": "x", "scaleratio": 1},
        annotations=[_name(tip, value) for tip, value in zip(tips, values, strict=True)],
    )


def _reach(points: Floats) -> float:
    known = points[~np.isnan(points).any(axis=1)]
    return max(1e-9, float(np.linalg.norm(known, axis=1).max())) if len(known) else 1.0


def _scale(directions: Floats, reach: float) -> float:
    longest = float(np.linalg.norm(directions, axis=1).max())
    return reach / longest if longest > 0 else 0.0


def _subject(places: Sequence[Place]) -> str:
    there = [KINDS[kind][0] for kind in ("model", "culture", "person") if any(place.kind == kind for place in places)]
    return " and ".join([", ".join(there[:-1]), there[-1]] if there[1:] else there).capitalize() or "Nobody yet"


def _loss(placing: Placing) -> str:
    said = f"{METHODS[placing.method]}: {100 * placing.explained:.0f} % of the variance, stress-1 {placing.stress:.2f}"
    return said if placing.method == "circle" else f"{said}; the values follow the circle by {placing.order:.2f} of 1"


def _regions(outlines: Sequence[Floats], places: Sequence[Place], colours: Mapping[str, str]) -> list[go.Scatter]:
    """One filled line a region, all behind one entry of the legend."""
    rows = [i for i, outline in enumerate(outlines) if len(outline)]
    return [_region(outlines[i], _colour(places[i], colours), i == rows[0]) for i in rows]


def _region(outline: Floats, colour: str, first: bool) -> go.Scatter:
    closed = np.vstack([outline, outline[:1]])
    return go.Scatter(
        x=closed[:, 0].tolist(),
        y=closed[:, 1].tolist(),
        mode="lines",
        line={"color": faded(colour, 0.7), "width": 1},
        fill="toself",
        fillcolor=faded(colour, 0.08),
        hoverinfo="skip",
        name="95 % regions",
        legendgroup="regions",
        showlegend=first,
    )


def _colour(place: Place, colours: Mapping[str, str]) -> str:
    return colours.get(place.id, PROFILE_COLOUR) if place.kind == "model" else PROFILE_COLOUR


def _entries(places: Sequence[Place], colours: Mapping[str, str]) -> list[go.Scatter]:
    """The legend's entry for each of the models, which share a trace."""
    size = KINDS["model"][2]
    return [
        go.Scatter(
            x=[None],
            y=[None],
            mode="markers",
            name=label(place.name),
            marker={"symbol": "circle", "size": size, "color": _colour(place, colours)},
            hoverinfo="skip",
        )
        for place in places
    ]


def _dots(
    kind: Kind,
    points: Floats,
    places: Sequence[Place],
    colours: Mapping[str, str],
    hollow: Sequence[bool],
    *,
    in_legend: bool,
) -> go.Scatter:
    name, symbol, size = KINDS[kind]
    return go.Scatter(
        x=points[:, 0].tolist(),
        y=points[:, 1].tolist(),
        mode="markers",
        name=name,
        showlegend=in_legend,
        marker={
            "symbol": [f"{symbol}-open" if open else symbol for open in hollow] if any(hollow) else symbol,
            "size": size,
            "color": [_colour(place, colours) for place in places],
            "line": {"width": 1, "color": "rgba(255,255,255,0.6)"},
        },
        customdata=[[place.id, _hover(place)] for place in places],
        # The name is in the data, never in the template: "%{x}" in a name stays as it is.
        hovertemplate="%{customdata[1]}<extra></extra>",
    )


def _hover(place: Place) -> str:
    return label(place.name) + (f"<br>{label(place.note)}" if place.note else "")


def _rays(tips: Floats) -> go.Scatter:
    ends = np.stack([np.zeros_like(tips), tips, np.full_like(tips, np.nan)], axis=1).reshape(-1, 2)
    return go.Scatter(
        x=ends[:, 0].tolist(),
        y=ends[:, 1].tolist(),
        mode="lines",
        line={"color": PROFILE_COLOUR, "width": 1},
        hoverinfo="skip",
        name="direction of a value",
    )


def _name(tip: Floats, value: str) -> dict[str, Any]:
    return {
        "x": 1.06 * float(tip[0]),
        "y": 1.06 * float(tip[1]),
        "text": label(value),
        "showarrow": False,
        "xanchor": "left" if tip[0] > 0 else "right",
        "font": {"size": 12, "color": PROFILE_COLOUR},
    }
