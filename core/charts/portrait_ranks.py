"""Scorers side by side: the place that each gives to every value."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from core.charts.style import finish


def portrait_ranks(table: pd.DataFrame, names: Mapping[str, str], scorers: Mapping[str, str], title: str) -> go.Figure:
    """`table` has a row a dimension (column dimension) and a column a scorer with its place, 1 the highest. A cell for
    each dimension (y) and scorer (x) with its place; the same colour means the same place."""
    columns = [name for name in scorers if name in table]
    places = table[columns].to_numpy()
    trace = go.Heatmap(
        z=places,
        x=[scorers[name] for name in columns],
        y=[names[dimension] for dimension in table["dimension"]],
        text=places,
        texttemplate="%{text}",
        hovertemplate="%{y}, %{x}: place %{z} of " + str(len(table)) + "<extra></extra>",
        colorscale="Cividis",
        reversescale=True,
        xgap=1,
        ygap=1,
        colorbar={"title": {"text": "place"}, "thickness": 12},
    )
    return finish(
        go.Figure([trace]),
        140 + 32 * len(table),
        title,
        xaxis={"side": "top", "showgrid": False, "automargin": True, "title": None},
        yaxis={"autorange": "reversed", "showgrid": False, "automargin": True},
        margin={"l": 10, "r": 10, "t": 90, "b": 10},
    )
