"""The heat map of models and profiles, by its cells."""

import numpy as np
import pytest

from core.analysis.alignment import STATISTICS
from core.analysis.pluralism import ProfileMap
from core.charts.heatmap import FIRST, TIED, heatmap

NASTY = "x%{x}<extra></extra>&<b>"
NAMES = {"p": "Sweden", "q": "Greece", "r": "Greece"}


def found(statistic: str = "weighted_sum", model: str = "a") -> ProfileMap:
    """a is first for p, a and b tie for q, b has no interval and a no value for r."""
    value = np.array([[50.0, 40, np.nan], [30, 39, 20]])
    low = value - 2
    low[1, 2] = np.nan
    first = np.array([[True, True, False], [False, True, False]])
    counts = (np.array([40, 30]), np.array([78, 60]), np.array([80, 60]))
    return ProfileMap((model, "b"), ("p", "q", "r"), statistic, value, low, value + 2, *counts, first)


def test_cells_hold_the_alignments_and_stay_blank_without() -> None:
    (trace,) = heatmap(found(), NAMES).data
    assert [list(line) for line in trace.z] == [[50, 40, None], [30, 39, 20]]
    assert trace.hoverongaps is False


def test_first_and_tied_are_marked() -> None:
    (trace,) = heatmap(found(), NAMES).data
    assert [list(line) for line in trace.text] == [[FIRST, TIED, ""], ["", TIED, ""]]
    assert trace.texttemplate == "%{text}"


def test_rows_and_columns_come_in_the_order_given_the_first_on_top() -> None:
    figure = heatmap(found(), NAMES, rows=[1, 0], columns=[2, 0])
    (trace,) = figure.data
    assert [list(line) for line in trace.z] == [[20, 30], [None, 50]]
    assert list(figure.layout.yaxis.ticktext) == ["b", "a"] and figure.layout.yaxis.autorange == "reversed"
    assert list(figure.layout.xaxis.ticktext) == ["Greece", "Sweden"]
    assert [list(cell) for cell in trace.customdata[0]] == [["b", "r"], ["b", "p"]]


def test_profiles_of_one_name_keep_their_columns() -> None:
    figure = heatmap(found(), NAMES)
    assert list(figure.layout.xaxis.ticktext) == ["Sweden", "Greece", "Greece"]
    assert list(figure.data[0].x) == [0, 1, 2]


def test_the_hover_tells_interval_n_and_place() -> None:
    (trace,) = heatmap(found(), NAMES).data
    sure = "a<br>Sweden: 50.00, 95 % interval 48.00 to 52.00<br>n = 40 scenarios, scored 78 of 80 answers"
    assert trace.hovertext[0][0] == f"{sure}<br>first for this profile"
    assert "others may as well" in trace.hovertext[1][1]
    assert (
        trace.hovertext[1][2]
        == "b<br>Greece: 20.00<br>n = 30 scenarios, scored 60 of 60 answers: too few for an interval"
    )


def test_names_are_neither_markup_nor_variables() -> None:
    figure = heatmap(found(model=NASTY), {**NAMES, "p": NASTY})
    (trace,) = figure.data
    assert trace.hovertemplate == "%{hovertext}<extra></extra>"
    assert "<b>" not in trace.hovertext[0][0] and trace.customdata[0][0][0] == NASTY
    assert all("<" not in text for text in (*figure.layout.xaxis.ticktext, *figure.layout.yaxis.ticktext))


@pytest.mark.parametrize("statistic", STATISTICS)
def test_the_statistic_is_named_and_only_a_true_zero_splits_the_colours(statistic: str) -> None:
    figure = heatmap(found(statistic), NAMES)
    assert STATISTICS[statistic][0] in figure.layout.title.text
    assert (figure.data[0].zmid == 0) == (statistic in ("profile_match", "rank_match", "centred_sum"))


def test_an_empty_map_is_an_empty_figure() -> None:
    assert heatmap(found(), NAMES, rows=[], columns=[]).layout.height > 0
