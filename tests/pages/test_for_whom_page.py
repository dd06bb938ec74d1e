"""For whom is each model best: the map of models and peoples."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import calm, downloads, figures, frame, labels, manager, press, texts, visit
from stores import fill_foundations
from streamlit.testing.v1 import AppTest

from core.analysis.alignment import STATISTICS, normalise
from core.values.cultures import SPREAD
from core.values.profile import surveyed
from pages.shared.pluralism import KINDS

PEOPLE = {profile.id: profile for profile in surveyed()}


def cells(at: AppTest) -> dict[tuple[str, str], float]:
    """The map's numbers by model and profile."""
    trace = figures(at)[0]["data"][0]
    pairs = [tuple(pair) for line in trace["customdata"] for pair in line]
    return dict(zip(pairs, _numbers(trace["z"]), strict=True))


def _numbers(lines: Sequence[Sequence[Any]]) -> list[float]:
    return [np.nan if value is None else float(value) for line in lines for value in line]


def test_empty_it_says_what_fills_it(empty_app: Path) -> None:
    at = visit("pluralism")
    assert "The map needs results to weigh." in texts(at) and not figures(at)
    press(at, "Choose models and scenarios", "launch")


@pytest.mark.parametrize("statistic", STATISTICS)
def test_every_cell_is_the_alignment_of_its_model_with_its_people(statistic: str, small_app: Path) -> None:
    at = visit("pluralism", map_statistic=STATISTICS[statistic][0])
    scores = at.session_state["view"].results.raw
    found = cells(at)
    assert {people for _, people in found} == {id for id in PEOPLE if id.startswith("country:")}
    assert len(found) == 31 * len(scores.models)
    for country in ("country:SE", "country:GR"):
        weights = normalise(PEOPLE[country].weights, scores.values)
        for model, mean in zip(scores.models, scores.mean, strict=True):
            expected = STATISTICS[statistic][1](mean[None], weights[None]).item()
            assert found[model, country] == pytest.approx(expected, abs=1e-9)
    assert STATISTICS[statistic][0] in figures(at)[0]["layout"]["title"]["text"]


def test_the_weighted_sum_can_be_checked_by_hand(small_app: Path) -> None:
    at = visit("pluralism", map_statistic="Weighted sum")
    radar = frame(visit("radar"), "value", "score").pivot(index="model", columns="value", values="score")
    weights = normalise(PEOPLE["country:SE"].weights, at.session_state["view"].results.raw.values)
    names = at.session_state["view"].results.system.names
    for model, row in radar.iterrows():
        by_hand = sum(w * row[names[v]] for v, w in zip(names, weights, strict=True))
        assert cells(at)[str(model), "country:SE"] == pytest.approx(by_hand, abs=0.06)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_people(kind: str, small_app: Path) -> None:
    at = visit("pluralism")
    at.multiselect(key="people").set_value([kind]).run()
    assert {people for _, people in cells(calm(at))} == {id for id in PEOPLE if id.startswith(f"{kind}:")}


def test_all_people_at_once_from_the_address(small_app: Path) -> None:
    at = visit("pluralism", people=list(KINDS.values()))
    assert {people for _, people in cells(at)} == set(PEOPLE)


def test_nobody_chosen(small_app: Path) -> None:
    at = visit("pluralism")
    at.multiselect(key="people").set_value([]).run()
    assert "Choose at least one kind of people." in texts(at) and not figures(at)


def test_rows_and_columns_in_the_order_of_the_data_or_like_next_to_like(small_app: Path) -> None:
    at = visit("pluralism")
    clustered = figures(at)[0]["layout"]["xaxis"]["ticktext"]
    at.toggle(key="clustered").set_value(False).run()
    plain = figures(at)[0]["layout"]["xaxis"]["ticktext"]
    assert plain == [p.name for p in PEOPLE.values() if p.id.startswith("country:")]
    assert clustered != plain and sorted(clustered) == sorted(plain)


def test_who_may_be_first_is_said_in_words_for_all_people(small_app: Path) -> None:
    at = visit("pluralism")
    table = frame(at, "people", "may be first").set_index("people")["may be first"]
    assert sorted(table.index) == sorted(p.name for p in PEOPLE.values() if p.id.startswith("country:"))
    found = cells(at)
    models = {model for model, _ in found}
    best = max(models, key=lambda model: found[model, "country:SE"])
    assert best in table["Sweden"].split(", ")
    assert SPREAD in texts(at) and labels(downloads(at)) == ["CSV", "Parquet"]


def test_one_model_is_first_for_all(small_app: Path) -> None:
    at = visit("pluralism", models=["simulated/even"])
    assert {model for model, _ in cells(at)} == {"simulated/even"}
    assert set(frame(at, "people", "may be first")["may be first"]) == {"simulated/even"}


def test_fifty_models_for_everyone(large_app: Path) -> None:
    at = visit("pluralism", people=list(KINDS.values()))
    assert len(cells(at)) == 50 * len(PEOPLE)
    assert len(frame(at, "people", "may be first")) == len(PEOPLE)


def test_hostile_models_are_on_the_map_once_they_have_enough_answers(hostile_app: Path) -> None:
    at = visit("pluralism")
    assert len({model for model, _ in cells(at)}) == len(at.session_state["view"].results.raw.models)


def test_another_value_system_says_why_there_is_no_map(empty_app: Path) -> None:
    fill_foundations(manager().store)
    at = visit("pluralism")
    assert "surveyed on Schwartz's ten values only" in texts(at) and not figures(at)
    assert at.session_state["view"].results.raw.models == ("lab/0", "lab/1")


def mapped(at: AppTest) -> dict[str, float]:
    """The world map's numbers by profile; blank countries have none."""
    trace = figures(at)[1]["data"][-1]
    return {people: float(z) for (_, people), z in zip(trace["customdata"], trace["z"], strict=True)}


@pytest.mark.parametrize("statistic", STATISTICS)
def test_the_world_map_holds_the_heat_map_s_numbers_and_colours(statistic: str, small_app: Path) -> None:
    at = visit("pluralism", map_statistic=STATISTICS[statistic][0], mapped="simulated/even")
    row = {people: value for (model, people), value in cells(at).items() if model == "simulated/even"}
    assert mapped(at) == pytest.approx({people: value for people, value in row.items() if not np.isnan(value)})
    cells_trace, coloured = figures(at)[0]["data"][0], figures(at)[1]["data"][-1]
    assert coloured["colorscale"] == cells_trace["colorscale"]
    assert "simulated/even" in figures(at)[1]["layout"]["title"]["text"]


def test_another_model_and_another_area(small_app: Path) -> None:
    at = visit("pluralism")
    before = mapped(at)
    assert "Surveyed outside this view: United States." in texts(at)
    assert "nothing is estimated" in texts(at) and "Natural Earth" in texts(at)
    other = next(model for model in at.selectbox(key="mapped").options if model != at.selectbox(key="mapped").value)
    at.selectbox(key="mapped").set_value(other).run()
    assert mapped(calm(at)).keys() == before.keys() and mapped(at) != before
    europe = figures(at)[1]["layout"]["geo"]
    at = visit("pluralism", area="World")
    assert figures(at)[1]["layout"]["geo"] != europe and "outside this view" not in texts(at)


def test_the_world_map_shows_countries_whoever_is_in_the_heat_map(small_app: Path) -> None:
    at = visit("pluralism", people=["Ages"])
    assert {people for _, people in cells(at)} == {id for id in PEOPLE if id.startswith("age:")}
    assert set(mapped(at)) == {id for id in PEOPLE if id.startswith("country:")}


def test_the_world_map_tells_its_ends_to_those_who_cannot_see_it(small_app: Path) -> None:
    at = visit("pluralism")
    told = at.get("plotly_chart")[1].proto.alt
    values = mapped(at)
    low, high = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
    assert "31 surveyed countries" in told and "all other countries are blank" in told
    assert f"{values[low]:.2f} ({PEOPLE[low].name}) to {values[high]:.2f} ({PEOPLE[high].name})" in told
