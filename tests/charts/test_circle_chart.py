"""The circle of values, by its traces."""

import numpy as np
import plotly.graph_objects as go
import pytest

from core.analysis.circle import Placing, angles, place
from core.charts.circle import Place, circle
from core.charts.style import PROFILE_COLOUR

NASTY = "x%{x}<extra></extra>&<b>"
VALUES = tuple(f"value {v}" for v in range(10))
PLACES = (Place("a", "a", "model", "n = 30"), Place("b", "b", "model"), Place("SE", "Sweden", "culture", "n = 1500"))


def placing(rows: int = 3, method: str = "pca") -> Placing:
    return place(np.random.default_rng(0).normal(size=(rows, 10)), method)


def drawn(found: Placing, places: tuple[Place, ...] = PLACES) -> go.Figure:
    return circle(found, places, VALUES, {"a": "#112233", "b": "#445566"})


def dots(figure: go.Figure) -> dict[str, go.Scatter]:
    return {trace.name: trace for trace in figure.data if trace.customdata is not None}


def named(figure: go.Figure) -> list[str]:
    """The entries of the legend that stand for points."""
    return [trace.name for trace in figure.data if trace.mode == "markers" and trace.showlegend is not False]


def test_every_row_is_where_it_was_placed() -> None:
    found = placing()
    there = {
        point[0]: (x, y)
        for trace in dots(drawn(found)).values()
        for point, x, y in zip(trace.customdata, trace.x, trace.y, strict=True)
    }
    for i, one in enumerate(PLACES):
        assert there[one.id] == pytest.approx(tuple(found.points[i]))


def test_models_have_their_colours_and_cultures_are_grey_diamonds() -> None:
    found = dots(drawn(placing()))
    assert list(found["models"].marker.color) == ["#112233", "#445566"] and found["models"].marker.symbol == "circle"
    assert list(found["cultures"].marker.color) == [PROFILE_COLOUR] and found["cultures"].marker.symbol == "diamond"
    assert named(drawn(placing())) == ["cultures", "a", "b"]
    many = tuple(Place(f"m{n}", f"m{n}", "model") for n in range(13))
    assert named(drawn(placing(13), many)) == ["models"]
    me = dots(drawn(placing(), (*PLACES[:2], Place("me", "me", "person"))))
    assert me["persons"].marker.symbol == "star" and "cultures" not in me


def test_axes_are_equal_and_hold_everything() -> None:
    found = placing()
    layout = drawn(found).layout
    assert layout.yaxis.scaleanchor == "x" and layout.yaxis.scaleratio == 1
    low, high = layout.xaxis.range
    assert low == -high and high > np.abs(found.points).max()


def test_a_ray_and_a_name_for_every_value_the_longest_as_far_as_the_outermost_point() -> None:
    found = placing(method="circle")
    figure = drawn(found)
    rays = next(trace for trace in figure.data if trace.mode == "lines")
    tips = np.column_stack([rays.x[1::3], rays.y[1::3]]).astype(float)
    reach = np.linalg.norm(found.points, axis=1).max()
    assert np.linalg.norm(tips, axis=1) == pytest.approx(reach)
    assert tips / reach == pytest.approx(angles(10)) and set(rays.x[0::3]) == {0}
    assert [note.text for note in figure.layout.annotations] == list(VALUES)
    assert figure.layout.annotations[0].y > 0 and figure.layout.annotations[9].xanchor == "right"


@pytest.mark.parametrize(("method", "words"), [("pca", "principal"), ("mds", "city-block"), ("circle", "theoretical")])
def test_the_title_says_what_the_plane_loses(method: str, words: str) -> None:
    found = placing(method=method)
    title = drawn(found).layout.title.text
    assert title.startswith("Models and cultures on the circle") and words in title
    assert f"{100 * found.explained:.0f} % of the variance" in title and f"stress-1 {found.stress:.2f}" in title
    assert ("follow the circle by" in title) == (method != "circle")


def test_names_are_neither_markup_nor_variables() -> None:
    figure = circle(placing(), [Place(NASTY, NASTY, "model", NASTY), *PLACES[1:]], (NASTY, *VALUES[1:]), {})
    trace = dots(figure)["models"]
    assert trace.hovertemplate == "%{customdata[1]}<extra></extra>"
    assert trace.customdata[0][0] == NASTY and "<b>" not in trace.customdata[0][1]
    assert "<b>" not in figure.layout.annotations[0].text


def test_regions_are_filled_lines_in_their_models_colours_behind_one_entry() -> None:
    square = np.array([[1.0, 0], [0, 1], [-1, 0], [0, -4]])
    outlines = [square, np.empty((0, 2)), square]
    figure = circle(placing(), PLACES, VALUES, {"a": "#112233", "b": "#445566"}, outlines)
    first, last = (trace for trace in figure.data if trace.fill == "toself")
    assert list(first.x) == [1, 0, -1, 0, 1] and list(first.y) == [0, 1, 0, -4, 0]
    assert first.fillcolor.startswith("rgba(17,34,51,") and last.line.color.startswith("rgba(140,140,140,")
    assert (first.showlegend, last.showlegend) == (True, False) and first.name == "95 % regions"
    assert list(dots(figure)["models"].marker.symbol) == ["circle", "circle-open"]
    assert dots(figure)["cultures"].marker.symbol == "diamond" and figure.layout.yaxis.range[1] > 4
    none = circle(placing(), PLACES, VALUES, {}, [np.empty((0, 2))] * 3)
    assert dots(none)["models"].marker.symbol == "circle"


def test_who_has_no_place_is_not_drawn() -> None:
    rows = np.random.default_rng(0).normal(size=(4, 10))
    rows[1] = 5
    found = dots(drawn(place(rows), (*PLACES, Place("me", "me", "person"))))
    assert [point[0] for point in found["models"].customdata] == ["a"]
    assert drawn(place(np.ones((1, 10)), "circle"), PLACES[:1]).layout.xaxis.range[1] > 0
