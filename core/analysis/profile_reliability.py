"""How far one profile can be relied on: what another half of the items, another wording, another day would say.

Everything here is about one model on V values; rows are items, scored in points, NaN where an item was not scored.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import f as f_distribution

from core.analysis.bootstrap import DRAWS, LEVEL, MIN_ITEMS, Floats, mean_draws, resampling_weights, tail
from core.analysis.estimates import Estimate, undefined

SPLITS = 1000
PERMUTATIONS = 2000
FEW = f"fewer than {MIN_ITEMS} items"
FLAT = 1e-9


def correlations(left: Floats, right: Floats) -> Floats:
    """Pearson's r along the last axis; NaN where a side is flat or misses a value."""
    a, b = (side - side.mean(axis=-1, keepdims=True) for side in (left, right))
    size = np.sqrt((a**2).sum(axis=-1) * (b**2).sum(axis=-1))
    found: Floats = (a * b).sum(axis=-1) / np.where(size > FLAT, size, np.nan)
    return found.clip(-1, 1)


def split_half(scores: Floats, seed: int = 0, splits: int = SPLITS) -> Estimate:
    """The reliability of a profile (scores I x V): r between the profiles of two halves of the items, the mean over
    random `splits`, stepped up to all items by 2r / (1 + r) (Spearman 1910, Brown 1910, British Journal of Psychology
    3). In (-inf, 1]; low and high hold 95 % of the splits, which is how much the halves' choice matters, no confidence
    interval. Undefined with fewer than MIN_ITEMS items."""
    n = int((~np.isnan(scores)).any(axis=1).sum())
    scores = scores[(~np.isnan(scores)).any(axis=1)]
    if n < MIN_ITEMS:
        return undefined(FEW, n)
    rng = np.random.default_rng(seed)
    first = np.zeros((splits, n))
    for row in first:
        row[rng.permutation(n)[: n // 2]] = 1.0
    r = correlations(*(mean_draws(scores.astype(np.float32), half) for half in (first, 1 - first)))
    r = r[~np.isnan(r)]
    if not len(r):
        return undefined("a half leaves a flat profile or a value without a score", n)
    middle, low, high = (_lifted(x) for x in (r.mean(), *np.quantile(r, [0.025, 0.975])))
    return Estimate(middle, low, high, n)


def _lifted(r: float) -> float:
    return float(2 * r / (1 + r)) if r > -1 else float("-inf")


def cronbach(table: Floats, level: float = LEVEL) -> Estimate:
    """Cronbach's alpha of the columns (N cases x k parts, complete rows only) and its interval from the F distribution
    (Cronbach 1951, Psychometrika 16(3); Feldt 1965, Psychometrika 30(3)). `n_items` is k. In (-inf, 1].

    Cases are what is to be told apart, parts what does so. For one profile: values x items, alpha then says how far
    another set of items would order the values alike. For one value: models x items."""
    table = table[~np.isnan(table).any(axis=1)]
    n, k = table.shape
    if n < 3 or k < 2:
        return undefined("fewer than three cases or two parts", k)
    total = float(table.sum(axis=1).var(ddof=1))
    if total < FLAT:
        return undefined("the cases do not differ", k)
    alpha = k / (k - 1) * (1 - float(table.var(axis=0, ddof=1).sum()) / total)
    ends = f_distribution.isf([(1 - level) / 2, (1 + level) / 2], n - 1, (n - 1) * (k - 1))
    low, high = (1 - (1 - alpha) * end for end in ends)
    return Estimate(float(alpha), float(low), float(high), k)


def profile_alpha(scores: Floats) -> Estimate:
    """Cronbach's alpha of one profile (scores I x V) over the items scored on every value."""
    whole = scores[~np.isnan(scores).any(axis=1)]
    return cronbach(whole.T) if len(whole) >= MIN_ITEMS else undefined(f"{FEW} scored on every value", len(whole))


def value_alphas(scores: Floats) -> tuple[Estimate, ...]:
    """Cronbach's alpha of each value over models (scores I x M x V): do models that show it on one item show it on the
    others? Over the items that every model was scored on; undefined below three models."""
    found = []
    for v in range(scores.shape[2]):
        whole = scores[~np.isnan(scores[:, :, v]).any(axis=1), :, v]
        found.append(cronbach(whole.T) if len(whole) >= MIN_ITEMS else undefined(FEW, len(whole)))
    return tuple(found)


def profile_draws(scores: Floats, seed: int = 0, draws: int = DRAWS) -> Floats:
    """Profiles (draws x V) of items drawn again."""
    weights = resampling_weights(len(scores), np.random.default_rng(seed), draws)
    return mean_draws(scores.astype(np.float32), weights)


def agreement(first: Floats, second: Floats, paired: bool, seed: int = 0) -> Estimate:
    """r between two profiles of one model (I x V and J x V: two runs, two wordings, two kinds of questions), in
    [-1, 1]. The interval is from items drawn again, the same ones for both if `paired` (the rows are then the same
    items). As noise pulls r downwards, the interval spans both readings of the draws: see `bootstrap.intervals`."""
    with np.errstate(invalid="ignore", divide="ignore"):
        means = [np.nansum(side, axis=0) / (~np.isnan(side)).sum(axis=0) for side in (first, second)]
    draws = [profile_draws(first, seed), profile_draws(second, seed if paired else seed + 1)]
    return agreement_of(means[0], draws[0], means[1], draws[1], min(_known(first), _known(second)))


def agreement_of(first: Floats, first_draws: Floats, second: Floats, second_draws: Floats, n: int) -> Estimate:
    """The same from profiles (V) and their draws (B x V), whatever they were scored on; `n`, the fewer items."""
    r = float(correlations(first, second))
    if np.isnan(r):
        return undefined("a profile is flat or lacks a value", n)
    drawn = correlations(first_draws, second_draws)
    drawn = drawn[~np.isnan(drawn)]
    if n < MIN_ITEMS or len(drawn) < LEVEL * len(first_draws):
        return Estimate(r, np.nan, np.nan, n, FEW)
    low, high = np.quantile(drawn, [float(tail(n)), 1 - float(tail(n))])
    low, high = min(low, 2 * r - high), max(high, 2 * r - low)
    return Estimate(r, max(float(low), -1.0), min(float(high), 1.0), n)


def _known(scores: Floats) -> int:
    return int((~np.isnan(scores)).any(axis=1).sum())


@dataclass(frozen=True)
class Structure:
    """Whether the values of a profile hang together as on Schwartz's circle. `gap`: the mean correlation of values
    side by side on it less that of values opposite, in [-2, 2], with its interval; `adjacent`, `opposite`: the two;
    `p`: how often a random order of the values has such a gap or a larger one, in (0, 1]."""

    gap: Estimate
    adjacent: float
    opposite: float
    p: float


def structure(scores: Floats, seed: int = 0) -> Structure | None:
    """The circle in one model's answers (scores I x V, the values in circular order): the values' correlations over the
    items scored on all, each item's scores taken from its own mean, so that long answers do not make all values go
    together (Schwartz 1992, Advances in Experimental Social Psychology 25: neighbours are compatible, opposites
    conflict; the permutation of the order follows Hubert & Arabie 1987, Psychological Bulletin 102(1)). None with
    fewer than MIN_ITEMS such items, or a value that never varies."""
    whole = scores[~np.isnan(scores).any(axis=1)]
    n, size = whole.shape
    if n < MIN_ITEMS:
        return None
    centred = whole - whole.mean(axis=1, keepdims=True)
    near, far = circle_pairs(size)
    matrix = _correlation_matrices(centred, np.ones((1, n)))[0]
    if np.isnan(matrix).any():
        return None
    rng = np.random.default_rng(seed)
    orders = np.array([rng.permutation(size) for _ in range(PERMUTATIONS)])
    adjacent, opposite = float(matrix[near].mean()), float(matrix[far].mean())
    side, across = (matrix[orders[:, i], orders[:, j]].mean(axis=1) for i, j in map(np.nonzero, (near, far)))
    by_chance = side - across
    p = (1 + int((by_chance >= adjacent - opposite - FLAT).sum())) / (1 + PERMUTATIONS)
    drawn = _correlation_matrices(centred, resampling_weights(n, rng))
    gaps = drawn[:, near].mean(axis=1) - drawn[:, far].mean(axis=1)
    low, high = np.nanquantile(gaps, [float(tail(n)), 1 - float(tail(n))])
    return Structure(Estimate(adjacent - opposite, float(low), float(high), n), adjacent, opposite, p)


def circle_pairs(size: int) -> tuple[Floats, Floats]:
    """Masks (V x V, above the diagonal) of the pairs side by side on a circle of V values, and of those opposite: as
    far apart as can be."""
    i, j = np.triu_indices(size, 1)
    apart = np.minimum(j - i, size - (j - i))
    near, far = np.zeros((size, size), dtype=bool), np.zeros((size, size), dtype=bool)
    near[i[apart == 1], j[apart == 1]] = True
    far[i[apart == size // 2], j[apart == size // 2]] = True
    return near, far


def _correlation_matrices(rows: Floats, weights: Floats) -> Floats:
    """B x V x V: correlations of the columns of I x V rows, each row counting as often as its weight (B x I) says."""
    size = rows.shape[1]
    total = weights.sum(axis=1)[:, None]
    mean = weights @ rows / total
    products = (rows[:, :, None] * rows[:, None, :]).reshape(len(rows), -1)
    covariance = (weights @ products / total).reshape(-1, size, size) - mean[:, :, None] * mean[:, None, :]
    spread = np.sqrt(np.einsum("bvv->bv", covariance).clip(0))
    scale = spread[:, :, None] * spread[:, None, :]
    found: Floats = covariance / np.where(scale > FLAT, scale, np.nan)
    return found
