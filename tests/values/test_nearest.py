"""Whose profile is nearest: the distances, what they are worth, and what is refused."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from core.errors import UserError
from core.values.cultures import cultures, of_kind
from core.values.nearest import TYPICAL, how_weak, nearest, spearman

COUNTRIES = of_kind(cultures().values(), "country")


@settings(deadline=None)
@given(constant=st.floats(-3, 3), place=st.integers(0, 30))
def test_a_country_is_nearest_to_itself_however_it_was_centred(constant: float, place: int) -> None:
    country = COUNTRIES[place]
    first, *others = nearest([mean + constant for mean in country.means], COUNTRIES)
    assert first.id == country.id
    assert first.distance == pytest.approx(0, abs=1e-9)
    assert first.spearman == pytest.approx(1)
    assert len(others) == 30
    assert [near.distance for near in others] == sorted(near.distance for near in others)


def test_distances_are_the_formulas() -> None:
    sweden = cultures()["country:SE"]
    assert sweden.sds is not None
    shift = np.array([1.0, -1.0] * 5) * 0.4
    (near,) = nearest(np.array(sweden.means) + shift, [sweden])
    assert near.distance == pytest.approx(0.4)
    assert near.strangeness == pytest.approx(np.mean(0.4 / np.array(sweden.sds)))


def test_strangeness_of_inhabitants_is_about_the_typical_one() -> None:
    """Persons drawn around a country's mean: what `TYPICAL` promises, and how often the label names their country."""
    rng = np.random.default_rng(3)
    sweden = cultures()["country:SE"]
    found = [nearest(rng.normal(sweden.means, sweden.sds), COUNTRIES) for _ in range(200)]
    own = [next(near for near in all_near if near.id == sweden.id).strangeness for all_near in found]
    assert np.mean(own) == pytest.approx(TYPICAL, abs=0.05)
    assert np.mean([all_near[0].id == sweden.id for all_near in found]) < 0.5


def test_how_weak_says_the_number_compared_the_spread_and_the_rivals() -> None:
    found = nearest([2.0, -1, 1, -2, -2.5, 0, -1, 0, 2, 1.5], COUNTRIES)
    said = how_weak(found)
    assert said.startswith(f"Closest of 31: {found[0].name}, {found[0].distance:.2f} points away")
    assert f"{found[0].strangeness:.2f} standard deviations" in said
    assert found[1].distance < 1.1 * found[0].distance
    assert found[1].name in said
    assert found[-1].name not in said
    alone = nearest(cultures()["country:GR"].means, [cultures()["country:GR"]])
    assert math.isnan(alone[0].strangeness)
    assert how_weak(alone) == "Closest of 1: Greece, 0.00 points away (root mean square)."


def test_only_as_many_as_asked_come_back() -> None:
    assert nearest(COUNTRIES[0].means, COUNTRIES, 3) == nearest(COUNTRIES[0].means, COUNTRIES)[:3]


def test_a_flat_profile_has_no_order_to_compare() -> None:
    (near,) = nearest([1.0] * 10, COUNTRIES[:1])
    assert math.isnan(near.spearman)
    assert near.distance == pytest.approx(float(np.std(COUNTRIES[0].means)))


@pytest.mark.parametrize("means", [[1.0] * 9, [math.nan] * 10, [[1.0] * 10]])
def test_what_is_no_profile_is_refused(means: list[float]) -> None:
    with pytest.raises(UserError, match="ten values"):
        nearest(means, COUNTRIES)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=3, max_size=12))
def test_spearman_is_that_of_the_library(pairs: list[tuple[int, int]]) -> None:
    one, other = [a for a, _ in pairs], [b for _, b in pairs]
    if len(set(one)) == 1 or len(set(other)) == 1:
        assert math.isnan(spearman(one, other))
    else:
        assert spearman(one, other) == pytest.approx(spearmanr(one, other).statistic, abs=1e-12)
