"""Scores of models on values as dots with their intervals, and one model's profile from two sets of items."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.analysis.scores import Scores
from core.charts.style import GRID, PALETTE, PROFILE_COLOUR, finish, label


def standing(
    scores: Scores, names: Mapping[str, str], colours: Mapping[str, str], title: str, unit: str, middle: bool
) -> go.Figure:
    """Score (x, 0 to 100, in `unit`) of each value (y) with its 95 % interval; models of one value stand below each
    other. `middle` marks 50, where nobody beats anybody. Hollow: n too small for an interval. Customdata is (model,
    value id)."""
    figure = go.Figure()
    for m, model in enumerate(scores.models):
        known = ~np.isnan(scores.low[m])
        texts = [_hover(scores, m, v, names[value]) for v, value in enumerate(scores.values)]
        _dots(figure, label(model), colours.get(model, PROFILE_COLOUR), _shift(m, len(scores.models)))
        figure.data[-1].update(
            x=scores.mean[m].tolist(),
            y=[v + _shift(m, len(scores.models)) for v in range(len(scores.values))],
            marker_symbol=np.where(known, "circle", "circle-open").tolist(),
            error_x_array=np.where(known, scores.high[m] - scores.mean[m], 0.0).tolist(),
            error_x_arrayminus=np.where(known, scores.mean[m] - scores.low[m], 0.0).tolist(),
            customdata=[[model, value] for value in scores.values],
            text=texts,
        )
    lines = [{"type": "line", "x0": 50, "x1": 50, "yref": "paper", "y0": 0, "y1": 1}] if middle else []
    shapes = [{**line, "line": {"color": PROFILE_COLOUR, "dash": "dot", "width": 1.5}} for line in lines]
    ticks = [names[value] for value in scores.values]
    return _finished(figure, title, ticks, len(scores.models), unit, shapes=shapes, x={"range": [-2, 102]})


def double(frame: pd.DataFrame, names: Mapping[str, str], sides: tuple[str, str], title: str, unit: str) -> go.Figure:
    """A dumbbell a value (y): the score (x, in `unit`) on either of the `sides`, with 95 % intervals. `frame` as of
    core.analysis.double_profile.DoubleProfile.frame."""
    figure = go.Figure()
    ends = [x for row in frame.to_dict("records") for x in (row[sides[0]], row[sides[1]], None)]
    figure.add_scatter(
        x=ends,
        y=[y for at in range(len(frame)) for y in (at - 0.14, at + 0.14, None)],
        mode="lines",
        line={"color": PROFILE_COLOUR, "width": 2},
        hoverinfo="skip",
        showlegend=False,
    )
    for place, side in enumerate(sides):
        low, high = frame[f"{side}_low"], frame[f"{side}_high"]
        _dots(figure, side, PALETTE[place], 0.0)
        figure.data[-1].update(
            x=frame[side].tolist(),
            y=[at + (0.14 if place else -0.14) for at in range(len(frame))],
            error_x_array=(high - frame[side]).fillna(0.0).tolist(),
            error_x_arrayminus=(frame[side] - low).fillna(0.0).tolist(),
            text=[_side(row, side, names[str(row["value"])]) for row in frame.to_dict("records")],
        )
    return _finished(figure, title, [names[value] for value in frame["value"]], 2, unit)


def _dots(figure: go.Figure, name: str, colour: str, shift: float) -> None:
    figure.add_scatter(
        mode="markers",
        name=name,
        marker={"size": 9, "color": colour},
        error_x={"type": "data", "symmetric": False, "color": colour, "thickness": 1.5},
        hovertemplate="%{text}<extra></extra>",
    )


def _shift(place: int, of: int) -> float:
    return 0.0 if of == 1 else 0.6 * (place / (of - 1) - 0.5)


def _finished(figure: go.Figure, title: str, ticks: list[str], per_value: int, unit: str, **layout: Any) -> go.Figure:
    height = 160 + len(ticks) * max(34, 14 * per_value)
    axis = {"title": unit, "gridcolor": GRID, "zeroline": True, "zerolinecolor": PROFILE_COLOUR, **layout.pop("x", {})}
    return finish(
        figure,
        height,
        title,
        showlegend=True,
        xaxis=axis,
        yaxis={
            "tickmode": "array",
            "tickvals": list(range(len(ticks))),
            "ticktext": ticks,
            "range": [len(ticks) - 0.5, -0.5],
            "gridcolor": GRID,
            "zeroline": False,
            "automargin": True,
        },
        legend={"orientation": "h", "yanchor": "top", "y": -70 / height, "xanchor": "center", "x": 0.5},
        **layout,
    )


def _hover(scores: Scores, m: int, v: int, name: str) -> str:
    interval = (
        "n too small for an interval"
        if np.isnan(scores.low[m, v])
        else f"95 % interval {scores.low[m, v]:.1f} to {scores.high[m, v]:.1f}"
    )
    n = f"scored {scores.n_items[m, v]} of {scores.n_asked[m, v]} questions"
    return f"{label(scores.models[m])}<br>{label(name)}: {scores.mean[m, v]:.1f}<br>{interval}<br>{n}"


def _side(row: Mapping[Any, Any], side: str, name: str) -> str:
    low, high = row[f"{side}_low"], row[f"{side}_high"]
    interval = "n too small for an interval" if low != low else f"95 % interval {low:+z.1f} to {high:+z.1f}"
    return f"{label(side)}<br>{label(name)}: {row[side]:+z.1f}<br>{interval}<br>n = {row[f'{side}_n']} questions"
