"""How many people a study needs: for an interval of a wanted width, and for an item to pass the rule."""

from math import atanh, ceil, sqrt, tanh

from scipy.special import ndtr, ndtri

from core.analysis.bootstrap import LEVEL

MOST = 10_000_000
FEW = 80  # raters below which the promotion rule never passes an item
# What the published bank rests on: 41 to 48 raters an item.
PUBLISHED_RATERS = 47


def raters_for(width: float, level: float = LEVEL) -> int:
    """Raters for an interval of half-width `width` on Fisher's z: n = 3 + (1.06 z / w)^2, rounded up. 1.06 is
    sqrt(1 + rho^2 / 2) at rho = .5 (Bonett & Wright 2000, Psychometrika 65(1)). Raises ValueError for a width that
    is not above 0."""
    if not width > 0:
        raise ValueError(f"the half-width must be above 0, got {width}")
    return ceil(min(3 + (1.06 * float(ndtri((1 + level) / 2)) / width) ** 2, MOST))


def half_width(rho: float, n: int, level: float = LEVEL) -> float:
    """Half the length of the interval of `rho` over `n` > 3 raters, in points of rho."""
    reach = float(ndtri((1 + level) / 2)) * sqrt((1 + rho**2 / 2) / (n - 3))
    return (tanh(atanh(rho) + reach) - tanh(atanh(rho) - reach)) / 2


def raters_for_rho(rho: float, width: float, level: float = LEVEL) -> int:
    """The fewest raters with which the interval of an observed `rho` in (-1, 1) reaches no further than `width` in
    points of rho, by bisection. Raises ValueError outside these ranges."""
    if not -1 < rho < 1 or not 0 < width < 1:
        raise ValueError(f"rho must be in (-1, 1) and the half-width in (0, 1), got {rho} and {width}")
    few, enough = 3, 4
    while half_width(rho, enough, level) > width and enough < MOST:
        few, enough = enough, enough * 2
    while enough - few > 1:
        middle = (few + enough) // 2
        few, enough = (few, middle) if half_width(rho, middle, level) <= width else (middle, enough)
    return enough


def passing(rho: float, n: int, least: float, low: float, level: float) -> float:
    """The probability that an item of true `rho` shows rho >= `least` with the lower end of its `level` interval above
    `low` over `n` raters, by the normal approximation on Fisher's z. What the q-value and other values ask comes on
    top, so it is the most that can be hoped for."""
    if n <= 3:
        return 0.0
    z = float(ndtri((1 + level) / 2))
    needed = max(least, _lowest(low, n, z))
    return float(ndtr((atanh(rho) - atanh(needed)) / sqrt((1 + rho**2 / 2) / (n - 3)))) if needed < 1 else 0.0


def _lowest(low: float, n: int, z: float) -> float:
    """The rho whose interval begins at `low`."""
    few, enough = low, 1 - 1e-9
    for _ in range(60):
        middle = (few + enough) / 2
        begins = atanh(middle) - z * sqrt((1 + middle**2 / 2) / (n - 3))
        few, enough = (middle, enough) if begins < atanh(low) else (few, middle)
    return enough
