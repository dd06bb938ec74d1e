"""How well models' values fit a profile's weights, and which models cannot be told apart."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from core.analysis.bootstrap import MIN_ITEMS, Floats, tail
from core.analysis.scores import Scores

# Each takes scores (... x V) and weights (V, summing to 1) and returns one number for each leading index.
Ints = NDArray[Any]
Statistic = Callable[[Floats, Floats], Floats]


def weighted_sum(scores: Floats, weights: Floats) -> Floats:
    """Σ w_v · S_v, the alignment of Value Compass (arXiv 2501.07071), in the unit and range of the scores."""
    return scores @ weights


def centred_sum(scores: Floats, weights: Floats) -> Floats:
    """Σ (w_v - w̄)(S_v - S̄): the weighted sum without the part that only says how expressive the model is."""
    return _centre(scores) @ _centre(weights)


def profile_match(scores: Floats, weights: Floats) -> Floats:
    """Pearson correlation over the values of scores and weights, in [-1, 1]; NaN when either is constant."""
    s, w = _centre(scores), _centre(weights)
    size = np.sqrt((s**2).sum(axis=-1) * (w**2).sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(size < 1e-12, np.nan, (s @ w) / size)


def rank_match(scores: Floats, weights: Floats) -> Floats:
    """Spearman correlation over the values, ties sharing their mean rank, in [-1, 1]; NaN when either is constant."""
    return profile_match(rankdata(scores, axis=-1), rankdata(weights))


def _centre(array: Floats) -> Floats:
    centred: Floats = array - array.mean(axis=-1, keepdims=True)
    return centred


STATISTICS: Mapping[str, tuple[str, Statistic]] = {
    "weighted_sum": ("Weighted sum", weighted_sum),
    "profile_match": ("Profile match (Pearson)", profile_match),
    "rank_match": ("Profile match (Spearman)", rank_match),
    "centred_sum": ("Centred weighted sum", centred_sum),
}


def normalise(weights: Mapping[str, float], values: Sequence[str]) -> Floats:
    """Weights of the values in their order, summing to 1; all zero (or none) means equal weights.

    Raises ValueError for a negative or non-finite weight.
    """
    array = np.array([float(weights.get(value, 0.0)) for value in values])
    if not np.isfinite(array).all() or (array < 0).any():
        raise ValueError(f"weights must be finite and not negative, got {dict(weights)}")
    total = array.sum()
    return array / total if total > 0 else np.full(len(values), 1.0 / len(values))


@dataclass(frozen=True)
class Ranking:
    """`table` has one row a model, best first: model, alignment, low, high, n_items, rank, rank_low, rank_high, group.

    `rank_low` and `rank_high` bound the rank: one more than the number of models surely better, and M less the number
    surely worse. `group` numbers the sets that cannot be told apart: a group's members do not differ from its first
    (95 % interval of the paired difference, one pair at a time). NaN and group 0: n too small, or undefined.
    """

    statistic: str
    table: pd.DataFrame

    @property
    def decided(self) -> bool:
        """Whether the first place is decided: the first group has one member."""
        return int((self.table["group"] == 1).sum()) == 1


def rank(scores: Scores, weights: Floats, statistic: str = "weighted_sum") -> Ranking:
    """The models ranked by their alignment with `weights` (V, summing to 1)."""
    function = STATISTICS[statistic][1]
    estimate = function(scores.mean, weights)
    draws = function(scores.draws, weights)
    n_items = scores.n_items.min(axis=1) if len(scores.values) else np.zeros(len(scores.models), dtype=np.int64)
    small = (n_items < MIN_ITEMS) | np.isnan(estimate)
    low, high = _bounds(draws, n_items, small)
    better = _surely_better(draws, n_items) & ~small[:, None] & ~small[None, :]
    order = np.lexsort((np.array(scores.models), -np.nan_to_num(estimate, nan=-np.inf), small))
    sized = int((~small).sum())
    table = pd.DataFrame(
        {
            "model": scores.models,
            "alignment": estimate,
            "low": low,
            "high": high,
            "n_items": n_items,
            "rank_low": np.where(small, 0, 1 + better.sum(axis=0)),
            "rank_high": np.where(small, 0, sized - better.sum(axis=1)),
            "group": _groups(better, order, small),
        }
    ).iloc[order]
    table.insert(1, "rank", np.arange(1, len(table) + 1))
    return Ranking(statistic, table.reset_index(drop=True))


def _bounds(draws: Floats, n_items: Ints, small: Ints) -> tuple[Floats, Floats]:
    low = np.full(draws.shape[1], np.nan)
    high = low.copy()
    probability = tail(n_items)
    for i in np.flatnonzero(~small):
        low[i], high[i] = np.nanquantile(draws[:, i], [probability[i], 1 - probability[i]])
    return low, high


def _surely_better(draws: Floats, n_items: Ints) -> Ints:
    """M x M: whether the interval of the difference of row minus column lies above 0."""
    share_below = (draws[:, :, None] <= draws[:, None, :]).mean(axis=0)
    sure: Ints = share_below < np.minimum(tail(n_items)[:, None], tail(n_items)[None, :])
    return sure


def _groups(better: Ints, order: Ints, small: Ints) -> Ints:
    groups = np.zeros(len(order), dtype=int)
    leader = None
    for model in order:
        if small[model]:
            continue
        if leader is None or better[leader, model]:
            leader = model
            groups[model] = groups.max() + 1
        else:
            groups[model] = groups[leader]
    return groups
