"""How far models follow the values they are told to hold: bars by target, with and without a goal."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from core.charts.style import GRID, PROFILE_COLOUR, finish, label
from core.methods.hvae.angles import ORIENTATIONS
from core.methods.hvae.conditions import condition_of

PATTERNS = {(False, False): "", (False, True): "/", (True, False): ".", (True, True): "x"}
WAYS = {
    (False, False): "told",
    (False, True): "told, with goal",
    (True, False): "own words",
    (True, True): "own words, with goal",
}


def value_rationality(table: pd.DataFrame, colours: Mapping[str, str]) -> go.Figure:
    """Value rationality over chance (y: 0 random answers, 1 perfect) by target (x): a bar a model and way of telling.
    `table` has the columns of core.analysis.value_rationality; the natural condition is left out."""
    induced = table[table["condition"] != "natural"]
    figure = go.Figure()
    for model in dict.fromkeys(induced["model"]):
        of = induced[induced["model"] == model]
        ways = [(condition_of(name).own_words, condition_of(name).goal) for name in of["condition"]]
        for way in WAYS:
            rows = of[[each == way for each in ways]]
            if len(rows):
                figure.add_trace(_bars(rows, model, way, colours.get(model, PROFILE_COLOUR)))
    return finish(
        figure,
        470,
        "Value rationality by target: 0 random answers, 1 perfect",
        barmode="group",
        xaxis={
            "title": "orientation the model was told to hold",
            "categoryorder": "array",
            "categoryarray": ORIENTATIONS,
        },
        yaxis={"title": "value rationality over chance", "gridcolor": GRID, "zerolinecolor": PROFILE_COLOUR},
        legend={"orientation": "h", "yanchor": "top", "y": -0.32, "xanchor": "center", "x": 0.5},
    )


def _bars(rows: pd.DataFrame, model: str, way: tuple[bool, bool], colour: str) -> go.Bar:
    up, down = rows["above_high"] - rows["above"], rows["above"] - rows["above_low"]
    bar: dict[str, Any] = {"type": "data", "symmetric": False, "color": PROFILE_COLOUR}
    return go.Bar(
        x=rows["target"].tolist(),
        y=rows["above"].tolist(),
        name=f"{label(model)}, {WAYS[way]}",
        marker={"color": colour, "pattern": {"shape": PATTERNS[way]}},
        error_y={**bar, "array": up.fillna(0).tolist(), "arrayminus": down.fillna(0).tolist()},
        text=[_hover(row) for row in rows.to_dict("records")],
        textposition="none",
        hovertemplate="%{x}<br>%{text}<extra>%{fullData.name}</extra>",
    )


def _hover(row: dict[Any, Any]) -> str:
    low, high = row["above_low"], row["above_high"]
    interval = "no interval: n too small" if low != low else f"95 % interval {low:.2f} to {high:.2f}"
    return f"{row['above']:.2f}, {interval}<br>n = {row['n']} repetitions"
