"""What moves a judge besides the answer: by hand, in simulation, and where it cannot be told."""

import numpy as np
import pytest

from core.analysis.estimates import FEW
from core.analysis.judge_bias import NO_OTHERS, NO_OWN, ONE_LENGTH, length_slope, preference_gap

X = np.nan


def test_the_gap_by_hand() -> None:
    given = np.array([1.0, 0.5, X, 0.0, -0.5, 0.5])
    own = np.array([True, True, True, False, False, False])
    found = preference_gap(given, own)
    assert found.value == pytest.approx(0.75 - 0.0) and found.n_items == 5
    assert np.isnan(found.low) and found.reason == FEW


def test_the_slope_is_that_of_least_squares() -> None:
    rng = np.random.default_rng(3)
    lengths, given = rng.uniform(0.3, 4, 60), rng.uniform(-1, 1, 60)
    given[:5] = X
    found = length_slope(lengths, given, np.arange(60) // 2)
    assert found.value == pytest.approx(np.polyfit(lengths[5:], given[5:], 1)[0], abs=1e-12)
    assert found.low < found.value < found.high and found.n_items == 28
    assert length_slope(lengths + 1000, given).value == pytest.approx(found.value, abs=1e-9)


@pytest.mark.parametrize("bias", [0.0, 0.4])
def test_a_bias_that_is_there_is_found_and_one_that_is_not_is_not(bias: float) -> None:
    """The judge's own family really is stronger on the value; only beyond other judges does the bias stand out."""
    rng = np.random.default_rng(1)
    items = np.tile(np.arange(200), 2)
    own = np.repeat([True, False], 200)
    truth = np.where(own, 0.3, 0.0)
    judge = truth + bias * own + rng.normal(0, 0.2, 400) + rng.normal(0, 0.2, 200)[items]
    others = truth + rng.normal(0, 0.2, 400)
    beyond = preference_gap(judge - others, own, items, widest=4.0)
    assert beyond.low < bias < beyond.high and (beyond.low > 0) == bool(bias)
    assert preference_gap(judge, own, items).low > 0, "alone it cannot tell"


def test_answers_to_one_item_are_drawn_together() -> None:
    """The judge is stricter on some scenarios, for all models alike: paired by item that is no uncertainty."""
    rng = np.random.default_rng(2)
    items, own = np.tile(np.arange(100), 2), np.repeat([True, False], 100)
    given = rng.normal(0, 0.5, 100)[items] + rng.normal(0, 0.05, 200)
    paired, alone = preference_gap(given, own, items), preference_gap(given, own)
    assert paired.high - paired.low < 0.3 * (alone.high - alone.low)


def test_what_does_not_vary_is_not_certain() -> None:
    flat = length_slope(np.linspace(1, 3, 20), np.zeros(20))
    assert flat.value == 0 and -1 <= flat.low < 0 < flat.high <= 1


def test_where_there_is_nothing_to_compare_it_says_why() -> None:
    given = np.array([0.5, 0.5, X])
    assert preference_gap(given, np.array([False, False, True])).reason == NO_OWN
    assert preference_gap(given, np.array([True, True, False])).reason == NO_OTHERS
    assert length_slope(np.ones(3), given).reason == ONE_LENGTH
    assert length_slope(np.array([1.0, 2, 3]), np.full(3, X)).reason == ONE_LENGTH
