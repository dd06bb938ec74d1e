"""Value systems: named, ordered sets of values, read from data/values/*.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.errors import UserError
from core.paths import DATA

SCHWARTZ = "schwartz"


@dataclass(frozen=True)
class Value:
    """`words` name the value outright (lower-case stems): an item that tests the value must not contain them."""

    id: str
    name: str
    short: str
    definition: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """A higher-order value: a named set of a system's values."""

    id: str
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class ValueSystem:
    """A set of values in its canonical order. `circular` says that neighbours in `values` are akin."""

    id: str
    name: str
    description: str
    source: str
    circular: bool
    values: tuple[Value, ...]
    groups: tuple[Group, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(value.id for value in self.values)

    @property
    def names(self) -> dict[str, str]:
        return {value.id: value.name for value in self.values}


def read_system(path: Path) -> ValueSystem:
    """The system in one TOML file; raises UserError naming the file and field when it is not one."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        values = tuple(
            Value(v["id"], v["name"], v.get("short", v["name"]), v["definition"], tuple(v.get("words", ())))
            for v in raw["values"]
        )
        groups = tuple(Group(g["id"], g["name"], tuple(g["values"])) for g in raw.get("groups", ()))
        system = ValueSystem(
            raw["id"], raw["name"], raw["description"], raw["source"], raw.get("circular", False), values, groups
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path.name} is not a readable TOML file ({error}).") from error
    except KeyError as error:
        raise UserError(f"{path.name}: the field {error} is missing.") from error
    _check(system, path)
    return system


def _check(system: ValueSystem, path: Path) -> None:
    ids = system.ids
    if len(ids) < 2 or len(set(ids)) != len(ids):
        raise UserError(f"{path.name}: a value system needs two or more values with different ids, got {list(ids)}.")
    for group in system.groups:
        unknown = [value for value in group.values if value not in ids]
        if unknown:
            raise UserError(f"{path.name}: group {group.id!r} names unknown values {unknown}.")


@cache
def systems() -> dict[str, ValueSystem]:
    """Every shipped system by id, in the order of the file names."""
    found = [read_system(path) for path in sorted((DATA / "values").glob("*.toml"))]
    return {system.id: system for system in found}


def system(system_id: str) -> ValueSystem:
    """The system called `system_id`; raises UserError listing those there are."""
    try:
        return systems()[system_id]
    except KeyError:
        raise UserError(f"There is no value system {system_id!r}; there are {', '.join(systems())}.") from None
