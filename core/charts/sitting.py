"""A model that sits a pool: its standard errors as they fall, and the profile they lead to."""

import pandas as pd
import plotly.graph_objects as go

from core.charts.style import GRID, PALETTE, PROFILE_COLOUR, finish, label


def errors(steps: pd.DataFrame, target: float) -> go.Figure:
    """Columns step, value, error (share of opinions): one line a value, in points of 100, and the target."""
    figure = go.Figure()
    for place, (value, rows) in enumerate(steps.groupby("value", sort=False)):
        figure.add_scatter(
            x=rows["step"],
            y=100 * rows["error"],
            mode="lines",
            name=label(str(value)),
            line={"color": PALETTE[place % len(PALETTE)], "dash": "solid" if place < len(PALETTE) else "dot"},
            hovertemplate=f"{label(str(value))}: ±%{{y:.1f}} points after %{{x}} questions<extra></extra>",
        )
    figure.add_hline(y=100 * target, line={"color": PROFILE_COLOUR, "dash": "dash"})
    return finish(
        figure,
        400,
        "Standard error of each value's score, question by question",
        xaxis={"title": "questions asked", "gridcolor": GRID, "tickformat": "d", "minallowed": 0},
        legend={"orientation": "v", "x": 1.01, "xanchor": "left", "y": 1, "yanchor": "top"},
        yaxis={"title": "standard error (points)", "gridcolor": GRID, "rangemode": "tozero"},
    )


def profile(table: pd.DataFrame, model: str) -> go.Figure:
    """Columns value, score, low, high, pool, n: the model's scores with intervals, beside the mean of the panel."""
    figure = go.Figure()
    figure.add_scatter(
        x=100 * table["pool"],
        y=[label(value) for value in table["value"]],
        mode="markers",
        name="mean of the panel",
        marker={"symbol": "line-ns-open", "size": 14, "color": PROFILE_COLOUR},
        hovertemplate="%{y}: panel's mean %{x:.1f} %<extra></extra>",
    )
    figure.add_scatter(
        x=100 * table["score"],
        y=[label(value) for value in table["value"]],
        mode="markers",
        name=label(model),
        marker={"size": 10, "color": PALETTE[0]},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": 100 * (table["high"] - table["score"]),
            "arrayminus": 100 * (table["score"] - table["low"]),
        },
        customdata=table[["low", "high", "n"]] * [100, 100, 1],
        hovertemplate="%{y}: %{x:.1f} % [%{customdata[0]:.1f}, %{customdata[1]:.1f}], n = %{customdata[2]}"
        "<extra></extra>",
    )
    return finish(
        figure,
        430,
        "Opinions that show each value, estimated for the whole pool",
        xaxis={"title": "opinions (%), with 95 % intervals", "gridcolor": GRID, "range": [0, 100]},
        yaxis={"autorange": "reversed", "automargin": True},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 1, "xanchor": "right"},
    )
