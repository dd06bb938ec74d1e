"""A model's differences between personas beside those between people: do the stereotypes it plays fit, and how strong?

Both are put on one scale: points over the spread within a group. Of a model that is the spread of its answers within a
persona, of people that between persons, so z and d agree in unit, not in what spreads. The items are not the survey's
questions either: read the indices as rough.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from core.analysis.bootstrap import Floats
from core.analysis.estimates import Estimate, estimates, undefined
from core.analysis.portrait.personas import FLAT, Effects, student
from core.values.persona_groups import HumanGroup

LEAST_VALUES = 3


@dataclass(frozen=True)
class Signs:
    """Of `n` values on which both sides differ at all, `agree` have the same sign. `low`..`high`: the exact 95 %
    interval of the share (Clopper & Pearson 1934), `p` two-sided against one half. NaN where n is 0."""

    agree: int
    n: int
    low: float
    high: float
    p: float


@dataclass(frozen=True, eq=False)
class Comparison:
    """By value (10): `z` the model's difference over its spread, `d` the people's (Cohen's), with 95 % intervals; and
    the indices. `amplification` is the factor by which d must be multiplied to fit z: above 1 exaggerates, between 0
    and 1 flattens, below 0 reverses. `rmsd`: root mean square of z - d. `variance`: the model's variance within a
    persona over the people's within a group, of all values together: below 1 it compresses."""

    z: Floats
    z_low: Floats
    z_high: Floats
    d: Floats
    d_low: Floats
    d_high: Floats
    signs: Signs
    r: Estimate
    amplification: Estimate
    rmsd: Estimate
    variance: Estimate


def cohens_d(first: HumanGroup, second: HumanGroup) -> tuple[Floats, Floats, Floats]:
    """Difference of means over the pooled standard deviation, its standard error, and that deviation (10 each):
    se² = (n1 + n2) / (n1 n2) + d² / (2 (n1 + n2)) (Hedges & Olkin 1985). Weights of a survey are not in n, so the error
    is somewhat too small."""
    a, b = np.array(first.sds), np.array(second.sds)
    n = first.n + second.n
    pooled = np.sqrt(((first.n - 1) * a**2 + (second.n - 1) * b**2) / (n - 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        d: Floats = (np.array(first.means) - np.array(second.means)) / np.where(pooled > 0, pooled, np.nan)
    return d, np.sqrt(n / (first.n * second.n) + d**2 / (2 * n)), pooled


def amplification(z: Floats, d: Floats) -> Floats:
    """Σ z d / Σ d² along the last axis, over the values known on both sides; NaN where d is 0 throughout."""
    both = ~np.isnan(z) & ~np.isnan(d)
    top, bottom = (np.where(both, part, 0.0).sum(axis=-1) for part in (z * d, d * d))
    with np.errstate(invalid="ignore", divide="ignore"):
        slope: Floats = top / np.where(bottom > FLAT**2, bottom, np.nan)
    return slope


def correlation(z: Floats, d: Floats) -> Floats:
    """Pearson's r along the last axis, over the values known on both sides; NaN below three, or where a side is
    constant."""
    both = ~np.isnan(z) & ~np.isnan(d)
    n = both.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        x, y = (np.where(both, s - np.where(both, s, 0.0).sum(axis=-1, keepdims=True) / n, 0.0) for s in (z, d))
        scale = np.sqrt((x**2).sum(axis=-1) * (y**2).sum(axis=-1))
        usable = (n[..., 0] >= LEAST_VALUES) & (scale > FLAT**2)
        found: Floats = np.where(usable, (x * y).sum(axis=-1) / scale, np.nan)
    return found


def distance(z: Floats, d: Floats) -> Floats:
    """Root mean square of z - d along the last axis, over the values known on both sides; NaN where there is none."""
    gap = z - d
    known = ~np.isnan(gap)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.sqrt((np.where(known, gap, 0.0) ** 2).sum(axis=-1) / known.sum(axis=-1))
    return found


def signs(z: Floats, d: Floats) -> Signs:
    """How many of the values have the same sign on both sides (10 each)."""
    used = (np.abs(np.nan_to_num(z)) > FLAT) & (np.abs(np.nan_to_num(d)) > FLAT)
    agree, n = int((np.sign(z[used]) == np.sign(d[used])).sum()), int(used.sum())
    if not n:
        return Signs(0, 0, np.nan, np.nan, np.nan)
    test = binomtest(agree, n)
    reach = test.proportion_ci(method="exact")
    return Signs(agree, n, float(reach.low), float(reach.high), float(test.pvalue))


def compare(found: Effects, at: int, first: HumanGroup, second: HumanGroup, seed: int = 0) -> Comparison:
    """The contrast at place `at` beside the difference between `first` and `second`. In the indices' intervals queries
    and wordings are drawn again, and the people's differences vary by their standard errors."""
    d, error, spread = cohens_d(first, second)
    rng = np.random.default_rng(seed)
    drawn_d = d + error * rng.standard_normal((len(found.draws), len(d)))
    z, drawn_z = (_over(found.delta[at], found.sd[at]), _over(found.draws[:, at], found.sd_draws[:, at]))
    z_low, z_high, _ = student(z, drawn_z, found.n_queries[at], found.df[at])
    queries = int(found.queries[at])
    ratio, drawn_ratio = (_ratio(part, spread) for part in (found.sd[at], found.sd_draws[:, at]))

    def index(point: Floats, draws: Floats, bounds: tuple[float, float], reason: str) -> Estimate:
        if np.isnan(point):
            return undefined(reason, queries)
        (made,) = estimates(np.concatenate([[point], draws])[:, None], queries, bounds, mirrored=True)
        return made

    wide = 100.0
    return Comparison(
        *(z, z_low, z_high, d, d - 1.96 * error, d + 1.96 * error, signs(z, d)),
        r=index(
            correlation(z, d), correlation(drawn_z, drawn_d), (-1, 1), "Fewer than three values, or no difference."
        ),
        amplification=index(
            amplification(z, d), amplification(drawn_z, drawn_d), (-wide, wide), "The people do not differ."
        ),
        rmsd=index(distance(z, d), distance(drawn_z, drawn_d), (0, wide), "No value is known on both sides."),
        variance=index(ratio, drawn_ratio, (0, wide), "No spread is known on both sides."),
    )


def _over(delta: Floats, spread: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = delta / np.where(spread > FLAT, spread, np.nan)
    return found


def _ratio(spread: Floats, people: Floats) -> Floats:
    """Σ of squares of `spread` (... x 10) over that of `people` (10), over the values known on both sides."""
    both = ~np.isnan(spread) & ~np.isnan(people)
    with np.errstate(invalid="ignore", divide="ignore"):
        below = np.where(both, people**2, 0.0).sum(axis=-1)
        found: Floats = np.where(both, spread**2, 0.0).sum(axis=-1) / np.where(below > 0, below, np.nan)
    return found
