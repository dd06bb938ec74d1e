"""Agreement: published worked examples, other implementations' figures, what it must not depend on, its intervals."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.analysis.agreement import (
    NO_COMPLETE,
    NO_OVERLAP,
    ONE_CATEGORY,
    ONE_CODER,
    Level,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
)
from core.analysis.bootstrap import unseen
from core.analysis.estimates import FEW, RARE, Estimate

Floats = NDArray[np.float64]
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval")
REFERENCE = json.loads(Path(__file__).with_name("reference_figures.json").read_text())["agreement"]
X = np.nan
# Four observers, twelve units: Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", example C.
PUBLISHED = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, X, X, X],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, X, 3],
        [X, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, X],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, X],
    ]
).T
# Fourteen raters, ten subjects, five categories: Fleiss 1971, as counts; kappa = .210.
FLEISS = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]


def array(rows: list[list[float | None]]) -> Floats:
    return np.array(rows, dtype=float)


def made(seed: int, n: int = 40, coders: int = 3, accuracy: float = 0.7, missing: float = 0.2) -> Floats:
    """Readings of -1, 0, 1 that are right with probability `accuracy` and otherwise any."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(-1, 2, (n, 1))
    read = np.where(rng.random((n, coders)) < accuracy, truth, rng.integers(-1, 2, (n, coders))).astype(float)
    return np.where(rng.random((n, coders)) < missing, np.nan, read)


def figures(ratings: Floats, seed: int = 0) -> list[Estimate]:
    """All coefficients; Cohen's are of the first two coders."""
    first, second = ratings[:, 0], ratings[:, 1]
    scale = (-1.0, 0.0, 1.0)
    return [
        *(krippendorff_alpha(ratings, level, seed=seed) for level in LEVELS),
        cohen_kappa(first, second, seed=seed),
        cohen_kappa(first, second, "linear", scale, seed=seed),
        cohen_kappa(first, second, "quadratic", scale, seed=seed),
        fleiss_kappa(ratings, seed=seed),
        percent_agreement(ratings, seed=seed),
    ]


@pytest.mark.parametrize(("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_of_the_published_example(level: Level, alpha: float) -> None:
    found = krippendorff_alpha(PUBLISHED, level)
    assert found.value == pytest.approx(alpha, abs=0.0005)
    assert found.n_items == 11  # one unit has a single reading


def test_kappa_of_the_published_examples() -> None:
    ratings = np.array([np.repeat(np.arange(5.0), row) for row in FLEISS])
    assert fleiss_kappa(ratings).value == pytest.approx(0.210, abs=0.0005)
    first, second = np.repeat([[1, 1], [1, 0], [0, 1], [0, 0]], [20, 5, 10, 15], axis=0).T
    assert cohen_kappa(first, second).value == pytest.approx(0.4)  # observed .7, expected .5


def test_a_checked_value_of_stances() -> None:
    ratings = np.array([[1, 0, -1, 1, X], [1, 0, -1, 0, 1], [1, 1, -1, 1, 1]]).T
    assert krippendorff_alpha(ratings, "ordinal").value == pytest.approx(0.690476, abs=5e-7)


@pytest.mark.parametrize("level", LEVELS)
def test_alpha_equals_another_implementations(level: Level) -> None:
    found = krippendorff_alpha(array(REFERENCE["holes"]), level)
    assert found.value == pytest.approx(REFERENCE["alpha"][level], abs=1e-9)


@pytest.mark.parametrize("weighting", ["none", "linear", "quadratic"])
def test_cohens_kappa_equals_other_implementations(weighting: str) -> None:
    first, second = array(REFERENCE["holes"])[:, :2].T
    scale = (-1.0, -0.5, 0.0, 0.5, 1.0)
    found = cohen_kappa(first, second, weighting, scale)  # type: ignore[arg-type]
    assert found.value == pytest.approx(REFERENCE["cohen"][weighting], abs=1e-9)
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is in the build extra")
    other = np.random.default_rng(2).choice(scale, (50, 2))
    theirs = metrics.cohen_kappa_score(
        *other.astype(str).T, labels=[str(s) for s in scale], weights=None if weighting == "none" else weighting
    )
    assert cohen_kappa(*other.T, weighting, scale).value == pytest.approx(theirs, abs=1e-9)  # type: ignore[arg-type]


def test_fleiss_kappa_equals_another_implementations() -> None:
    assert fleiss_kappa(array(REFERENCE["whole"])).value == pytest.approx(REFERENCE["fleiss"], abs=1e-9)


def test_percent_agreement_by_hand() -> None:
    ratings = np.array([[1, 1, 1], [1, 1, 0], [1, 0, X], [0, 0, X], [1, X, X]])
    found = percent_agreement(ratings)
    assert found.value == pytest.approx((1 + 1 / 3 + 0 + 1) / 4)
    assert found.n_items == 4


def test_an_unused_place_of_the_scale_keeps_its_distance() -> None:
    """3 and 1 are two places apart, whether or not somebody used 2."""
    first, second = [1, 3, 3, 1, 4, 4], [1, 3, 1, 1, 4, 3]
    closed = cohen_kappa(first, second, "linear").value
    full = cohen_kappa(first, second, "linear", (1, 2, 3, 4)).value
    assert full == pytest.approx(1 - (1 / 6) / (50 / 108))
    assert closed != pytest.approx(full)
    with pytest.raises(ValueError, match="name every category"):
        cohen_kappa(first, second, "linear", (1, 2, 3))


@given(st.integers(0, 10**6))
@settings(max_examples=4, deadline=None)
def test_what_agreement_does_not_depend_on(seed: int) -> None:
    ratings = made(seed)
    rng = np.random.default_rng(seed)
    before = [e.value for e in figures(ratings)]
    shuffled = [e.value for e in figures(ratings[rng.permutation(len(ratings))])]
    assert shuffled == pytest.approx(before, nan_ok=True)
    swapped = [e.value for e in figures(ratings[:, [1, 0, 2]])]
    assert swapped == pytest.approx(before, nan_ok=True)
    mirrored = [e.value for e in figures(-ratings)]
    assert mirrored == pytest.approx(before, nan_ok=True)
    assert krippendorff_alpha(7 * ratings - 3, "interval").value == pytest.approx(before[2])
    renamed = np.where(ratings == 0, 5, ratings)  # the order of the categories changes
    nominal = [krippendorff_alpha(renamed), cohen_kappa(*renamed[:, :2].T), fleiss_kappa(renamed)]
    assert [e.value for e in nominal] == pytest.approx([before[0], before[3], before[6]], nan_ok=True)
    assert krippendorff_alpha(renamed, "ordinal").value != pytest.approx(before[1], abs=1e-6)
    assert krippendorff_alpha(np.exp(3 * ratings), "ordinal").value == pytest.approx(before[1])


@given(st.integers(0, 10**6), st.floats(0, 1))
@settings(max_examples=4, deadline=None)
def test_ranges_and_order(seed: int, accuracy: float) -> None:
    for found in figures(made(seed, accuracy=accuracy)):
        assert -1 - 1e-9 <= found.value <= 1 + 1e-9
        assert np.isnan(found.low) or found.low <= found.value <= found.high <= 1 + 1e-9
        assert bool(found.reason) == bool(np.isnan(found.low))


def test_twice_the_answers_of_the_same_items_are_no_more_evidence() -> None:
    """Kappa stays as it is, and so does its interval when the copies are named as copies; alpha, corrected for small
    samples, moves little. Taken for items of their own, the copies would make it look surer than it is."""
    ratings = made(3, n=60, missing=0.0)
    twice, items = np.vstack([ratings, ratings]), np.tile(np.arange(60), 2)
    for once, copied in zip(
        (cohen_kappa(*ratings[:, :2].T), fleiss_kappa(ratings), percent_agreement(ratings)),
        (
            cohen_kappa(*twice[:, :2].T, items=items),
            fleiss_kappa(twice, items),
            percent_agreement(twice, items),
        ),
        strict=True,
    ):
        assert (copied.value, copied.low, copied.high) == pytest.approx((once.value, once.low, once.high))
        assert copied.n_items == once.n_items == 60
    alpha, copied = krippendorff_alpha(ratings), krippendorff_alpha(twice, items=items)
    assert copied.value == pytest.approx(alpha.value, abs=0.005)
    assert copied.high - copied.low == pytest.approx(alpha.high - alpha.low, abs=0.005)
    unnamed = krippendorff_alpha(twice)
    assert unnamed.high - unnamed.low < 0.8 * (alpha.high - alpha.low)


@pytest.mark.parametrize("level", LEVELS)
def test_independent_coders_agree_as_by_chance(level: Level) -> None:
    rng = np.random.default_rng(5)
    ratings = rng.choice([-1.0, 0, 1], (4000, 3), p=[0.1, 0.7, 0.2])
    found = krippendorff_alpha(ratings, level)
    assert abs(found.value) < 0.03
    assert found.low < 0 < found.high
    assert abs(fleiss_kappa(ratings).value) < 0.03
    assert abs(cohen_kappa(ratings[:, 0], ratings[:, 1], "linear").value) < 0.04
    assert percent_agreement(ratings).value == pytest.approx(0.01 + 0.49 + 0.04, abs=0.02)


@pytest.mark.parametrize("value", [0, 1, 2, 3, 4, 5, 6, 7])
def test_full_agreement_is_1_but_not_certain(value: int) -> None:
    """As many items may disagree as can stay unseen; each would cost 1 / expected disagreement."""
    ratings = np.repeat(np.tile([-1.0, 0, 1], 10)[:, None], 3, axis=1)
    found = figures(ratings)[value]
    assert found.value == pytest.approx(1) and found.high == pytest.approx(1)
    pairs = 90 * 89
    expected = [60 * 90 / pairs, 2 * (90 * 60 - 0) / pairs / 4, 90 * 60 * 2 / pairs / 4, 2 / 3, 4 / 9, 1 / 3, 2 / 3, 1]
    assert found.low == pytest.approx(1 - float(unseen(np.array(30))) / expected[value])


@pytest.mark.parametrize("value", range(8))
def test_intervals_narrow_with_items_and_repeat_with_the_seed(value: int) -> None:
    few, many = (figures(made(1, n, missing=0.1), seed=4)[value] for n in (40, 640))
    assert few.high - few.low == pytest.approx(4 * (many.high - many.low), rel=0.5)
    assert figures(made(1, 40, missing=0.1), seed=4)[value] == few
    assert figures(made(1, 40, missing=0.1), seed=5)[value] != few


def test_where_there_is_nothing_to_say_it_says_why() -> None:
    nothing, alone = np.full((20, 3), np.nan), made(0)[:, :1]
    apart = np.where(np.arange(20)[:, None] % 2 == np.arange(2), 1.0, np.nan)
    same = np.ones((20, 3))
    for statistic in (krippendorff_alpha, fleiss_kappa, percent_agreement):
        assert statistic(alone).reason == ONE_CODER  # type: ignore[operator]
        expected = NO_COMPLETE if statistic is fleiss_kappa else NO_OVERLAP
        assert statistic(nothing).reason == statistic(apart).reason == expected  # type: ignore[operator]
        assert statistic(nothing[:0]).reason == expected  # type: ignore[operator]
        assert np.isnan(statistic(nothing).value)  # type: ignore[operator]
    for level in LEVELS:
        found = krippendorff_alpha(same, level)
        assert found.reason == ONE_CATEGORY and np.isnan(found.value) and found.n_items == 20
    assert cohen_kappa(*same[:, :2].T).reason == fleiss_kappa(same).reason == ONE_CATEGORY
    assert cohen_kappa(*apart.T).reason == NO_OVERLAP
    assert percent_agreement(same).value == 1
    only_elsewhere = np.array([[1.0, 1.0]] * 9 + [[2.0, np.nan]])  # the second category is in no pair
    assert krippendorff_alpha(only_elsewhere).reason == ONE_CATEGORY


def test_few_items_or_a_rare_category_get_a_figure_without_an_interval() -> None:
    few = krippendorff_alpha(made(0, n=7, missing=0.0))
    assert few.reason == FEW and np.isnan(few.low) and not np.isnan(few.value)
    rare = np.zeros((100, 2))
    rare[0] = 1  # a third of the resamples miss the only item that is not 0
    found = krippendorff_alpha(rare)
    assert found.value == 1 and found.reason == RARE and np.isnan(found.low)
    clustered = krippendorff_alpha(made(0, n=70, missing=0.0), items=np.arange(70) % 7)
    assert clustered.reason == FEW and clustered.n_items == 7


def test_as_many_items_as_answers_must_be_named() -> None:
    with pytest.raises(ValueError, match="name one for each row"):
        krippendorff_alpha(made(0), items=[1, 2, 3])


@pytest.mark.long
@pytest.mark.parametrize("level", LEVELS)
def test_intervals_of_alpha_hold_the_truth(level: Level) -> None:
    """19 in 20, give or take three standard errors of 150 rounds."""
    truth = krippendorff_alpha(made(99, 20_000, accuracy=0.6), level).value
    found = [krippendorff_alpha(made(s, 40, accuracy=0.6), level, seed=s) for s in range(150)]
    assert 0.9 <= np.mean([e.low <= truth <= e.high for e in found]) <= 0.995


# Gwet's AC1


def test_ac1_by_hand_and_where_one_category_prevails() -> None:
    # Both say neutral 90 times of 100, and differ in 10: chance is 2 * .95 * .05, so AC1 = (.9 - .095) / .905.
    first, second = np.repeat([1.0, 0.0, 1.0], [90, 5, 5]), np.repeat([1.0, 1.0, 0.0], [90, 5, 5])
    ratings = np.column_stack([first, second])
    found = gwet_ac1(ratings, (0.0, 1.0))
    assert found.value == pytest.approx((0.9 - 0.095) / 0.905)
    assert found.low < found.value < found.high <= 1
    assert krippendorff_alpha(ratings).value < 0, "alpha collapses here"


def test_ac1_of_full_agreement_counts_what_nobody_used_as_possible() -> None:
    assert gwet_ac1(np.ones((10, 3)), (0.0, 1.0, 2.0)).value == 1.0
    assert gwet_ac1(np.ones((10, 1)), (0.0, 1.0)).reason == ONE_CODER


@given(st.lists(st.lists(st.sampled_from([0.0, 1.0, 2.0, np.nan]), min_size=3, max_size=3), min_size=1, max_size=12))
@settings(max_examples=30, deadline=None)
def test_ac1_stays_in_bounds_and_knows_no_order_of_coders(rows: list[list[float]]) -> None:
    ratings = np.array(rows)
    one, other = (gwet_ac1(table, (0.0, 1.0, 2.0)).value for table in (ratings, ratings[:, ::-1]))
    assert np.isnan(one) == np.isnan(other)
    if not np.isnan(one):
        assert -1 <= one <= 1 and one == pytest.approx(other)
