"""One figure with its interval, or the reason why it has none: what the statistics of recognition quality return."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.analysis.bootstrap import DRAWS, LEVEL, MIN_ITEMS, Floats, intervals, resampling_weights

Codes = NDArray[np.int64]
# From how often each row counts (B resamples x rows) to S figures a resample (B x S).
Statistic = Callable[[Floats], Floats]

CELLS = 4_000_000  # weights held at once: 32 MB
MOST_KEPT = 500  # items: 4 MB
FEW = f"Fewer than {MIN_ITEMS} items: no interval."
RARE = "Undefined in more than 1 of 20 resamples, as what it counts is too rare: no interval."


@dataclass(frozen=True)
class Estimate:
    """A figure and its 95 % interval. `n_items`: the items it rests on. `reason` says in a sentence why the figure or
    its interval is undefined (NaN), and is empty if neither is."""

    value: float
    low: float
    high: float
    n_items: int
    reason: str = ""


def undefined(reason: str, n_items: int = 0) -> Estimate:
    """No figure at all."""
    return Estimate(np.nan, np.nan, np.nan, n_items, reason)


def item_codes(items: ArrayLike | None, n_rows: int) -> Codes:
    """The number, from 0, of each row's item; without `items` each row is an item of its own.

    Raises ValueError when there are not as many items as rows.
    """
    if items is None:
        return np.arange(n_rows)
    codes: Codes = np.unique(np.asarray(items), return_inverse=True)[1].reshape(-1)
    if len(codes) != n_rows:
        raise ValueError(f"{len(codes)} items were named for {n_rows} rows: name one for each row.")
    return codes


def resampled(statistic: Statistic, items: Codes, seed: int, n_draws: int = DRAWS) -> Floats:
    """(1 + n_draws) x S: the statistic of the rows as they are, then of resamples in which the rows of an item are
    drawn together."""
    n_items = len(np.unique(items))
    weights = _kept(n_items, seed, n_draws) if n_items <= MOST_KEPT else _weights(n_items, seed, n_draws)
    parts = np.array_split(weights, -(-weights.shape[0] * max(len(items), 1) // CELLS))
    return np.concatenate([statistic(part[:, items]) for part in parts])


def _weights(n_items: int, seed: int, n_draws: int) -> Floats:
    """The rows as they are, then how often each item is drawn: (1 + n_draws) x n_items, not to be written to."""
    found = np.vstack([np.ones((1, n_items)), resampling_weights(n_items, np.random.default_rng(seed), n_draws)])
    found.flags.writeable = False
    return found


_kept = lru_cache(16)(_weights)  # a page asks for hundreds of figures on the same few items


def estimates(
    values: Floats, n_items: ArrayLike, bounds: tuple[float, float], reasons: Sequence[str] = (), mirrored: bool = False
) -> tuple[Estimate, ...]:
    """The figures (columns of what `resampled` gave) with their intervals. `n_items`: S, or one number for all.
    `bounds`: the least and greatest the figure can be, so that figures on which all items agree are not taken for
    certain. `reasons`: why a figure that is NaN is so. `mirrored`: see `bootstrap.intervals`."""
    point, draws = values[0], values[1:]
    counts = np.broadcast_to(np.asarray(n_items, dtype=np.int64), point.shape)
    level = np.fmax.reduce(draws) - np.fmin.reduce(draws) < 1e-9
    often = np.isfinite(draws).mean(axis=0) >= LEVEL
    draws = np.where(np.isnan(draws) & level & often, point, draws)
    low, high = intervals(point, draws, counts, bounds, mirrored)
    reasons = reasons or [""] * len(point)
    return tuple(map(_estimate, point, low, high, counts, reasons))


def _estimate(value: float, low: float, high: float, n_items: int, reason: str) -> Estimate:
    if np.isnan(value):
        return undefined(reason, int(n_items))
    if np.isnan(low):
        return Estimate(float(value), np.nan, np.nan, int(n_items), FEW if n_items < MIN_ITEMS else RARE)
    return Estimate(float(value), float(low), float(high), int(n_items), "")


def one(values: Floats, n_items: int, bounds: tuple[float, float], mirrored: bool = False) -> Estimate:
    """The same for a single defined figure."""
    return estimates(values, n_items, bounds, mirrored=mirrored)[0]
