"""Differences between personas as dots with their intervals, over the band that placebos reach."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.style import GRID, PALETTE, PROFILE_COLOUR, faded, finish, label


def persona_effects(rows: pd.DataFrame, values: Sequence[str], title: str) -> go.Figure:
    """Difference (x, points of the six-point scale) of each value (y) with its 95 % interval, one colour a contrast.

    `rows` has the columns contrast, value (of `values`), delta, low, high, q, band_low, band_high, items, queries and
    answers; the grey bars are the bands. Hollow: n too small for an interval. Customdata is (contrast, value).
    """
    figure = go.Figure()
    place = {value: at for at, value in enumerate(values)}
    names = list(dict.fromkeys(rows["contrast"]))
    for number, name in enumerate(names):
        mine = rows[rows["contrast"] == name]
        offset = 0.0 if len(names) == 1 else 0.6 * (number / (len(names) - 1) - 0.5)
        known = mine["low"].notna()
        colour = PALETTE[number % len(PALETTE)]
        figure.add_scatter(
            x=mine["delta"].tolist(),
            y=[place[value] + offset for value in mine["value"]],
            mode="markers",
            name=label(name),
            marker={"size": 9, "color": colour, "symbol": np.where(known, "circle", "circle-open").tolist()},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": (mine["high"] - mine["delta"]).fillna(0.0).tolist(),
                "arrayminus": (mine["delta"] - mine["low"]).fillna(0.0).tolist(),
                "color": colour,
                "thickness": 1.5,
            },
            customdata=mine[["contrast", "value"]].to_numpy().tolist(),
            text=[_hover(row) for row in mine.itertuples()],
            hovertemplate="%{text}<extra></extra>",
        )
    axis = {"title": "points of the six-point scale, first persona less second", "gridcolor": GRID}
    ticks = {"tickmode": "array", "tickvals": list(range(len(values))), "ticktext": list(values)}
    return finish(
        figure,
        170 + len(values) * max(34, 14 * len(names)),
        title,
        showlegend=True,
        shapes=_bands(rows, place),
        xaxis={**axis, "zeroline": True, "zerolinecolor": PROFILE_COLOUR},
        yaxis={**ticks, "range": [len(values) - 0.5, -0.5], "gridcolor": GRID, "zeroline": False, "automargin": True},
        legend={"orientation": "h", "yanchor": "top", "y": -0.18, "xanchor": "center", "x": 0.5},
    )


def _bands(rows: pd.DataFrame, place: dict[str, int]) -> list[dict[str, Any]]:
    """A bar a value, from one end of its band to the other."""
    look = {"type": "rect", "fillcolor": faded(PROFILE_COLOUR, 0.3), "line": {"width": 0}, "layer": "below"}
    known = rows.dropna(subset=["band_low", "band_high"]).drop_duplicates("value")
    return [
        {**look, "x0": row.band_low, "x1": row.band_high, "y0": place[row.value] - 0.42, "y1": place[row.value] + 0.42}
        for row in known.itertuples()
    ]


def _hover(row: Any) -> str:
    interval = (
        "n too small for an interval" if np.isnan(row.low) else f"95 % interval {row.low:+z.2f} to {row.high:+z.2f}"
    )
    q = "" if np.isnan(row.q) else f"<br>q = {row.q:.3f}"
    n = f"n = {row.answers} questions, {row.items} items, {row.queries} situations"
    return f"{label(row.contrast)}<br>{label(row.value)}: {row.delta:+z.2f}<br>{interval}{q}<br>{n}"
