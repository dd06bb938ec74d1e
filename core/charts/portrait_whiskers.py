"""Profiles by an item bank as dots with their intervals: what the radar's areas hide."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from core.analysis.portrait.profile import Profile
from core.charts.portrait_radar import hover
from core.charts.style import GRID, PROFILE_COLOUR, finish, label
from core.items.dimensions import DIMENSIONS, of_system


def portrait_whiskers(
    found: Profile, models: Sequence[str], kind: str, colours: Mapping[str, str], title: str
) -> go.Figure:
    """Score (x, points of the six-point scale) of each dimension (y) with its 95 % interval; models of one dimension
    stand below each other. Hollow: n too small for an interval. Customdata is (model, dimension id)."""
    columns = list(of_system(kind))
    figure = go.Figure()
    for place, model in enumerate(models):
        row = found.models.index(model)
        score, low, high = (part[row, columns] for part in (found.points.score, found.low, found.high))
        offset = 0.0 if len(models) == 1 else 0.6 * (place / (len(models) - 1) - 0.5)
        known = ~np.isnan(low)
        colour = colours.get(model, PROFILE_COLOUR)
        figure.add_scatter(
            x=score.tolist(),
            y=[at + offset for at in range(len(columns))],
            mode="markers",
            name=label(model),
            marker={"size": 9, "color": colour, "symbol": ["circle" if one else "circle-open" for one in known]},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": np.where(known, high - score, 0.0).tolist(),
                "arrayminus": np.where(known, score - low, 0.0).tolist(),
                "color": colour,
                "thickness": 1.5,
            },
            customdata=[[model, DIMENSIONS[column].id] for column in columns],
            text=[hover(found, row, column) for column in columns],
            hovertemplate="%{text}<extra></extra>",
        )
    names = [DIMENSIONS[column].name for column in columns]
    axis = {"title": "points above or below the model's own mean", "gridcolor": GRID, "zerolinecolor": PROFILE_COLOUR}
    ticks = {"tickmode": "array", "tickvals": list(range(len(columns))), "ticktext": names}
    height = 150 + len(columns) * max(34, 14 * len(models))
    return finish(
        figure,
        height,
        title,
        showlegend=True,
        xaxis={**axis, "zeroline": True},
        yaxis={**ticks, "autorange": "reversed", "gridcolor": GRID, "zeroline": False, "automargin": True},
        legend={"orientation": "h", "yanchor": "top", "y": -0.22, "xanchor": "center", "x": 0.5},
    )
