"""How large a paired difference is, how surely it would be found, and how many items that takes."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import nctdtr, nctdtrinc, stdtrit

from core.analysis.bootstrap import LEVEL, Floats
from core.analysis.corrections import ALPHA

POWER = 0.80
MOST_ITEMS = 1_000_000


def standardised_interval(effect: ArrayLike, n: ArrayLike, level: float = LEVEL) -> tuple[Floats, Floats]:
    """The interval of a paired standardised difference d_z = mean / sd of the differences, over `n` pairs: the
    noncentral t distributions that have the observed t at their tails (Steiger & Fouladi 1997, in "What if there were
    no significance tests?"; Cumming & Finch 2001, Educational and Psychological Measurement 61(4)), divided by √n.
    NaN below two pairs or without a finite effect."""
    effect, n = np.broadcast_arrays(np.asarray(effect, dtype=np.float64), np.asarray(n, dtype=np.float64))
    usable = np.isfinite(effect) & (n >= 2)
    low, high = np.full(effect.shape, np.nan), np.full(effect.shape, np.nan)
    root = np.sqrt(n[usable])
    t, df = effect[usable] * root, n[usable] - 1
    low[usable] = _noncentrality(df, (1 + level) / 2, t) / root
    high[usable] = _noncentrality(df, (1 - level) / 2, t) / root
    return low, high


def _noncentrality(df: Floats, p: float, t: Floats) -> Floats:
    """The noncentrality at which P(T < t) = p. Scipy's inverse stops at 1e-6; Newton's method goes on from there."""
    found: Floats = nctdtrinc(df, p, t)
    width = 1e-4
    for _ in range(3):
        slope = (nctdtr(df, found + width, t) - nctdtr(df, found - width, t)) / (2 * width)
        with np.errstate(invalid="ignore", divide="ignore"):
            step = (nctdtr(df, found, t) - p) / slope
        found = found - np.where(np.isfinite(step) & (np.abs(step) < 1), step, 0.0)
    return found


def power(effect: ArrayLike, n: ArrayLike, alpha: float = ALPHA) -> Floats:
    """The chance that a two-sided paired t-test over `n` pairs finds a true standardised difference `effect`, in
    [alpha, 1] (Cohen 1988, Statistical Power Analysis, ch. 2, by the noncentral t distribution). NaN below two."""
    effect, n = np.broadcast_arrays(np.asarray(effect, dtype=np.float64), np.asarray(n, dtype=np.float64))
    usable = np.isfinite(effect) & (n >= 2)
    found = np.full(effect.shape, np.nan)
    df, shift = n[usable] - 1, np.abs(effect[usable]) * np.sqrt(n[usable])
    edge = stdtrit(df, 1 - alpha / 2)
    # Where a tail holds less than about 1e-16, the library now and then gives NaN for it.
    below, beyond = (np.nan_to_num(nctdtr(df, shift, end), nan=0.0) for end in (edge, -edge))
    found[usable] = 1 - below + beyond
    return found


def items_needed(effect: ArrayLike, wanted: float = POWER, alpha: float = ALPHA) -> Floats:
    """The fewest pairs with which a two-sided paired t-test finds the effect with the power `wanted`: whole numbers
    from 2, inf above a million, NaN where the effect is. By bisection, as power grows with n."""
    effect = np.abs(np.asarray(effect, dtype=np.float64))
    low, high = np.full(effect.shape, 1.0), np.full(effect.shape, float(MOST_ITEMS))
    for _ in range(21):
        middle = np.floor((low + high) / 2)
        enough = power(effect, middle, alpha) >= wanted
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    reached = power(effect, high, alpha) >= wanted
    return np.where(np.isfinite(effect), np.where(reached, high, np.inf), np.nan)


def detectable(n: ArrayLike, wanted: float = POWER, alpha: float = ALPHA) -> Floats:
    """The smallest standardised difference that `n` pairs find with the power `wanted`; NaN below two."""
    n = np.asarray(n, dtype=np.float64)
    low, high = np.zeros(n.shape), np.full(n.shape, 40.0)
    for _ in range(60):
        middle = (low + high) / 2
        enough = power(middle, n, alpha) >= wanted
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.where(n >= 2, high, np.nan)
