"""What moves a judge besides the answer: whose it is, and how long it is."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.analysis.bootstrap import Floats
from core.analysis.estimates import Estimate, item_codes, one, resampled, undefined

NO_OWN = "The judge read no answer of its own family."
NO_OTHERS = "The judge read no answer of another family."
ONE_LENGTH = "All answers are of one length."


def preference_gap(
    given: Floats,
    own: NDArray[np.bool_],
    items: ArrayLike | None = None,
    widest: float = 2.0,
    seed: int = 0,
) -> Estimate:
    """The mean of what a judge gave the answers of its own family less the mean of what it gave the others (answers,
    NaN = not read). As strengths in [-1, 1] are at most 2 apart, so is the gap; of differences to other judges'
    strengths, which are `widest` = 4.

    Of the judge's own strengths the gap is no proof of a preference: its family may be as it says. Of differences to
    what other judges gave the same answers it is what the judge gives its family more than others do, beyond what it
    gives everybody more (cf. Panickssery, Bowman & Feng 2024, arXiv 2404.13076). Items are drawn again.
    """
    read = ~np.isnan(given)
    mine, theirs = read & own, read & ~own
    if not mine.any():
        return undefined(NO_OWN)
    if not theirs.any():
        return undefined(NO_OTHERS)
    codes = np.unique(item_codes(items, len(given))[read], return_inverse=True)[1].reshape(-1)
    values, belongs = given[read], np.column_stack([mine[read], theirs[read]]).astype(np.float64)

    def gap(weights: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            means = (weights @ (values[:, None] * belongs)) / (weights @ belongs)
        return means[:, :1] - means[:, 1:]

    return one(resampled(gap, codes, seed), int(codes.max()) + 1, (-widest, widest))


def length_slope(
    lengths: Floats, given: Floats, items: ArrayLike | None = None, span: float = 2.0, seed: int = 0
) -> Estimate:
    """By how much what a judge gave (answers, NaN = not read; all within `span`) rises with each unit of length: the
    slope of a least-squares line. It says that long answers are read otherwise, not why: they may say more. Items are
    drawn again."""
    read = ~np.isnan(given)
    if not read.any() or np.ptp(lengths[read]) == 0:
        return undefined(ONE_LENGTH)
    x, y = lengths[read], given[read]
    codes = np.unique(item_codes(items, len(given))[read], return_inverse=True)[1].reshape(-1)
    x = x - x.mean()

    def slope(weights: Floats) -> Floats:
        n = weights.sum(axis=1)
        mean_x, mean_y = weights @ x / n, weights @ y / n
        spread = weights @ x**2 / n - mean_x**2
        with np.errstate(invalid="ignore", divide="ignore"):
            found = (weights @ (x * y) / n - mean_x * mean_y) / spread
        return np.where(spread > 1e-12, found, np.nan)[:, None]

    steepest = span / float(np.ptp(x))
    return one(resampled(slope, codes, seed), int(codes.max()) + 1, (-steepest, steepest))
