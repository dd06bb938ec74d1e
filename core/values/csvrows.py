"""Rows of a CSV file that ships or replaces one that ships, read with faults named by file, line and column."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from core.errors import UserError


@dataclass(frozen=True)
class CsvRow:
    """One record; `line` is the line of the file, from 1, on which it ends. The methods read one cell and raise
    UserError naming file, line and column when it is not what they give."""

    file: str
    line: int
    cells: dict[str, str]

    def error(self, column: str, fault: str) -> UserError:
        return UserError(f"{self.file}, line {self.line}: the column {column!r} {fault}.")

    def has(self, column: str) -> bool:
        return bool(self.cells[column])

    def text(self, column: str) -> str:
        if not self.cells[column]:
            raise self.error(column, "is empty")
        return self.cells[column]

    def number(self, column: str, low: float, high: float) -> float:
        """A finite number from `low` to `high`."""
        text = self.text(column)
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not low <= number <= high:
            raise self.error(column, f"is {text!r}; it must be a number from {low:g} to {high:g}")
        return number

    def whole(self, column: str, low: int) -> int:
        """A whole number of at least `low`, written in at most nine digits."""
        text = self.text(column)
        if not text.isdecimal() or len(text) > 9 or int(text) < low:
            raise self.error(column, f"is {text!r}; it must be a whole number of at least {low}")
        return int(text)

    def flag(self, column: str) -> bool:
        text = self.text(column)
        if text.lower() not in ("true", "false"):
            raise self.error(column, f"is {text!r}; it must be True or False")
        return text.lower() == "true"


def read_rows(path: Path, columns: tuple[str, ...]) -> list[CsvRow]:
    """The rows of a CSV file in UTF-8 that has at least `columns`, cells stripped; raises UserError otherwise."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
            if missing:
                raise UserError(f"{path.name}, line 1: the columns {', '.join(missing)} are missing.")
            found = [_row(path.name, reader.line_num, record) for record in reader]
    except OSError as error:
        raise UserError(f"{path.name} cannot be opened ({error.strerror}).") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path.name} is not a readable CSV file in UTF-8 ({error}).") from error
    if not found:
        raise UserError(f"{path.name} has a header but no rows.")
    return found


def _row(file: str, line: int, record: dict[str | None, str | list[str] | None]) -> CsvRow:
    if None in record or None in record.values():
        raise UserError(f"{file}, line {line}: there are more or fewer cells than columns.")
    return CsvRow(file, line, {str(key): str(cell).strip() for key, cell in record.items()})
