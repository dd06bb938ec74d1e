"""Profiles by an item bank: the radar with its zero ring, the dots with intervals, scorers side by side."""

import numpy as np
import pytest
from portrait_bank import made_answers, made_bank, random_answers

from core.analysis.portrait.profile import Profile, profile, profiles, rank_table
from core.analysis.portrait.scorers import SCORERS
from core.charts.portrait_radar import hover, portrait_radar
from core.charts.portrait_ranks import portrait_ranks
from core.charts.portrait_whiskers import portrait_whiskers
from core.items.dimensions import DIMENSIONS

NAMES = {dimension.id: dimension.name for dimension in DIMENSIONS}
TRICK = "lab/<b>m</b>"


@pytest.fixture(scope="module")
def found() -> Profile:
    bank = made_bank(20)
    return profile(bank, made_answers(random_answers(bank, 2).values, (TRICK, "lab/b")), "published", n_draws=50)


def test_the_radar_is_symmetric_about_a_dotted_ring_at_the_models_own_mean(found: Profile) -> None:
    figure = portrait_radar(found, [TRICK, "lab/b"], "values", {TRICK: "#4477AA"}, {}, "Radar of the values")
    low, high = figure.layout.polar.radialaxis.range
    assert low == -high and high >= np.nanmax(np.abs(found.high[:, :10]))
    ring = figure.data[-1]
    assert set(ring.r) == {0} and ring.line.dash == "dot" and ring.name == "own mean"
    bands = [trace for trace in figure.data if trace.fill == "toself"]
    lines = [trace for trace in figure.data if trace.customdata is not None]
    assert len(bands) == len(lines) == 2 and bands[0].hoverinfo == "skip"
    assert lines[0].name == "lab/&lt;b&gt;m&lt;/b&gt;" and lines[0].r[0] == lines[0].r[-1] and len(lines[0].r) == 11
    assert tuple(lines[0].customdata[1]) == (TRICK, "stimulation")
    assert "95 % interval" in lines[0].text[0] and "items of" in lines[0].text[0]
    five = portrait_radar(found, ["lab/b"], "big_five", {}, {}, "Radar of the Big Five")
    assert five.data[1].theta[:2] == ("Openness", "Conscientiousness")


def test_dots_have_unequal_whiskers_and_are_hollow_without_an_interval(found: Profile) -> None:
    figure = portrait_whiskers(found, [TRICK, "lab/b"], "values", {}, "Values")
    first = figure.data[0]
    assert np.allclose(np.array(first.x) + first.error_x.array, found.high[0, :10])
    assert np.allclose(np.array(first.x) - first.error_x.arrayminus, found.low[0, :10])
    assert set(first.marker.symbol) == {"circle"} and first.y[0] != figure.data[1].y[0]
    assert figure.layout.xaxis.title.text == "points above or below the model's own mean"
    bank = made_bank(5, 8)
    small = profile(bank, random_answers(bank), "published", n_draws=20)
    hollow = portrait_whiskers(small, ["m0"], "values", {}, "Values").data[0]
    assert set(hollow.marker.symbol) == {"circle-open"} and set(hollow.error_x.array) == {0.0}
    assert "n too small" in hover(small, 0, 0)
    assert not [trace for trace in portrait_radar(small, ["m0"], "values", {}, {}, "R").data if trace.fill == "toself"]


def test_places_by_scorer_are_written_into_their_cells() -> None:
    bank = made_bank(20)
    table = rank_table(profiles(bank, random_answers(bank), n_draws=10), ["m0"])
    table = table[table["system"] == "higher"]
    titles = {name: SCORERS[name].name for name in ("published", "weighted", "written")}
    heat = portrait_ranks(table, NAMES, titles, "Places").data[0]
    assert tuple(heat.x) == (SCORERS["published"].name, SCORERS["weighted"].name)
    assert tuple(heat.y) == ("Openness to Change", "Self-Enhancement", "Conservation", "Self-Transcendence")
    assert sorted(row[0] for row in heat.text) == [1, 2, 3, 4] and "of 4" in heat.hovertemplate
