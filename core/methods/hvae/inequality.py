"""Among prosocial answers: is it evenness they want, or the largest sum? The secondary sliders tell.

Murphy et al. (2011), section 3.2. Three of the nine have the same sum everywhere, so no place of theirs is the largest
sum: they count for evenness only. Distances are shares of the slider's length, so that a long one weighs no more.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.methods.hvae.payoffs import Decision, Floats, of_kind


@dataclass(frozen=True)
class Inequality:
    """`index`: 0 pure evenness, 1 pure largest sum, NaN where neither is known. `valid`: the answers lie nearer to one
    of the two than to what an altruist or an individualist would choose, without which the index says nothing."""

    index: float
    valid: bool
    from_even: float
    from_sum: float


def aims(slider: Decision) -> dict[str, float]:
    """The places (0 to 1) of a slider that one who wants evenness, the largest sum, the most for the other and the most
    for oneself would choose. No "sum" where it is the same everywhere."""
    (own, other), (last_own, last_other) = slider.ends
    gap, last_gap = own - other, last_own - last_other
    nearer = 0.0 if abs(gap) <= abs(last_gap) else 1.0
    even = gap / (gap - last_gap) if gap * last_gap < 0 else nearer
    found = {"even": even, "other": float(last_other > other), "own": float(last_own > own)}
    first_sum, last_sum = own + other, last_own + last_other
    return found if first_sum == last_sum else found | {"sum": float(last_sum > first_sum)}


def inequality(places: ArrayLike) -> Inequality:
    """The index of nine places, one a secondary slider, each from 0 to 1; NaN in `places` makes it NaN."""
    answered = np.asarray(places, dtype=float)
    distances = {aim: _distance(answered, aim) for aim in ("even", "sum", "other", "own")}
    even, largest = distances["even"], distances["sum"]
    total = even + largest
    index = even / total if total > 0 else float("nan")
    valid = min(even, largest) <= min(distances["other"], distances["own"])
    return Inequality(index, bool(valid), even, largest)


def _distance(places: Floats, aim: str) -> float:
    aimed = [aims(slider).get(aim, np.nan) for slider in of_kind("secondary")]
    apart = np.abs(places - aimed)
    known = ~np.isnan(np.asarray(aimed))
    return float(apart[known].mean())
