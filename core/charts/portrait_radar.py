"""Profiles by an item bank around a circle: scores are differences from the model's own mean, so a ring marks zero."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from core.analysis.portrait.profile import Profile
from core.charts.style import GRID, PROFILE_COLOUR, faded, finish, label
from core.items.dimensions import DIMENSIONS, of_system


def portrait_radar(
    found: Profile, models: Sequence[str], kind: str, colours: Mapping[str, str], dashes: Mapping[str, str], title: str
) -> go.Figure:
    """One closed line a model with its 95 % band, over one system's dimensions; the dotted ring is the model's own mean
    (0). The centre is the lowest end of the scale drawn, so areas mean nothing. Customdata is (model, dimension id)."""
    columns = list(of_system(kind))
    names = [DIMENSIONS[column].name for column in columns]
    rows = [found.models.index(model) for model in models]
    low, high = _range(found, rows, columns)
    figure = go.Figure()
    for model, row in zip(models, rows, strict=True):
        colour = colours.get(model, PROFILE_COLOUR)
        _add_band(figure, found, row, columns, names, colour)
        score = found.points.score[row, columns]
        figure.add_scatterpolar(
            r=[*score, score[0]],
            theta=[*names, names[0]],
            mode="lines+markers",
            line={"color": colour, "dash": dashes.get(model, "solid"), "width": 2},
            name=label(model),
            customdata=[[model, DIMENSIONS[column].id] for column in (*columns, columns[0])],
            text=[hover(found, row, column) for column in (*columns, columns[0])],
            hovertemplate="%{theta}<br>%{text}<extra></extra>",
        )
    ring = {"color": PROFILE_COLOUR, "dash": "dot", "width": 1.5}
    around = [*names, names[0]]
    figure.add_scatterpolar(
        r=[0] * len(around), theta=around, mode="lines", line=ring, name="own mean", hoverinfo="skip"
    )
    ticks = {"gridcolor": GRID, "linecolor": GRID}
    return finish(
        figure,
        560,
        title,
        margin={"l": 70, "r": 70, "t": 60, "b": 30},
        dragmode="zoom",
        showlegend=True,
        polar={
            "bgcolor": "rgba(0,0,0,0)",
            "radialaxis": {"range": [low, high], "angle": 72, "tickangle": 72, "nticks": 6, **ticks},
            "angularaxis": {"direction": "clockwise", "rotation": 90, **ticks},
        },
    )


def hover(found: Profile, row: int, column: int) -> str:
    """A score in words, with its interval and on how much it rests."""
    points = found.points
    score, low, high = points.score[row, column], found.low[row, column], found.high[row, column]
    rests = (
        f"{label(found.models[row])}<br>{points.n_items[row, column]} items of {points.n_queries[row, column]} queries"
    )
    if np.isnan(score):
        return f"no score<br>{rests}"
    if np.isnan(low):
        return f"{score:+z.2f} points, n too small for an interval<br>{rests}"
    return f"{score:+z.2f} points, 95 % interval {low:+z.2f} to {high:+z.2f}<br>{rests}"


def _range(found: Profile, rows: Sequence[int], columns: Sequence[int]) -> tuple[float, float]:
    """Symmetric about zero, so that the ring lies half-way out."""
    cells = np.concatenate(
        [part[np.ix_(rows, columns)].reshape(-1) for part in (found.points.score, found.low, found.high)]
    )
    known = np.abs(cells[~np.isnan(cells)])
    reach = max(float(known.max(initial=0.0)) * 1.05, 0.5)
    return -reach, reach


def _add_band(
    figure: go.Figure, found: Profile, row: int, columns: Sequence[int], names: Sequence[str], colour: str
) -> None:
    low, high = found.low[row, columns], found.high[row, columns]
    if np.isnan(low).any():
        return
    figure.add_scatterpolar(
        r=[*high, high[0], low[0], *low[::-1]],
        theta=[*names, names[0], names[0], *names[::-1]],
        mode="lines",
        fill="toself",
        fillcolor=faded(colour, 0.12),
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
    )
