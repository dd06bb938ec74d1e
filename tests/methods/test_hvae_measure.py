"""The measure itself: closed forms of Murphy, Ackermann & Handgraaf (2011), and all 9^6 answer sheets."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.methods.hvae.angles import (
    ORIENTATIONS,
    WANTS,
    angle,
    boundaries,
    ideals,
    reach,
    sectors,
    type_of,
)
from core.methods.hvae.inequality import aims, inequality
from core.methods.hvae.payoffs import decisions, of_kind, table
from core.methods.hvae.rationality import above_chance, closeness, distance, farthest, picks, rationality
from core.methods.hvae.sheets import chance, chance_types, every_angle, every_type, mean_over
from core.methods.hvae.transitivity import order_of

sheets_of_places = st.lists(st.integers(0, 8), min_size=6, max_size=6)


def theta(places: list[int], scale: float = 1.0, shift: float = 0.0) -> float:
    shown = scale * table() + shift
    own, other = np.mean([shown[row, place] for row, place in enumerate(places)], axis=0)
    return float(angle(own, other, scale * 50 + shift))


def test_the_sliders_are_the_published_ones() -> None:
    assert [len(of_kind(kind)) for kind in ("primary", "secondary", "game")] == [6, 9, 7]
    assert decisions()["svo-1"].other == (85, 76, 68, 59, 50, 41, 33, 24, 15)
    assert decisions()["svo-2"].own == (85, 87, 89, 91, 93, 94, 96, 98, 100)
    for slider in (*of_kind("primary"), *of_kind("secondary")):
        between = [slider.at(step / 8) for step in range(9)]
        assert [(math.floor(a + 0.5), math.floor(b + 0.5)) for a, b in between] == list(
            zip(slider.own, slider.other, strict=True)
        )


def test_ideals_boundaries_and_reach() -> None:
    assert ideals()["altruistic"] == pytest.approx((61.3895, 61.3895), abs=1e-4)
    assert ideals()["prosocial"] == pytest.approx((37.0928, 52.9072), abs=1e-4)
    assert ideals()["individualistic"] == pytest.approx((-7.8153, 7.8153), abs=1e-4)
    assert ideals()["competitive"] == pytest.approx((-16.2602, -16.2602), abs=1e-4)
    assert boundaries() == pytest.approx((57.15, 22.45, -12.04), abs=5e-3)
    assert reach() == pytest.approx((-16.2602, 61.3895), abs=1e-4)
    assert [type_of(x) for x in (61, 57.2, 57.1, 22.5, 22.4, -12, -12.1)] == [
        *("altruistic", "altruistic", "prosocial", "prosocial"),
        *("individualistic", "individualistic", "competitive"),
    ]
    assert type_of(math.nan) == ""
    edges = [edge for interval in sectors().values() for edge in interval]
    assert max(edges) == reach()[1] and min(edges) == reach()[0]


def test_the_angle_keeps_its_quadrant() -> None:
    assert angle([60, 40, 40, 50], [60, 60, 40, 60]) == pytest.approx([45, 135, -135, 90])
    assert np.isnan(angle(50, 50))


def test_all_answer_sheets() -> None:
    assert every_angle().size == 531_441
    assert every_angle().mean() == pytest.approx(22.70, abs=5e-3)
    assert every_angle().min() == pytest.approx(reach()[0]) and every_angle().max() == pytest.approx(reach()[1])
    assert chance_types()["individualistic"] == pytest.approx(0.492, abs=5e-4)
    assert chance_types()["prosocial"] == pytest.approx(0.507, abs=5e-4)
    assert sum(chance_types().values()) == pytest.approx(1)
    known = {"altruistic": 0.5018, "prosocial": 0.7147, "individualistic": 0.7078, "competitive": 0.4982}
    assert dict(chance()) == pytest.approx(known, abs=1e-4)


@given(sheets_of_places)
def test_one_sheet_of_them_all(places: list[int]) -> None:
    assert every_angle()[tuple(places)] == pytest.approx(theta(places))
    assert mean_over(every_type()[type_of(theta(places))], np.eye(9)[places]) == 1


@given(sheets_of_places, st.integers(1, 20), st.integers(-200, 200))
def test_the_angle_is_the_same_in_another_currency(places: list[int], scale: int, shift: int) -> None:
    assert theta(places, scale, shift) == pytest.approx(theta(places))


@given(st.lists(st.lists(st.floats(0.01, 1), min_size=9, max_size=9), min_size=6, max_size=6))
def test_means_over_sheets_agree_with_counting(raw: list[list[float]]) -> None:
    probs = np.array(raw) / np.sum(raw, axis=1, keepdims=True)
    together = probs[0]
    for row in probs[1:]:
        together = np.multiply.outer(together, row)
    assert mean_over(every_angle(), probs) == pytest.approx(float((every_angle() * together).sum()))


@pytest.mark.parametrize(
    ("place", "expected"), list(enumerate([30.5, 28.1, 26.8, 24.6, 22.9, 20.7, 18.8, 17.2, 14.7])), ids="ABCDEFGHI"
)
def test_always_the_same_option_looks_like_a_type(place: int, expected: float) -> None:
    assert theta([place] * 6) == pytest.approx(expected, abs=0.06)
    assert type_of(theta([place] * 6)) == ("prosocial" if place <= 4 else "individualistic")


def test_strict_tournaments_and_random_answers() -> None:
    strict = [order_of([8 * end for end in ends]).consistent for ends in product((0, 1), repeat=6)]
    assert (sum(strict), len(strict)) == (24, 64)
    likely = {0: 4 / 9, 4: 1 / 9, 8: 4 / 9}
    passing = sum(
        math.prod(likely[place] for place in places)
        for places in product((0, 4, 8), repeat=6)
        if order_of(places).consistent
    )
    assert passing == pytest.approx(0.259, abs=1e-3)


def test_orders_are_read_off_the_choices() -> None:
    assert str(order_of([0, 8, 0, 0, 8, 8])) == "altruistic > prosocial > individualistic > competitive"
    assert str(order_of([4] * 6)) == "altruistic = prosocial = individualistic = competitive"
    assert str(order_of([0] * 6)) == "contradictory"


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_the_best_choices_are_perfectly_rational(orientation: str) -> None:
    free = [picks(slider, orientation) for slider in of_kind("primary")]
    for places in product(*[{best[0], best[-1]} for best in free]):
        assert rationality(theta(list(places)), orientation) == pytest.approx(1)
        assert type_of(theta(list(places))) == orientation
    for slider in of_kind("primary"):
        best = picks(slider, orientation)
        worth = [WANTS[orientation](*pair) for pair in zip(slider.own, slider.other, strict=True)]
        assert max(worth) - worth[best[0]] <= 1  # but for rounded payoffs


def test_distances_are_shares_of_what_can_be_reached() -> None:
    known = {"altruistic": 77.65, "prosocial": 53.35, "individualistic": 53.57, "competitive": 77.65}
    assert {name: farthest(name) for name in ORIENTATIONS} == pytest.approx(known, abs=5e-3)
    assert distance([45, 30, 60], "prosocial") == pytest.approx([0, 7.0928, 7.0928], abs=1e-4)
    assert rationality(reach()[0], "altruistic") == 0
    assert above_chance([1.0, 0.7], 0.7) == pytest.approx([1, 0])


@given(st.floats(-16, 61), st.sampled_from(ORIENTATIONS))
def test_rationality_is_a_share(found: float, target: str) -> None:
    assert 0 <= rationality(found, target) <= 1


def test_closeness_says_nothing_where_an_orientation_does_not_care() -> None:
    first, fifth = decisions()["svo-1"], decisions()["svo-5"]
    sure = [1.0, *[0.0] * 8]
    assert closeness(first, "altruistic", sure) == 1 and closeness(first, "competitive", sure) == -1
    assert closeness(first, "individualistic", sure) is None and closeness(fifth, "prosocial", sure) is None
    assert closeness(first, "altruistic", [1 / 9] * 9) == pytest.approx(0)


def secondary(best: str) -> list[float]:
    return [aims(slider).get(best, 0.0) for slider in of_kind("secondary")]


def test_inequality_aversion() -> None:
    joint = inequality(secondary("sum"))
    assert joint.index == 1.0 and joint.valid
    even = inequality(secondary("even"))
    assert even.index == 0.0 and even.valid
    stepped = inequality([round(8 * place) / 8 for place in secondary("even")])
    assert stepped.index == pytest.approx(0.036, abs=1e-3) and stepped.valid
    assert not inequality(secondary("own")).valid and not inequality(secondary("other")).valid
    assert [slider.id for slider in of_kind("secondary") if "sum" not in aims(slider)] == ["svo-8", "svo-11", "svo-13"]
    assert math.isnan(inequality([math.nan] * 9).index)


def test_what_orientations_would_do_in_games() -> None:
    told = {game.id: {o: [game.options[k] for k in picks(game, o)] for o in ORIENTATIONS} for game in of_kind("game")}
    assert told["dictator"] == {
        "altruistic": ["hand over 100"],
        "prosocial": ["hand over 50"],
        "individualistic": ["hand over 0"],
        "competitive": ["hand over 0"],
    }
    assert told["ultimatum-answer"]["competitive"] == ["turn it down"]
    assert told["ultimatum-offer"]["individualistic"] == ["offer 20"]
    assert told["trust-return"]["prosocial"] == ["send back 15"]
    assert told["prisoners-dilemma"]["prosocial"] == ["the left"]
