"""The angle of a set of divisions on the ring, the four orientations, and where one type ends and the next begins.

Murphy, Ackermann & Handgraaf (2011), Judgment and Decision Making 6(8). All angles are in degrees: 0 points to more for
oneself, 90 to more for the other.
"""

from collections.abc import Callable, Mapping
from functools import cache
from itertools import pairwise, product

import numpy as np
from numpy.typing import ArrayLike

from core.methods.hvae.payoffs import Decision, Floats, of_kind

CENTRE = 50.0
ORIENTATIONS = ("altruistic", "prosocial", "individualistic", "competitive")
# What each orientation wants as much of as it can get, of what goes to oneself and to the other.
WANTS: Mapping[str, Callable[[float, float], float]] = {
    "altruistic": lambda own, other: other,
    "prosocial": lambda own, other: own + other,
    "individualistic": lambda own, other: own,
    "competitive": lambda own, other: own - other,
}

Interval = tuple[float, float]


def angle(own: ArrayLike, other: ArrayLike, centre: float = CENTRE) -> Floats:
    """The angle in (-180, 180] of mean divisions seen from the ring's centre; NaN at the centre itself.

    By the quotient that the paper's code takes, divisions that give less than the centre to oneself would fall into the
    wrong half of the ring.
    """
    x, y = np.asarray(own, dtype=float) - centre, np.asarray(other, dtype=float) - centre
    return np.where((x == 0) & (y == 0), np.nan, np.degrees(np.arctan2(y, x)))


def best_ends(decision: Decision, orientation: str) -> tuple[int, ...]:
    """The end or ends (0, 1) of a slider that an orientation likes best: both if it does not care."""
    worth = [WANTS[orientation](*end) for end in decision.ends]
    return tuple(end for end in (0, 1) if worth[end] == max(worth))


@cache
def ideals() -> Mapping[str, Interval]:
    """The angles that one who follows an orientation without fail can have on the primary sliders: an interval, as an
    orientation may be indifferent between the ends of a slider."""
    return {orientation: _ideal(orientation) for orientation in ORIENTATIONS}


def _ideal(orientation: str) -> Interval:
    sliders = of_kind("primary")
    found = []
    for chosen in product(*(best_ends(slider, orientation) for slider in sliders)):
        own, other = np.mean([slider.ends[end] for slider, end in zip(sliders, chosen, strict=True)], axis=0)
        found.append(float(angle(own, other)))
    return min(found), max(found)


@cache
def boundaries() -> tuple[float, float, float]:
    """Where altruistic, prosocial, individualistic and competitive meet: halfway between the ideals of neighbours."""
    high = [ideals()[orientation] for orientation in ORIENTATIONS]
    first, second, third = ((upper[0] + lower[1]) / 2 for upper, lower in pairwise(high))
    return first, second, third


def reach() -> Interval:
    """The least and greatest angle there can be on the primary sliders."""
    return ideals()["competitive"][0], ideals()["altruistic"][1]


def type_codes(angles: ArrayLike) -> np.ndarray:
    """The place in `ORIENTATIONS` of each angle's type, -1 for NaN; an angle on a boundary counts below it."""
    found = np.asarray(angles, dtype=float)
    codes = sum((found <= boundary).astype(int) for boundary in boundaries())
    return np.where(np.isnan(found), -1, codes)


def type_of(theta: float) -> str:
    """The type of one angle, "" for NaN."""
    code = int(type_codes(theta))
    return ORIENTATIONS[code] if code >= 0 else ""


def sectors() -> Mapping[str, Interval]:
    """The angles of each type, cut off at the ends of the reach."""
    low, high = reach()
    edges = (high, *boundaries(), low)
    return {name: (edges[place + 1], edges[place]) for place, name in enumerate(ORIENTATIONS)}
