"""What a model plays beside what people are: the same difference, value by value, on one scale."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.analysis.portrait.persona_humans import Comparison
from core.charts.style import GRID, PALETTE, PROFILE_COLOUR, finish, label


def persona_humans(found: Comparison, values: Sequence[str], title: str) -> go.Figure:
    """People's difference (x, in standard deviations between persons) and the model's (y, in those of its answers) for
    each of `values`, with 95 % intervals; dotted: equal; dashed: the amplification. Customdata is the value."""
    reach = float(np.nanmax(np.abs(np.concatenate([found.d, found.d_low, found.d_high, [0.05]])))) * 1.15
    figure = go.Figure()
    slope = found.amplification.value
    for name, factor, dash in (("equal to people", 1.0, "dot"), (f"× {slope:.2f}, the amplification", slope, "dash")):
        if not np.isnan(factor):
            figure.add_scatter(
                x=[-reach, reach],
                y=[-reach * factor, reach * factor],
                mode="lines",
                name=name,
                line={"color": PROFILE_COLOUR, "dash": dash, "width": 1.5},
                hoverinfo="skip",
            )
    known = ~np.isnan(found.z) & ~np.isnan(found.d)
    figure.add_scatter(
        x=found.d[known].tolist(),
        y=found.z[known].tolist(),
        mode="markers+text",
        name="values",
        showlegend=False,
        text=[label(value) for value, show in zip(values, known, strict=True) if show],
        textposition=[("top left", "bottom right")[int(rank) % 2] for rank in found.d[known].argsort().argsort()],
        marker={"size": 9, "color": PALETTE[0]},
        error_x=_bars(found.d, found.d_low, found.d_high, known),
        error_y=_bars(found.z, found.z_low, found.z_high, known),
        customdata=[value for value, show in zip(values, known, strict=True) if show],
        hovertext=[_hover(found, at, values[at]) for at in np.flatnonzero(known).tolist()],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    zero = {"zeroline": True, "zerolinecolor": PROFILE_COLOUR, "gridcolor": GRID}
    return finish(
        figure,
        520,
        title,
        xaxis={"title": "people: Cohen's d, in standard deviations between persons", "range": [-reach, reach], **zero},
        yaxis={"title": "model: in standard deviations of its answers", **zero},
        legend={"orientation": "h", "yanchor": "top", "y": -0.16, "xanchor": "center", "x": 0.5},
    )


def _bars(point: np.ndarray, low: np.ndarray, high: np.ndarray, known: np.ndarray) -> dict[str, object]:
    up, down = np.nan_to_num(high - point)[known], np.nan_to_num(point - low)[known]
    look = {"color": PALETTE[0], "thickness": 1}
    return {"type": "data", "symmetric": False, "array": up.tolist(), "arrayminus": down.tolist(), **look}


def _hover(found: Comparison, at: int, value: str) -> str:
    def side(point: np.ndarray, low: np.ndarray, high: np.ndarray) -> str:
        reach = "no interval" if np.isnan(low[at]) else f"{low[at]:+z.2f} to {high[at]:+z.2f}"
        return f"{point[at]:+z.2f} ({reach})"

    model, people = side(found.z, found.z_low, found.z_high), side(found.d, found.d_low, found.d_high)
    return f"{label(value)}<br>model {model}<br>people {people}"
