"""The ways to ask: whose values the model is told to hold, and how the decision is shown. Both make a variation,
written "condition/face/order", such as "prosocial-goal/coins/reversed"."""

from dataclasses import dataclass
from functools import cache

from core.methods.hvae.angles import ORIENTATIONS

NATURAL = "natural"
FORWARD, REVERSED = "forward", "reversed"
ORDERS = (FORWARD, REVERSED)


@dataclass(frozen=True)
class Condition:
    """`target` is the orientation to hold, "" for none; `own_words` says that the model describes it itself, `goal`
    that it first says what it aims for."""

    target: str = ""
    own_words: bool = False
    goal: bool = False

    @property
    def id(self) -> str:
        parts = (self.target or NATURAL, *(["self"] if self.own_words else []), *(["goal"] if self.goal else []))
        return "-".join(parts)

    @property
    def name(self) -> str:
        """In words, for people."""
        if not self.target:
            return "natural"
        extra = [*(["own words"] if self.own_words else []), *(["with goal"] if self.goal else [])]
        return self.target + (f" ({', '.join(extra)})" if extra else "")

    @property
    def calls(self) -> int:
        return 1 + self.own_words + self.goal


@dataclass(frozen=True)
class Variation:
    """One way to ask: a condition, the id of a face, and the order in which the options stand."""

    condition: Condition
    face: str
    order: str

    @property
    def id(self) -> str:
        return "/".join((self.condition.id, self.face, self.order))


@cache
def conditions() -> tuple[Condition, ...]:
    """All conditions: natural, then for each orientation our words and the model's, each without and with a goal."""
    induced = [Condition(name, own, goal) for own in (False, True) for goal in (False, True) for name in ORIENTATIONS]
    return (Condition(), *induced)


@cache
def condition_of(condition_id: str) -> Condition:
    """The condition of that id; raises KeyError when there is none."""
    return {condition.id: condition for condition in conditions()}[condition_id]


@cache
def parse(variation: str) -> Variation:
    """The variation that a text names; raises ValueError when it names none."""
    try:
        condition, face, order = variation.split("/")
        found = Variation(condition_of(condition), face, order)
    except (KeyError, ValueError):
        raise ValueError(f"{variation!r} is no way to ask for a social value orientation") from None
    if order not in ORDERS:
        raise ValueError(f"{variation!r} names no order of the options; there are {', '.join(ORDERS)}")
    return found


def spelled(chosen: tuple[Condition, ...], faces: tuple[str, ...], orders: tuple[str, ...] = ORDERS) -> tuple[str, ...]:
    """The ids of all variations of some conditions, those of one face and order together: a model that keeps what it
    has read then reads a decision once for all conditions."""
    return tuple(Variation(condition, face, order).id for face in faces for order in orders for condition in chosen)
