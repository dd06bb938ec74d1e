"""Cluster bootstrap: answers to one item depend on each other, so items are what is drawn again."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

Floats = NDArray[np.float64]

DRAWS = 1000
LEVEL = 0.95
MIN_ITEMS = 8  # below this the interval's coverage falls visibly short of its level (tests/analysis/test_bootstrap.py)


def resampling_weights(n_items: int, rng: np.random.Generator, n_draws: int = DRAWS) -> NDArray[np.float32]:
    """How often each item is drawn in each resample: (n_draws x n_items), rows sum to n_items."""
    return rng.multinomial(n_items, np.full(n_items, 1.0 / n_items), size=n_draws).astype(np.float32)


def mean_draws(cells: NDArray[np.float32], weights: NDArray[np.float32]) -> Floats:
    """Resampled means of each column of `cells` (n_items x n_columns, NaN = missing), as (n_draws x n_columns).

    All columns share the resamples, so differences between columns are paired by item. NaN where a resample holds no
    value of the column.
    """
    present = ~np.isnan(cells)
    total = weights @ np.where(present, cells, 0.0).astype(np.float32)
    count = weights @ present.astype(np.float32)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (total / count).astype(np.float64)


def tail(n_items: NDArray[np.int64] | int, level: float = LEVEL) -> Floats:
    """The tail probability at which to read the bootstrap distribution of a mean of `n_items` so that the interval is
    as wide as Student's: the "expanded percentile interval" (Hesterberg 2015, The American Statistician 69(4), s. 4).
    In (0, (1 - level) / 2]; NaN below two items."""
    n = np.maximum(np.asarray(n_items, dtype=np.float64), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = stdtrit(n - 1, (1 + level) / 2)
        return np.where(n < 2, np.nan, ndtr(-np.sqrt(n / (n - 1)) * t))


def intervals(
    means: Floats, draws: Floats, n_items: NDArray[np.int64], bounds: tuple[float, float]
) -> tuple[Floats, Floats]:
    """95 % intervals of the columns: (low, high), each of the shape of `means`; `draws` has one more axis in front.

    NaN where fewer than `MIN_ITEMS` items were scored ("n too small"). Where all items agree, the bootstrap knows no
    spread, which would be false certainty: the interval then is how far the mean can move if the share of items that
    differ is as large as n agreeing ones still allow, 1 - 0.025^(1/n), within `bounds`.
    """
    flat_draws = np.sort(draws.reshape(draws.shape[0], -1), axis=0)
    probability = tail(n_items.reshape(-1))
    low, high = (_quantile(flat_draws, p).reshape(means.shape) for p in (probability, 1 - probability))
    unseen = 1 - ((1 - LEVEL) / 2) ** (1 / np.maximum(n_items, 1))
    agreed = (draws.max(axis=0) - draws.min(axis=0)) < 1e-9
    low = np.where(agreed, means - unseen * (means - bounds[0]), low)
    high = np.where(agreed, means + unseen * (bounds[1] - means), high)
    small = n_items < MIN_ITEMS
    return np.where(small, np.nan, low), np.where(small, np.nan, high)


def _quantile(sorted_draws: Floats, probability: Floats) -> Floats:
    """The quantile of each column at its own probability, linear between neighbours."""
    last = sorted_draws.shape[0] - 1
    position = np.nan_to_num(probability) * last
    below = np.floor(position).astype(int)
    above = np.minimum(below + 1, last)
    column = np.arange(sorted_draws.shape[1])
    share = position - below
    found: Floats = sorted_draws[below, column] * (1 - share) + sorted_draws[above, column] * share
    return found
