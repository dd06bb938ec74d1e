"""Placing: theorems that tie the projections together, and an orientation that never depends on chance."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.distance import pdist, squareform

from core.analysis.circle import Method, angles, classical_scaling, place, principal_axes, stress_1

Floats = NDArray[np.float64]
METHODS = ("circle", "pca", "mds")
seeds = st.integers(0, 10**6)


def harmonic(n: int, seed: int, noise: float = 0.0) -> Floats:
    """Profiles that follow the circle: each is high on one side of it and low on the opposite one."""
    rng = np.random.default_rng(seed)
    turn = rng.uniform(0, 2 * np.pi, n)
    return np.column_stack([np.sin(turn), np.cos(turn)]) @ angles(10).T + rng.normal(0, noise, (n, 10))


@given(seeds)
def test_scaling_of_points_in_a_plane_keeps_every_distance(seed: int) -> None:
    distances = pdist(np.random.default_rng(seed).normal(size=(8, 2)))
    plane = classical_scaling(squareform(distances))
    assert pdist(plane) == pytest.approx(distances)
    assert stress_1(distances, pdist(plane)) == pytest.approx(0, abs=1e-7)


@given(seeds)
def test_scaling_of_euclidean_distances_is_the_principal_plane(seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(12, 10))
    scaled = classical_scaling(squareform(pdist(rows)))
    assert np.abs(scaled) == pytest.approx(np.abs((rows - rows.mean(axis=0)) @ principal_axes(rows)), abs=1e-6)


def test_stress_by_hand() -> None:
    assert stress_1(np.array([3.0, 4, 5]), np.array([3.0, 4, 4])) == pytest.approx(np.sqrt(25 / 2050))
    assert stress_1(np.array([3.0, 4, 5]), np.array([9.0, 12, 15])) == pytest.approx(0, abs=1e-7)  # another scale
    assert np.isnan(stress_1(np.array([1.0]), np.array([0.0])))


def test_the_circle_runs_clockwise_from_the_top() -> None:
    around = angles(10)
    assert np.linalg.norm(around, axis=1) == pytest.approx(1)
    bearing = np.degrees(np.arctan2(around[:, 0], around[:, 1])) % 360
    assert bearing == pytest.approx(18 + 36 * np.arange(10))
    assert around[0] + around[9] == pytest.approx([0, 2 * np.cos(np.radians(18))])


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=25, deadline=None)
@given(seed=seeds)
def test_profiles_of_the_circle_come_out_on_it_the_right_way_round(method: str, seed: int) -> None:
    profiles = harmonic(40, seed, 0.05)
    placing = place(profiles, method)
    bearing = np.degrees(np.arctan2(*placing.directions.T)) % 360
    assert (np.diff(bearing) > 0).all()  # clockwise, and the seam is at the top
    assert bearing == pytest.approx(18 + 36 * np.arange(10), abs=25)
    assert placing.order > 0.95 and placing.explained > 0.9
    assert np.corrcoef(placing.points[:, 0], profiles @ angles(10)[:, 0])[0, 1] > 0.9
    assert np.corrcoef(placing.points[:, 1], profiles @ angles(10)[:, 1])[0, 1] > 0.9


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=25, deadline=None)
@given(seed=seeds, scale=st.floats(0.01, 100), level=st.floats(-50, 50))
def test_unit_level_and_the_rows_order_do_not_matter(method: str, seed: int, scale: float, level: float) -> None:
    rows = np.random.default_rng(seed).normal(size=(9, 10))
    order = np.random.default_rng(seed).permutation(9)
    one, other = place(rows, method), place(scale * rows[order] + level, method)
    assert other.points == pytest.approx(one.points[order], abs=1e-5)
    assert other.stress == pytest.approx(one.stress, abs=1e-6)


@given(seeds)
def test_the_plane_of_principal_components_is_the_best_there_is(seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(15, 10))
    placing = place(rows, "pca")
    shapes = (rows - rows.mean(axis=1, keepdims=True)) / rows.std(axis=1, keepdims=True)
    spectrum = np.linalg.eigvalsh(np.cov(shapes.T))[::-1]
    assert placing.explained == pytest.approx(spectrum[:2].sum() / spectrum.sum())
    assert placing.explained >= place(rows, "mds").explained - 1e-9
    approximated = shapes.mean(axis=0) + placing.points @ placing.directions.T
    left = ((shapes - approximated) ** 2).sum() / ((shapes - shapes.mean(axis=0)) ** 2).sum()
    assert left == pytest.approx(1 - placing.explained)
    assert placing.held.max() <= 1 and placing.held.min() >= -1e-9


@given(seeds)
def test_a_place_on_the_circle_does_not_depend_on_the_others(seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(6, 10))
    assert place(rows[:1].copy(), "circle").points[0] == pytest.approx(place(rows, "circle").points[0])
    assert place(rows, "circle").order == pytest.approx(1)


def test_a_profile_with_one_high_value_lies_in_its_direction() -> None:
    for v in range(10):
        (point,) = place(np.eye(10)[v : v + 1], "circle").points
        assert point / np.linalg.norm(point) == pytest.approx(angles(10)[v])


@pytest.mark.parametrize("method", METHODS)
def test_constant_and_incomplete_profiles_have_no_place(method: str) -> None:
    rows = np.random.default_rng(0).normal(size=(6, 10))
    more = np.vstack([rows, np.full(10, 3.3), rows[0]])
    more[7, 4] = np.nan
    placing = place(more, method)
    assert np.isnan(placing.points[6:]).all()
    assert placing.points[:6] == pytest.approx(place(rows, method).points)


@pytest.mark.parametrize("method", ["circle", "pca"])
@given(seeds)
def test_a_projection_can_be_applied_to_any_profile(method: Method, seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(6, 10))
    placing = place(rows, method)
    shapes = (rows - rows.mean(axis=1, keepdims=True)) / rows.std(axis=1, keepdims=True)
    assert placing.axes is not None and placing.centre is not None
    assert placing.axes.T @ placing.axes == pytest.approx(np.eye(2), abs=1e-9)
    assert shapes @ placing.axes - placing.centre == pytest.approx(placing.points)
    assert place(rows, "mds").axes is None


@pytest.mark.parametrize("method", ["pca", "mds"])
def test_two_profiles_make_no_plane(method: str) -> None:
    with pytest.raises(ValueError, match="three"):
        place(np.random.default_rng(0).normal(size=(2, 10)), method)


def test_twins_make_no_plane_but_have_their_place_on_the_circle() -> None:
    twins = np.tile(np.arange(10.0), (4, 1)) * np.array([[1.0], [2], [3], [4]])
    with pytest.raises(ValueError, match="three"):
        place(twins, "pca")
    placing = place(twins, "circle")
    assert placing.points == pytest.approx(np.tile(placing.points[0], (4, 1)))
    with pytest.raises(ValueError, match="three"):
        place(twins[[0, 1, 1]] + np.eye(10)[0] * np.array([[0], [1], [1]]), "mds")


def test_countries_follow_the_circle_in_shape_but_hardly_in_their_differences(shared_data: object) -> None:
    """31 countries: most of each profile is one wave around the circle; how they differ is not much better ordered by
    it than noise is (0.39 on average)."""
    table = pd.read_csv(f"{shared_data}/cultures/culture_profiles.csv")
    values = list(dict.fromkeys(table["value"]))
    profiles = table.pivot(index="country_code", columns="value", values="mean")[values].to_numpy()
    assert place(profiles, "circle").explained == pytest.approx(0.932, abs=0.001)
    differences = place(profiles, "pca")
    assert differences.explained == pytest.approx(0.731, abs=0.001) and differences.order == pytest.approx(
        0.627, abs=0.001
    )
