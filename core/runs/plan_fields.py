"""A person's TOML or JSON, read field by field: every mistake is one sentence that names the file and the field."""

import json
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from core.errors import UserError
from core.text import clean

MAX_BYTES = 30_000_000
DEEPEST = 8
LARGEST = 2**63 - 1
# The time tomllib takes for a dotted name grows with the square of its parts: forty kilobytes of them last 15 seconds.
_LONG_NAME = re.compile(r"""(?:\.[ \t]*+[\w"'-]++[ \t]*+){200}""")


class Fields:
    """The fields of one table. `where` opens every sentence; a field that is not among `known` is a mistake."""

    def __init__(self, raw: Mapping[str, Any], where: str, known: Sequence[str]) -> None:
        self.raw = raw
        self.where = where
        for name in raw:
            if name not in known:
                raise UserError(f"{where}: there is no field {shown(name)}; there are {', '.join(known)}.")

    def fault(self, name: str, sentence: str) -> NoReturn:
        raise UserError(f"{self.where}: the field {name!r} {sentence}")

    def text(self, name: str, usual: str | None = None) -> str:
        """The text, which is not blank; without `usual` it must be there."""
        found = self._found(name, usual)
        if not isinstance(found, str):
            self.fault(name, f"must be text in quotation marks, got {shown(found)}.")
        if not found.strip() and found != usual:
            self.fault(name, "is empty. Write something, or leave it out if it may be left out.")
        return found

    def maybe(self, name: str) -> str | None:
        """The text, None where there is none."""
        return self.text(name) if name in self.raw else None

    def whole(self, name: str, usual: int, least: int, most: int) -> int:
        """The whole number, from `least` to `most`."""
        found = self._found(name, usual)
        if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
            self.fault(name, f"must be a whole number from {least} to {most}, got {shown(found)}.")
        return found

    def number(self, name: str, usual: float, least: float, most: float) -> float:
        """The number, from `least` to `most`."""
        found = self._found(name, usual)
        if not isinstance(found, int | float) or isinstance(found, bool) or not least <= found <= most:
            self.fault(name, f"must be a number from {least:g} to {most:g}, got {shown(found)}.")
        return float(found)

    def texts(self, name: str, usual: Sequence[str]) -> tuple[str, ...]:
        """The list of texts."""
        found = self._found(name, list(usual))
        if not isinstance(found, list) or not all(isinstance(each, str) and each.strip() for each in found):
            self.fault(name, f"must be a list of texts, got {shown(found)}.")
        return tuple(found)

    def table(self, name: str, known: Sequence[str]) -> "Fields":
        """The table called `name`, empty where there is none."""
        found = self.raw.get(name, {})
        if not isinstance(found, dict):
            self.fault(name, f"must be a table, got {shown(found)}.")
        return Fields(found, f"{self.where}, {name}", known)

    def tables(self, name: str, known: Sequence[str]) -> list["Fields"]:
        """The tables of the list called `name`, numbered from 1; empty where there is none."""
        found = self.raw.get(name, [])
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            self.fault(name, f"must be a list of tables, got {shown(found)}.")
        return [Fields(each, f"{self.where}, {name} {number}", known) for number, each in enumerate(found, 1)]

    def _found(self, name: str, usual: Any) -> Any:
        found = self.raw.get(name, usual)
        if found is None:
            self.fault(name, "is missing. Add it.")
        return found


def parse(data: bytes, filename: str) -> dict[str, Any]:
    """The top table of a .toml or .json file, in which all text can be stored, no number is odd and no null is left;
    raises UserError when there is none."""
    kind = Path(filename).suffix.lower()
    if kind not in (".toml", ".json"):
        raise UserError(f"{filename} is neither .toml nor .json; a plan is written in one of these.")
    if len(data) > MAX_BYTES:
        raise UserError(f"{filename} has {len(data) / 1e6:.0f} MB; {MAX_BYTES / 1e6:.0f} MB are the most for a plan.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UserError(f"{filename} is not UTF-8 text (line {line}). Save it as UTF-8.") from error
    try:
        raw = _toml(text) if kind == ".toml" else json.loads(text, object_pairs_hook=_once)
    except RecursionError as error:
        raise UserError(f"{filename} is nested too deeply to be a plan.") from error
    except ValueError as error:  # also an integer of thousands of digits
        raise UserError(f"{filename} is not a readable {kind[1:].upper()} file ({str(error)[:200]}).") from error
    if not isinstance(raw, dict):
        raise UserError(f"{filename} must hold one object in braces, got {shown(raw)}.")
    plain: dict[str, Any] = _plain(raw, filename, 0)
    return plain


def _toml(text: str) -> dict[str, Any]:
    text = text.replace("\r\n", "\n")
    if _LONG_NAME.search(text):
        raise ValueError("a name has too many parts")
    return tomllib.loads(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; of two fields of one name Python would silently take the second."""
    table = dict(pairs)
    if len(table) < len(pairs):
        twice = next(name for number, (name, _) in enumerate(pairs) if name in dict(pairs[:number]))
        raise ValueError(f"the field {shown(twice)} stands twice in one object")
    return table


def _plain(value: Any, where: str, depth: int) -> Any:
    if depth > DEEPEST:
        raise UserError(f"{where} is nested too deeply to be part of a plan.")
    if isinstance(value, dict):
        return {
            clean(name): _plain(each, f"{where}, {shown(name)[1:-1]}", depth + 1)
            for name, each in value.items()
            if each is not None
        }
    if isinstance(value, list):
        return [_plain(each, f"{where} {number}", depth + 1) for number, each in enumerate(value, 1)]
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, int) and abs(value) <= LARGEST:
        return value
    raise UserError(f"{where}: {shown(value)} cannot stand in a plan; write text, true, false or an ordinary number.")


def shown(value: object) -> str:
    """What stands in a file, short enough for a sentence."""
    if isinstance(value, int) and abs(value) > LARGEST:
        return "a number of more than 18 digits"
    if isinstance(value, dict | list) and len(value) > 5:
        return f"{len(value):,} entries"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}..."
