"""The ranked models: a dot with its interval each, best on top, sets that cannot be told apart on one ground."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.analysis.alignment import STATISTICS, Ranking
from core.charts.style import GRID, PROFILE_COLOUR, finish, label


def ranking(ranked: Ranking, colours: Mapping[str, str]) -> go.Figure:
    """Alignment (x) of each model (y) with its 95 % interval; a light band marks every other group."""
    table = ranked.table.iloc[::-1]
    figure = go.Figure()
    for row in table.itertuples():
        figure.add_scatter(
            x=[row.alignment],
            y=[label(row.model)],
            mode="markers",
            marker={"size": 11, "color": colours.get(row.model, PROFILE_COLOUR)},
            error_x=_bar(row, colours),
            hovertemplate=f"{label(row.model)}<br>{_hover(row)}<extra></extra>",
            showlegend=False,
        )
    _shade_groups(figure, table)
    name = STATISTICS[ranked.statistic][0]
    return finish(
        figure,
        110 + 34 * len(table),
        f"Alignment with the profile: {name.lower()}",
        xaxis={"title": _unit(ranked.statistic), "gridcolor": GRID, "zeroline": True, "zerolinecolor": GRID},
        yaxis={"type": "category", "gridcolor": GRID, "automargin": True},
    )


def _bar(row: object, colours: Mapping[str, str]) -> dict[str, object]:
    low, high, mid = (float(getattr(row, name)) for name in ("low", "high", "alignment"))
    if np.isnan(low):
        return {"visible": False}
    colour = colours.get(str(getattr(row, "model", "")), PROFILE_COLOUR)
    return {"type": "data", "symmetric": False, "array": [high - mid], "arrayminus": [mid - low], "color": colour}


def _hover(row: object) -> str:
    alignment, low, high = (float(getattr(row, name)) for name in ("alignment", "low", "high"))
    n = f"n = {getattr(row, 'n_items', 0)} scenarios"
    if np.isnan(low):
        return f"{alignment:.2f}<br>{n}: too few for an interval"
    ranks = f"rank {getattr(row, 'rank_low', 0)} to {getattr(row, 'rank_high', 0)}"
    return f"{alignment:.2f}, 95 % interval {low:.2f} to {high:.2f}<br>{ranks}<br>{n}"


def _shade_groups(figure: go.Figure, table: pd.DataFrame) -> None:
    for group in table["group"].unique():
        if group % 2:
            places = np.flatnonzero((table["group"] == group).to_numpy())
            figure.add_hrect(
                y0=places.min() - 0.5, y1=places.max() + 0.5, fillcolor=GRID, opacity=0.35, line_width=0, layer="below"
            )


def _unit(statistic: str) -> str:
    if statistic.endswith("match"):
        return "correlation over the values, -1 to 1"
    return "Σ weight × score, in points of the score" if statistic == "weighted_sum" else "points of score × weight"
