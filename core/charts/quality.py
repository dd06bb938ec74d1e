"""How well recognisers read: a figure by value, the reliability diagram, the confusion matrix."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.analysis.classification import Bin
from core.analysis.estimates import Codes
from core.charts.style import GRID, PALETTE, PROFILE_COLOUR, finish, label

SPREAD = 0.6  # of the room between two values that the recognisers share


def by_value(
    table: pd.DataFrame, values: Mapping[str, str], title: str, line: tuple[float, str] | None = None
) -> go.Figure:
    """One figure (x, 0 to 1) of each value (y, first on top), a colour a recogniser. `table` has columns series,
    shipped, value, estimate, low, high, note; `values` names by id; `line` is a threshold with its name. Shipped
    figures are hollow and have no interval."""
    order = {value: place for place, value in enumerate(values)}
    series = list(dict.fromkeys(table["series"]))
    figure = go.Figure()
    for place, name in enumerate(series):
        rows = table[(table["series"] == name) & table["value"].isin(order) & table["estimate"].notna()]
        if rows.empty:
            continue
        shift = SPREAD * ((place + 0.5) / len(series) - 0.5)
        figure.add_trace(_dots(rows, order, shift, name, PALETTE[place % len(PALETTE)]))
    if line is not None:
        figure.add_vline(
            line[0],
            line={"color": PROFILE_COLOUR, "dash": "dash", "width": 1.5},
            annotation={"text": line[1], "yanchor": "bottom", "font": {"size": 11}},
            annotation_position="top",
        )
    ticks = {"tickmode": "array", "tickvals": list(range(len(order))), "ticktext": list(values.values())}
    return finish(
        figure,
        160 + (26 + 12 * len(series)) * len(order),
        title,
        xaxis={"range": [0, 1.02], "gridcolor": GRID, "title": "bar: 95 % interval"},
        yaxis={**ticks, "range": [len(order) - 0.5, -0.5], "gridcolor": GRID, "automargin": True},
        legend={"orientation": "h", "y": -0.12, "yanchor": "top", "x": 0, "xanchor": "left"},
        margin={"l": 10, "r": 20, "t": 70, "b": 10},
    )


def _dots(rows: pd.DataFrame, order: Mapping[str, int], shift: float, name: str, colour: str) -> go.Scatter:
    shipped = bool(rows["shipped"].iloc[0])
    up, down = (rows["high"] - rows["estimate"]).fillna(0), (rows["estimate"] - rows["low"]).fillna(0)
    return go.Scatter(
        x=rows["estimate"].tolist(),
        y=[order[value] + shift for value in rows["value"]],
        mode="markers",
        name=label(name),
        marker={"size": 9, "color": colour, "symbol": "diamond-open" if shipped else "circle"},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": up.tolist(),
            "arrayminus": down.tolist(),
            "color": colour,
            "visible": not shipped,
        },
        text=rows["note"].tolist(),
        hovertemplate="%{fullData.name}<br>%{text}<extra></extra>",
    )


def reliability(bins: Sequence[Bin], title: str) -> go.Figure:
    """Share of texts that hold the value (y) against the probability that was given (x), a point a bin with its Wilson
    interval and its count beside it; on the dashed line, what was promised is what is found."""
    chance, share = [one.probability for one in bins], [one.share for one in bins]
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": PROFILE_COLOUR, "dash": "dash"}, hoverinfo="skip"
    )
    figure.add_scatter(
        x=chance,
        y=share,
        mode="lines+markers+text",
        line={"color": PALETTE[0], "width": 1.5},
        marker={"size": 9},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [one.high - one.share for one in bins],
            "arrayminus": [one.share - one.low for one in bins],
        },
        text=[f"{one.n:,}" for one in bins],
        textposition="top left",
        textfont={"size": 10},
        cliponaxis=False,
        hovertemplate="probability %{x:.2f}<br>share %{y:.2f}<br>n = %{text}<extra></extra>",
    )
    axis = {"range": [0, 1.02], "gridcolor": GRID, "zeroline": False}
    return finish(
        figure,
        420,
        title,
        showlegend=False,
        xaxis={"title": "probability given (mean of the bin)", **axis},
        yaxis={"title": "share of texts that hold the value", **axis},
    )


def confusion_matrix(counts: Codes, kinds: Sequence[str], title: str) -> go.Figure:
    """Labels (rows) against verdicts (columns): counts, coloured by their share of the row."""
    total = counts.sum(axis=1, keepdims=True)
    share = np.divide(counts, total, out=np.zeros(counts.shape), where=total > 0)
    figure = go.Figure(
        go.Heatmap(
            z=share.tolist(),
            x=list(kinds),
            y=list(kinds),
            text=[
                [f"{n:,}<br>{part:.0%}" for n, part in zip(*row, strict=True)]
                for row in zip(counts, share, strict=True)
            ],
            texttemplate="%{text}",
            textfont={"color": PROFILE_COLOUR, "size": 13},
            colorscale=[[0, "rgba(68,119,170,0)"], [1, "rgba(68,119,170,0.3)"]],
            zmin=0,
            zmax=1,
            showscale=False,
            hovertemplate="labelled %{y}, read %{x}: %{text}<extra></extra>",
        )
    )
    return finish(
        figure,
        420,
        title,
        xaxis={"title": "as read", "side": "bottom"},
        yaxis={"title": "as labelled", "autorange": "reversed", "automargin": True},
    )
