"""Colours that stay with a model, labels that stay text, one layout."""

import html

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.charts.style import DASHES, PALETTE, faded, finish, label, model_colours, model_dashes


@given(st.text())
def test_a_label_holds_no_markup_and_loses_nothing(name: str) -> None:
    shown = label(name)
    assert "<" not in shown and ">" not in shown
    assert html.unescape(shown.replace("&amp;", "&#38;")) == html.unescape(html.escape(name, quote=False))


@given(st.text(), st.text())
def test_two_models_never_share_a_label(one: str, other: str) -> None:
    assert (label(one) == label(other)) == (one == other)


def test_a_newcomer_changes_no_colour() -> None:
    names = [f"m{i}" for i in range(30)]
    before, after = model_colours(names[:20]), model_colours(names)
    assert before.items() <= after.items()
    assert model_dashes(names[:20]).items() <= model_dashes(names).items()


def test_models_with_one_colour_differ_in_their_line() -> None:
    names = [f"m{i}" for i in range(len(PALETTE) * len(DASHES))]
    colours, dashes = model_colours(names), model_dashes(names)
    assert len({(colours[name], dashes[name]) for name in names}) == len(names)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("ground", ["#FFFFFF", "#0E1117"])
def test_every_colour_stands_out_from_light_and_dark_grounds(ground: str) -> None:
    for colour in PALETTE:
        dark, light = sorted((luminance(colour), luminance(ground)))
        assert (light + 0.05) / (dark + 0.05) >= 2.4, colour


def test_faded() -> None:
    assert faded("#FF8000", 0.25) == "rgba(255,128,0,0.25)"


def test_the_shared_layout_can_be_overruled_and_leaves_the_ground_to_the_page() -> None:
    layout = finish(go.Figure(), 300, "Title", margin={"l": 1}, showlegend=False).layout
    assert layout.title.text == "Title" and layout.height == 300
    assert layout.margin.l == 1 and layout.showlegend is False
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0,0,0,0)"
