"""Arithmetic of the portraits: persons' value scores and the weighted statistics of groups. Numbers in, numbers out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def centred_scores(importance: Floats, item_values: Sequence[str], values: Sequence[str]) -> Floats:
    """(persons, values): the mean of a value's items minus the person's mean over all items answered (MRAT).

    `importance` is (persons, items), NaN for no answer. A value none of whose items was answered is NaN.
    Schwartz, S. H. (2003), ESS questionnaire development report, ch. 7, appendix on scale use.
    """
    answered = ~np.isnan(importance)
    filled = np.where(answered, importance, 0.0)
    key = np.array([[item == value for value in values] for item in item_values], dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        scores = (filled @ key) / (answered @ key)
        own = filled.sum(axis=1, keepdims=True) / answered.sum(axis=1, keepdims=True)
    return np.asarray(scores - own, dtype=np.float64)


@dataclass(frozen=True)
class GroupStatistics:
    """Each (groups, values): weighted mean and standard deviation over persons, their number, and (Σw)²/Σw²."""

    mean: Floats
    sd: Floats
    n: NDArray[np.int64]
    n_eff: Floats


def group_statistics(scores: Floats, weights: Floats, groups: NDArray[np.intp], count: int) -> GroupStatistics:
    """Statistics of `scores` (persons, values) in `count` groups, given each person's group and weight > 0.

    Persons without a score in a value do not count in it. sd divides by Σw. NaN where nobody counts.
    """
    columns = [_statistics(scores[:, each], weights, groups, count) for each in range(scores.shape[1])]
    mean, sd, n, n_eff = (np.column_stack(parts) for parts in zip(*columns, strict=True))
    return GroupStatistics(mean, sd, n.astype(np.int64), n_eff)


def _statistics(
    scores: Floats, weights: Floats, groups: NDArray[np.intp], count: int
) -> tuple[Floats, Floats, Floats, Floats]:
    valid = ~np.isnan(scores)
    x, w, g = scores[valid], weights[valid], groups[valid]

    def total(terms: Floats) -> Floats:
        return np.bincount(g, weights=terms, minlength=count).astype(np.float64)

    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total(w * x) / total(w)
        sd = np.sqrt(total(w * (x - mean[g]) ** 2) / total(w))
        n_eff = total(w) ** 2 / total(w**2)
    return mean, sd, total(np.ones_like(w)), n_eff
