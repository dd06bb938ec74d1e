"""Profiles in the plane of Schwartz's circle, by projections whose loss is stated. No t-SNE: its distances lie.

Models' scores and people's ratings have different units, so every row is standardised over the values first: what is
placed is the shape of a profile, not its level or strength.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.spatial.distance import pdist, squareform

from core.analysis.alignment import standardised
from core.analysis.bootstrap import Floats

Method = Literal["circle", "pca", "mds"]


@dataclass(frozen=True)
class Placing:
    """N profiles and V values in a plane in which the values run clockwise, the first and the last at the top.

    `points` (N x 2): equal units on both axes; NaN for a constant profile or one with a missing value. `directions`
    (V x 2): where a profile moves when it holds the value higher, the slope of the standardised value on the plane.
    `held` (V, at most 1): the share of each value's variance that the plane shows (R²). `explained`: that of all values
    together; about the rows' mean, but for "circle" about its centre, the flat profile. `stress`: Kruskal's stress-1
    (1964, Psychometrika 29(1)), the distances times the best factor as disparities: 0 when the plane keeps them all.
    `order`: in [0, 1], how well the directions follow the theoretical circle (Tucker's congruence after rotation; 31
    profiles of noise on ten values reach 0.39 on average and 0.62 once in twenty); 1 for the method "circle". `axes`
    (V x 2, orthonormal) and `centre` (2): a standardised profile lies at profile @ axes - centre; None for "mds", which
    is no projection.
    """

    method: Method
    points: Floats
    directions: Floats
    held: Floats
    explained: float
    stress: float
    order: float
    axes: Floats | None = None
    centre: Floats | None = None


def place(profiles: Floats, method: Method = "pca") -> Placing:
    """Rows of `profiles` (N x V, the values in circular order, any unit) in the plane.

    "circle": the projection onto the theoretical circle, the first harmonic of each profile: a row's place does not
    depend on the others, a flat profile is the centre. "pca": the plane of the largest variance among these rows.
    "mds": classical scaling of the city-block distances that the statistic "distance" uses. The last two are rotated
    and, if need be, mirrored so that the values' directions fit the theoretical circle best (orthogonal Procrustes).

    Raises ValueError when "pca" or "mds" has fewer than three different profiles to place.
    """
    shapes = standardised(profiles)
    known = ~np.isnan(shapes).any(axis=1)
    rows, circle = shapes[known], angles(shapes.shape[1])
    if method != "circle" and (different := len(np.unique(rows.round(9), axis=0))) < 3:
        raise ValueError(f"a plane through profiles needs three that differ, got {different}")
    middle = np.zeros(rows.shape[1]) if method == "circle" else rows.mean(axis=0)
    deviations: Floats = rows - middle
    axes: Floats | None = None
    if method == "mds":
        distances = pdist(rows, "cityblock") / rows.shape[1]
        plane = classical_scaling(squareform(distances))
    else:
        distances = pdist(rows)
        axes = np.sqrt(2 / rows.shape[1]) * circle if method == "circle" else principal_axes(rows)
        plane = deviations @ axes
    directions = circle if method == "circle" else _slopes(plane, deviations)
    turn, order = _onto(directions, circle)
    points = np.full((len(shapes), 2), np.nan)
    points[known] = plane @ turn
    held, explained = _held(deviations, plane)
    stress, axes = stress_1(distances, pdist(plane)), None if axes is None else axes @ turn
    centre = None if axes is None else middle @ axes
    return Placing(method, points, directions @ turn, held, explained, stress, order, axes, centre)


def angles(n_values: int) -> Floats:
    """V x 2: the values' unit vectors on the theoretical circle (Schwartz 1992, Advances in Experimental Social
    Psychology 25), a wedge of 360° / V each, clockwise from the top. Conformity and Tradition share a wedge in the
    theory; here, as on the radar, they lie side by side."""
    turn = 2 * np.pi * (np.arange(n_values) + 0.5) / n_values
    return np.column_stack([np.sin(turn), np.cos(turn)])


def principal_axes(rows: Floats) -> Floats:
    """V x 2: the orthonormal directions of the rows' first two principal components."""
    axes: Floats = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)[2][:2].T
    return axes


def classical_scaling(distances: Floats) -> Floats:
    """N x 2: classical multidimensional scaling of an N x N matrix (Torgerson 1952, Psychometrika 17(4)). For Euclidean
    distances it is the principal plane. An axis whose eigenvalue is not positive is 0."""
    centring = np.eye(len(distances)) - 1 / len(distances)
    eigenvalues, vectors = np.linalg.eigh(-centring @ distances**2 @ centring / 2)
    plane: Floats = vectors[:, -1:-3:-1] * np.sqrt(np.maximum(eigenvalues[-1:-3:-1], 0))
    return plane


def stress_1(distances: Floats, drawn: Floats) -> float:
    """√(Σ (d - bδ)² / Σ d²) over pairs, in [0, 1]: δ the distances, d those drawn and b the factor that fits best, as
    a drawing's scale means nothing. NaN when all points coincide."""
    sizes = float((drawn**2).sum() * (distances**2).sum())
    return float(np.sqrt(max(0.0, 1 - float(drawn @ distances) ** 2 / sizes))) if sizes > 0 else float("nan")


def _onto(directions: Floats, circle: Floats) -> tuple[Floats, float]:
    """The 2 x 2 rotation, perhaps with a reflection, that brings the directions closest to the circle, and their
    congruence with it afterwards."""
    u, s, vt = np.linalg.svd(directions.T @ circle)
    size = np.linalg.norm(directions) * np.linalg.norm(circle)
    return u @ vt, float(s.sum() / size) if size > 0 else float("nan")


def _slopes(plane: Floats, deviations: Floats) -> Floats:
    slopes: Floats = np.linalg.lstsq(plane, deviations, rcond=None)[0].T.astype(np.float64)
    return slopes


def _held(deviations: Floats, plane: Floats) -> tuple[Floats, float]:
    """The share of the columns' squares that a linear function of the plane holds: of each (NaN if it has none), and
    of all together."""
    left = deviations - plane @ np.linalg.lstsq(plane, deviations, rcond=None)[0]
    before, after = (deviations**2).sum(axis=0), (left**2).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return 1 - after / before, float(1 - after.sum() / before.sum())
