"""The ranked models: a dot with its interval each, best on top, sets that cannot be told apart on one ground."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.analysis.alignment import STATISTICS, Ranking
from core.charts.style import GRID, PROFILE_COLOUR, faded, finish, label

BARS = "; thick bar: worst to best case, thin bar: 95 % interval"


def ranking(ranked: Ranking, colours: Mapping[str, str], cases: pd.DataFrame | None = None) -> go.Figure:
    """Alignment (x) of each model (y) with its 95 % interval; a light band marks every other group. `cases` (columns
    model, worst, best) adds a thick bar from the worst to the best case. A point's customdata is its model. All models
    share a trace (those without interval another): fifty traces are slow to make.
    """
    table = ranked.table if cases is None else ranked.table.merge(cases, on="model")
    table = table.iloc[::-1]
    known = table["low"].notna()
    traces = [_dots(rows, colours) for rows in (table[known], table[~known]) if len(rows)]
    if cases is not None:
        traces = [_reach(table), *traces]
    order = {"categoryorder": "array", "categoryarray": [label(model) for model in table["model"]]}
    return finish(
        go.Figure(traces),
        (110 if cases is None else 135) + 34 * len(table),
        heading(ranked.statistic),
        xaxis={
            "title": axis_title(ranked.statistic, cases is not None).replace("; ", "<br>"),
            "gridcolor": GRID,
            "zeroline": True,
            "zerolinecolor": GRID,
        },
        yaxis={"type": "category", "gridcolor": GRID, "automargin": True, **order},
        shapes=_grounds(table),
    )


def _dots(rows: pd.DataFrame, colours: Mapping[str, str]) -> go.Scatter:
    """The rows' models; with error bars unless theirs are unknown."""
    bar: dict[str, Any] = {"visible": False}
    if rows["low"].notna().all():
        up, down = rows["high"] - rows["alignment"], rows["alignment"] - rows["low"]
        ends = {"array": up.tolist(), "arrayminus": down.tolist()}
        bar = {"type": "data", "symmetric": False, "color": PROFILE_COLOUR, **ends}
    return go.Scatter(
        x=rows["alignment"].tolist(),
        y=[label(model) for model in rows["model"]],
        mode="markers",
        marker={"size": 11, "color": [colours.get(model, PROFILE_COLOUR) for model in rows["model"]]},
        error_x=bar,
        text=["<br>".join(words(row)) for row in rows.itertuples()],
        customdata=rows["model"].tolist(),
        hovertemplate="%{y}<br>%{text}<extra></extra>",
        showlegend=False,
    )


def _reach(table: pd.DataFrame) -> go.Scatter:
    """A bar a model, all in one line that breaks between them, behind the dots."""
    ends = [x for row in table.itertuples() for x in (row.worst, row.best, None)]
    return go.Scatter(
        x=ends,
        y=[name for model in table["model"] for name in [label(model)] * 3],
        mode="lines+markers",
        line={"width": 12, "color": faded(PROFILE_COLOUR, 0.4)},
        marker={"size": 12, "opacity": 0},  # lines alone would touch the figure's edges
        name="worst to best case",
        hoverinfo="skip",
        showlegend=False,
    )


def heading(statistic: str) -> str:
    """What a ranking by this statistic is called."""
    return f"Alignment with the profile: {STATISTICS[statistic][0]}"


def axis_title(statistic: str, with_cases: bool = False) -> str:
    """The unit of a statistic and, with worst and best cases, which bar is which."""
    return _unit(statistic) + (BARS if with_cases else "")


def words(row: Any) -> list[str]:
    """What a row of a ranking's table says, a line each: its alignment, the ranks it may have, its n, and its worst and
    best case where it has them."""
    lines = [f"{row.alignment:z.2f}, n too small for an interval"]
    if np.isnan(row.alignment):
        lines = ["no alignment: it is not defined for these scores and weights"]
    elif not np.isnan(row.low):
        interval = f"95 % interval {row.low:z.2f} to {row.high:z.2f}"
        lines = [f"{row.alignment:z.2f}, {interval}", f"rank {row.rank_low} to {row.rank_high}"]
    lines.append(f"n = {row.n_items} scenarios")
    if hasattr(row, "worst"):
        lines.append(f"worst to best case {row.worst:z.2f} to {row.best:z.2f}")
    return lines


def _grounds(table: pd.DataFrame) -> list[dict[str, Any]]:
    """A rectangle behind each odd group, over the whole width."""
    look = {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "fillcolor": GRID, "opacity": 0.35, "layer": "below"}
    found = []
    for group in table["group"].unique():
        if group % 2:
            places = np.flatnonzero((table["group"] == group).to_numpy())
            found.append({**look, "y0": places.min() - 0.5, "y1": places.max() + 0.5, "line": {"width": 0}})
    return found


def _unit(statistic: str) -> str:
    if statistic.endswith("match"):
        return "correlation over the values, -1 to 1"
    if statistic == "distance":
        return "minus the mean difference in standard deviations, -2 to 0"
    return "Σ weight × score, in points of the score" if statistic == "weighted_sum" else "points of score × weight"
