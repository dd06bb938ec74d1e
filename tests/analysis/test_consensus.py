"""Consensus: majority and means by hand; Dawid and Skene's truth and errors against others and made-up judges."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.analysis.consensus import UNDECIDED, dawid_skene, majority, mean_strength

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
REFERENCE = json.loads(Path(__file__).with_name("reference_figures.json").read_text())["consensus"]
PRIOR = np.array([0.15, 0.6, 0.25])  # opposes, neutral, supports
JUDGES = np.array(
    [
        [[0.9, 0.1, 0.0], [0.05, 0.9, 0.05], [0.0, 0.1, 0.9]],
        [[0.7, 0.25, 0.05], [0.1, 0.8, 0.1], [0.05, 0.15, 0.8]],
        [[0.6, 0.3, 0.1], [0.1, 0.6, 0.3], [0.0, 0.1, 0.9]],  # sees support too often
        [[0.5, 0.5, 0.0], [0.05, 0.9, 0.05], [0.0, 0.5, 0.5]],  # timid
    ]
)


def judged(
    seed: int, n: int, confusion: Floats = JUDGES, prior: Floats = PRIOR, missing: float = 0.1
) -> tuple[Codes, Codes]:
    """Truth of n answers and what judges with these errors read."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(len(prior), n, p=prior)
    edges = confusion.cumsum(axis=2)[:, truth]  # judges x answers x K
    read = (rng.random((len(confusion), n, 1)) > edges).sum(axis=2).T
    return truth, np.where(rng.random(read.shape) < missing, -1, np.minimum(read, len(prior) - 1))


def test_majority_by_hand() -> None:
    readings = np.array([[0, 0, 2], [0, 1, -1], [2, -1, -1], [-1, -1, -1], [0, 1, 2], [1, 1, 1]])
    found = majority(readings, 3)
    assert found.category.tolist() == [0, UNDECIDED, 2, UNDECIDED, UNDECIDED, 1]
    assert found.n_readings.tolist() == [3, 2, 1, 0, 3, 3]
    assert found.share == pytest.approx([2 / 3, 1 / 2, 1, np.nan, 1 / 3, 1], nan_ok=True)


def test_mean_strength_by_hand() -> None:
    mean, n = mean_strength(np.array([[1, -0.5, np.nan], [np.nan] * 3, [0.2, 0.2, 0.2]]))
    assert mean == pytest.approx([0.25, np.nan, 0.2], nan_ok=True)
    assert n.tolist() == [2, 0, 3]


def test_dawid_skene_equals_another_implementations() -> None:
    """Theirs does not smooth: 3000 rounds of EM from the shares of the votes."""
    found = dawid_skene(np.array(REFERENCE["readings"]), 3, smoothing=1e-13, tolerance=0.0, max_iterations=3000)
    assert found.posterior == pytest.approx(np.array(REFERENCE["posterior"]), abs=1e-9)
    assert found.prior == pytest.approx(np.array(REFERENCE["prior"]), abs=1e-9)
    assert found.confusion == pytest.approx(np.array(REFERENCE["confusion"]), abs=1e-9)


def test_log_likelihood_is_that_of_the_readings() -> None:
    _, readings = judged(0, 40)
    found = dawid_skene(readings, 3)
    total = 0.0
    for row in readings:
        chances = [
            found.prior[k] * np.prod([found.confusion[j, k, code] for j, code in enumerate(row) if code >= 0])
            for k in range(3)
        ]
        total += np.log(sum(chances))
    assert found.log_likelihood == pytest.approx(total)


def test_errors_and_truth_of_made_up_judges_are_found() -> None:
    truth, readings = judged(1, 4000)
    found = dawid_skene(readings, 3)
    assert found.converged and not found.reason
    assert found.confusion == pytest.approx(JUDGES, abs=0.08)
    assert found.prior == pytest.approx(PRIOR, abs=0.02)
    assert (found.category == truth).mean() > (majority(readings, 3).category == truth).mean() + 0.02


def test_probabilities_mean_what_they_say() -> None:
    truth, readings = judged(2, 4000)
    posterior = dawid_skene(readings, 3).posterior
    for low, high in [(0.05, 0.3), (0.3, 0.7), (0.7, 0.95), (0.95, 1.0)]:
        some = (posterior >= low) & (posterior < high)
        right = np.broadcast_to(truth[:, None] == np.arange(3), posterior.shape)[some].mean()
        assert right == pytest.approx(posterior[some].mean(), abs=0.05)


def test_two_hundred_answers_and_three_judges_suffice() -> None:
    worst = []
    for seed in range(20):
        truth, readings = judged(seed, 200, JUDGES[:3], missing=0.0)
        found = dawid_skene(readings, 3)
        worst.append(np.abs(found.confusion - JUDGES[:3])[:, [1, 2]].max())
        assert (found.category == truth).mean() >= 0.85
    assert np.mean(worst) < 0.2


def test_a_judge_who_reads_the_opposite_is_used_the_right_way_round() -> None:
    """Two good judges and one who swaps both ends: as good as a third, once that is known."""
    swapped = np.array([JUDGES[0], JUDGES[0], JUDGES[0][:, ::-1]])
    truth, readings = judged(3, 600, swapped, missing=0.0)
    found = dawid_skene(readings, 3)
    assert found.confusion[2] == pytest.approx(swapped[2], abs=0.12)
    assert (found.category == truth).mean() > 0.95


def test_presence_has_two_categories() -> None:
    confusion = np.array([[[0.95, 0.05], [0.3, 0.7]], [[0.9, 0.1], [0.2, 0.8]], [[0.7, 0.3], [0.1, 0.9]]])
    _, readings = judged(4, 3000, confusion, np.array([0.7, 0.3]))
    assert dawid_skene(readings, 2).confusion == pytest.approx(confusion, abs=0.07)


@given(st.integers(0, 10**6), st.integers(12, 60), st.integers(3, 5), st.floats(0, 0.5))
@settings(max_examples=40, deadline=None)
def test_names_are_those_of_the_votes_even_in_noise(seed: int, n: int, n_judges: int, missing: float) -> None:
    """Whatever EM calls the categories, no other naming agrees with more of the votes."""
    rng = np.random.default_rng(seed)
    readings = np.where(rng.random((n, n_judges)) < missing, -1, rng.integers(0, 3, (n, n_judges)))
    readings[:3] = [[k] * n_judges for k in range(3)]
    found = dawid_skene(readings, 3, max_iterations=300, tolerance=1e-5)
    votes = (readings[:, :, None] == np.arange(3)).sum(axis=1)
    read = votes.any(axis=1)
    agreeing = votes[read].T @ found.posterior[read]
    orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
    assert np.trace(agreeing) >= max(agreeing[[0, 1, 2], order].sum() for order in orders) - 0.05 * n
    assert found.posterior[read].sum(axis=1) == pytest.approx(np.ones(read.sum()))
    assert np.isnan(found.posterior[~read]).all()
    assert found.confusion.sum(axis=2) == pytest.approx(np.ones((n_judges, 3)))
    assert found.prior.sum() == pytest.approx(1) and found.log_likelihood <= 0


@given(st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_order_and_names_change_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    _, readings = judged(seed, 80)
    before = dawid_skene(readings, 3)
    judges, answers = rng.permutation(4), rng.permutation(80)
    after = dawid_skene(readings[answers][:, judges], 3)
    assert after.posterior == pytest.approx(before.posterior[answers], abs=1e-5, nan_ok=True)
    assert after.confusion == pytest.approx(before.confusion[judges], abs=1e-5)
    renamed = dawid_skene(np.where(readings < 0, -1, 2 - readings), 3)
    assert renamed.posterior == pytest.approx(before.posterior[:, ::-1], abs=1e-5, nan_ok=True)
    assert renamed.confusion == pytest.approx(before.confusion[:, ::-1, ::-1], abs=1e-5)


def test_each_round_makes_the_readings_likelier() -> None:
    _, readings = judged(5, 150)
    steps = [
        dawid_skene(readings, 3, smoothing=1e-9, max_iterations=n, tolerance=0).log_likelihood for n in range(1, 30)
    ]
    assert (np.diff(steps) >= -1e-7).all() and steps[-1] > steps[0]


def test_it_says_when_it_has_not_converged() -> None:
    _, readings = judged(5, 150)
    assert not dawid_skene(readings, 3, max_iterations=2).converged
    done = dawid_skene(readings, 3)
    assert done.converged and 2 < done.iterations < 2000
    assert dawid_skene(readings, 3, tolerance=1e-10).posterior == pytest.approx(done.posterior, abs=1e-4, nan_ok=True)


def test_smoothing_holds_nothing_impossible() -> None:
    readings = np.array([[0, 0, 0]] * 10 + [[1, 1, 1]] * 10)
    found = dawid_skene(readings, 3)
    assert (found.confusion > 0).all() and (found.posterior > 0).all()
    assert found.category.tolist() == [0] * 10 + [1] * 10
    assert found.confusion[0, 0] == pytest.approx([10.5 / 11.5, 0.5 / 11.5, 0.5 / 11.5], abs=0.01)


def test_where_there_is_no_fit_it_says_why() -> None:
    _, readings = judged(6, 50)
    two = np.hstack([readings[:, :2], np.full((50, 2), -1)])  # two judges, and two who read nothing
    for some in (readings[:, :2], two, np.full((50, 4), -1), readings[:0]):
        found = dawid_skene(some, 3)
        assert "3 judges" in found.reason and np.isnan(found.posterior).all() and not found.converged
        assert found.posterior.shape == (len(some), 3) and (found.category == UNDECIDED).all()
    assert "Only one category" in dawid_skene(np.zeros((50, 3), dtype=int), 3).reason


def test_a_judge_without_readings_has_no_errors_and_changes_nothing() -> None:
    _, readings = judged(7, 100)
    found = dawid_skene(np.hstack([readings, np.full((100, 1), -1)]), 3)
    assert np.isnan(found.confusion[4]).all() and not np.isnan(found.confusion[:4]).any()
    assert found.posterior == pytest.approx(dawid_skene(readings, 3).posterior, nan_ok=True)
