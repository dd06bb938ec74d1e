"""How far those who read the same answers agree: Krippendorff's alpha, Cohen's and Fleiss' kappa, Gwet's AC1, percent.

Each comes with a bootstrap interval over items: rows that belong to one item are drawn together. Where chance agreement
cannot be told from any other (one category only, one coder, no answer read twice) the figure is NaN and says why.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from core.analysis.bootstrap import Floats
from core.analysis.estimates import Codes, Estimate, item_codes, one, resampled, undefined

Level = Literal["nominal", "ordinal", "interval"]
Weighting = Literal["none", "linear", "quadratic"]

ONE_CODER = "Fewer than two coders: there is nobody to agree with."
NO_OVERLAP = "No answer was read by two coders."
NO_COMPLETE = "No answer was read by all coders."
ONE_CATEGORY = "Only one category was used: agreement cannot be told from chance."
NOTHING = 1e-12  # disagreement below this is rounding; the greatest possible is 1


def krippendorff_alpha(
    ratings: Floats, level: Level = "nominal", items: ArrayLike | None = None, seed: int = 0
) -> Estimate:
    """Krippendorff's alpha (2011, "Computing Krippendorff's Alpha-Reliability"): 1 - observed / expected disagreement.

    `ratings`: answers x coders, numbers, NaN = not read; any number of coders, who may have read different answers.
    `level`: what the numbers mean. `items`: which item each answer belongs to. 1 = perfect, 0 = as by chance, below 0 =
    systematic disagreement.
    """
    usable, codes, problem = _pairable(np.asarray(ratings, dtype=np.float64), items)
    if problem:
        return undefined(problem)
    scale = np.unique(usable[~np.isnan(usable)])
    places = np.searchsorted(scale, usable)  # a NaN, sorted last, has place K
    if len(scale) < 2:
        return undefined(ONE_CATEGORY, int(codes.max()) + 1)
    if level == "ordinal":
        counts = (places[:, :, None] == np.arange(len(scale))).sum(axis=1).astype(np.float64)
        values = resampled(lambda weights: _ordinal(weights, counts), codes, seed)
    else:
        points = np.eye(len(scale)) / np.sqrt(2) if level == "nominal" else _stretched(scale)[:, None]
        moments = _moments(points, places)
        values = resampled(lambda weights: _disagreement(weights, *moments), codes, seed)
    return _beyond_chance(values, codes)


def cohen_kappa(
    first: ArrayLike,
    second: ArrayLike,
    weighting: Weighting = "none",
    categories: Sequence[float] | None = None,
    items: ArrayLike | None = None,
    seed: int = 0,
) -> Estimate:
    """Cohen's kappa of two coders (1960, Educational and Psychological Measurement 20(1)), or weighted by how many
    places of the scale two readings lie apart, or by its square (1968, Psychological Bulletin 70(4)).

    `first`, `second`: one number an answer, NaN = not read. `categories`: the scale in its order; without it the
    numbers that occur, ascending, so that a place nobody used closes up. In [-1, 1].

    Raises ValueError for a reading that is not on the scale.
    """
    usable, codes, problem = _pairable(np.column_stack([first, second]).astype(np.float64), items)
    if problem:
        return undefined(problem)
    scale = np.unique(usable) if categories is None else np.asarray(categories, dtype=np.float64)
    if not np.isin(usable, scale).all():
        raise ValueError("A reading is not among the categories: name every category of the scale.")
    if len(np.unique(usable)) < 2:
        return undefined(ONE_CATEGORY, int(codes.max()) + 1)
    apart = _apart(len(scale), weighting)
    one_hot = usable[:, :, None] == scale
    left, right = one_hot[:, 0].astype(np.float64), one_hot[:, 1].astype(np.float64)
    observed = np.einsum("ij,jk,ik->i", left, apart, right)

    def parts(weights: Floats) -> Floats:
        share = weights / weights.sum(axis=1, keepdims=True)
        expected = np.einsum("bj,jk,bk->b", share @ left, apart, share @ right)
        return np.column_stack([share @ observed, expected])

    return _beyond_chance(resampled(parts, codes, seed), codes)


def fleiss_kappa(ratings: Floats, items: ArrayLike | None = None, seed: int = 0) -> Estimate:
    """Fleiss' kappa (1971, Psychological Bulletin 76(5)) of answers x coders, nominal. The coders of one answer need
    not be those of another. It asks for the same number of readings of every answer, so answers with a NaN are left
    out; alpha makes use of them. In [-1, 1]."""
    ratings = np.asarray(ratings, dtype=np.float64)
    whole = ~np.isnan(ratings).any(axis=1)
    if ratings.shape[1] > 1 and not whole.any():
        return undefined(NO_COMPLETE)
    kept = None if items is None else np.asarray(items)[whole]
    usable, codes, problem = _pairable(ratings[whole], kept)
    if problem:
        return undefined(problem)
    counts = (usable[:, :, None] == np.unique(usable)).sum(axis=1).astype(np.float64)
    if counts.shape[1] < 2:
        return undefined(ONE_CATEGORY, int(codes.max()) + 1)
    observed = 1 - _agreeing_pairs(usable)

    def parts(weights: Floats) -> Floats:
        total = weights.sum(axis=1)
        share = weights @ counts / (total * usable.shape[1])[:, None]
        return np.column_stack([weights @ observed / total, 1 - (share**2).sum(axis=1)])

    return _beyond_chance(resampled(parts, codes, seed), codes)


def percent_agreement(ratings: Floats, items: ArrayLike | None = None, seed: int = 0) -> Estimate:
    """The share of pairs of readings of one answer that are the same, as the mean over the answers (answers x coders,
    NaN = not read) that have a pair; in [0, 1]. What chance would give is in it."""
    usable, codes, problem = _pairable(np.asarray(ratings, dtype=np.float64), items)
    if problem:
        return undefined(problem)
    agreeing = _agreeing_pairs(usable)
    values = resampled(lambda weights: (weights @ agreeing / weights.sum(axis=1))[:, None], codes, seed)
    return one(values, int(codes.max()) + 1, (0.0, 1.0))


def gwet_ac1(ratings: Floats, categories: Sequence[float], items: ArrayLike | None = None, seed: int = 0) -> Estimate:
    """Gwet's AC1 (2008, British Journal of Mathematical and Statistical Psychology 61(1), eqs. 5-7 and for several
    coders section 4): agreement beyond a chance that shrinks where one category prevails, so that it holds up where
    nearly all readings are neutral and alpha and kappa collapse.

    `ratings`: answers x coders, NaN = not read; answers with fewer than two readings are left out. `categories`: the
    whole scale, also what nobody used. In [-1, 1]: with q categories chance agreement is at most 1 / q.
    """
    usable, codes, problem = _pairable(np.asarray(ratings, dtype=np.float64), items)
    if problem:
        return undefined(problem)
    agreeing = _agreeing_pairs(usable)
    counts = (usable[:, :, None] == np.asarray(categories, dtype=np.float64)).sum(axis=1)
    shares = counts / (~np.isnan(usable)).sum(axis=1, keepdims=True)

    def parts(weights: Floats) -> Floats:
        total = weights.sum(axis=1, keepdims=True)
        common = weights @ shares / total
        chance = (common * (1 - common)).sum(axis=1) / (len(categories) - 1)
        return np.column_stack([1 - weights @ agreeing / total[:, 0], 1 - chance])

    return _beyond_chance(resampled(parts, codes, seed), codes)


def _pairable(ratings: Floats, items: ArrayLike | None) -> tuple[Floats, Codes, str]:
    """The answers read at least twice, the items they belong to, and why there are none."""
    if ratings.shape[1] < 2:
        return ratings, np.arange(0), ONE_CODER
    twice = (~np.isnan(ratings)).sum(axis=1) >= 2
    codes = np.unique(item_codes(items, len(ratings))[twice], return_inverse=True)[1].reshape(-1)
    return ratings[twice], codes, "" if twice.any() else NO_OVERLAP


def _agreeing_pairs(ratings: Floats) -> Floats:
    """The share of agreeing pairs of each answer (answers x coders, at least two readings each)."""
    n = (~np.isnan(ratings)).sum(axis=1)
    same = (ratings[:, :, None] == ratings[:, None, :]).sum(axis=(1, 2)) - n  # NaN equals nothing, not even itself
    share: Floats = same / (n * (n - 1))
    return share


def _apart(size: int, weighting: Weighting) -> Floats:
    """How much two categories disagree, in [0, 1]: size x size."""
    if weighting == "none":
        return 1 - np.eye(size)
    place = np.arange(size) / (size - 1)
    return np.abs(place[:, None] - place) ** (1 if weighting == "linear" else 2)


def _stretched(scale: Floats) -> Floats:
    """The numbers (... x K, ascending) moved and stretched onto [0, 1], which changes no ratio of disagreements."""
    low, high = scale[..., :1], scale[..., -1:]
    stretched: Floats = (scale - low) / (high - low)
    return stretched


def _moments(points: Floats, places: Codes) -> tuple[Floats, Floats, Floats]:
    """Each answer's number of readings, their sum (x d) and their sum of squares, when category k lies at `points[k]`
    (K x d): the squared distance of two categories is how much they disagree. Place K is a missing reading."""
    known = np.vstack([points, np.zeros((1, points.shape[1]))])[places]
    size = (places < len(points)).sum(axis=1).astype(np.float64)
    return size, known.sum(axis=1), (known**2).sum(axis=(1, 2))


def _disagreement(weights: Floats, size: Floats, total: Floats, squares: Floats) -> Floats:
    """B x 2: observed and expected disagreement, the mean squared distance of two readings of one answer and of any
    two. All pairs of n points have n Σ x² - |Σ x|² between them, which needs no loop over pairs."""
    within = 2 * (size * squares - (total**2).sum(axis=1)) / (size - 1)
    n = weights @ size
    among = 2 * (n * (weights @ squares) - ((weights @ total) ** 2).sum(axis=1)) / (n * (n - 1))
    return np.column_stack([weights @ within / n, among])


def _ordinal(weights: Floats, counts: Floats) -> Floats:
    """The same with categories at their middle ranks, which hang on the resample: Krippendorff's ordinal distance, the
    readings between two categories with half of theirs, is the difference of the categories' middle ranks.
    `counts`: how often each answer was read as each of the K categories."""
    size = counts.sum(axis=1)
    pairs = counts[:, :, None] * counts[:, None, :] / (size - 1)[:, None, None]
    met = (weights @ pairs.reshape(len(counts), -1)).reshape(len(weights), *pairs.shape[1:])
    often = weights @ counts
    points = _stretched(often.cumsum(axis=1) - often / 2)
    squares = (points[:, :, None] - points[:, None, :]) ** 2
    n = often.sum(axis=1)
    within = (met * squares).sum(axis=(1, 2)) / n
    among = np.einsum("bj,bjk,bk->b", often, squares, often) / (n * (n - 1))
    return np.column_stack([within, among])


def _beyond_chance(parts: Floats, codes: Codes) -> Estimate:
    """1 - observed / expected (columns of `parts`, of 1 at most). Were every item in full disagreement, 1 - 1 /
    expected would be left: so far the coefficient can fall."""
    observed, expected = parts.T
    with np.errstate(invalid="ignore", divide="ignore"):
        values = np.where(expected > NOTHING, 1 - observed / expected, np.nan)
    return one(values[:, None], int(codes.max()) + 1, (1 - 1 / float(expected[0]), 1.0))
