"""Rank acceptability: for what share of the weightings each model comes first, second, and so on."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.analysis.robustness import Acceptability
from core.charts.style import GRID, finish, label

# One hue from strong to faint: rank is an order, and no rank is good or bad in itself.
RANK_COLOURS = ("#225588", "#4477AA", "#7199C2", "#9DB9D6", "#C6D6E6")
LATER_COLOUR = "rgba(128,128,128,0.35)"


def acceptability(found: Acceptability, weightings: str) -> go.Figure:
    """A bar a model, stacked by rank, most often first on top; ranks beyond the fifth share a segment. `weightings`
    says which weightings were drawn ("all weightings"). A point's customdata is (model, hover text). Models that cannot
    be ranked have a name and no bar."""
    rows = [int(m) for m in found.order[::-1]]
    figure = go.Figure([_segment(found, rows, rank) for rank in range(min(found.ranks.shape[1], len(RANK_COLOURS)))])
    if found.ranks.shape[1] > len(RANK_COLOURS):
        figure.add_trace(_later(found, rows))
    ticks = {"tickmode": "array", "tickvals": list(range(len(rows))), "range": [-0.5, len(rows) - 0.5]}
    return finish(
        figure,
        140 + 30 * len(rows),
        f"How often each model comes first, second, … over {label(weightings)}",
        barmode="stack",
        bargap=0.25,
        xaxis={"range": [0, 100], "gridcolor": GRID, "side": "top", "ticksuffix": " %"},
        yaxis={**ticks, "ticktext": [label(found.models[m]) for m in rows], "automargin": True},
        legend={"orientation": "h", "y": 0, "yanchor": "top", "x": 0, "traceorder": "normal"},
        margin={"l": 10, "r": 20, "t": 70, "b": 10},
    )


def _segment(found: Acceptability, rows: Sequence[int], rank: int) -> go.Bar:
    shares = 100 * found.ranks[rows, rank]
    return _bar(found, rows, shares, f"rank {rank + 1}", RANK_COLOURS[rank], rank == 0)


def _later(found: Acceptability, rows: Sequence[int]) -> go.Bar:
    shares = 100 * found.ranks[rows, len(RANK_COLOURS) :].sum(axis=1)
    return _bar(found, rows, shares, f"rank {len(RANK_COLOURS) + 1} or later", LATER_COLOUR, False)


def _bar(found: Acceptability, rows: Sequence[int], shares: Any, name: str, colour: str, first: bool) -> go.Bar:
    hover = [_hover(found, m, share, name, first) for m, share in zip(rows, shares, strict=True)]
    return go.Bar(
        x=shares.tolist(),
        y=list(range(len(rows))),
        orientation="h",
        name=name,
        marker={"color": colour},
        customdata=[[found.models[m], text] for m, text in zip(rows, hover, strict=True)],
        # The model's name is in the data, never in the template: "%{x}" in a name stays as it is.
        hovertemplate="%{customdata[1]}<extra></extra>",
    )


def _hover(found: Acceptability, m: int, share: float, name: str, first: bool) -> str:
    text = f"{label(found.models[m])}<br>{name} for {share:.1f} % of the weightings"
    if first and not np.isnan(found.confidence[m]):
        text += f"<br>first in {100 * found.confidence[m]:.0f} % of the resamples at its central weights"
    return text
