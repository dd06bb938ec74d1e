"""The map of one model: who is on it, who stays blank, and that it needs nothing from elsewhere."""

import json
import re
from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pytest

from core.analysis.alignment import STATISTICS
from core.analysis.pluralism import ProfileMap
from core.charts.heatmap import colours, heatmap
from core.charts.style import label
from core.charts.world import NOT_SURVEYED, SHAPES, VIEWS, outside_europe, shapes, without_shape, world
from core.values.profile import surveyed

PEOPLE = {profile.id: profile.name for profile in surveyed()}
COUNTRIES = [id for id in PEOPLE if id.startswith("country:")]
NASTY = "x%{x}<extra></extra>&<b>"
PLACES = {"SE": (15, 62), "PL": (19, 52), "US": (-98, 39), "RU": (100, 62), "LS": (28.2, -29.6), "CY": (33, 34.9)}


def found(statistic: str = "weighted_sum", profiles: tuple[str, ...] = tuple(PEOPLE)) -> ProfileMap:
    """Two models; the second is ten points lower everywhere and has no value for the first profile."""
    one = np.linspace(20, 50, len(profiles))
    value = np.array([one, one - 10])
    value[1, 0] = np.nan
    first = np.array([[True] * len(profiles), [False] * len(profiles)])
    counts = (np.array([40, 30]), np.array([78, 60]), np.array([80, 60]))
    return ProfileMap(("a", NASTY), profiles, statistic, value, value - 2, value + 2, *counts, first & ~np.isnan(value))


def inside(place: tuple[float, float], id: str) -> bool:
    """By the even-odd rule, over exterior rings and holes alike."""
    x, y = place
    crossed = [
        (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax)
        for polygon in shapes()[id]["geometry"]["coordinates"]
        for ring in polygon
        for (ax, ay), (bx, by) in pairwise(ring)
    ]
    return sum(crossed) % 2 == 1


def area(ring: list[list[float]]) -> float:
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise(ring)) / 2


@pytest.mark.parametrize("id", shapes())
def test_a_shape_can_be_drawn(id: str) -> None:
    """Exteriors clockwise, holes the other way, closed, within one turn of the globe and not across its seam."""
    polygons = shapes()[id]["geometry"]["coordinates"]
    assert polygons and shapes()[id]["properties"]["name"]
    for exterior, *holes in polygons:
        assert area(exterior) < 0 and all(area(hole) > 0 for hole in holes)
        for ring in (exterior, *holes):
            assert len(ring) >= 4 and ring[0] == ring[-1]
            assert all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in ring)
            assert all(abs(ax - bx) < 90 for (ax, _), (bx, _) in pairwise(ring))


@pytest.mark.parametrize(("id", "place"), PLACES.items(), ids=list(PLACES))
def test_a_place_lies_in_its_country_alone(id: str, place: tuple[float, float]) -> None:
    assert [other for other in shapes() if inside(place, other)] == [id]


def test_far_pieces_and_disputed_ones_are_no_part_of_a_surveyed_country() -> None:
    for id, place in {"GF": (-53, 4), "SJ": (17, 79), "N. Cyprus": (33.3, 35.28), "XK": (20.9, 42.6)}.items():
        assert inside(place, id)
        assert not any(inside(place, country.removeprefix("country:")) for country in COUNTRIES)


def test_both_sides_of_the_180th_meridian_are_russia() -> None:
    assert inside((178, 66.5), "RU") and inside((-178, 66.5), "RU")


def test_the_file_is_small_and_leaves_out_antarctica() -> None:
    assert SHAPES.stat().st_size < 300_000
    assert "AQ" not in shapes() and {"MT", "SG", "IL", "XK", "FJ"} <= set(shapes())


def test_every_surveyed_country_has_a_shape_and_others_are_named() -> None:
    assert without_shape(PEOPLE) == []
    assert without_shape(["country:QQ", "country:SE", "age:15-29"]) == ["country:QQ"]


def test_who_is_not_seen_in_the_view_of_europe() -> None:
    assert outside_europe(PEOPLE) == ["country:US"]
    assert outside_europe(["country:JP", "country:MT", "country:QQ", "region:Nordic"]) == ["country:JP"]


@pytest.mark.parametrize("view", VIEWS)
def test_countries_hold_their_alignment_and_the_others_none(view: str) -> None:
    shown = found()
    _, blank, coloured = world(shown, "a", PEOPLE, view).data
    by_hand = {id: shown.value[0, p] for p, id in enumerate(shown.profiles) if id in COUNTRIES}
    assert {f"country:{id}": z for id, z in zip(coloured.locations, coloured.z, strict=True)} == by_hand
    assert [list(cell) for cell in coloured.customdata] == [["a", f"country:{id}"] for id in coloured.locations]
    assert set(blank.locations) == set(shapes()) - set(coloured.locations)
    assert all(text.endswith(f": {NOT_SURVEYED}") for text in blank.hovertext) and blank.customdata is None
    assert set(blank.z) == {0} and blank.showscale is False and len({colour for _, colour in blank.colorscale}) == 1


def test_each_trace_brings_exactly_the_shapes_it_draws() -> None:
    for trace in world(found(), "a", PEOPLE).data[1:]:
        assert [shape["id"] for shape in trace.geojson["features"]] == list(trace.locations)
        assert trace.featureidkey == "id" and len(trace.z) == len(trace.hovertext) == len(trace.locations)


def test_a_country_without_an_alignment_is_blank_and_says_that_it_was_surveyed() -> None:
    _, blank, coloured = world(found(profiles=("country:SE", "country:PL")), NASTY, PEOPLE).data
    assert list(coloured.locations) == ["PL"]
    hover = dict(zip(blank.locations, blank.hovertext, strict=True))
    assert hover["SE"] == "Sweden: no alignment for this model" and hover["NO"] == "Norway: not surveyed"


def test_a_surveyed_country_without_a_shape_harms_nobody() -> None:
    names = {"country:QQ": "Atlantis", "country:SE": "Sweden"}
    _, _, coloured = world(found(profiles=tuple(names)), "a", names).data
    assert list(coloured.locations) == ["SE"]


def test_a_model_without_any_alignment_and_a_map_without_countries_are_all_blank() -> None:
    for shown, model in ((found(profiles=("country:SE",)), NASTY), (found(profiles=("age:15-29",)), "a")):
        _, blank, coloured = world(shown, model, PEOPLE).data
        assert len(blank.locations) == len(shapes()) and not coloured.locations


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(ValueError, match="tuple"):
        world(found(), "nobody", PEOPLE)


@pytest.mark.parametrize("statistic", STATISTICS)
def test_a_colour_means_the_same_for_every_model_as_in_the_heat_map(statistic: str) -> None:
    shown = found(statistic)
    one, other = (world(shown, model, PEOPLE).data[2] for model in shown.models)
    (cells,) = heatmap(shown, PEOPLE).data
    assert one.colorscale == other.colorscale == cells.colorscale
    assert (one.zmin, one.zmax) == (other.zmin, other.zmax)
    assert one.zmax == 50
    assert one.zmin == (-50 if "zmid" in colours(statistic) else np.nanmin(shown.value))


def test_blank_is_named_in_the_legend() -> None:
    figure = world(found(), "a", PEOPLE)
    (named,) = [trace for trace in figure.data if trace.showlegend]
    assert named.name == NOT_SURVEYED
    assert named.marker.color == figure.data[1].colorscale[0][1]


@pytest.mark.parametrize("view", VIEWS)
def test_the_figure_asks_nothing_of_another_machine(view: str) -> None:
    """Plotly fetches coastlines when one of its own layers shows, or when the first trace looks places up by name."""
    figure = json.loads(world(found(), "a", PEOPLE, view).to_json())
    assert not re.search(r"https?:|//", json.dumps(figure["data"]) + json.dumps(figure["layout"]["geo"]))
    geo: Mapping[str, object] = figure["layout"]["geo"]
    assert geo["visible"] is False and not [key for key in geo if key.startswith("show")]
    assert figure["data"][0]["type"] == "scattergeo" and "locations" not in figure["data"][0]
    assert all("geojson" in trace for trace in figure["data"][1:])


def test_names_are_neither_markup_nor_variables() -> None:
    figure = world(found(), NASTY, {**PEOPLE, "country:PL": NASTY})
    coloured = figure.data[2]
    assert label(NASTY) in figure.layout.title.text and "<" not in figure.layout.title.text
    assert coloured.hovertemplate == "%{hovertext}<extra></extra>"
    text = dict(zip(coloured.locations, coloured.hovertext, strict=True))["PL"]
    assert "<b>" not in text and coloured.customdata[0][0] == NASTY
