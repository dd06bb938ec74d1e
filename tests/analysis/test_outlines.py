"""Outlines: how often they hold the truth, and the closed forms they go over into."""

from dataclasses import replace

import numpy as np
import pytest
from made import made
from numpy.typing import NDArray
from scipy.stats import f

from core.analysis.alignment import standardised
from core.analysis.bootstrap import MIN_ITEMS, mean_draws, resampling_weights
from core.analysis.circle import Method, Placing, angles, place
from core.analysis.outlines import LEAST_PLACED, hotelling, model_outlines, outline, survey_outline
from core.analysis.scores import Scores
from core.values.cultures import cultures

Floats = NDArray[np.float64]
COUNTRIES = np.array([one.means for one in cultures().values() if one.kind == "country"])
WAVE = np.cos(2 * np.pi * np.arange(10) / 10 - 1) + 0.5 * np.random.default_rng(3).normal(size=10)
TRUTHS = {"clear": 50 + 15 * WAVE, "faint": 50 + 5 * WAVE, "rare": 4 + 2 * WAVE}


def answers(kind: str, n: int, rng: np.random.Generator) -> Floats:
    """Items x values on 0 to 100, whose expected means are TRUTHS[kind]."""
    chance = TRUTHS[kind] / 100
    if kind == "rare":
        return 100.0 * (rng.random((n, 10)) < chance)
    return 100 * rng.beta(2.5 * chance, 2.5 * (1 - chance), (n, 10))


def scored(cells: Floats, seed: int) -> Scores:
    n = len(cells)
    draws = mean_draws(cells.astype(np.float32), resampling_weights(n, np.random.default_rng(seed), 300))
    return replace(made(cells.mean(axis=0)[None], n=n), draws=draws[:, None])


def holds(corners: Floats, z: Floats) -> bool:
    """Whether a convex polygon, its corners in order, holds a point."""
    ahead, behind = corners - z, np.roll(corners, -1, axis=0) - z
    return bool((ahead[:, 0] * behind[:, 1] - ahead[:, 1] * behind[:, 0] >= -1e-9).all())


def projected(shape: Floats, placing: Placing) -> Floats:
    assert placing.axes is not None and placing.centre is not None
    there: Floats = shape @ placing.axes - placing.centre
    return there


def coverage(kind: str, n: int, method: Method, others: Floats = COUNTRIES, rounds: int = 150) -> float:
    """The share of outlines that hold the true profile's place; its standard error is below 0.02."""
    rng, held, shape = np.random.default_rng(n), [], standardised(TRUTHS[kind])
    for seed in range(rounds):
        scores = scored(answers(kind, n, rng), seed)
        if np.ptp(scores.mean) == 0:
            continue
        placing = place(np.vstack([scores.mean, others]), method)
        held.append(holds(model_outlines(placing, scores)[0], projected(shape, placing)))
    return float(np.mean(held))


@pytest.mark.long
@pytest.mark.parametrize("kind", TRUTHS)
@pytest.mark.parametrize("n", [MIN_ITEMS, 30, 100])
def test_outlines_on_the_circle_hold_the_truth_19_times_in_20(kind: str, n: int) -> None:
    assert coverage(kind, n, "circle") >= 0.91


@pytest.mark.parametrize("kind", TRUTHS)
def test_outlines_on_principal_axes_hold_it_less_often_but_more_than_8_in_10(kind: str) -> None:
    assert coverage(kind, 30, "pca") >= 0.82


def test_the_draws_own_ellipse_would_hold_it_far_too_seldom() -> None:
    """The reason for Fieller's region."""
    rng, held, truth = np.random.default_rng(1), [], standardised(TRUTHS["faint"])
    for seed in range(150):
        scores = scored(answers("faint", 15, rng), seed)
        placing = place(scores.mean, "circle")
        places = projected(standardised(scores.draws[:, 0]), placing)
        off = projected(truth, placing) - places.mean(axis=0)
        held.append(off @ np.linalg.solve(np.cov(places.T), off) <= 5.99)
    assert np.mean(held) < 0.8


def test_for_small_errors_the_outline_is_the_ellipse_of_the_projected_covariance() -> None:
    """The profile's spread is then as good as known, but for what moves along the point's own direction."""
    shape = standardised(np.arange(10.0))
    placing = place(shape[None], "circle")
    corners = outline(placing, shape, np.eye(10) * 1e-6, 10**6)
    assert placing.axes is not None
    gradient = placing.axes - np.outer(shape, placing.points[0]) / 10
    covariance = gradient.T @ gradient * 1e-6
    off = corners - placing.points[0]
    assert np.einsum("ki,ij,kj->k", off, np.linalg.inv(covariance), off) == pytest.approx(5.99, rel=0.02)


def test_hotelling_in_closed_form() -> None:
    for n in (8, 30, 1000):
        assert hotelling(n) == pytest.approx(2 * (n - 1) / (n - 2) * f.ppf(0.95, 2, n - 2))


@pytest.mark.parametrize("method", ["circle", "pca"])
def test_an_outline_surrounds_its_point_and_grows_as_items_get_fewer(method: Method) -> None:
    placing = place(COUNTRIES, method)
    sizes = []
    for n in (1000, 100, 30, 8):
        corners = outline(placing, COUNTRIES[3], np.eye(10) / n, n)
        assert holds(corners, placing.points[3])
        sizes.append(np.ptp(corners, axis=0).prod())
    assert sizes == sorted(sizes) and sizes[0] > 0


def test_a_profile_that_may_be_flat_may_lie_anywhere() -> None:
    placing = place(COUNTRIES, "circle")
    corners = outline(placing, COUNTRIES[0], np.eye(10) * 100, 30)
    assert np.linalg.norm(corners, axis=1) == pytest.approx(np.sqrt(10))
    for direction in angles(10):
        assert holds(corners, 3.1 * direction)


def test_unit_and_level_do_not_matter() -> None:
    placing = place(COUNTRIES, "pca")
    one = outline(placing, COUNTRIES[0], np.eye(10) / 50, 50)
    assert outline(placing, 7 * COUNTRIES[0] + 3, 49 * np.eye(10) / 50, 50) == pytest.approx(one)


def test_who_has_no_outline() -> None:
    scores = made(COUNTRIES[:4] + 50, 0.1)
    full = place(COUNTRIES, "pca")
    few = replace(scores, n_items=np.where(np.arange(10) == 4, MIN_ITEMS - 1, scores.n_items))
    missing = made(np.where(np.eye(4, 10) == 1, np.nan, COUNTRIES[:4]), 0.1)
    for placing, of in [(full, few), (full, missing), (place(COUNTRIES, "mds"), scores)]:
        assert [len(corners) for corners in model_outlines(placing, of)] == [0] * 4
    assert all(len(corners) for corners in model_outlines(full, scores))
    assert not len(outline(full, np.full(10, 3.0), np.eye(10), 50))
    assert not len(outline(place(COUNTRIES[: LEAST_PLACED - 1], "pca"), COUNTRIES[0], np.eye(10), 50))
    assert len(outline(place(COUNTRIES[:LEAST_PLACED], "pca"), COUNTRIES[0], np.eye(10), 50))


def test_a_model_whose_items_all_agree_is_not_placed_as_if_exactly() -> None:
    profile = 50 + 20 * WAVE[None]
    sizes = [np.ptp(model_outlines(place(profile, "circle"), made(profile, n=n))[0]) for n in (8, 30, 400)]
    assert sizes[0] > sizes[1] > sizes[2] > 0


def test_countries_are_known_to_a_seventh_of_a_standard_deviation() -> None:
    placing: Placing = place(COUNTRIES, "circle")
    surveys = [one for one in cultures().values() if one.kind == "country"]
    for i, one in enumerate(surveys):
        corners = survey_outline(placing, one.means, one.sds, one.n)
        assert (len(corners) == 0) == (one.sds is None)
        if len(corners):
            assert holds(corners, placing.points[i])
            assert 0.01 < np.linalg.norm(corners - placing.points[i], axis=1).max() < 0.16
