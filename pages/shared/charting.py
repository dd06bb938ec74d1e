"""How every page shows a chart: the figure, and below it the same for a paper."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from core.charts.export import FORMATS
from pages.shared.parts import RADAR_CONFIG


def show_chart(figure: go.Figure, key: str, alt: str, **options: Any) -> Any:
    """The figure with what can be taken of it. `alt` says what it shows; other options are those of st.plotly_chart,
    whose selection is returned."""
    picked = st.plotly_chart(figure, config=RADAR_CONFIG, key=key, alt=alt, **options)
    take_figure(lambda: figure, key)
    return picked


def take_figure(figure: Callable[[], go.Figure], key: str) -> None:
    """SVG, PDF and PNG with vector text, and a zip with the figure's data and a script that redraws it. All are made
    when they are taken, the figure too."""
    name = re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")[:60]
    # Not tertiary: open, its label would be darker than can be read on a dark ground.
    with st.popover("Take this figure", icon=":material/download:"), st.container(horizontal=True):
        for label, (suffix, mime, made) in FORMATS.items():
            st.download_button(
                *(label, partial(_made, made, figure), f"{name}{suffix}", mime),
                key=f"take-{key}-{suffix}",
                on_click="ignore",
            )


def _made(file: Callable[[go.Figure], bytes], figure: Callable[[], go.Figure]) -> bytes:
    return file(figure())
