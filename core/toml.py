"""TOML files that ship or that people write, read with faults named by file and field."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar, cast

from core.errors import UserError

T = TypeVar("T")
_KINDS: dict[type, str] = {
    str: "text",
    bool: "true or false",
    list: "a list",
    dict: "a table",
    int: "a whole number",
    float: "a decimal number",
}


def read_toml(path: Path) -> dict[str, Any]:
    """The top table of a TOML file; raises UserError when it cannot be opened or is not TOML in UTF-8."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path.name} cannot be opened ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UserError(f"{path.name} is not a readable TOML file ({error}).") from error


def field(table: dict[str, Any], key: str, kind: type[T], where: str, default: T | None = None) -> T:
    """`table[key]`, which must be of `kind` and, if text, not blank; `where` opens the sentence of the UserError."""
    value = table.get(key, default)
    if value is None:
        raise UserError(f"{where}: the field {key!r} is missing.")
    if not isinstance(value, kind):
        raise UserError(f"{where}: the field {key!r} must be {_KINDS[kind]}, got {value!r}.")
    if isinstance(value, str) and not value.strip():
        raise UserError(f"{where}: the field {key!r} is empty.")
    return value


def texts(table: dict[str, Any], key: str, where: str, default: list[str] | None = None) -> tuple[str, ...]:
    """`table[key]` as a tuple of texts; raises UserError when it is anything but a list of them."""
    found = field(table, key, list, where, cast("list[Any] | None", default))
    if not all(isinstance(text, str) and text.strip() for text in found):
        raise UserError(f"{where}: the field {key!r} must be a list of texts, got {found!r}.")
    return tuple(found)


def tables(table: dict[str, Any], key: str, where: str) -> list[dict[str, Any]]:
    """`table[key]` as a list of tables, empty where there is none; raises UserError when it is anything else."""
    found = field(table, key, list, where, [])
    if not all(isinstance(entry, dict) for entry in found):
        raise UserError(f"{where}: the field {key!r} must be a list of [[{key}]] tables.")
    return found
