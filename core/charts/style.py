"""What all figures share: colours that stay with a model, and a layout that reads in light and dark."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

# Paul Tol's "bright" and "vibrant" schemes without the greys, three of them darker: told apart by colour-blind readers,
# standing out on both grounds (3 to 1 or more). Order: neighbours differ most.
PALETTE = (
    "#4477AA",
    "#EE6677",
    "#228833",
    "#BB8C00",
    "#AD3679",
    "#309FBF",
    "#E67331",
    "#009988",
    "#9966CC",
    "#CC3311",
    "#7A8B1F",
    "#D65FA8",
)
DASHES = ("solid", "dash", "dot", "dashdot")
PROFILE_COLOUR = "#8C8C8C"
GRID = "rgba(128,128,128,0.25)"


def model_colours(models_in_order: Sequence[str]) -> dict[str, str]:
    """A colour for each model, by the order in which the store met them, so that it is the same on every page."""
    return {model: PALETTE[i % len(PALETTE)] for i, model in enumerate(models_in_order)}


def model_dashes(models_in_order: Sequence[str]) -> dict[str, str]:
    """A line style for each model: it changes when the colours start again."""
    return {model: DASHES[i // len(PALETTE) % len(DASHES)] for i, model in enumerate(models_in_order)}


def label(model: str) -> str:
    """A model's name as text that Plotly does not take for markup."""
    return model.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def faded(colour: str, opacity: float) -> str:
    """A hex colour with an opacity in [0, 1]."""
    r, g, b = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({r},{g},{b},{opacity})"


def finish(figure: go.Figure, height: int, title: str, **layout: Any) -> go.Figure:
    """The shared layout: a title that names the subject, no ground of its own (the page's shows through)."""
    base: Mapping[str, Any] = {
        "title": {"text": title, "x": 0, "xanchor": "left", "font": {"size": 15}},
        "height": height,
        "margin": {"l": 10, "r": 10, "t": 48, "b": 10},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "legend": {"orientation": "h", "yanchor": "top", "y": -0.05, "xanchor": "center", "x": 0.5},
        "hoverlabel": {"align": "left"},
    }
    figure.update_layout({**base, **layout}, overwrite=True)  # to merge takes four times as long
    return figure
