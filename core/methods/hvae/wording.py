"""The words put to a model, out of data/prompts/hvae.toml."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from core.methods.hvae.conditions import REVERSED, Condition, Variation
from core.methods.hvae.payoffs import FOLDER, Decision
from core.paths import DATA
from core.toml import field, read_toml, tables

PROMPTS = DATA / "prompts" / "hvae.toml"
CONTINUOUS = "slider"
PLACES = 101  # 0 to 100


@dataclass(frozen=True)
class Face:
    """A way to show the same slider. Payoffs are shown as `scale` x payoff + `shift`."""

    id: str
    name: str
    labels: str
    scale: int
    shift: int
    story: str

    def shown(self, payoff: float) -> int:
        """A payoff as this face shows it; halves are rounded up."""
        return math.floor(self.scale * payoff + self.shift + 0.5)


@cache
def faces() -> Mapping[str, Face]:
    """All faces by id."""
    found = [Face(**entry) for entry in tables(_prompts(), "faces", PROMPTS.name)]
    return {face.id: face for face in found}


@cache
def prompt_hash() -> str:
    """12 hex digits that change with the words and with the payoffs."""
    parts = [path.read_bytes() for path in (PROMPTS, FOLDER / "svo.toml", FOLDER / "games.toml")]
    return hashlib.sha256(b"\x00".join(parts)).hexdigest()[:12]


@cache
def _prompts() -> dict[str, Any]:
    return read_toml(PROMPTS)


def _words(table: str, name: str) -> str:
    return field(field(_prompts(), table, dict, PROMPTS.name), name, str, f"{PROMPTS.name}, {table}")


def system_words() -> str:
    return field(_prompts(), "system", str, PROMPTS.name)


def described(orientation: str) -> str:
    """Our own description of an orientation, as it is put to a model."""
    return _words("described", orientation)


def face_of(decision: Decision, variation: Variation) -> Face:
    """How a decision is shown. Games have no continuous form: they are shown with letters instead."""
    face = faces()[variation.face]
    return faces()["coins"] if decision.kind == "game" and face.id == CONTINUOUS else face


def continuous(decision: Decision, variation: Variation) -> bool:
    """Whether the answer is a place on a slider instead of one of its nine options."""
    return face_of(decision, variation).id == CONTINUOUS


def displayed(decision: Decision, variation: Variation) -> tuple[int, ...]:
    """The options of a decision in the order in which they stand on the screen."""
    order = range(decision.size)
    return tuple(reversed(order)) if variation.order == REVERSED else tuple(order)


def labels(decision: Decision, variation: Variation) -> Mapping[str, int]:
    """The option that each label on the screen stands for, from the top down; a shuffled face names the first few
    options of a game in the order of the alphabet's letters it has among these."""
    face = face_of(decision, variation)
    return dict(zip(face.labels, displayed(decision, variation), strict=False))


def question(decision: Decision, variation: Variation, description: str = "", goal: str = "") -> str:
    """The decision, whose values to hold in it, and what to answer with."""
    place = continuous(decision, variation)
    rows = _ends(decision, variation) if place else _rows(decision, variation)
    head = decision.text if decision.kind == "game" else face_of(decision, variation).story
    role = [_words("role", "induced").format(description=description)] if description else []
    role += [_words("role", "goal").format(goal=goal)] if goal else []
    closing = " ".join([*role, _words("ask", "place" if place else "options")])
    return "\n".join([head, *rows, "", closing])


def _rows(decision: Decision, variation: Variation) -> list[str]:
    rows = labels(decision, variation).items()
    if decision.kind == "game":
        return [f"{label}: {decision.options[option]}" for label, option in rows]
    face = face_of(decision, variation)
    return [f"{label}: {_division(face, decision.own[option], decision.other[option])}" for label, option in rows]


def _ends(decision: Decision, variation: Variation) -> list[str]:
    face = face_of(decision, variation)
    ends = decision.ends[::-1] if variation.order == REVERSED else decision.ends
    return [
        f"{name}: {face.shown(own)} coins for you, {face.shown(other)} for the other"
        for name, (own, other) in zip(("first", "last"), ends, strict=True)
    ]


def _division(face: Face, own: float, other: float) -> str:
    return f"{face.shown(own)}/{face.shown(other)}"


def chain(condition: Condition, said: Sequence[str]) -> str | None:
    """The next of the calls that come before the decision; None when it is its turn."""
    if condition.own_words and not said:
        return _words("chain", "describe").format(name=condition.target)
    if condition.goal and len(said) == condition.calls - 2:
        return _words("chain", "goal").format(description=description_of(condition, said))
    return None


def description_of(condition: Condition, said: Sequence[str]) -> str:
    """The description of the orientation to hold: the model's own where it gave one. "" for the natural condition."""
    if not condition.target:
        return ""
    return said[0].strip() if condition.own_words else described(condition.target)


def goal_of(condition: Condition, said: Sequence[str]) -> str:
    """The goal that the model set itself, "" if it was not asked for one."""
    return said[-1].strip() if condition.goal else ""
