"""What the readers of item-bank files share: checked cells, and where a wrong one stands."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from core.csv_records import csv_records, utf8
from core.errors import RowProblem, UserError
from core.items.dimensions import PLACE
from core.text import clean

MAX_CELL = 100_000
MISSING = frozenset({"", "na", "n/a", "nan", "none", "null"})


class Wrong(Exception):
    """A row that cannot be used: the field, and the sentence that says why."""

    def __init__(self, field_name: str, message: str) -> None:
        super().__init__(message)
        self.field = field_name


@dataclass
class Faults:
    """The problems of one file, collected row by row; the most that are kept, and how many there were."""

    path: str
    most: int = 200
    found: list[RowProblem] = field(default_factory=list)
    total: int = 0

    def add(self, row: int, wrong: Wrong) -> None:
        self.total += 1
        if len(self.found) < self.most:
            self.found.append(RowProblem(row, f"{self.path}, {wrong.field}", str(wrong)))


def number(cell: object, name: str, low: float, high: float) -> float:
    """A finite number in [low, high], from JSON or CSV."""
    try:
        found = float(cell) if isinstance(cell, int | float | str) and not isinstance(cell, bool) else math.nan
    except ValueError:
        found = math.nan
    if not low <= found <= high:
        raise Wrong(name, f"must be a number from {low:g} to {high:g}, got {shown(cell)}.")
    return found


def absent(cell: object) -> bool:
    """Whether a cell says that there is nothing: none, blank, not a number, or a word for these."""
    if isinstance(cell, str):
        return cell.strip().lower() in MISSING
    return cell is None or (isinstance(cell, float) and math.isnan(cell))


def rating(cell: object, name: str) -> float:
    """A whole number from 1 to 6."""
    found = number(cell, name, 1, 6)
    if found != int(found):
        raise Wrong(name, f"must be a whole number from 1 to 6, got {shown(cell)}.")
    return found


def word(cell: object, name: str) -> str:
    """A short name or id: a text that is not blank, or a whole number."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, int) and not isinstance(cell, bool):
        return str(cell)
    if not isinstance(cell, str) or not cell.strip() or len(cell) > 200:
        raise Wrong(name, f"must be a short text or a whole number, got {shown(cell)}.")
    return clean(cell.strip())


def item_id(query: object, option: object) -> str:
    """The id of an item; numbers that a table program wrote as 1003.0 are whole."""
    parts = word(query, "portrait_id"), word(option, "option_id")
    return "-".join(part[:-2] if part.endswith(".0") and part[:-2].isdigit() else part for part in parts)


def dimension(cell: object, name: str) -> str:
    """The id of a dimension in any of its published spellings."""
    found = word(cell, name).lower().replace("-", "_").replace(" ", "_")
    if found not in PLACE:
        raise Wrong(name, f"names no known value or trait, got {shown(cell)}.")
    return found


def shown(cell: object) -> str:
    text = repr(cell)
    return text if len(text) <= 60 else f"{text[:60]}…"


def csv_rows(data: bytes, path: str, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV as cells by column name, each with its line. Raises UserError when a column is missing."""
    records = csv_records(utf8(data, path), path, MAX_CELL)
    _, header = next(records, (0, []))
    columns = [name.strip() for name in header]
    lacking = [name for name in needed if name not in columns]
    if lacking:
        raise UserError(f"{path} has no column {', '.join(lacking)}; it has {', '.join(columns[:30]) or 'none'}.")
    for line, cells in records:
        yield line, dict(zip(columns, cells, strict=False)) | {"": "" if len(cells) == len(columns) else "ragged"}


def dig_list(body: Any, path: str, what: str) -> list[Any]:
    """Parsed JSON that must be a list; raises UserError."""
    if not isinstance(body, list):
        raise UserError(f"{path} must hold a list of {what}.")
    return body
