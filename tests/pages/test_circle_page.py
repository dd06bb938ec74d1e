"""Models, peoples and persons on the circle of values."""

from pathlib import Path
from typing import Any

import pytest
from browsing import figures, manager, press, texts, visit
from stores import fill_foundations
from streamlit.testing.v1 import AppTest

from core.store import records
from core.values.profile import surveyed
from core.values.system import SCHWARTZ, system

PROJECTIONS = {"circle": "Theory's circle", "pca": "Principal components", "mds": "Scaling"}


def dots(at: AppTest) -> dict[str, dict[str, tuple[float, float]]]:
    """Points by id, by kind."""
    return {trace["name"]: _points(trace) for trace in figures(at)[0]["data"] if "customdata" in trace}


def _points(trace: dict[str, Any]) -> dict[str, tuple[float, float]]:
    pairs = zip(trace["x"], trace["y"], strict=True)
    return {id: pair for (id, _), pair in zip(trace["customdata"], pairs, strict=True)}


def title(at: AppTest) -> str:
    return str(figures(at)[0]["layout"]["title"]["text"])


def test_empty_it_says_what_fills_it(empty_app: Path) -> None:
    at = visit("circle")
    assert "nothing to place on the circle yet" in texts(at) and not figures(at)
    press(at, "Choose models and scenarios", "launch")


@pytest.mark.parametrize("projection", PROJECTIONS)
def test_each_projection_places_all_and_says_what_it_loses(projection: str, small_app: Path) -> None:
    at = visit("circle", projection=PROJECTIONS[projection])
    found = dots(at)
    assert len(found["models"]) == 4
    assert set(found["cultures"]) == {one.id for one in surveyed() if one.id.startswith("country:")}
    assert "% of the variance, stress-1" in title(at)
    named = [note["text"] for note in figures(at)[0]["layout"]["annotations"]]
    assert named == list(system(SCHWARTZ).names.values())


@pytest.mark.parametrize("projection", PROJECTIONS)
def test_projections_show_regions_and_scaling_says_why_not(projection: str, small_app: Path) -> None:
    at = visit("circle", projection=PROJECTIONS[projection])
    regions = [trace for trace in figures(at)[0]["data"] if trace.get("fill") == "toself"]
    assert ("axes held fixed" in texts(at)) == (projection != "mds") == bool(regions)
    assert ("in the other two projections only" in texts(at)) == (projection == "mds")


def test_principal_axes_of_a_few_have_no_regions(small_app: Path) -> None:
    at = visit("circle", projection=PROJECTIONS["pca"])
    at.multiselect(key="people").set_value([]).run()
    assert not [trace for trace in figures(at)[0]["data"] if trace.get("fill") == "toself"]
    assert "None with fewer than 20 drawn" in texts(at)


def test_on_the_theoretical_circle_a_place_does_not_depend_on_the_others(small_app: Path) -> None:
    at = visit("circle")
    before = dots(at)["models"]
    at.multiselect(key="people").set_value(["age"]).run()
    after = dots(at)["models"]
    assert [*after] == [*before] and all(after[model] == pytest.approx(before[model]) for model in before)
    assert {id.partition(":")[0] for id in dots(at)["cultures"]} == {"age"}


@pytest.mark.parametrize("projection", ["pca", "mds"])
@pytest.mark.parametrize("count", [1, 2])
def test_a_plane_needs_three(projection: str, count: int, small_app: Path) -> None:
    models = ["simulated/even", "simulated/self-enhancing"][:count]
    at = visit("circle", models=models, projection=PROJECTIONS[projection], people=[])
    at.multiselect(key="people").set_value([]).run()
    assert not at.exception and "needs at least three that differ" in texts(at) and not figures(at)
    at.multiselect(key="people").set_value(["country"]).run()
    assert not at.exception and len(dots(at)["models"]) == count


@pytest.mark.parametrize("count", [1, 2])
def test_theorys_circle_places_even_one(count: int, small_app: Path) -> None:
    at = visit("circle", models=["simulated/self-transcending", "simulated/self-enhancing"][:count])
    at.multiselect(key="people").set_value([]).run()
    assert not at.exception and len(dots(at)["models"]) == count and "cultures" not in dots(at)


def test_opposite_persons_lie_on_opposite_sides(own_app: Path) -> None:
    means = next(one.means for one in surveyed() if one.id == "country:SE")
    assert means
    places = []
    for name, sign in (("For", 1), ("Against", -1)):
        records.save_profile(manager().store, name, SCHWARTZ, {}, [sign * mean for mean in means])
        places.append(dots(visit("circle", profile=name))["persons"][f"saved:{name}"])
    assert places[0] == pytest.approx((-places[1][0], -places[1][1])) and places[0] != (0, 0)


def test_a_saved_person_is_placed_among_them(own_app: Path) -> None:
    means = next(one.means for one in surveyed() if one.id == "country:SE")
    assert means
    records.save_profile(manager().store, "Me", SCHWARTZ, {}, means, source="A person's own answers.")
    at = visit("circle", profile="Me")
    found = dots(at)
    assert found["persons"]["saved:Me"] == pytest.approx(found["cultures"]["country:SE"])
    assert "persons" in title(at)


def test_saved_weights_are_no_person(own_app: Path) -> None:
    records.save_profile(manager().store, "Mine", SCHWARTZ, dict.fromkeys(system(SCHWARTZ).ids, 50.0))
    assert "persons" not in dots(visit("circle", profile="Mine"))


@pytest.mark.parametrize("projection", PROJECTIONS)
def test_fifty_models_with_everyone(projection: str, large_app: Path) -> None:
    at = visit("circle", projection=PROJECTIONS[projection])
    assert len(dots(at)["models"]) == 50 and len(dots(at)["cultures"]) == 31


@pytest.mark.parametrize("projection", PROJECTIONS)
def test_hostile_models_are_placed_or_left_out_but_never_fail(projection: str, hostile_app: Path) -> None:
    assert dots(visit("circle", projection=PROJECTIONS[projection]))["cultures"]


@pytest.mark.parametrize("projection", ["pca", "mds"])
def test_models_that_all_answer_alike_span_no_plane(projection: str, hostile_app: Path) -> None:
    at = visit("circle", projection=PROJECTIONS[projection])
    at.multiselect(key="people").set_value([]).run()
    assert not at.exception and "needs at least three that differ" in texts(at) and not figures(at)


def test_another_value_system_says_why_there_is_no_circle(empty_app: Path) -> None:
    fill_foundations(manager().store)
    at = visit("circle")
    assert "Only Schwartz's values lie on a circle." in texts(at) and not figures(at)
