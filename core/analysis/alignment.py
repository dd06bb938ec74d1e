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

# Each takes scores (... x V) and weights (V, or P x V for P profiles, each summing to 1) and returns one number for
# each leading index (and each profile, last).
Ints = NDArray[Any]
Statistic = Callable[[Floats, Floats], Floats]


def weighted_sum(scores: Floats, weights: Floats) -> Floats:
    """Σ w_v · S_v, the alignment of Value Compass (arXiv 2501.07071), in the unit and range of the scores."""
    return scores @ weights.T


def centred_sum(scores: Floats, weights: Floats) -> Floats:
    """Σ (w_v - w̄)(S_v - S̄): the weighted sum without the part that only says how expressive the model is."""
    return _centre(scores) @ _centre(weights).T


def profile_match(scores: Floats, weights: Floats) -> Floats:
    """Pearson correlation over the values of scores and weights, in [-1, 1]; NaN when either is constant."""
    match: Floats = np.clip(standardised(scores) @ standardised(weights).T / scores.shape[-1], -1, 1)
    return match


def rank_match(scores: Floats, weights: Floats) -> Floats:
    """Spearman correlation over the values, ties sharing their mean rank, in [-1, 1]; NaN when either is constant."""
    return profile_match(ranks(scores), ranks(weights))


def distance(scores: Floats, weights: Floats) -> Floats:
    """Minus the mean over the values of |z_S - z_w|, scores and weights both standardised over the values: in [-2, 0],
    0 for the same shape, NaN when either is constant. City-block, because the Euclidean distance of standardised
    profiles is sqrt(2 (1 - Pearson)) and orders models as `profile_match` does; here one odd value weighs less."""
    s, w = standardised(scores), standardised(weights)
    gap: Floats = np.zeros(s.shape[:-1] + w.shape[:-1])
    for v in range(s.shape[-1]):  # a value at a time: all at once would need V times the memory
        gap += np.abs(np.subtract.outer(s[..., v], w[..., v]))
    gap /= -s.shape[-1]
    return gap


def ranks(scores: Floats) -> Floats:
    """Mean ranks along the last axis; NaN in a row makes it all NaN. As scipy's rankdata, but one pair of values at a
    time over all draws: the values are few and the draws many, and this runs at every move of a slider."""
    columns = np.ascontiguousarray(np.moveaxis(scores, -1, 0))
    places = np.ones(columns.shape)
    for i, j in combinations(range(len(columns)), 2):
        above = 0.5 + 0.5 * np.sign(columns[i] - columns[j])
        places[i] += above
        places[j] += 1 - above
    return np.moveaxis(places, 0, -1)


def _centre(array: Floats) -> Floats:
    centred: Floats = array - array.mean(axis=-1, keepdims=True)
    return centred


def standardised(array: Floats) -> Floats:
    """Mean 0 and standard deviation 1 along the last axis: the shape of a profile without its level and spread. NaN
    where it is constant, give or take rounding."""
    centred: Floats = array - array.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True))
    flat = spread <= 1e-9 * np.sqrt((array**2).mean(axis=-1, keepdims=True))
    shape: Floats = centred / np.where(flat, np.nan, spread)
    return shape


STATISTICS: Mapping[str, tuple[str, Statistic]] = {
    "weighted_sum": ("Weighted sum", weighted_sum),
    "profile_match": ("Profile match (Pearson)", profile_match),
    "rank_match": ("Profile match (Spearman)", rank_match),
    "centred_sum": ("Centred weighted sum", centred_sum),
    "distance": ("Distance (0 is nearest)", distance),
}
# Those that noise pulls to one side, and that are undefined for equal weights.
CURVED = frozenset({"profile_match", "rank_match", "distance"})


def limits(statistic: str, bounds: tuple[float, float], weights: Floats) -> tuple[float, float]:
    """The range of a statistic of scores within `bounds`, for weights (V, summing to 1)."""
    if statistic.endswith("match"):
        return -1.0, 1.0
    if statistic == "weighted_sum":
        return bounds
    if statistic == "distance":
        return -2.0, 0.0
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
    curved = statistic in CURVED
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
        n = np.minimum(n_items[i], n_items)
        sure[i] = _surely_positive(estimate[i] - estimate, draws[:, i, None] - draws, n, width, curved)
    return sure


def _surely_positive(gap: Floats, drawn: Floats, n: Ints, width: float, curved: bool) -> Ints:
    """Whether each of K differences (K; draws B x K) lies surely above 0; never where the estimate itself does not.
    A draw on the edge speaks against it: correlations of ranks often tie, and rounding must not decide."""
    tails = tail(n)
    sure: Ints = (1 - (drawn > 1e-9).mean(axis=0) < tails) & (gap > 0)
    if curved:
        sure &= 1 - (drawn < 2 * gap - 1e-9).mean(axis=0) < tails
    still = drawn.max(axis=0) - drawn.min(axis=0) < 1e-9
    sure &= ~still | (gap > unseen(n) * (gap + width))
    return sure


def undefeated(estimate: Floats, draws: Floats, n_items: Ints, width: float, curved: bool) -> Ints:
    """Which of M models (none of them NaN) may be first: those than which no other is surely better, as `Ranking.first`
    but without comparing all pairs. `width` is that of the statistic's range."""
    rest = np.arange(len(estimate))
    for i in np.argsort(-estimate, kind="stable"):
        if estimate[i] <= estimate[rest].min():  # nor is any that follows better than one of the rest
            break
        n = np.minimum(n_items[i], n_items[rest])
        drawn = draws[:, i, None] - draws[:, rest]
        rest = rest[~_surely_positive(estimate[i] - estimate[rest], drawn, n, width, curved)]
    return np.isin(np.arange(len(estimate)), rest)


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
