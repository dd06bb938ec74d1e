"""Rank acceptability, by its bars."""

import numpy as np
import pytest

from core.analysis.robustness import Acceptability
from core.charts.acceptability import LATER_COLOUR, RANK_COLOURS, acceptability

NASTY = "x%{x}<extra></extra>&<b>"


def found(models: tuple[str, ...] = ("a", "b", "few")) -> Acceptability:
    """b is first more often than a; the third cannot be ranked."""
    ranks = np.array([[0.25, 0.75], [0.75, 0.25], [np.nan, np.nan]])
    return Acceptability(models, ranks, np.full((3, 2), 0.5), np.array([0.6, 0.9, np.nan]))


def many(size: int) -> Acceptability:
    names = tuple(f"m{i}" for i in range(size))
    return Acceptability(names, np.full((size, size), 1 / size), np.full((size, 4), 0.25), np.full(size, 0.5))


def test_bars_hold_each_ranks_share_most_often_first_on_top() -> None:
    figure = acceptability(found(), "all weightings")
    assert [trace.name for trace in figure.data] == ["rank 1", "rank 2"]
    assert list(figure.layout.yaxis.ticktext) == ["few", "a", "b"]
    assert list(figure.data[0].x)[1:] == [25, 75] and list(figure.data[1].x)[1:] == [75, 25]
    assert np.isnan(figure.data[0].x[0]) and figure.layout.barmode == "stack"
    assert [point[0] for point in figure.data[0].customdata] == ["few", "a", "b"]


@pytest.mark.parametrize("size", [3, len(RANK_COLOURS), len(RANK_COLOURS) + 1, 50])
def test_ranks_beyond_the_fifth_share_a_segment_and_all_sum_to_a_hundred(size: int) -> None:
    figure = acceptability(many(size), "all weightings")
    assert len(figure.data) == min(size, len(RANK_COLOURS) + 1)
    assert np.sum([trace.x for trace in figure.data], axis=0) == pytest.approx(100)
    assert (figure.data[-1].marker.color == LATER_COLOUR) == (size > len(RANK_COLOURS))


def test_the_hover_tells_share_and_confidence() -> None:
    figure = acceptability(found(), "all weightings")
    first, second = figure.data[0].customdata[2][1], figure.data[1].customdata[2][1]
    assert first == (
        "b<br>rank 1 for 75.0 % of the weightings<br>first in 90 % of the resamples at its central weights"
    )
    assert second == "b<br>rank 2 for 25.0 % of the weightings"


def test_names_are_neither_markup_nor_variables() -> None:
    figure = acceptability(found((NASTY, "b", "c")), f"weightings near {NASTY}")
    assert all(trace.hovertemplate == "%{customdata[1]}<extra></extra>" for trace in figure.data)
    assert all("<b>" not in text for text in (figure.layout.title.text, *figure.layout.yaxis.ticktext))
    assert figure.data[0].customdata[1][0] == NASTY and "<b>" not in figure.data[0].customdata[1][1]


def test_no_model_is_an_empty_figure() -> None:
    nobody = Acceptability((), np.empty((0, 0)), np.empty((0, 4)), np.empty(0))
    assert len(acceptability(nobody, "all weightings").data) == 0
