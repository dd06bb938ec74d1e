"""Whether the six choices hang together: each slider sets two of four divisions against each other, so that they order
them, or contradict themselves.

The four are the best for each orientation: the most for both evenly, the most for oneself and the least for the other,
the most for the other, the most for oneself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

from core.methods.hvae.angles import ORIENTATIONS
from core.methods.hvae.payoffs import STEPS, of_kind

# By what they give to oneself and to the other.
CORNERS = {
    (50.0, 100.0): "altruistic",
    (85.0, 85.0): "prosocial",
    (100.0, 50.0): "individualistic",
    (85.0, 15.0): "competitive",
}
MIDDLE = STEPS // 2


@dataclass(frozen=True)
class Order:
    """The orientations' divisions from most to least liked, equally liked ones together; empty if the choices
    contradict each other."""

    ranks: tuple[tuple[str, ...], ...]

    @property
    def consistent(self) -> bool:
        return bool(self.ranks)

    def __str__(self) -> str:
        return " > ".join(" = ".join(tied) for tied in self.ranks) or "contradictory"


@cache
def pairs() -> tuple[tuple[str, str], ...]:
    """What stands at the first and at the last end of each primary slider."""
    return tuple((CORNERS[slider.ends[0]], CORNERS[slider.ends[1]]) for slider in of_kind("primary"))


def preferred(place: float) -> int:
    """Which end a place of the slider, counted from 0 to 8, is nearer to: -1 the first, 1 the last, 0 neither."""
    return int(place > MIDDLE) - int(place < MIDDLE)


def order_of(places: Sequence[float]) -> Order:
    """The order that six places, one a primary slider, amount to."""
    return Order(_orders().get(tuple(preferred(place) for place in places), ()))


@cache
def _orders() -> dict[tuple[int, ...], tuple[tuple[str, ...], ...]]:
    """Each pattern of preferences that some order with ties gives (there are 75), and that order."""
    found = {}
    for heights in product(range(4), repeat=4):
        if set(heights) == set(range(max(heights) + 1)):
            liked = dict(zip(ORIENTATIONS, heights, strict=True))
            pattern = tuple((liked[last] > liked[first]) - (liked[last] < liked[first]) for first, last in pairs())
            ranks = sorted(set(heights), reverse=True)
            found[pattern] = tuple(tuple(name for name in ORIENTATIONS if liked[name] == rank) for rank in ranks)
    return found
