"""For whom is which model best: every model against every profile, and who may be first for each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.cluster.hierarchy import leaves_list, linkage

from core.analysis.alignment import CURVED, STATISTICS, limits, undefeated
from core.analysis.bootstrap import Floats, intervals
from core.analysis.scores import Scores


@dataclass(frozen=True)
class ProfileMap:
    """The alignment of M models with P profiles, in the statistic's unit.

    `value`, `low`, `high`: M x P, with 95 % intervals (NaN: undefined, or n too small). `n_items`, `n_answers` (scored)
    and `n_asked`: M, those of the value with the fewest items. `first`: M x P, whether no other model is surely better
    for this profile.
    """

    models: tuple[str, ...]
    profiles: tuple[str, ...]
    statistic: str
    value: Floats
    low: Floats
    high: Floats
    n_items: NDArray[np.int64]
    n_answers: NDArray[np.int64]
    n_asked: NDArray[np.int64]
    first: NDArray[np.bool_]

    @property
    def tied(self) -> NDArray[np.bool_]:
        """M x P: whether the model shares the first place for this profile with others that cannot be told apart."""
        shared: NDArray[np.bool_] = self.first & (self.first.sum(axis=0) > 1)
        return shared

    def frame(self) -> pd.DataFrame:
        """One row a model and profile: both names, alignment, low, high, n_items, n_answers, n_asked, may_be_first."""
        index = pd.MultiIndex.from_product([self.models, self.profiles], names=["model", "profile"])
        columns = {
            "alignment": self.value,
            "low": self.low,
            "high": self.high,
            **{
                name: np.broadcast_to(getattr(self, name)[:, None], self.value.shape)
                for name in ("n_items", "n_answers", "n_asked")
            },
            "may_be_first": self.first,
        }
        return pd.DataFrame({name: array.reshape(-1) for name, array in columns.items()}, index=index).reset_index()


def profile_map(
    scores: Scores, profiles: Sequence[str], weights: Floats, statistic: str = "weighted_sum"
) -> ProfileMap:
    """Every model against every profile. `weights` is P x V, each row summing to 1; all profiles share the bootstrap
    draws, and each column holds what `alignment.rank` says for its profile. Only for the matches and the distance are
    columns comparable: the sums depend on how peaked the weights are."""
    value = STATISTICS[statistic][1](scores.mean, weights)
    drawn = _drawn(scores, weights, statistic)
    curved, fewest = statistic in CURVED, (np.arange(len(scores.models)), scores.n_items.argmin(axis=1))
    n_items, n_answers, n_asked = scores.n_items[fewest], scores.n_answers[fewest], scores.n_asked[fewest]
    low, high = np.full_like(value, np.nan), np.full_like(value, np.nan)
    first = np.zeros(value.shape, dtype=bool)
    for p, profile in enumerate(weights):
        span, draws, estimate = limits(statistic, scores.bounds, profile), drawn[p].T, value[:, p]
        low[:, p], high[:, p] = intervals(estimate, draws, n_items, span, mirrored=curved)
        known = ~np.isnan(estimate) & ~np.isnan(low[:, p])
        width = span[1] - span[0]
        first[known, p] = undefeated(estimate[known], draws[:, known], n_items[known], width, curved)
    counts = (n_items, n_answers, n_asked)
    return ProfileMap(scores.models, tuple(profiles), statistic, value, low, high, *counts, first)


def _drawn(scores: Scores, weights: Floats, statistic: str) -> Floats:
    """The statistic of every draw as P x M x B: draws last, so that sorting them later reads memory in order."""
    function = STATISTICS[statistic][1]
    drawn = np.empty((len(weights), len(scores.models), len(scores.draws)))
    for m in range(len(scores.models)):  # one model at a time stays in the processor's cache
        drawn[:, m] = function(scores.draws[:, m], weights).T
    return drawn


def cluster_order(matrix: Floats) -> NDArray[np.int64]:
    """An order of the rows that puts like next to like: average linkage of Euclidean distances, leaves ordered
    optimally (Bar-Joseph, Gifford & Jaakkola 2001, Bioinformatics 17). Only an order, no claim that there are clusters.
    The end with the higher mean comes first; rows with NaN come last."""
    known = np.flatnonzero(~np.isnan(matrix).any(axis=1))
    if len(known) > 2:
        leaves = known[leaves_list(linkage(matrix[known], "average", optimal_ordering=True))]
        half = len(leaves) // 2
        known = leaves if matrix[leaves[:half]].mean() >= matrix[leaves[-half:]].mean() else leaves[::-1]
    return np.concatenate([known, np.setdiff1d(np.arange(len(matrix)), known)])
