"""How many items chance would tag: raters' scales are shuffled within each group, so ratings know nothing of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analysis.bootstrap import Floats
from core.analysis.portrait.correlate import MIN_RATERS, p_values, standard_ranks
from core.analysis.portrait.tags import MAX_P, MIN_RHO

PERMUTATIONS = 500


@dataclass(frozen=True, eq=False)
class Chance:
    """Items tagged by chance for each dimension (D): the mean over permutations, and the 97.5 % point."""

    expected: Floats
    high: Floats
    permutations: int

    def false_share(self, observed: NDArray[np.int64]) -> Floats:
        """The share of `observed` tags that chance explains, in [0, 1]; NaN where nothing is tagged."""
        with np.errstate(divide="ignore", invalid="ignore"):
            share: Floats = np.minimum(self.expected / np.where(observed > 0, observed, np.nan), 1.0)
        return share


def by_chance(
    ratings: Floats,
    scales: Floats,
    groups: NDArray[np.int64],
    permutations: int = PERMUTATIONS,
    seed: int = 0,
    min_rho: float = MIN_RHO,
    max_p: float | None = MAX_P,
) -> Chance:
    """`ratings` (P x I) and `scales` (P x D) with NaN where missing; `groups` (P) says which people may be exchanged:
    those who rated the same items. People without all scales stay out, as do items that not all of a group rated."""
    rng = np.random.default_rng(seed)
    counts = np.zeros((permutations, scales.shape[1]))
    for group in np.unique(groups):
        members = (groups == group) & ~np.isnan(scales).any(axis=1)
        rated = ratings[members]
        rated = rated[:, ~np.isnan(rated).any(axis=0)]
        n = int(members.sum())
        if n < MIN_RATERS or not rated.shape[1]:
            continue
        left, right = standard_ranks(rated), standard_ranks(scales[members])
        least = _least(n, min_rho, max_p)
        for draw in range(permutations):
            with np.errstate(invalid="ignore"):
                counts[draw] += (left.T @ right[rng.permutation(n)] > least).sum(axis=0)
    return Chance(counts.mean(axis=0), np.quantile(counts, 0.975, axis=0), permutations)


def _least(n: int, min_rho: float, max_p: float | None) -> float:
    """The rho above which an item over n people is tagged by both conditions."""
    if max_p is None:
        return min_rho
    ladder = np.linspace(min_rho, 1, 20_001)
    passing = ladder[p_values(ladder, n) < max_p]
    return float(passing[0]) if len(passing) else np.inf
