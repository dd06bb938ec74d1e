"""Value systems: named, ordered sets of values, read from data/values/*.toml."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.extensions import files
from core.paths import DATA
from core.toml import field, read_toml, tables, texts

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
    raw, where = read_toml(path), path.name
    system = ValueSystem(
        id=field(raw, "id", str, where),
        name=field(raw, "name", str, where),
        description=field(raw, "description", str, where),
        source=field(raw, "source", str, where),
        circular=field(raw, "circular", bool, where, False),
        values=tuple(_value(table, f"{where}, value {n}") for n, table in enumerate(tables(raw, "values", where), 1)),
        groups=tuple(_group(table, f"{where}, group {n}") for n, table in enumerate(tables(raw, "groups", where), 1)),
    )
    _check(system, path)
    return system


def _value(table: dict[str, Any], where: str) -> Value:
    name = field(table, "name", str, where)
    return Value(
        id=field(table, "id", str, where),
        name=name,
        short=field(table, "short", str, where, name),
        definition=field(table, "definition", str, where),
        words=texts(table, "words", where, default=[]),
    )


def _group(table: dict[str, Any], where: str) -> Group:
    return Group(field(table, "id", str, where), field(table, "name", str, where), texts(table, "values", where))


def _check(system: ValueSystem, path: Path) -> None:
    if len(system.values) < 2:
        raise UserError(f"{path.name}: the field 'values' must hold two or more values, got {list(system.ids)}.")
    for kind, ids in (("values", system.ids), ("groups", tuple(group.id for group in system.groups))):
        if len(set(ids)) != len(ids):
            raise UserError(f"{path.name}: the field 'id' must differ between {kind}, got {list(ids)}.")
    for group in system.groups:
        unknown = [value for value in group.values if value not in system.ids]
        if unknown:
            raise UserError(f"{path.name}: the field 'values' of group {group.id!r} names unknown values {unknown}.")


@cache
def systems() -> dict[str, ValueSystem]:
    """Every system by id: Schwartz's first, then those that ship in the order of the file names, then one's own."""
    found = [read_system(path) for path in (*sorted((DATA / "values").glob("*.toml")), *files("values", ".toml"))]
    return {system.id: system for system in sorted(found, key=lambda system: system.id != SCHWARTZ)}


def system(system_id: str) -> ValueSystem:
    """The system called `system_id`; raises UserError listing those there are."""
    try:
        return systems()[system_id]
    except KeyError:
        raise UserError(f"There is no value system {system_id!r}; there are {', '.join(systems())}.") from None
