"""How well models' values fit a profile's weights, and which models cannot be told apart."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.bootstrap import Floats, intervals, tail, unseen
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
    whole = np.sqrt((scores**2).sum(axis=-1) * (weights**2).sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(size <= 1e-9 * whole, np.nan, np.clip((s @ w) / size, -1, 1))


def rank_match(scores: Floats, weights: Floats) -> Floats:
    """Spearman correlation over the values, ties sharing their mean rank, in [-1, 1]; NaN when either is constant."""
    return profile_match(_ranks(scores), _ranks(weights))


def _ranks(scores: Floats) -> Floats:
    """Mean ranks along the last axis; NaN in a row makes it all NaN. As scipy's rankdata, but one pair of values at a
    time over all draws: the values are few and the draws many, and this runs at every move of a slider."""
    columns = np.ascontiguousarray(np.moveaxis(scores, -1, 0))
    ranks = np.ones(columns.shape)
    for i, j in combinations(range(len(columns)), 2):
        above = 0.5 + 0.5 * np.sign(columns[i] - columns[j])
        ranks[i] += above
        ranks[j] += 1 - above
    return np.moveaxis(ranks, 0, -1)


def _centre(array: Floats) -> Floats:
    centred: Floats = array - array.mean(axis=-1, keepdims=True)
    return centred


STATISTICS: Mapping[str, tuple[str, Statistic]] = {
    "weighted_sum": ("Weighted sum", weighted_sum),
    "profile_match": ("Profile match (Pearson)", profile_match),
    "rank_match": ("Profile match (Spearman)", rank_match),
    "centred_sum": ("Centred weighted sum", centred_sum),
}


def limits(statistic: str, bounds: tuple[float, float], weights: Floats) -> tuple[float, float]:
    """The range of a statistic of scores within `bounds`, for weights (V, summing to 1)."""
    if statistic.endswith("match"):
        return -1.0, 1.0
    if statistic == "weighted_sum":
        return bounds
    most = (bounds[1] - bounds[0]) * float(np.clip(_centre(weights), 0, None).sum())
    return -most, most


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
    surely worse (95 % interval of the paired difference, one pair at a time). `group` numbers runs of neighbours that
    do not differ from the run's first; a wide interval may also reach over a group's edge, which the ranks' bounds
    show. NaN and group 0: n too small, or undefined.
    """

    statistic: str
    table: pd.DataFrame

    @property
    def first(self) -> tuple[str, ...]:
        """The models that may be first: those than which no other is surely better."""
        return tuple(self.table.loc[self.table["rank_low"] == 1, "model"])

    @property
    def decided(self) -> bool:
        """Whether the first place is decided: only one model may be first."""
        return len(self.first) == 1


def rank(scores: Scores, weights: Floats, statistic: str = "weighted_sum") -> Ranking:
    """The models ranked by their alignment with `weights` (V, summing to 1). A model's n is that of the value with the
    fewest items; without a score on one of the values it has no alignment."""
    function = STATISTICS[statistic][1]
    estimate, draws = function(scores.mean, weights), function(scores.draws, weights)
    n_items, span = scores.n_items.min(axis=1), limits(statistic, scores.bounds, weights)
    curved = statistic.endswith("match")
    low, high = intervals(estimate, draws, n_items, span, mirrored=curved)
    small = np.isnan(estimate) | np.isnan(low)
    better = _surely_better(estimate, draws, n_items, span[1] - span[0], curved) & ~small[:, None] & ~small
    order = np.lexsort((np.array(scores.models), -np.nan_to_num(estimate, nan=-np.inf), small))
    table = pd.DataFrame(
        {
            "model": scores.models,
            "alignment": estimate,
            "low": low,
            "high": high,
            "n_items": n_items,
            "rank_low": np.where(small, 0, 1 + better.sum(axis=0)),
            "rank_high": np.where(small, 0, int((~small).sum()) - better.sum(axis=1)),
            "group": _groups(better, order, small),
        }
    ).iloc[order]
    table.insert(1, "rank", np.arange(1, len(table) + 1))
    return Ranking(statistic, table.reset_index(drop=True))


def _surely_better(estimate: Floats, draws: Floats, n_items: Ints, width: float, curved: bool) -> Ints:
    """M x M: whether the interval of the difference of row minus column lies above 0, read as `intervals` does.
    `width` is that of the statistic's range: a difference that no draw changes must exceed what n items may hide."""
    sure = np.zeros((len(estimate), len(estimate)), dtype=bool)
    for i in range(len(estimate)):  # one row at a time stays in the processor's cache
        gap, n = estimate[i] - estimate, np.minimum(n_items[i], n_items)
        drawn = draws[:, i, None] - draws
        tails = tail(n)
        sure[i] = 1 - (drawn > 0).mean(axis=0) < tails
        if curved:
            sure[i] &= 1 - (drawn < 2 * gap).mean(axis=0) < tails
        still = drawn.max(axis=0) - drawn.min(axis=0) < 1e-9
        sure[i] &= ~still | (gap > unseen(n) * (gap + width))
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
