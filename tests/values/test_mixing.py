"""Mixtures of profiles: shares, the two ways to mix, and the spread of a mixed population."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UserError
from core.values.cultures import cultures, of_kind
from core.values.mixing import Part, mix_profiles, mix_weights, normalised
from core.values.weighting import softmax_weights

TEN = st.lists(st.floats(-2.5, 2.5), min_size=10, max_size=10)
PARTS = st.lists(st.builds(Part, st.text(max_size=5), st.floats(0.01, 100), TEN), min_size=1, max_size=6)


def test_nordic_is_the_even_mixture_of_its_countries() -> None:
    nordic = cultures()["region:Nordic"]
    parts = [
        Part(profile.name, 1, profile.means, profile.sds)
        for profile in of_kind(cultures().values(), "country")
        if profile.id[-2:] in ("DK", "FI", "IS", "NO", "SE")
    ]
    mixture = mix_profiles(parts)
    assert mixture.numbers == pytest.approx(nordic.means, abs=1.5e-4)
    assert mixture.sds == pytest.approx(nordic.sds, abs=0.002)  # the region's was computed over persons
    assert mixture.shares == pytest.approx([0.2] * 5)


def test_the_spread_of_a_mixture_is_that_of_all_its_persons() -> None:
    rng = np.random.default_rng(1)
    few, many = rng.normal(-1, 0.5, 4_000), rng.normal(1, 2, 12_000)
    mixture = mix_profiles([Part("a", 1, [few.mean()], [few.std()]), Part("b", 3, [many.mean()], [many.std()])])
    together = np.concatenate([few, many])
    assert mixture.numbers == pytest.approx([together.mean()])
    assert mixture.sds == pytest.approx([together.std()])


def test_the_spread_is_unknown_when_that_of_a_part_is() -> None:
    assert mix_profiles([Part("a", 1, [1, 2], [1, 1]), Part("b", 1, [1, 2])]).sds is None


def test_mixed_weights_are_not_the_weights_of_the_mixed_profile() -> None:
    profiles = [cultures()["country:SE"], cultures()["country:LT"]]
    mixed = mix_profiles([Part(p.name, 1, p.means) for p in profiles])
    votes = mix_weights([Part(p.name, 1, softmax_weights(p.means)) for p in profiles])
    assert votes.numbers == pytest.approx(np.mean([softmax_weights(p.means) for p in profiles], axis=0).tolist())
    assert np.abs(softmax_weights(mixed.numbers) - votes.numbers).max() > 0.01
    assert mixed.label == "Mixed profile: 50 % Sweden, 50 % Lithuania"
    assert votes.label == "Mixed weights: 50 % Sweden, 50 % Lithuania"


@settings(deadline=None)
@given(PARTS, st.floats(0.001, 1000))
def test_shares_sum_to_one_on_any_scale(parts: list[Part], scale: float) -> None:
    mixture = mix_profiles(parts)
    assert sum(mixture.shares) == pytest.approx(1)
    scaled = mix_profiles([Part(part.name, part.share * scale, part.numbers) for part in parts])
    assert scaled.shares == pytest.approx(mixture.shares)
    assert scaled.numbers == pytest.approx(mixture.numbers, abs=1e-9)


@settings(deadline=None)
@given(PARTS)
def test_mixed_weights_sum_to_one_and_lie_between_those_of_the_parts(parts: list[Part]) -> None:
    weighed = [Part(part.name, part.share, softmax_weights(part.numbers)) for part in parts]
    found = np.array(mix_weights(weighed).numbers)
    table = np.array([part.numbers for part in weighed])
    assert found.sum() == pytest.approx(1)
    assert (found >= table.min(axis=0) - 1e-12).all()
    assert (found <= table.max(axis=0) + 1e-12).all()


@settings(deadline=None)
@given(TEN)
def test_a_mixture_of_one_is_that_one(means: list[float]) -> None:
    assert mix_profiles([Part("a", 7, means), Part("b", 0, [0.0] * 10)]).numbers == pytest.approx(means)


def test_weights_on_the_sliders_scale_count_by_their_share_not_by_their_size() -> None:
    assert mix_weights([Part("a", 1, [100, 0]), Part("b", 1, [0, 10])]).numbers == (0.5, 0.5)


def test_shares_near_the_largest_number_stay_finite() -> None:
    assert normalised([Part("a", 1e308, [1.0]), Part("b", 1e308, [1.0])]).tolist() == [0.5, 0.5]


@pytest.mark.parametrize("mix", [mix_profiles, mix_weights])
@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ([], "at least one profile"),
        ([Part("a", 0, [1.0]), Part("b", 0, [1.0])], "All shares of the mixture are 0"),
        ([Part("a", 1, [1.0]), Part("b", -0.1, [1.0])], "share of b must be a number of 0 or more, got -0.1"),
        ([Part("a", math.nan, [1.0])], "share of a must be"),
        ([Part("a", math.inf, [1.0])], "share of a must be"),
        ([Part("a", 1, [1.0]), Part("b", 1, [1.0, 2.0])], r"they have \[1, 2\] values"),
        ([Part("a", 1, [math.nan])], "profile a lacks a number"),
    ],
)
def test_what_cannot_be_mixed_is_refused_by_name(mix: object, parts: list[Part], says: str) -> None:
    with pytest.raises(UserError, match=says):
        mix(parts)  # type: ignore[operator]


@pytest.mark.parametrize("weights", [[0.0, 0.0], [2.0, -1.0]])
def test_weights_that_are_none_are_refused(weights: list[float]) -> None:
    with pytest.raises(UserError, match="weights of b must not be negative"):
        mix_weights([Part("a", 1, [0.5, 0.5]), Part("b", 1, weights)])
