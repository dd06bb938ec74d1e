"""All figures of a recogniser at once: what each question asks, and figures known by hand."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from core.analysis.benchmark import OVERALL, Cases, Figure, figures, told_apart
from core.analysis.classification import auc, base_rate, detection, f1_gain

Floats = NDArray[np.float64]
X = math.nan


def column(*cells: float) -> Floats:
    return np.array([cells], dtype=float).T


def by_name(found: list[Figure], kind: str = "present", value: str = "power") -> dict[str, float]:
    return {one.name: one.estimate.value for one in found if (one.kind, one.value) == (kind, value)}


def cases(label: Floats, found: Floats, strength: Floats, directed: bool = False) -> Cases:
    return Cases(("power",), label, found, strength, directed, not directed, np.arange(len(label)))


def test_presence_by_hand() -> None:
    """Four texts hold the value, three are found, two of them rightly; the last was not read."""
    label, found = column(1, 1, 1, 1, 0, 0, 0, 0, 1), column(1, 1, 0, 0, 1, 0, 0, 0, X)
    strength = column(0.9, 0.8, 0.3, 0.1, 0.6, 0.2, 0.2, 0.2, X)
    figure = by_name(figures(cases(label, found, strength)))
    assert figure["n"] == 8 and figure["base_rate"] == 0.5
    assert figure["precision"] == pytest.approx(2 / 3) and figure["recall"] == 0.5
    assert figure["f1"] == pytest.approx(4 / 7) and figure["f1_always"] == pytest.approx(2 * 0.5 / 1.5)
    assert figure["f1_gain"] == pytest.approx(4 / 7 - 2 / 3)
    assert figure["auc"] == pytest.approx((4 + 4 + 3 + 0) / 16)
    assert figure["brier"] == pytest.approx(np.nanmean((label - strength) ** 2))
    assert 0 <= figure["ece"] <= 1


def test_what_each_kind_asks() -> None:
    label, found, strength = column(1, -1, 0, X), column(1, 0, -1, 1), column(0.5, -1, -0.5, 1)
    of = cases(label, found, strength, directed=True)
    asked = {kind: [part.ravel().tolist() for part in told_apart(of, kind)] for kind in ("present", "supports")}
    assert asked["present"] == [[1, 1, 0, pytest.approx(X, nan_ok=True)], [1, 0, 1, 1], [0.5, 1, 0.5, 1]]
    assert asked["supports"][0][:3] == [1, 0, 0] and asked["supports"][2] == [0.5, -1, -0.5, 1]
    truth, verdict, score = told_apart(of, "opposes")
    assert truth.ravel()[:3].tolist() == [0, 1, 0] and verdict.ravel().tolist() == [0, 0, 1, 0]
    assert score.ravel().tolist() == [-0.5, 1, 0.5, -1]
    truth, _, _ = told_apart(of, "direction")
    assert truth.ravel()[:2].tolist() == [1, 0] and np.isnan(truth.ravel()[2:]).all()


def test_a_direction_read_backwards_is_found_by_its_own_figure_only() -> None:
    label = np.tile(column(1, -1, 0, 0), (5, 1))
    found = figures(cases(label, -label, -label, directed=True))
    assert by_name(found)["f1"] == 1 and by_name(found, "direction") == {
        "n": 10,
        "base_rate": 0.5,
        "auc": 0,
    }
    assert by_name(found, "supports")["precision"] == 0 and "ece" not in by_name(found)


def test_over_all_values_is_the_mean_of_those_that_have_a_figure() -> None:
    rng = np.random.default_rng(1)
    truth = (rng.random((80, 2)) < [0.5, 0.2]).astype(float)
    scores = np.clip(truth * 0.3 + rng.random((80, 2)) * 0.7, 0, 1)
    of = Cases(("power", "security"), truth, (scores > 0.5) * 1.0, scores, False, True, np.arange(80))
    found = figures(of)
    for name in ("auc", "f1", "f1_always", "f1_gain", "base_rate"):
        each = [by_name(found, value=value)[name] for value in of.values]
        assert by_name(found, value=OVERALL)[name] == pytest.approx(np.mean(each))
    assert by_name(found, value=OVERALL)["n"] == 160


def test_the_gain_is_paired_and_what_it_says_it_is() -> None:
    rng = np.random.default_rng(2)
    truth = (rng.random((200, 1)) < 0.4).astype(float)
    found = np.where(rng.random((200, 1)) < 0.9, truth, 1 - truth)
    gain, f1 = f1_gain(truth, found).macro, detection(truth, found).f1.macro
    rate = base_rate(truth).macro
    assert gain.value == pytest.approx(f1.value - 2 * rate.value / (1 + rate.value))
    assert 0 < gain.low < gain.value < gain.high < 1
    always = f1_gain(truth, np.ones_like(truth)).macro
    assert always.value == 0 and gain.high - gain.low < 2 * (f1.high - f1.low)
    assert f1_gain(truth, np.zeros_like(truth)).macro.value < -0.5


def test_texts_of_a_group_count_together() -> None:
    """Every text ten times over is no more evidence where the copies are one group."""
    rng = np.random.default_rng(3)
    truth = (rng.random((40, 1)) < 0.5).astype(float)
    scores = truth + rng.normal(0, 1, (40, 1))
    copies, groups = (np.repeat(part, 10, axis=0) for part in (truth, scores)), np.repeat(np.arange(40), 10)
    once, grouped = auc(truth, scores).macro, auc(*copies, groups).macro
    assert (grouped.low, grouped.high) == pytest.approx((once.low, once.high))
