"""The ranking figure, by its traces."""

import html

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from core.analysis.alignment import STATISTICS, Ranking
from core.charts.ranking import ranking

NASTY = "x%{x}<extra></extra>&<b>"


def ranked(models: list[str], groups: list[int], statistic: str = "weighted_sum") -> Ranking:
    """Models that go down by 10 from 50, each ± 4; group 0 has no interval."""
    alignment = 50.0 - 10 * np.arange(len(models))
    spread = np.where(np.array(groups) > 0, 4.0, np.nan)
    table = pd.DataFrame(
        {
            "model": models,
            "rank": np.arange(1, len(models) + 1),
            "alignment": alignment,
            "low": alignment - spread,
            "high": alignment + spread / 2,
            "n_items": 30,
            "rank_low": 1,
            "rank_high": len(models),
            "group": groups,
        }
    )
    return Ranking(statistic, table)


def dots(figure: go.Figure) -> dict[str, tuple[float, float | None, float | None, str, str]]:
    """Model -> x, length of the bar to the left and to the right, hover text, colour."""
    found = {}
    for trace in figure.data:
        bars = trace.error_x if trace.error_x.visible is not False else None
        for i, model in enumerate(trace.customdata):
            left = bars.arrayminus[i] if bars else None
            right = bars.array[i] if bars else None
            found[model] = (trace.x[i], left, right, trace.text[i], trace.marker.color[i])
            assert html.unescape(trace.y[i]) == html.unescape(model.replace("&", "&amp;"))
    return found


def test_each_model_has_its_dot_its_bar_and_its_colour() -> None:
    figure = ranking(ranked(["a", "b", "c"], [1, 1, 2]), {"a": "#111111", "b": "#222222", "c": "#111111"})
    found = dots(figure)
    assert found["a"][:3] == (50, 4, 2) and found["c"][:3] == (30, 4, 2)
    assert [found[name][4] for name in "abc"] == ["#111111", "#222222", "#111111"]
    assert found["b"][3] == "40.00, 95 % interval 36.00 to 42.00<br>rank 1 to 3<br>n = 30 scenarios"


def test_worst_and_best_cases_are_thick_bars_behind_the_dots_with_a_name_of_their_own() -> None:
    cases = pd.DataFrame({"model": ["few", "a"], "worst": [30.0, 20.0], "best": [45.0, 90.0], "missing": [0.1, 0.5]})
    figure = ranking(ranked(["a", "few"], [1, 0]), {}, cases)
    reach, *others = figure.data
    assert list(reach.x) == [30, 45, None, 20, 90, None] and list(reach.y) == ["few"] * 3 + ["a"] * 3
    assert reach.line.width > 10 and reach.marker.opacity == 0
    assert figure.layout.xaxis.title.text.endswith("thick bar: worst to best case, thin bar: 95 % interval")
    assert "worst" not in ranking(ranked(["a", "few"], [1, 0]), {}).layout.xaxis.title.text
    found = {trace.customdata[0]: trace.text[0] for trace in others}
    assert found["a"].endswith("n = 30 scenarios<br>worst to best case 20.00 to 90.00")
    assert "95 % interval 46.00 to 52.00" in found["a"], "the interval stays what it was"
    assert found["few"].endswith("worst to best case 30.00 to 45.00")


def test_the_best_is_on_top() -> None:
    figure = ranking(ranked(["a", "b", "c"], [1, 1, 2]), {"a": "#111111", "b": "#222222"})
    assert list(figure.layout.yaxis.categoryarray) == ["c", "b", "a"]


def test_without_an_interval_no_bar_is_drawn_and_the_hover_says_why() -> None:
    found = dots(ranking(ranked(["a", "few"], [1, 0]), {"a": "#111111", "few": "#111111"}))
    assert found["few"][1:3] == (None, None) and found["a"][1] == 4
    assert found["few"][3] == "40.00, n too small for an interval<br>n = 30 scenarios"


def test_every_other_group_has_a_ground_that_covers_its_rows() -> None:
    figure = ranking(ranked(["a", "b", "c", "d"], [1, 1, 2, 3]), {})
    assert [(shape.y0, shape.y1) for shape in figure.layout.shapes] == [(-0.5, 0.5), (1.5, 3.5)]
    assert all(shape.layer == "below" for shape in figure.layout.shapes)


def test_a_models_name_is_neither_markup_nor_a_variable() -> None:
    figure = ranking(ranked([NASTY, "b"], [1, 2]), {})
    assert NASTY in dots(figure)
    for trace in figure.data:
        assert trace.hovertemplate == "%{y}<br>%{text}<extra></extra>"
        assert not any("<" in y for y in trace.y)
    assert not any("<" in y for y in figure.layout.yaxis.categoryarray)


@pytest.mark.parametrize("statistic", STATISTICS)
def test_title_and_unit_name_the_statistic(statistic: str) -> None:
    layout = ranking(ranked(["a"], [1], statistic), {}).layout
    assert STATISTICS[statistic][0] in layout.title.text
    assert ("correlation" in layout.xaxis.title.text) == statistic.endswith("match")
    assert ("deviations" in layout.xaxis.title.text) == (statistic == "distance")


def test_no_model_is_an_empty_figure() -> None:
    figure = ranking(ranked([], []), {})
    assert len(figure.data) == 0 and figure.layout.height > 0
