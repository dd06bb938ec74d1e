"""What is decided about: divisions of something between oneself and another person, out of data/games/*.toml."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.paths import DATA
from core.toml import field, read_toml, tables

Floats = NDArray[np.float64]

FOLDER = DATA / "games"
STEPS = 9  # positions of a slider


@dataclass(frozen=True)
class Decision:
    """One decision among options. `own` and `other` are what each option gives to the one who decides and to the other
    person; for a game they hold under `belief`. A slider (`kind` "primary" or "secondary") has nine options in a row
    between two ends and no texts; a game (`kind` "game") has a `text` and one for each option."""

    id: str
    kind: str
    own: tuple[float, ...]
    other: tuple[float, ...]
    name: str = ""
    text: str = ""
    options: tuple[str, ...] = ()
    belief: str = ""

    @property
    def size(self) -> int:
        return len(self.own)

    @property
    def ends(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The first and the last division of a slider."""
        return (self.own[0], self.other[0]), (self.own[-1], self.other[-1])

    def at(self, place: float) -> tuple[float, float]:
        """The division at a place of the slider's whole length, 0 for the first end and 1 for the last."""
        first, last = self.ends
        return first[0] + place * (last[0] - first[0]), first[1] + place * (last[1] - first[1])


@cache
def decisions() -> Mapping[str, Decision]:
    """All decisions by id: the six primary sliders, the nine secondary ones, then the games."""
    found = (*_sliders(FOLDER / "svo.toml"), *_games(FOLDER / "games.toml"))
    return {decision.id: decision for decision in found}


def of_kind(kind: str) -> tuple[Decision, ...]:
    """The decisions of one kind, in order."""
    return tuple(decision for decision in decisions().values() if decision.kind == kind)


def table(kind: str = "primary") -> Floats:
    """The divisions of the sliders of one kind: sliders x 9 options x (own, other)."""
    return np.array([[decision.own, decision.other] for decision in of_kind(kind)], dtype=float).transpose(0, 2, 1)


def _sliders(path: Path) -> list[Decision]:
    found = []
    for number, entry in enumerate(tables(read_toml(path), "sliders", path.name), 1):
        where = f"{path.name}, slider {number}"
        kind = "primary" if field(entry, "primary", bool, where) else "secondary"
        own, other = (_numbers(entry, name, where) for name in ("own", "other"))
        if len(own) != STEPS or len(other) != STEPS:
            raise UserError(f"{where}: the fields 'own' and 'other' must hold {STEPS} numbers each.")
        found.append(Decision(field(entry, "id", str, where), kind, own, other))
    return found


def _games(path: Path) -> list[Decision]:
    found = []
    for number, entry in enumerate(tables(read_toml(path), "games", path.name), 1):
        where = f"{path.name}, game {number}"
        options = tables(entry, "options", where)
        if not 2 <= len(options) <= STEPS:
            raise UserError(f"{where}: the field 'options' must hold two to {STEPS} options.")
        found.append(
            Decision(
                id=field(entry, "id", str, where),
                kind="game",
                own=tuple(float(option["own"]) for option in options),
                other=tuple(float(option["other"]) for option in options),
                name=field(entry, "name", str, where),
                text=field(entry, "text", str, where),
                options=tuple(field(option, "text", str, where) for option in options),
                belief=str(entry.get("belief", "")),
            )
        )
    return found


def _numbers(entry: Mapping[str, Any], name: str, where: str) -> tuple[float, ...]:
    found = field(dict(entry), name, list, where)
    if not all(isinstance(number, int | float) and not isinstance(number, bool) for number in found):
        raise UserError(f"{where}: the field {name!r} must be a list of numbers, got {found!r}.")
    return tuple(float(number) for number in found)
