"""Sensitivity, style and the gates of low information, on answers made up so that each figure is known."""

import numpy as np
import pytest
from portrait_bank import made_answers, made_bank, random_answers

from core.analysis.portrait.reliability import Reliability, gates, reliability, split_half
from core.analysis.portrait.scorers import SCORERS, parts
from core.analysis.portrait.validity import held_out
from core.items.bank import PUBLISHED
from core.items.dimensions import IDS


def judged(values: np.ndarray, **changes: bool) -> Reliability:  # type: ignore[type-arg]
    bank = made_bank(values.shape[1] // 4)
    return reliability(bank, made_answers(values), "published")[0]


def names(found: Reliability) -> set[str]:
    return {each.name for each in gates(found)}


def answers(items: int = 80) -> np.ndarray:  # type: ignore[type-arg]
    """One model with a stable profile: it agrees with an item by what the item goes with, most with the last value."""
    rho = made_bank(items // 4).correlations[PUBLISHED].rho[:, :10]
    agreement = np.clip(np.round(3.5 + 1.5 * rho @ np.linspace(-1.5, 1.5, 10)), 1, 6)
    return np.repeat(agreement[None, :, None], 6, axis=2)


def test_a_stable_model_that_answers_all_may_be_read() -> None:
    found = judged(answers())
    assert (found.prompt, found.order, found.gap, found.shift) == (0, 0, 0, 0)
    assert (found.coverage, found.refused, found.asked, found.items) == (1.0, 0.0, 480, 80)
    assert found.halves > 0.8 and not gates(found)


def test_one_who_takes_the_first_option_is_told_by_the_order() -> None:
    values = np.full((1, 80, 6), 6.0)
    values[..., 1::2] = 1.0
    found = judged(values)
    assert found.order == 1.0 and found.shift == -5.0 and found.prompt == 0.0
    assert {"order", "flat"} <= names(found)
    assert any("moves the mean answer by -5.00 points" in each.sentence for each in gates(found))


def test_one_answer_to_everything_is_flat_however_stable() -> None:
    found = judged(np.full((1, 80, 6), 4.0))
    assert {"flat", "modal", "halves"} == names(found)
    assert any("100% of the answers are “4”" in each.sentence for each in gates(found))


def test_noise_gives_no_reliable_halves() -> None:
    values = np.repeat(np.random.default_rng(4).integers(1, 7, (1, 80, 1)), 6, axis=2).astype(float)
    lifted = [judged(np.roll(values, shift, axis=1)).halves for shift in range(0, 40, 4)]
    assert np.mean(lifted) < 0.5 < judged(answers()).halves


def test_refusals_and_gaps_are_counted_and_never_filled_in() -> None:
    bank = made_bank(20)
    one = made_answers(answers())
    one.values[0, :8] = np.nan
    one.refused[0, :8] = True
    (found,) = reliability(bank, one, "published")
    assert found.coverage == 0.9 and found.refused == 0.1 and found.items == 72
    assert names(found) == {"coverage", "refusals"}


def test_expected_values_count_as_the_answer_they_are_nearest_to() -> None:
    values = answers()
    values[..., 2] = np.clip(values[..., 2] + 0.3, 1, 6)
    assert judged(values).prompt == 0.0
    assert 0 < judged(values).gap < 0.3


def test_one_order_alone_leaves_order_bias_unknown_and_says_so() -> None:
    bank = made_bank(20)
    one = made_answers(answers())
    one.values[..., 1::2] = np.nan
    one.asked[..., 1::2] = False
    (found,) = reliability(bank, one, "published")
    assert np.isnan(found.order) and np.isnan(found.shift) and found.coverage == 1.0
    assert [(each.name, each.gate) for each in gates(found)] == [("one order", False)]


def test_an_item_with_two_of_three_wordings_counts_one_with_one_does_not() -> None:
    values = answers()
    values[0, 0, 0:2], values[0, 1, 0:4] = np.nan, np.nan
    values[0, 0, 2] = 7 - values[0, 0, 4]
    assert judged(values).prompt == pytest.approx(1 / 79)


def test_split_half_is_stepped_up_and_does_not_hang_on_who_else_answers() -> None:
    bank = made_bank(20)
    alone = made_answers(answers())
    both = made_answers(np.concatenate([answers(), random_answers(bank, 1).values]))
    first = [split_half(parts(bank, SCORERS["published"].make(bank, each))) for each in (alone, both)]  # type: ignore[arg-type]
    assert first[0][0] == pytest.approx(first[1][0], abs=1e-12) and first[0][0] <= 1


def test_items_that_people_answer_by_their_value_are_valid_for_left_out_people() -> None:
    """Everybody rates what goes with dimension 0 by that dimension, and the rest at random."""
    rng = np.random.default_rng(0)
    scales = rng.normal(size=(120, len(IDS)))
    ratings = rng.normal(size=(120, 30))
    ratings[:, :6] += 2 * scales[:, [0]]
    found = held_out(ratings, scales, np.zeros(120, dtype=np.int64), np.arange(120), folds=5)
    assert found.weighted[0] > 0.9 > found.tags[0] > 0.6 and found.n_tags[0] == 120
    assert np.nanmax(np.abs(found.weighted[1:])) < 0.4
