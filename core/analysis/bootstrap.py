"""Cluster bootstrap: answers to one item depend on each other, so items are what is drawn again."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

Floats = NDArray[np.float64]

DRAWS = 1000
LEVEL = 0.95
# Below this even the intervals of well-behaved scores miss the truth visibly more often than 1 in 20, and those of
# skewed ones more often than 1 in 10 (measured in tests/analysis/test_bootstrap.py).
MIN_ITEMS = 8


def resampling_weights(n_items: int, rng: np.random.Generator, n_draws: int = DRAWS) -> Floats:
    """How often each item is drawn in each resample: (n_draws x n_items), rows sum to n_items."""
    weights = np.empty((n_draws, n_items))
    for row in weights:  # drawing and counting is many times faster than numpy's multinomial
        row[:] = np.bincount(rng.integers(max(n_items, 1), size=n_items), minlength=n_items)
    return weights


def mean_draws(cells: NDArray[np.float32], weights: Floats) -> Floats:
    """Resampled means of each column of `cells` (n_items x n_columns, NaN = missing), as (n_draws x n_columns).

    All columns share the resamples, so differences between columns are paired by item. NaN where a resample holds no
    value of the column. Sums of 32-bit numbers are exact in 64 bits, so equal columns have equal draws and ties last.
    """
    present = ~np.isnan(cells)
    holes = ~present.all(axis=0)
    total = weights @ np.where(present, cells, 0.0).astype(np.float64)
    count = np.full(total.shape, float(len(cells)))
    count[:, holes] = weights @ present[:, holes].astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        means: Floats = total / count
    return means


def tail(n_items: NDArray[np.int64] | int, level: float = LEVEL) -> Floats:
    """The tail probability at which to read the bootstrap distribution of a mean of `n_items` so that the interval is
    as wide as Student's: the "expanded percentile interval" (Hesterberg 2015, The American Statistician 69(4), s. 4).
    In (0, (1 - level) / 2]; NaN below two items."""
    n = np.maximum(np.asarray(n_items, dtype=np.float64), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = stdtrit(n - 1, (1 + level) / 2)
        return np.where(n < 2, np.nan, ndtr(-np.sqrt(n / (n - 1)) * t))


def unseen(n_items: NDArray[np.int64], tail_share: Floats | float = (1 - LEVEL) / 2) -> Floats:
    """The largest share of items that could differ although `n_items` agree: 1 - 0.025^(1/n), in (0, 1)
    (Clopper & Pearson 1934, Biometrika 26(4), for no success in n), or at another tail than 0.025."""
    share: Floats = 1 - tail_share ** (1 / np.maximum(n_items, 1))
    return share


def with_unseen(
    means: Floats, draws: Floats, n_items: NDArray[np.int64], bounds: tuple[float, float], rng: np.random.Generator
) -> Floats:
    """Draws (B x M x V) in which a score (means M x V) on which all items agree is no longer certain. Undefined draws
    become the mean; draws that differ stay as they are.

    In each draw a share of the unseen items lies at one end of `bounds`: which end a coin says, so the estimate stays
    the median; how large a share says `unseen` at a random tail, its confidence distribution (Xie & Singh 2013,
    International Statistical Review 81(1)). Rows whose means and n are all equal share these, so ties last.
    """
    drawn = np.where(np.isnan(draws), means, draws)
    agreed = (drawn.max(axis=0) - drawn.min(axis=0)) < 1e-9
    if not agreed.any():
        return drawn
    first, twin = np.unique(np.hstack([means, n_items]), axis=0, return_inverse=True)
    level = rng.uniform(-1, 1, (len(draws), len(first), means.shape[1]))[:, twin.reshape(-1)][:, agreed]
    end = np.where(level < 0, bounds[0], bounds[1])
    drawn[:, agreed] += unseen(n_items[agreed], np.abs(level)) * (end - drawn[:, agreed])
    return drawn


def intervals(
    means: Floats, draws: Floats, n_items: NDArray[np.int64], bounds: tuple[float, float], mirrored: bool = False
) -> tuple[Floats, Floats]:
    """95 % intervals of the columns: (low, high), each of the shape of `means`; `draws` has one more axis in front.

    NaN where fewer than `MIN_ITEMS` items were scored ("n too small"), or where more than 5 % of the draws are
    undefined. Where all items agree, the bootstrap knows no spread, which would be false certainty: the interval then
    is how far the mean can move, within `bounds`, if as many items differ as n agreeing ones still allow (`unseen`).

    `mirrored` is for statistics that noise pulls to one side, such as a correlation: each draw is then as much too low
    as the estimate itself, so the interval is also read mirrored at the estimate, and spans both readings.
    """
    flat_draws = np.sort(draws.reshape(draws.shape[0], -1), axis=0)
    probability = tail(n_items.reshape(-1))
    low, high = (_quantile(flat_draws, p).reshape(means.shape) for p in (probability, 1 - probability))
    if mirrored:
        low, high = np.minimum(low, 2 * means - high), np.maximum(high, 2 * means - low)
        low, high = np.maximum(low, bounds[0]), np.minimum(high, bounds[1])
    agreed = (draws.max(axis=0) - draws.min(axis=0)) < 1e-9
    low = np.where(agreed, means - unseen(n_items) * (means - bounds[0]), low)
    high = np.where(agreed, means + unseen(n_items) * (bounds[1] - means), high)
    small = n_items < MIN_ITEMS
    return np.where(small, np.nan, low), np.where(small, np.nan, high)


def _quantile(sorted_draws: Floats, probability: Floats) -> Floats:
    """The quantile of each column at its own probability, linear between neighbours. NaN, sorted last, are left out."""
    defined = (~np.isnan(sorted_draws)).sum(axis=0)
    last = np.maximum(defined - 1, 0)
    position = np.nan_to_num(probability) * last
    below = np.floor(position).astype(int)
    above = np.minimum(below + 1, last)
    column = np.arange(sorted_draws.shape[1])
    share = position - below
    found: Floats = sorted_draws[below, column] * (1 - share) + sorted_draws[above, column] * share
    return np.where(defined < LEVEL * len(sorted_draws), np.nan, found)
