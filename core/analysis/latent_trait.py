"""Questions as measurements: how much each one's answers say about how strongly a model holds a value.

A two-parameter logistic model per value (Birnbaum 1968), on shares of opinions instead of right answers: the log-odds
that an opinion of model k to question q shows the value are level_q + slope_q x trait_k, with traits ~ N(0, 1) over
models. Fitted by marginal EM on a grid of traits (Bock & Aitkin 1981) with normal priors on levels and slopes, without
which the few models of a pool would not settle them.
"""

from dataclasses import dataclass

import numpy as np

from core.analysis.bootstrap import Floats

GRID = np.linspace(-5.0, 5.0, 51)
WEIGHTS: Floats = np.exp(-(GRID**2) / 2) / np.exp(-(GRID**2) / 2).sum()
LEVEL_SD, SLOPE_SD = 1.5, 0.5  # of the priors to begin with
LEAST_SPREAD = 0.1
ROUNDS = 40
LEAST_EXCESS = 0.05
EDGE = 1e-6


@dataclass(frozen=True)
class Items:
    """Q questions on d values. `level`, `slope` (d x Q, log-odds); `errors` (d x Q x 2 x 2) their covariance;
    `excess` (d): how much more, or less, single answers vary than opinions that were independent would (1: alike).
    """

    level: Floats
    slope: Floats
    errors: Floats
    excess: Floats

    @property
    def curves(self) -> Floats:
        """The expected share at every trait of GRID: d x Q x 51."""
        return _logistic(self.level[..., None] + self.slope[..., None] * GRID)

    @property
    def doubt(self) -> Floats:
        """The variance of `curves` that comes of not knowing level and slope better: d x Q x 51."""
        e = self.errors
        odds = e[..., 0, 0, None] + 2 * GRID * e[..., 0, 1, None] + GRID**2 * e[..., 1, 1, None]
        p = self.curves
        return np.asarray((p * (1 - p)) ** 2 * odds, dtype=np.float64)


def fit(shown: Floats, opinions: Floats) -> Items:
    """The questions' levels and slopes.

    `shown` (K x A x Q x d) sums the probabilities that an opinion shows the value, over the opinions of each of A
    answers; `opinions` (K x A x Q) counts them, 0 where there was no answer. Raises ValueError for fewer than two
    models, for from one nothing follows about others.
    """
    if shown.ndim != 4 or shown.shape[:3] != opinions.shape:
        raise ValueError(f"needs shown as K x A x Q x d and opinions as K x A x Q, got {shown.shape}, {opinions.shape}")
    if (opinions.sum(axis=(1, 2)) > 0).sum() < 2:
        raise ValueError("needs the answers of two models or more")
    hits = np.moveaxis(shown.sum(axis=1), 2, 0)  # d x K x Q
    counts = opinions.sum(axis=1)[None]  # 1 x K x Q
    overall = np.clip(hits.sum(axis=(1, 2)) / counts.sum(), 0.01, 0.99)
    centre = np.log(overall / (1 - overall))[:, None]  # d x 1
    level, slope = np.tile(centre, (1, shown.shape[2])), np.full((hits.shape[0], shown.shape[2]), 0.7)
    errors = np.zeros((*level.shape, 2, 2))
    prior = _Prior(centre, np.full_like(centre, LEVEL_SD**2), slope[:, :1], np.full_like(centre, SLOPE_SD**2))
    for _ in range(ROUNDS):
        traits = _traits(hits, counts, level, slope)
        level, slope, errors = _step(hits, counts, traits, level, slope, prior)
        level, slope = _standard(traits, level, slope)
        prior = _prior(level, slope, errors)
    traits = _traits(hits, counts, level, slope)
    return Items(level, slope, errors, _excess(shown, opinions, traits, level, slope))


@dataclass(frozen=True)
class _Prior:
    """Means and variances of the levels and slopes of a value's questions, each d x 1."""

    level: Floats
    level_var: Floats
    slope: Floats
    slope_var: Floats


def _prior(level: Floats, slope: Floats, errors: Floats) -> _Prior:
    """What the questions themselves say of how levels and slopes are spread (empirical Bayes, the M step)."""

    def of(figure: Floats, error: Floats) -> tuple[Floats, Floats]:
        mean = figure.mean(axis=1, keepdims=True)
        spread = np.mean((figure - mean) ** 2 + error, axis=1, keepdims=True)
        return mean, np.maximum(spread, LEAST_SPREAD**2)

    return _Prior(*of(level, errors[..., 0, 0]), *of(slope, errors[..., 1, 1]))


def _traits(hits: Floats, counts: Floats, level: Floats, slope: Floats) -> Floats:
    """Each model's posterior over GRID: d x K x 51."""
    p = _logistic(level[..., None] + slope[..., None] * GRID)
    log = hits @ np.log(p) + (counts - hits) @ np.log1p(-p) + np.log(WEIGHTS)
    log -= log.max(axis=-1, keepdims=True)
    found = np.exp(log)
    return np.asarray(found / found.sum(axis=-1, keepdims=True), dtype=np.float64)


def _step(
    hits: Floats, counts: Floats, traits: Floats, level: Floats, slope: Floats, prior: _Prior
) -> tuple[Floats, Floats, Floats]:
    """One Newton step of all questions at once: new levels, slopes and their covariance."""
    expected = np.swapaxes(hits, 1, 2) @ traits  # d x Q x 51
    total = np.swapaxes(np.broadcast_to(counts, hits.shape), 1, 2) @ traits
    p = _logistic(level[..., None] + slope[..., None] * GRID)
    off, weight = expected - total * p, total * p * (1 - p)
    by_level = off.sum(axis=-1) - (level - prior.level) / prior.level_var
    by_slope = off @ GRID - (slope - prior.slope) / prior.slope_var
    a, b, c = weight.sum(axis=-1) + 1 / prior.level_var, weight @ GRID, weight @ GRID**2 + 1 / prior.slope_var
    known = a * c - b**2
    errors = np.stack([np.stack([c, -b], -1), np.stack([-b, a], -1)], -2) / known[..., None, None]
    level_step = np.clip((c * by_level - b * by_slope) / known, -1, 1)
    slope_step = np.clip((a * by_slope - b * by_level) / known, -1, 1)
    return level + level_step, slope + slope_step, errors


def _standard(traits: Floats, level: Floats, slope: Floats) -> tuple[Floats, Floats]:
    """The same curves on a scale on which the pool's models have mean 0 and standard deviation 1: the priors would not
    keep the scale in place."""
    places = traits @ GRID
    mean, spread = places.mean(axis=1, keepdims=True), np.clip(places.std(axis=1, keepdims=True), 0.25, 4.0)
    return level + slope * mean, slope * spread


def _excess(shown: Floats, opinions: Floats, traits: Floats, level: Floats, slope: Floats) -> Floats:
    """Pearson's dispersion of single answers, by value."""
    p = np.clip(traits @ np.swapaxes(_logistic(level[..., None] + slope[..., None] * GRID), 1, 2), EDGE, 1 - EDGE)
    p = np.moveaxis(p, 0, 2)[:, None]  # K x 1 x Q x d
    counts = opinions[..., None]
    there = counts > 0
    share = np.divide(shown, counts, out=np.zeros_like(shown), where=there)
    square = np.where(there, (share - p) ** 2 * counts / (p * (1 - p)), 0.0)
    answers = float((opinions > 0).sum())
    free = max(answers - 2 * opinions.shape[2] - opinions.shape[0], 0.25 * answers)
    return np.asarray(np.maximum(square.sum(axis=(0, 1, 2)) / free, LEAST_EXCESS), dtype=np.float64)


def _logistic(x: Floats) -> Floats:
    return np.asarray(np.clip(1 / (1 + np.exp(-x)), EDGE, 1 - EDGE), dtype=np.float64)
