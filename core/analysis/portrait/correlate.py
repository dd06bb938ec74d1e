"""How each item's ratings go with the raters' own values: Spearman's rho for all items and scales at once."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtr
from scipy.stats import false_discovery_control, rankdata

from core.analysis.bootstrap import LEVEL, Floats
from core.items.bank import Correlations

DIGITS = 9  # differences of ratings are told apart to this many: enough for 30,000 ratings a person
MIN_RATERS = 4  # below, a rank correlation says nothing and its t has hardly a degree of freedom


def spearman(ratings: Floats, scales: Floats) -> Correlations:
    """Spearman's rho of each item with each scale over the people who have both, ties at their mean rank.

    `ratings` (P x I) and `scales` (P x D) have a row for each person and NaN where one did not answer. p is two-sided,
    from Student's t with n - 2 degrees of freedom. NaN below `MIN_RATERS` people, or where either side is constant.
    The `n` of an item is how many rated it.
    """
    shape = (ratings.shape[1], scales.shape[1])
    rho, p = np.full(shape, np.nan), np.full(shape, np.nan)
    for rated, items in _alike(~np.isnan(ratings)):
        for scored, columns in _alike(~np.isnan(scales)):
            both = rated & scored
            if both.sum() >= MIN_RATERS:
                found = rank_products(ratings[np.ix_(both, items)], scales[np.ix_(both, columns)])
                rho[np.ix_(items, columns)] = found
                p[np.ix_(items, columns)] = p_values(found, int(both.sum()))
    return Correlations(rho, p, (~np.isnan(ratings)).sum(axis=0))


def _alike(present: NDArray[np.bool_]) -> list[tuple[NDArray[np.bool_], NDArray[np.int64]]]:
    """The columns that the same people filled in, with these people: items of one group are ranked together."""
    found: dict[bytes, list[int]] = {}
    for column, people in enumerate(np.ascontiguousarray(present.T)):
        found.setdefault(people.tobytes(), []).append(column)
    return [(present[:, columns[0]], np.array(columns, dtype=np.int64)) for columns in found.values()]


def rank_products(left: Floats, right: Floats) -> Floats:
    """Pearson correlations of mid-ranks, columns of `left` (P x I) by columns of `right` (P x D); no NaN inside."""
    found: Floats = np.clip(standard_ranks(left).T @ standard_ranks(right), -1.0, 1.0)
    return found


def standard_ranks(columns: Floats) -> Floats:
    """Mid-ranks of each column, centred and of length 1, so that their products are correlations; NaN if constant."""
    ranks = rankdata(columns, axis=0)
    ranks -= ranks.mean(axis=0)
    with np.errstate(invalid="ignore"):
        scaled: Floats = ranks / np.sqrt((ranks**2).sum(axis=0))
    return scaled


def p_values(rho: Floats, n: int) -> Floats:
    """Two-sided p of rho over `n` pairs: t = rho sqrt((n - 2) / (1 - rho^2)), as scipy.stats.spearmanr."""
    with np.errstate(divide="ignore", invalid="ignore"):
        t = rho * np.sqrt((n - 2) / ((rho + 1.0) * (1.0 - rho)))
    p: Floats = 2 * stdtr(n - 2, -np.abs(t))
    return p


def interval(rho: Floats, n: Floats, level: float = LEVEL) -> tuple[Floats, Floats]:
    """The interval of rho over `n` pairs: tanh(atanh rho -+ z sqrt((1 + rho^2 / 2) / (n - 3)))
    (Bonett & Wright 2000, Psychometrika 65(1)). NaN below four pairs."""
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = ndtri((1 + level) / 2) * np.sqrt((1 + rho**2 / 2) / np.where(n > 3, n - 3, np.nan))
        return np.tanh(np.arctanh(rho) - reach), np.tanh(np.arctanh(rho) + reach)


def adjusted(p: Floats, way: Literal["bh", "by"] = "bh") -> Floats:
    """q-values of all p together, in the same shape: Benjamini-Hochberg, or Benjamini-Yekutieli, which holds under any
    dependence. NaN stay out of the family."""
    q = np.full(p.shape, np.nan)
    known = ~np.isnan(p)
    if known.any():
        q[known] = false_discovery_control(p[known], method=way)
    return q


def holm(p: Floats) -> Floats:
    """p (n) adjusted so that the chance of any false rejection is held (Holm 1979, Scand. J. Statist. 6(2)): running
    maximum of (m - rank + 1) p, at most 1. NaN stay out of the family."""
    found = np.full(p.shape, np.nan)
    order = np.argsort(p)[: int((~np.isnan(p)).sum())]
    found[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)), 1.0)
    return found


def ipsatised(ratings: Floats) -> Floats:
    """Each person's ratings (P x I, whole numbers, NaN where not asked) as differences from the person's own mean: some
    rate all things higher than others do. Equal differences come out equal: those of people who rated m and n items are
    fractions over m and n, so two that differ are 1 / mn or more apart, and what is nearer is the last bit of a
    subtraction, which would rank them (rho moved by up to .005)."""
    answered = ~np.isnan(ratings)
    totals = np.where(answered, ratings, 0.0).sum(axis=1, keepdims=True)
    centred: Floats = np.round(ratings - totals / np.maximum(answered.sum(axis=1, keepdims=True), 1), DIGITS)
    return centred
