import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analysis.item_statistics import alpha_with_interval, cronbach, fold_alpha, item_statistics


def test_alpha_by_hand() -> None:
    """Sums 6, 9, 3, 10 vary by 10; the questions by 5/3, 5/3 and 2, together 16/3: alpha 3/2 x (1 - 16/30) = .7."""
    scores = np.array([[2.0, 1.0, 3.0], [3.0, 4.0, 2.0], [1.0, 2.0, 0.0], [4.0, 3.0, 3.0]])
    by_hand = 3 / 2 * (1 - (5 / 3 + 5 / 3 + 2) / 10)
    assert scores.sum(axis=1).var(ddof=1) == pytest.approx(10)
    assert cronbach(scores) == pytest.approx(by_hand) == pytest.approx(0.7)


def test_alpha_at_its_ends() -> None:
    same = np.tile(np.array([[0.0], [0.5], [1.0]]), (1, 4))
    assert cronbach(same) == pytest.approx(1.0)
    assert np.isnan(cronbach(np.full((3, 4), 0.5)))  # no differences at all
    assert np.isnan(cronbach(same[:2])) and np.isnan(cronbach(same[:, :1]))
    holes = np.vstack([same, [[np.nan, 1, 1, 1]]])
    assert cronbach(holes) == pytest.approx(1.0)  # who did not answer every question is left out


def test_a_question_against_the_others_is_named() -> None:
    trait = np.array([0.0, 0.25, 0.5, 1.0])
    scores = np.stack([trait, trait, trait, 1 - trait, np.full(4, 0.5)], axis=1)
    found = item_statistics(scores)
    assert found.negative.tolist() == [False, False, False, True, False]
    assert found.item_rest[3] == pytest.approx(-1.0) and np.isnan(found.item_rest[4])
    assert found.discrimination[0] == pytest.approx(0.75 - 0.125) and found.discrimination[3] == pytest.approx(-0.625)
    assert found.mean[4] == 0.5 and found.spread[4] == 0 and found.n.tolist() == [4] * 5
    rest = (scores.sum(axis=1) - scores[:, 0]) / 4
    assert found.item_rest[0] == pytest.approx(np.corrcoef(trait, rest)[0, 1])


def test_models_that_gave_no_answer_count_nowhere() -> None:
    scores = np.array([[0.0, 0.2, 0.1], [0.5, 0.4, 0.6], [1.0, 0.9, 0.8], [np.nan, 0.1, np.nan]])
    found, without = item_statistics(scores), item_statistics(scores[:3])
    assert found.n.tolist() == [3, 4, 3]
    assert found.item_rest[0] == pytest.approx(without.item_rest[0])  # the fourth answered no other question
    few = item_statistics(scores[:2])
    assert np.isnan(few.item_rest).all() and few.mean.tolist() == [0.25, 0.30000000000000004, 0.35]


@settings(max_examples=40)
@given(st.integers(3, 8), st.integers(2, 9), st.integers(0, 10_000))
def test_alpha_knows_no_order_and_no_origin(models: int, questions: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.random((models, questions))
    alpha = cronbach(scores)
    assert alpha <= 1.0
    moved = 3 * scores[rng.permutation(models)][:, rng.permutation(questions)] + rng.random(1)
    assert cronbach(moved) == pytest.approx(alpha)
    found = item_statistics(scores)
    assert np.all((np.abs(found.item_rest) <= 1 + 1e-9) | np.isnan(found.item_rest))


def profiles(spread: float, questions: int, seed: int = 0, models: int = 16) -> np.ndarray:
    """Models that express ten values at log-odds drawn with this standard deviation, on questions of varied level."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(0, spread, (models, 1, 10)) + rng.normal(-0.5, 0.8, (1, questions, 10))
    return (rng.random((models, questions, 10)) < 1 / (1 + np.exp(-odds))).astype(float)


def test_two_hundred_questions_are_reliable_and_more_are_more_so() -> None:
    found = {n: np.mean([fold_alpha(profiles(0.6, n, seed)) for seed in range(4)]) for n in (50, 200, 500)}
    assert found[200] >= 0.85
    assert found[50] < found[200] < found[500]
    assert np.mean([fold_alpha(profiles(0.0, 200, seed)) for seed in range(8)]) == pytest.approx(0.0, abs=0.2)
    assert fold_alpha(profiles(0.6, 200)) == fold_alpha(profiles(0.6, 200))
    assert np.isnan(fold_alpha(profiles(0.6, 4)))


def test_alphas_interval_holds_it_and_widens_with_fewer_models() -> None:
    many, few = (profiles(1.0, 40, 3, n)[:, :, 0] for n in (24, 6))
    found, narrow = alpha_with_interval(few), alpha_with_interval(many)
    assert narrow.low < narrow.value <= 1 and narrow.high <= 1 and (narrow.models, narrow.questions) == (24, 40)
    assert found.high - found.low > narrow.high - narrow.low
    assert np.isnan(alpha_with_interval(few[:2]).low)
