"""The radar, by its traces."""

import numpy as np
import plotly.graph_objects as go
import pytest

from core.analysis.bounds import Bounds
from core.analysis.scores import Scores
from core.charts.radar import radar
from core.charts.style import PROFILE_COLOUR

VALUES = ("power", "care", "order", "joy")
NAMES = {value: value.title() for value in VALUES}
NASTY = "x%{r}<extra></extra>&<b>"


def scores(
    models: tuple[str, ...] = ("a", "b"), kind: str = "raw", measure: str = "stance", small: bool = False
) -> Scores:
    """Model i scores 10 i + value's place, ± 5; with `small` the first value has no interval."""
    mean = 10.0 * np.arange(len(models))[:, None] + np.arange(len(VALUES))
    low, high = mean - 5, mean + 5
    if small:
        low[:, 0] = high[:, 0] = np.nan
    n = np.full(mean.shape, 30)
    return Scores(models, VALUES, measure, kind, mean, low, high, n, 2 * n, np.repeat(mean[None], 5, axis=0), 2 * n + 3)


def drawn(found: Scores, **options: object) -> go.Figure:
    return radar(found, NAMES, {"a": "#112233", "b": "#445566"}, {"b": "dash"}, **options)


def lines(figure: go.Figure) -> list[go.Scatterpolar]:
    return [trace for trace in figure.data if trace.mode == "lines+markers"]


def bands(figure: go.Figure) -> list[go.Scatterpolar]:
    return [trace for trace in figure.data if trace.mode == "lines" and trace.hoverinfo == "skip"]


def test_every_line_is_closed_and_carries_its_models_scores() -> None:
    found = scores()
    for i, trace in enumerate(lines(drawn(found))):
        assert list(trace.r) == [*found.mean[i], found.mean[i, 0]]
        assert list(trace.theta) == ["Power", "Care", "Order", "Joy", "Power"]
        assert [tuple(point) for point in trace.customdata] == [(found.models[i], v) for v in (*VALUES, "power")]


def test_a_band_goes_out_along_the_upper_ends_and_back_along_the_lower() -> None:
    found = scores(("a",))
    (band,) = bands(drawn(found))
    high, low = found.high[0].tolist(), found.low[0].tolist()
    assert list(band.r) == [*high, high[0], low[0], *low[::-1]]
    assert band.theta[0] == band.theta[4] == band.theta[5] == band.theta[-1] == "Power"
    assert band.fill == "toself" and not band.showlegend


def test_worst_and_best_case_take_the_place_of_the_intervals_in_words_too() -> None:
    found = scores(("a",))
    case = Bounds(found.models, found.values, found.mean - 20, found.mean + 30, np.full(found.mean.shape, 0.25))
    figure = drawn(found, cases=case, zoom=True)
    (band,), (line,) = bands(figure), lines(figure)
    assert list(band.r)[:4] == case.high[0].tolist() and list(band.r)[:-5:-1] == case.low[0].tolist()
    assert "worst to best case" in band.name and "worst and best cases" in figure.layout.title.text
    assert line.text[1].startswith("worst to best case -19.0 to 31.0") and list(line.r)[:4] == found.mean[0].tolist()
    assert not any("interval" in text for text in line.text)
    low, high = figure.layout.polar.radialaxis.range
    assert low < -20 and high > 33, "zooming leaves room for them"
    assert "cases" not in drawn(found).layout.title.text


def test_bands_hide_with_their_model_and_can_be_left_out() -> None:
    figure = drawn(scores())
    assert [band.legendgroup for band in bands(figure)] == [line.legendgroup for line in lines(figure)] == ["a", "b"]
    assert bands(drawn(scores(), bands=False)) == []


def test_without_intervals_there_is_no_band_and_the_hover_says_so() -> None:
    figure = drawn(scores(small=True))
    assert bands(figure) == []
    assert "too few for an interval" in lines(figure)[0].text[0]
    assert "95 % interval -4.0 to 6.0" in lines(figure)[0].text[1]
    assert "n = 30 scenarios, scored 60 of 63 answers" in lines(figure)[0].text[1]


@pytest.mark.parametrize(("measure", "full"), [("stance", (-100, 100)), ("presence", (0, 100))])
def test_raw_scores_show_their_whole_range_unless_zoomed(measure: str, full: tuple[float, float]) -> None:
    found = scores(measure=measure)
    assert drawn(found).layout.polar.radialaxis.range == full
    low, high = drawn(found, zoom=True).layout.polar.radialaxis.range
    assert low == pytest.approx(max(full[0], -5 - 2.3)) and high == pytest.approx(18 + 2.3)


def test_ipsatised_scores_show_as_far_in_as_out() -> None:
    low, high = drawn(scores(kind="ipsatised")).layout.polar.radialaxis.range
    assert low == -high and high > 18


def test_the_profile_touches_the_rim_at_its_largest_weight() -> None:
    weights = np.array([0.1, 0.4, 0.3, 0.2])
    trace = drawn(scores(), profile=weights).data[0]
    assert trace.r[0] == trace.r[-1] and max(trace.r) == trace.r[1] == 100
    assert trace.r[0] == pytest.approx(-100 + 200 / 4)
    assert list(trace.customdata) == pytest.approx([10, 40, 30, 20, 10])
    assert trace.line.color == PROFILE_COLOUR


def test_colour_and_dash_are_those_given() -> None:
    first, second = lines(drawn(scores()))
    assert (first.line.color, first.line.dash) == ("#112233", "solid")
    assert (second.line.color, second.line.dash) == ("#445566", "dash")


def test_a_models_name_is_neither_markup_nor_a_variable() -> None:
    figure = drawn(scores((NASTY,)))
    (line,) = lines(figure)
    assert line.name == "x%{r}&lt;extra&gt;&lt;/extra&gt;&amp;&lt;b&gt;"
    assert line.hovertemplate == "%{fullData.name}<br>%{theta}: %{r:.1f}<br>%{text}<extra></extra>"
    assert line.customdata[0][0] == NASTY
    assert all("<b>" not in (trace.name or "") for trace in figure.data)


def test_a_value_without_scores_leaves_a_gap_and_no_error() -> None:
    found = scores(("a",))
    for array in (found.mean, found.low, found.high):
        array[0, 2] = np.nan
    (line,) = lines(drawn(found, zoom=True))
    assert np.isnan(line.r[2]) and not np.isnan(line.r[1])
    for array in (found.mean, found.low, found.high):
        array[:] = np.nan
    assert drawn(found, zoom=True).layout.polar.radialaxis.range == (-100, 100)


def test_no_model_is_an_empty_radar() -> None:
    assert len(drawn(scores(())).data) == 0


@pytest.mark.parametrize(
    ("measure", "kind", "words"), [("presence", "raw", "present"), ("stance", "ipsatised", "own average")]
)
def test_the_title_says_what_is_shown(measure: str, kind: str, words: str) -> None:
    assert words in drawn(scores(measure=measure, kind=kind)).layout.title.text
