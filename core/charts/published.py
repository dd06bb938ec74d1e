"""Published figures: the site's heat map, and its scores beside one's own runs, never to be taken for them."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.analysis.bootstrap import Floats
from core.charts.style import GRID, PROFILE_COLOUR, finish, label

# One colour for all that is published, and no filled marker: the models differ by shape.
PUBLISHED_COLOUR = "#7A7F99"
SHAPES = ("diamond-open", "square-open", "triangle-up-open", "pentagon-open", "star-open")
OWN_SHAPE = "circle"


def published_map(
    models: Sequence[str], countries: Sequence[str], figures: Floats, title: str, statistic: str
) -> go.Figure:
    """A cell for each model (y) and country (x), both in the order given, its figure written in it. Cells without one
    stay blank."""
    cells = [[None if np.isnan(cell) else float(cell) for cell in line] for line in figures]
    trace = go.Heatmap(
        z=cells,
        x=[label(name) for name in countries],
        y=[label(name) for name in models],
        text=[["" if cell is None else f"{cell:.2f}" for cell in line] for line in cells],
        texttemplate="%{text}",
        hovertemplate=f"%{{y}}<br>%{{x}}: {statistic} %{{z:.4f}}<extra></extra>",
        hoverongaps=False,
        colorscale="RdBu",
        zmid=0,
        zmin=-1,
        zmax=1,
        xgap=1,
        ygap=1,
        colorbar={"thickness": 12, "title": {"text": statistic}},
    )
    return finish(
        go.Figure([trace]),
        130 + 24 * len(models),
        title,
        xaxis={"showgrid": False, "side": "top"},
        yaxis={"autorange": "reversed", "showgrid": False, "automargin": True},
        margin={"l": 10, "r": 10, "t": 78, "b": 10},
    )


def beside(
    rows: pd.DataFrame, names: Mapping[str, str], published: str, colours: Mapping[str, str], centred: bool
) -> go.Figure:
    """Scores (x) of each value (y): hollow grey shapes for what is `published` (the source's label in `rows`, see
    runs.published.side_by_side), filled circles with intervals for one's own runs. `names` are the values' by id, in
    their order. A point's customdata is (model, source, value id)."""
    figure = go.Figure()
    groups = list(rows.groupby(["source", "model"], sort=False))
    places = {value: at for at, value in enumerate(names)}
    shapes = iter(SHAPES * (1 + len(groups) // len(SHAPES)))
    for at, (key, group) in enumerate(groups):
        source, model = str(key[0]), str(key[1])
        offset = 0.0 if len(groups) == 1 else 0.6 * (at / (len(groups) - 1) - 0.5)
        own = source != published
        colour = colours.get(model, PROFILE_COLOUR) if own else PUBLISHED_COLOUR
        figure.add_scatter(
            x=group["score"].tolist(),
            y=[places[value] + offset for value in group["value"]],
            mode="markers",
            name=f"{label(model)} ({source})",
            marker={"size": 9, "color": colour, "symbol": OWN_SHAPE if own else next(shapes), "line": {"width": 2}},
            error_x=_interval(group, colour) if own else None,
            customdata=[[model, source, value] for value in group["value"]],
            text=[_hover(row, names) for row in group.to_dict("records")],
            hovertemplate="%{text}<extra></extra>",
        )
    unit = "points of 100 above or below the model's own mean" if centred else "points of 100"
    ticks = {"tickmode": "array", "tickvals": list(places.values()), "ticktext": list(names.values())}
    title = "Published scores beside your runs" if (rows["source"] != published).any() else "Published scores"
    return finish(
        figure,
        170 + len(places) * max(34, 13 * len(groups)),
        title + (", each model against its own mean" if centred else ""),
        showlegend=True,
        xaxis={"title": unit, "gridcolor": GRID, "zeroline": centred, "zerolinecolor": PROFILE_COLOUR},
        yaxis={**ticks, "range": [len(places) - 0.5, -0.5], "gridcolor": GRID, "zeroline": False, "automargin": True},
        legend={"orientation": "h", "yanchor": "top", "y": -0.15, "xanchor": "center", "x": 0.5},
    )


def _interval(group: pd.DataFrame, colour: str) -> dict[str, object]:
    return {
        "type": "data",
        "symmetric": False,
        "array": (group["high"] - group["score"]).fillna(0.0).tolist(),
        "arrayminus": (group["score"] - group["low"]).fillna(0.0).tolist(),
        "color": colour,
        "thickness": 1.5,
    }


def _hover(row: Mapping[str, object], names: Mapping[str, str]) -> str:
    text = f"{label(str(row['model']))} ({row['source']})<br>{names[str(row['value'])]}: {row['score']:.1f}"
    if pd.isna(row["n_items"]):
        return f"{text}<br>neither n nor interval is published"
    if pd.isna(row["low"]):
        return f"{text}<br>n = {row['n_items']} scenarios: too few for an interval"
    return f"{text}, 95 % interval {row['low']:.1f} to {row['high']:.1f}<br>n = {row['n_items']} scenarios"
