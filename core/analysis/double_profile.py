"""One model's profile from two sets of items side by side, such as everyday situations and questions made to divide.

What differs between them belongs to the items as much as to the model: read it as "how far the profile depends on what
is asked", never as one of them being the true one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.alignment import standardised
from core.analysis.bootstrap import Floats, intervals, mean_draws, resampling_weights
from core.analysis.estimates import FEW, Estimate, undefined


@dataclass(frozen=True)
class Side:
    """A profile from one set of items: mean and interval of V values, in points (0 to 100, or their difference from the
    mean over the values), and the items scored (V)."""

    mean: Floats
    low: Floats
    high: Floats
    n_items: NDArray[np.int64]


@dataclass(frozen=True)
class DoubleProfile:
    """`difference` is the second side less the first; `alike` the correlation of the two profiles over the values."""

    values: tuple[str, ...]
    first: Side
    second: Side
    difference: Side
    alike: Estimate

    def frame(self, first: str = "first", second: str = "second") -> pd.DataFrame:
        """One row a value: value; score, low, high and n_items of either side, under their names; difference,
        difference_low, difference_high, and `differs` (yes, no, "" without an interval)."""
        columns: dict[str, object] = {"value": list(self.values)}
        for name, side in ((first, self.first), (second, self.second)):
            columns |= {name: side.mean, f"{name}_low": side.low, f"{name}_high": side.high, f"{name}_n": side.n_items}
        gap = self.difference
        columns |= {"difference": gap.mean, "difference_low": gap.low, "difference_high": gap.high}
        columns["differs"] = np.where(np.isnan(gap.low), "", np.where((gap.low > 0) | (gap.high < 0), "yes", "no"))
        return pd.DataFrame(columns)


def double_profile(
    first: pd.DataFrame, second: pd.DataFrame, values: Sequence[str], centred: bool = True, seed: int = 0
) -> DoubleProfile:
    """Compare scores of one model on two sets of items: frames with one row an item and value (columns item, value,
    score in [-1, 1]; NaN is no score, and every item counts once).

    The two sets share no items, so each is drawn again by itself, whole items at a time (the interval of a difference
    of independent means). `centred`: profiles are taken less their own mean over the values (ipsatised), since wording
    moves how much of every value is expressed.
    """
    sides, draws = [], []
    for place, frame in enumerate((first, second)):
        cells = _cells(frame, values)
        drawn = mean_draws(cells, resampling_weights(len(cells), np.random.default_rng([seed, place])))
        n_items = (~np.isnan(cells)).sum(axis=0)
        with np.errstate(invalid="ignore"):
            mean = np.nansum(cells, axis=0, dtype=np.float64) / np.where(n_items == 0, np.nan, n_items)
        if centred:
            mean, drawn = mean - mean.mean(), drawn - drawn.mean(axis=1, keepdims=True)
        sides.append(Side(mean, *intervals(mean, drawn, n_items, (-200.0, 200.0)), n_items))
        draws.append(drawn)
    gap, drawn = sides[1].mean - sides[0].mean, draws[1] - draws[0]
    fewest = np.minimum(sides[0].n_items, sides[1].n_items)
    difference = Side(gap, *intervals(gap, drawn, fewest, (-400.0, 400.0)), fewest)
    return DoubleProfile(tuple(values), sides[0], sides[1], difference, _alike(sides, draws, int(fewest.min())))


def _cells(frame: pd.DataFrame, values: Sequence[str]) -> NDArray[np.float32]:
    wide = frame.pivot(index="item", columns="value", values="score").sort_index().reindex(columns=list(values))
    cells: Floats = wide.to_numpy(dtype=np.float64)
    return np.asarray(100.0 * cells, dtype=np.float32)


def _alike(sides: Sequence[Side], draws: Sequence[Floats], n_items: int) -> Estimate:
    value = float(_pearson(sides[0].mean, sides[1].mean))
    if np.isnan(value):
        return undefined("A profile is flat, or a value has no score: no correlation.", n_items)
    each = _pearson(draws[0], draws[1])
    low, high = intervals(np.array([value]), each[:, None], np.array([n_items]), (-1.0, 1.0), mirrored=True)
    reason = FEW if np.isnan(low[0]) else ""
    return Estimate(value, float(low[0]), float(high[0]), n_items, reason)


def _pearson(a: Floats, b: Floats) -> Floats:
    """Row by row, over the last axis."""
    return np.asarray(np.clip((standardised(a) * standardised(b)).mean(axis=-1), -1, 1), dtype=np.float64)
