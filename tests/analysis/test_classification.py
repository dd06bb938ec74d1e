"""Classification: other implementations' figures, worked cases, what is undefined, how far intervals hold."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.analysis.bootstrap import unseen
from core.analysis.classification import (
    ByValue,
    auc,
    brier,
    calibration,
    calibration_error,
    confusion,
    detection,
    wilson,
)
from core.analysis.estimates import FEW

Floats = NDArray[np.float64]
REFERENCE = json.loads(Path(__file__).with_name("reference_figures.json").read_text())["classification"]
TRUTH, SCORES = np.array(REFERENCE["truth"]), np.array(REFERENCE["scores"])
FOUND = (SCORES > 0.5).astype(float)
X = np.nan


def made(seed: int, n: int = 60, signal: float = 0.5) -> tuple[Floats, Floats]:
    """Labels of two values and scores that know something of them, in steps of 0.05, so that there are ties."""
    rng = np.random.default_rng(seed)
    truth = (rng.random((n, 2)) < [0.5, 0.35]).astype(float)
    return truth, np.round(20 * (signal * truth + rng.random((n, 2))) / (1 + signal)) / 20


def numbers(found: ByValue) -> list[float]:
    """The figures, macro last."""
    return [*(e.value for e in found.values), found.macro.value]


@pytest.mark.parametrize("figure", ["precision", "recall", "f1"])
def test_detection_equals_another_implementations(figure: str) -> None:
    found = getattr(detection(TRUTH, FOUND), figure)
    assert numbers(found) == pytest.approx(REFERENCE[figure], abs=1e-9)


def test_auc_and_brier_equal_another_implementations() -> None:
    assert numbers(auc(TRUTH, SCORES)) == pytest.approx(REFERENCE["auc"], abs=1e-9)
    assert numbers(brier(TRUTH, SCORES))[:3] == pytest.approx(REFERENCE["brier"], abs=1e-9)


def test_confusion_equals_another_implementations() -> None:
    truth, predicted = np.array(REFERENCE["codes"]).T
    assert confusion(truth, predicted, 3).tolist() == REFERENCE["confusion"]


def test_the_calibration_curve_equals_another_implementations() -> None:
    bins = calibration(TRUTH[:, 0], SCORES[:, 0], 7)
    assert [b.share for b in bins] == pytest.approx(REFERENCE["curve"]["share"], abs=1e-9)
    assert [b.probability for b in bins] == pytest.approx(REFERENCE["curve"]["probability"], abs=1e-9)


@pytest.mark.parametrize(("successes", "n", "low", "high"), REFERENCE["wilson"])
def test_wilson_equals_another_implementations(successes: int, n: int, low: float, high: float) -> None:
    assert np.array(wilson(successes, n)) == pytest.approx([low, high], abs=1e-9)


def test_all_equal_scikit_learn_on_other_data() -> None:
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is in the build extra")
    for seed in range(3):
        truth, scores = made(seed)
        assert numbers(auc(truth, scores))[:2] == pytest.approx(metrics.roc_auc_score(truth, scores, average=None))
        found = scores > 0.45
        theirs = metrics.precision_recall_fscore_support(truth, found, average=None)[:3]
        ours = detection(truth, found.astype(float))
        for figure, expected in zip((ours.precision, ours.recall, ours.f1), theirs, strict=True):
            assert numbers(figure)[:2] == pytest.approx(expected, abs=1e-9)


def test_wilson_without_rows_and_for_many() -> None:
    low, high = wilson([0, 0, 10], [0, 10, 10])
    assert np.isnan([low[0], high[0]]).all()
    assert low[1] == 0 and high[2] == 1 and high[1] == pytest.approx(1 - low[2])


def test_confusion_leaves_out_rows_without_a_category() -> None:
    truth, predicted = np.array([0, 1, 1, -1, 2]), np.array([0, 2, 1, 1, -1])
    assert confusion(truth, predicted, 3).tolist() == [[1, 0, 0], [0, 1, 1], [0, 0, 0]]


def test_auc_by_hand_ties_count_half() -> None:
    truth = np.array([[1, 1, 0, 0, X, 1]]).T
    scores = np.array([[0.9, 0.5, 0.5, 0.1, 0.7, X]]).T
    assert auc(truth, scores).values[0].value == pytest.approx((1 + 1 + 0.5 + 1) / 4)
    assert auc(truth, np.zeros_like(scores)).values[0].value == 0.5


@given(st.integers(0, 10**6))
@settings(max_examples=10, deadline=None)
def test_auc_is_about_order_only(seed: int) -> None:
    truth, scores = made(seed)
    found = auc(truth, scores, seed=1)
    assert auc(truth, np.exp(5 * scores), seed=1) == found
    assert numbers(auc(truth, -scores)) == pytest.approx([1 - a for a in numbers(found)])
    assert numbers(auc(1 - truth, scores)) == pytest.approx([1 - a for a in numbers(found)])
    pairs = [s > t or (s == t) / 2 for s in scores[truth[:, 0] == 1, 0] for t in scores[truth[:, 0] == 0, 0]]
    assert found.values[0].value == pytest.approx(np.mean(pairs))


@given(st.integers(0, 10**6))
@settings(max_examples=10, deadline=None)
def test_what_figures_do_not_depend_on_and_their_ranges(seed: int) -> None:
    truth, scores = made(seed)
    rng = np.random.default_rng(seed)
    order, items = rng.permutation(60), np.tile(np.arange(60), 2)
    found = (scores > 0.5).astype(float)

    def everything(rows: NDArray[np.int64], items: NDArray[np.int64] | None = None) -> list[ByValue]:
        d = detection(truth[rows], found[rows], items)
        return [
            d.precision,
            d.recall,
            d.f1,
            auc(truth[rows], scores[rows], items),
            brier(truth[rows], scores[rows], items),
        ]

    before = everything(np.arange(60))
    for one, shuffled, copied in zip(before, everything(order), everything(items, items), strict=True):
        assert numbers(shuffled) == pytest.approx(numbers(one))
        assert numbers(copied) == pytest.approx(numbers(one))
        for first, second in zip((*one.values, one.macro), (*copied.values, copied.macro), strict=True):
            assert 0 <= first.low <= first.value <= first.high <= 1
            assert (second.low, second.high, second.n_items) == pytest.approx((first.low, first.high, first.n_items))


def test_nothing_to_divide_by_is_not_zero() -> None:
    truth = np.array([[1, 0, 0, 1], [0, 0, 0, 0]] * 10, dtype=float)
    found = np.array([[1, 0, 1, 0], [0, 0, 1, 0]] * 10, dtype=float)
    d = detection(truth, found)
    assert [e.value for e in d.precision.values] == pytest.approx([1, X, 0, X], nan_ok=True)
    assert [e.value for e in d.recall.values] == pytest.approx([1, X, X, 0], nan_ok=True)
    assert [e.value for e in d.f1.values] == pytest.approx([1, X, 0, 0], nan_ok=True)
    assert "Never found" in d.precision.values[3].reason and "Never true" in d.recall.values[2].reason
    assert d.f1.macro.value == pytest.approx(1 / 3)
    assert d.f1.macro.reason.startswith("Mean of 3 of 4 values")
    assert detection(truth[:, 1:2], found[:, 1:2]).f1.macro.reason == d.f1.values[1].reason
    assert "alike" in auc(truth[:, 1:2], found[:, 1:2]).values[0].reason
    nothing = np.full((9, 1), X)
    assert "No labelled answer" in brier(nothing, nothing).macro.reason
    assert "alike" in auc(nothing, nothing).macro.reason


def test_a_figure_rests_on_its_own_kind_of_item() -> None:
    """Seven positives among a thousand answers give no interval, and ten flawless ones no certainty."""
    truth = np.zeros((1000, 2))
    truth[:7, 0] = truth[:10, 1] = 1
    found = detection(truth, truth)
    assert found.recall.values[0].reason == auc(truth, truth).values[0].reason == FEW
    assert found.recall.values[0].n_items == 7 and found.recall.macro.n_items == 1000
    for perfect in (found.recall.values[1], found.precision.values[1], found.f1.values[1], auc(truth, truth).values[1]):
        assert perfect.value == perfect.high == 1
        assert perfect.low == pytest.approx(1 - float(unseen(np.array(10))))


def test_answers_without_a_label_or_a_reading_do_not_count() -> None:
    truth, scores = made(0)
    found = (scores > 0.5).astype(float)
    holes, gaps = truth.copy(), found.copy()
    holes[:10, 0], gaps[10:20, 0] = X, X
    assert detection(holes, gaps).f1.values[0].value == pytest.approx(
        detection(truth[20:], found[20:]).f1.values[0].value
    )
    assert detection(holes, gaps).f1.values[1].value == pytest.approx(detection(truth, found).f1.values[1].value)


def test_brier_by_hand() -> None:
    found = brier(np.array([[1, 0, 1, X]]).T, np.array([[0.8, 0.4, 1, 0.3]]).T)
    assert found.values[0].value == pytest.approx((0.04 + 0.16 + 0) / 3)
    assert found.values[0].n_items == 3 and found.values[0].reason == FEW


def test_bins_hold_as_many_rows_as_ties_allow() -> None:
    rng = np.random.default_rng(0)
    chance = rng.random(1000)
    bins = calibration((rng.random(1000) < chance).astype(float), chance)
    assert [b.n for b in bins] == [100] * 10
    assert sum(b.low <= b.probability <= b.high for b in bins) >= 8
    assert np.mean([b.high - b.low for b in bins]) == pytest.approx(0.15, abs=0.03)
    tied = calibration(np.tile([0.0, 1, 1], 100), np.tile([0.2, 0.2, 0.9], 100))
    assert [(b.n, b.share) for b in tied] == [(200, 0.5), (100, 1.0)]
    assert [b.probability for b in tied] == pytest.approx([0.2, 0.9])
    assert calibration(np.full(3, X), np.ones(3)) == ()


def test_calibration_error_by_hand() -> None:
    truth, chance = np.tile([0.0, 1, 1], 100), np.tile([0.2, 0.2, 0.9], 100)
    found = calibration_error(truth, chance)
    assert found.value == pytest.approx(2 / 3 * 0.3 + 1 / 3 * 0.1)
    assert found.low < found.value < found.high and found.n_items == 300
    pooled = calibration_error(truth.reshape(150, 2), chance.reshape(150, 2), items=np.arange(150) % 50)
    assert pooled.value == pytest.approx(found.value) and pooled.n_items == 50
    assert "No labelled answer" in calibration_error(np.full(3, X), np.ones(3)).reason


def test_calibration_error_of_true_probabilities_is_chance_and_its_interval_comes_near_none() -> None:
    rng = np.random.default_rng(1)
    lows, values = [], []
    for seed in range(20):
        chance = rng.random(500)
        found = calibration_error((rng.random(500) < chance).astype(float), chance, seed=seed)
        lows.append(found.low)
        values.append(found.value)
    assert 0.02 < np.mean(values) < 0.06
    assert np.mean(lows) < 0.012
    off = calibration_error((rng.random(500) < 0.5).astype(float), np.linspace(0.7, 0.9, 500))
    assert off.low > 0.2


@pytest.mark.long
@pytest.mark.parametrize("figure", ["auc", "f1"])
def test_intervals_hold_the_truth(figure: str) -> None:
    """19 in 20, give or take three standard errors of 150 rounds, of each value and of their mean."""

    def of(truth: Floats, scores: Floats, seed: int) -> ByValue:
        return auc(truth, scores, seed=seed) if figure == "auc" else detection(truth, scores > 0.5, seed=seed).f1

    truth = numbers(of(*made(99, 20_000), 0))
    rounds = [of(*made(seed), seed) for seed in range(150)]
    held = [[e.low <= t <= e.high for e, t in zip((*r.values, r.macro), truth, strict=True)] for r in rounds]
    assert (np.mean(held, axis=0) >= 0.9).all() and np.mean(held) <= 0.99
