"""Differences between models by value: a dot with its interval each, and the line of no difference."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from core.charts.style import GRID, PROFILE_COLOUR, faded, finish, label


def differences(
    table: pd.DataFrame, names: Mapping[str, str], colours: Mapping[str, str], correction: str, baseline: str
) -> go.Figure:
    """Difference to the baseline (x, in points) of each value (y), a trace a subject. `table` has columns first, value,
    difference, low, high, n, d_z and one named by the correction; `colours` go by subject. A filled dot: it holds after
    correction."""
    values = list(names.values())[::-1]
    subjects = list(dict.fromkeys(table["first"]))
    figure = go.Figure()
    for place, subject in enumerate(subjects):
        rows = table[(table["first"] == subject) & table["difference"].notna()]
        offset = 0.0 if len(subjects) == 1 else 0.6 * (0.5 - place / (len(subjects) - 1))
        colour = colours.get(subject, PROFILE_COLOUR)
        sure = (rows[correction] < 0.05) & ((rows["low"] > 0) | (rows["high"] < 0))
        figure.add_scatter(
            x=rows["difference"].tolist(),
            y=[values.index(names[value]) + offset for value in rows["value"]],
            mode="markers",
            name=label(subject),
            marker={
                "size": 10,
                "color": [colour if one else faded(colour, 0.15) for one in sure],
                "line": {"color": colour, "width": 2},
            },
            error_x={
                "type": "data",
                "symmetric": False,
                "array": (rows["high"] - rows["difference"]).tolist(),
                "arrayminus": (rows["difference"] - rows["low"]).tolist(),
                "color": colour,
                "thickness": 1.5,
                "width": 0,
            },
            text=[
                f"{label(names[r.value])}: {r.difference:+z.1f} [{r.low:+z.1f}, {r.high:+z.1f}]<br>"
                f"n = {r.n} scenarios, d<sub>z</sub> = {r.d_z:.2f}, corrected p = {getattr(r, correction):.3g}"
                for r in rows.itertuples()
            ],
            hovertemplate="%{text}<extra>%{fullData.name}</extra>",
        )
    height = 150 + len(values) * max(30, 14 * len(subjects)) + 22 * len(subjects)
    return finish(
        figure,
        height,
        f"Difference to {label(baseline)}",
        xaxis={
            "title": "points of the score (filled: holds after correction)",
            "gridcolor": GRID,
            "zeroline": True,
            "zerolinecolor": PROFILE_COLOUR,
            "zerolinewidth": 2,
        },
        yaxis={
            "tickvals": list(range(len(values))),
            "ticktext": [label(v) for v in values],
            "range": [-0.5, len(values) - 0.5],  # values without a figure keep their line
            "automargin": True,
        },
        showlegend=len(subjects) > 1,
        legend={"orientation": "h", "yanchor": "top", "y": -0.16, "xanchor": "left", "x": 0},
    )
