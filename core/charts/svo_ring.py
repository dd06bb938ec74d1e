"""The ring of divisions between oneself and another: six sliders, the types' sectors, and where choices point.

Axes as in Murphy, Ackermann & Handgraaf (2011), figure 1: to the right more for oneself, upwards more for the other.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.analysis.bootstrap import Floats
from core.charts.style import GRID, PALETTE, PROFILE_COLOUR, faded, finish
from core.methods.hvae.angles import CENTRE, ORIENTATIONS, sectors
from core.methods.hvae.payoffs import of_kind

RADIUS = 50.0
COLOURS: Mapping[str, str] = {"": PROFILE_COLOUR, **dict(zip(ORIENTATIONS, PALETTE, strict=False))}
DASHES = ("solid", "dash", "dot", "dashdot")
HEIGHT = 560


@dataclass(frozen=True)
class Vector:
    """Where the choices of one condition point: `theta` in degrees with its interval (NaN: none) over `n` repetitions;
    `target` is the orientation the model was told to hold, "" for none; `points` (n x 2) are the mean divisions of the
    repetitions; `note` stands below on hover."""

    name: str
    target: str
    theta: float
    low: float
    high: float
    n: int
    points: Floats
    note: str = ""


def svo_ring(vectors: Sequence[Vector], title: str) -> go.Figure:
    """A vector for each condition, with a wedge for its 95 % interval and a dot for each repetition."""
    figure = go.Figure([_ring(), *_sliders(), *_borders()])
    seen: dict[str, int] = {}
    for vector in vectors:
        dash = DASHES[seen.get(vector.target, 0) % len(DASHES)]
        seen[vector.target] = seen.get(vector.target, 0) + 1
        figure.add_traces(_drawn(vector, dash))
    axis = {"gridcolor": GRID, "zeroline": False, "dtick": 25}
    return finish(
        figure,
        HEIGHT,
        title,
        xaxis={"title": "for oneself (payoff)", **axis, "range": [-8, 145], "constrain": "domain"},
        yaxis={
            "title": "for the other (payoff)",
            **axis,
            "range": [-8, 118],
            "scaleanchor": "x",
            "constrain": "domain",
        },
        annotations=_names(),
        legend={"orientation": "h", "yanchor": "top", "y": -0.14, "xanchor": "center", "x": 0.5},
    )


def _at(theta: float, radius: float = RADIUS) -> tuple[float, float]:
    turned = math.radians(theta)
    return CENTRE + radius * math.cos(turned), CENTRE + radius * math.sin(turned)


def _arc(low: float, high: float, radius: float = RADIUS) -> list[tuple[float, float]]:
    return [_at(float(theta), radius) for theta in np.linspace(low, high, max(3, int(abs(high - low)) + 2))]


def _line(points: Sequence[tuple[float, float]], colour: str, **more: object) -> go.Scatter:
    x, y = zip(*points, strict=True)
    mode = {"mode": "lines", "hoverinfo": "skip", "showlegend": False, **more}
    return go.Scatter(x=list(x), y=list(y), line={"color": colour, "width": 1}, **mode)


def _ring() -> go.Scatter:
    return _line(_arc(-180, 180), GRID, name="ring")


def _sliders() -> list[go.Scatter]:
    return [_line(slider.ends, faded(PROFILE_COLOUR, 0.6), name=slider.id) for slider in of_kind("primary")]


def _borders() -> list[go.Scatter]:
    edges = sorted({edge for interval in sectors().values() for edge in interval})[1:-1]
    rays = [_line([(CENTRE, CENTRE), _at(edge, RADIUS * 1.1)], PROFILE_COLOUR, name="border") for edge in edges]
    for ray in rays:
        ray.line.dash = "dot"
    return rays


def _names() -> list[dict[str, object]]:
    found = []
    for name, (low, high) in sectors().items():
        x, y = _at((low + high) / 2, RADIUS * 1.08)
        found.append({"x": x, "y": y, "text": name, "showarrow": False, "xanchor": "left", "font": {"size": 11}})
    return found


def _drawn(vector: Vector, dash: str) -> list[go.Scatter]:
    if math.isnan(vector.theta):
        return []
    colour = COLOURS[vector.target]
    group = {"legendgroup": vector.name}
    known = not math.isnan(vector.low)
    interval = f"95 % interval {vector.low:.1f}° to {vector.high:.1f}°" if known else "no interval: too few repetitions"
    text = f"{vector.name}<br>{vector.theta:.1f}°, {interval}<br>n = {vector.n} repetitions"
    text += f"<br>{vector.note}" if vector.note else ""
    tip = _at(vector.theta)
    traces = []
    if known:
        wedge = [(CENTRE, CENTRE), *_arc(vector.low, vector.high), (CENTRE, CENTRE)]
        fill = {"fill": "toself", "fillcolor": faded(colour, 0.18), "name": "wedge", **group}
        traces.append(_line(wedge, faded(colour, 0.0), **fill))
    x, y = ([float(cell) for cell in column] for column in vector.points.T)
    dots = {"size": 5, "color": faded(colour, 0.7)}
    traces.append(go.Scatter(x=x, y=y, mode="markers", marker=dots, hoverinfo="skip", showlegend=False, **group))
    traces.append(
        go.Scatter(
            x=[CENTRE, tip[0]],
            y=[CENTRE, tip[1]],
            mode="lines+markers",
            name=vector.name,
            line={"color": colour, "width": 3, "dash": dash},
            marker={"size": [0, 11], "symbol": "circle"},
            text=[text, text],
            customdata=[vector.name, vector.name],
            hovertemplate="%{text}<extra></extra>",
            **group,
        )
    )
    return traces
