"""Do a bank's scores find the values of people whose answers did not make it? K-fold over raters.

Tags and weights come from the other raters; the score of a person left out, over the items this person rated, is
compared with the person's own scale. Scores over different items are not comparable, so people are ranked within their
group before the groups are pooled.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analysis.bootstrap import Floats
from core.analysis.portrait.correlate import rank_products, spearman
from core.analysis.portrait.tags import tagged
from core.items.dimensions import SYSTEMS, of_system

FOLDS = 10


@dataclass(frozen=True, eq=False)
class Validity:
    """Correlations of left-out people's scores with their own scales (D), by `tags` (rho > .3, p < .05, less the
    person's mean over the system's tagged items) and by all items `weighted` by rho; `n_tags`, `n_weighted` people."""

    tags: Floats
    weighted: Floats
    n_tags: NDArray[np.int64]
    n_weighted: NDArray[np.int64]


def held_out(
    ratings: Floats,
    scales: Floats,
    groups: NDArray[np.int64],
    people: NDArray[np.int64],
    folds: int = FOLDS,
    seed: int = 0,
) -> Validity:
    """`ratings` (P x I), `scales` (P x 19 in the order of core.items.dimensions), `groups` and `people` (P): a person
    who sat twice is left out whole."""
    names, codes = np.unique(people, return_inverse=True)
    fold_of = np.random.default_rng(seed).permutation(len(names)) % folds
    by_tags, by_weight = np.full(scales.shape, np.nan), np.full(scales.shape, np.nan)
    for fold in range(folds):
        out = fold_of[codes.reshape(-1)] == fold
        if not out.any() or out.all():
            continue
        learned = spearman(ratings[~out], scales[~out])
        by_tags[out] = tag_scores(ratings[out], tagged(learned).positive)
        by_weight[out] = weight_scores(ratings[out], np.nan_to_num(learned.rho))
    tags, n_tags = pooled(by_tags, scales, groups)
    weighted, n_weighted = pooled(by_weight, scales, groups)
    return Validity(tags, weighted, n_tags, n_weighted)


def tag_scores(ratings: Floats, positive: NDArray[np.bool_]) -> Floats:
    """Each person's (P x D) mean over the tagged items rated, less the mean over all tagged for the same system."""
    found = _means(ratings, positive)
    for kind in SYSTEMS:
        columns = list(of_system(kind))
        found[:, columns] -= _means(ratings, np.any(positive[:, columns], axis=1, keepdims=True))
    return found


def weight_scores(ratings: Floats, rho: Floats) -> Floats:
    """Each person's (P x D) sum of rho (x - own mean) / sum of |rho| over the items rated."""
    known = ~np.isnan(ratings)
    own = _means(ratings, np.ones((ratings.shape[1], 1), dtype=bool))
    gaps = np.where(known, ratings - own, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = (gaps @ rho) / (known @ np.abs(rho))
    return found


def _means(ratings: Floats, mask: NDArray[np.bool_]) -> Floats:
    known = ~np.isnan(ratings)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = (np.where(known, ratings, 0.0) @ mask) / (known @ mask.astype(float))
    return found


def pooled(scores: Floats, scales: Floats, groups: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    """Correlation of scores with scales by dimension, ranks taken within each group and brought to its own spread, and
    how many people it rests on. Groups with fewer than eight people who have both stay out."""
    n_dims = scales.shape[1]
    rho, counts = np.full(n_dims, np.nan), np.zeros(n_dims, dtype=np.int64)
    for column in range(n_dims):
        total = weight = 0.0
        for group in np.unique(groups):
            both = (groups == group) & ~np.isnan(scores[:, column]) & ~np.isnan(scales[:, column])
            n = int(both.sum())
            if n < 8:
                continue
            own = rank_products(scores[both, column, None], scales[both, column, None])[0, 0]
            if not np.isnan(own):
                total, weight = total + n * own, weight + n
                counts[column] += n
        rho[column] = total / weight if weight else np.nan
    return rho, counts
