import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.methods.adaem.objective import (
    Floats,
    binary_entropy,
    cross_paraphrase,
    disentanglement,
    gjs_exact,
    gjs_marginal,
    informativeness,
    permutation_p,
    published_score,
    rates,
)


def both(p: Floats) -> tuple[float, float]:
    return gjs_exact(p), gjs_marginal(p)


def test_identical_models_have_no_divergence() -> None:
    assert both(np.tile([0.1, 0.7, 0.5], (4, 1))) == pytest.approx((0.0, 0.0), abs=1e-12)


def test_closed_forms() -> None:
    opposite = np.array([np.zeros(10), np.ones(10)])
    assert both(opposite) == pytest.approx((math.log(2), 10 * math.log(2)))
    one_differs = np.full((2, 10), 0.3)
    one_differs[:, 4] = 0.2, 0.7
    assert both(one_differs) == pytest.approx((0.132505, 0.132505), abs=1e-6)
    one_hot = np.eye(4)
    quarter = float(binary_entropy(np.array(0.25)))
    assert both(one_hot) == pytest.approx((math.log(4), 4 * quarter)) and 4 * quarter == pytest.approx(2.2493, abs=1e-4)


@given(st.integers(2, 6), st.integers(1, 8), st.integers(0, 2**31))
def test_the_exact_divergence_lies_below_the_marginal_one_and_ln_k(models: int, values: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    p = rng.random((models, values))
    exact, marginal = both(p)
    assert -1e-9 <= exact <= min(marginal, math.log(models)) + 1e-9
    assert gjs_exact(p[rng.permutation(models)]) == pytest.approx(exact)
    alpha = rng.dirichlet(np.ones(models))
    assert -1e-9 <= gjs_exact(p, alpha) <= gjs_marginal(p, alpha) + 1e-9


def test_more_values_than_can_be_summed_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 12 values, got 13"):
        gjs_exact(np.full((2, 13), 0.5))


def test_both_kinds_of_divergence_order_questions_alike() -> None:
    rng = np.random.default_rng(0)
    worlds = [rng.beta(0.6, 1.8, (4, 10)) for _ in range(200)]
    exact, marginal = np.array([both(p) for p in worlds]).T
    assert np.corrcoef(exact, marginal)[0, 1] > 0.9


def test_disentanglement_is_added_as_in_the_equation() -> None:
    p, question = np.full((3, 10), 0.25), np.ones(10)
    assert disentanglement(p, question) == pytest.approx(0.75)
    assert informativeness(p, question) == pytest.approx(0.375)
    assert informativeness(p, question, beta=0.0) == pytest.approx(0.0)


def test_rates_are_smoothed_and_no_opinion_says_nothing() -> None:
    assert rates(np.array([[3.0, 0.0], [0.0, 0.0]]), np.array([3, 0])).tolist() == [[3.5 / 4, 0.5 / 4], [0.5, 0.5]]


def answered(truth: Floats, paraphrases: int, opinions: int, rng: np.random.Generator) -> Floats:
    """Observed rates, A x K x d."""
    return rng.binomial(opinions, np.broadcast_to(truth, (paraphrases, *truth.shape))) / opinions


def test_the_score_across_paraphrases_is_unbiased_where_the_plug_in_is_not() -> None:
    rng = np.random.default_rng(1)
    same = np.tile(rng.beta(1, 2, 10), (4, 1))
    found = np.array([cross_paraphrase(answered(same, 3, 3, rng)) for _ in range(2000)])
    assert abs(found.mean()) < 3 * found.std() / math.sqrt(len(found))
    plug_in = np.mean([gjs_marginal(answered(same, 1, 10, rng)[0]) for _ in range(300)])
    assert plug_in > 0.3
    apart = rng.beta(1, 2, (4, 10))
    truth = np.var(apart, axis=0, ddof=1).sum()
    draws = np.array([cross_paraphrase(answered(apart, 3, 3, rng)) for _ in range(2000)])
    assert abs(draws.mean() - truth) < 3 * draws.std() / math.sqrt(len(draws))


def test_the_score_is_the_mean_over_pairs_of_paraphrases() -> None:
    rng = np.random.default_rng(2)
    p = rng.random((3, 4, 5))
    c = p - p.mean(axis=1, keepdims=True)
    pairs = [(c[a] * c[b]).sum() / 3 for a in range(3) for b in range(3) if a != b]
    assert cross_paraphrase(p) == pytest.approx(np.mean(pairs))


@pytest.mark.parametrize("shape", [(1, 4, 5), (3, 1, 5), (4, 5)])
def test_what_has_no_pairs_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="two paraphrases and two models"):
        cross_paraphrase(np.zeros(shape))


def test_shuffling_finds_real_differences_and_few_where_there_are_none() -> None:
    rng = np.random.default_rng(3)
    same = np.tile(rng.beta(1, 2, 10), (4, 1))
    apart = rng.beta(0.4, 0.8, (4, 10))
    null = [permutation_p(answered(same, 3, 3, rng), 99, rng) for _ in range(200)]
    real = [permutation_p(answered(apart, 3, 3, rng), 99, rng) for _ in range(50)]
    assert np.mean(np.array(null) <= 0.05) <= 0.10
    assert np.mean(np.array(real) <= 0.05) >= 0.9
    assert min(*null, *real) >= 0.01


def test_the_published_score_lies_where_it_was_published() -> None:
    rng = np.random.default_rng(4)
    scores = []
    for _ in range(200):
        models = rng.beta(0.5, 2.0, (4, 1, 10))
        scores.append(published_score(rng.random((4, 3, 10)) < models, rng.random(10) < 0.2, 0.6))
    assert 2 < np.mean(scores) < 9


def test_the_published_score_of_one_case_by_hand() -> None:
    opinions = np.zeros((2, 2, 3), dtype=bool)
    opinions[0, 0, 0] = opinions[0, 1, [0, 1]] = True  # union 2, common 1
    opinions[1, :, 2] = True  # union 1, common 1
    question = np.array([True, False, False])
    # conformity (2 + 1) / 2; diversity 3 / 1; opinion diversity 1 - .4; distances (0 + 1 + 2 + 2) / 4
    assert published_score(opinions, question, 0.4) == pytest.approx(1.5 + 3.0 + 0.6 - 0.625)
