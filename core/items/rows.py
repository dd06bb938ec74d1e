"""Rows out of a person's CSV or JSONL file, before anything is known of values: only the file's own form is judged."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.csv_records import csv_records
from core.errors import UserError

COLUMNS = ("id", "text", "values", "domain", "region", "option_a", "value_a", "option_b", "value_b", "starter")
REQUIRED = ("text", "values")
MAX_BYTES = 20_000_000
MAX_ROWS = 5_000

_JSON_KEYS = ("id", "text", "values", "domain", "region", "options", "starter")
_JSON_OPTIONS = {"option_a": (0, "text"), "value_a": (0, "value"), "option_b": (1, "text"), "value_b": (1, "value")}
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


@dataclass(frozen=True)
class Row:
    """One record. `line`: the line of the file, from 1, at which it starts. `cells`: what stands in it, by column of
    `COLUMNS`, absent where nothing was given. `faults`: (column, sentence) found while reading it."""

    line: int
    cells: dict[str, Any]
    faults: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Table:
    """All rows of a file and every column or key found in it, known or not. `names`: what the file itself calls a
    column of `COLUMNS`, where that differs."""

    rows: tuple[Row, ...]
    found: tuple[str, ...]
    names: dict[str, str]


def read_table(source: Path | bytes, filename: str) -> Table:
    """The rows of a .csv or .jsonl file; raises UserError for what concerns the file as a whole."""
    kind = Path(filename).suffix.lower()
    if kind not in (".csv", ".jsonl"):
        raise UserError(f"{filename} is neither .csv nor .jsonl; save the suite as one of these.")
    text = _decoded(source, filename)
    table = _csv_table(text, filename) if kind == ".csv" else _jsonl_table(text, filename)
    missing = [column for column in REQUIRED if column not in table.found]
    if missing:
        hint = " Columns must be separated by commas." if len(table.found) == 1 and kind == ".csv" else ""
        raise UserError(f"{filename} lacks {_quoted(missing)}; it has {_quoted(table.found) or 'no columns'}.{hint}")
    if not table.rows:
        raise UserError(f"{filename} has a header but no rows; add one row for each item.")
    return table


def _decoded(source: Path | bytes, filename: str) -> str:
    data = _data(source, filename)
    if data.startswith(_WIDE_MARKS):
        raise UserError(f"{filename} is encoded as UTF-16 or UTF-32; save it again as UTF-8.")
    if b"\x00" in data:
        line = data[: data.index(b"\x00")].count(b"\n") + 1
        raise UserError(
            f"{filename}, line {line}: there is a NUL byte, so this is no UTF-8 text; save it as UTF-8 text."
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UserError(
            f"{filename}, line {line}: the byte 0x{data[error.start]:02X} is not UTF-8; save the file again as UTF-8."
        ) from error
    if not text.strip():
        raise UserError(f"{filename} is empty; start from the template.")
    return text


def _data(source: Path | bytes, filename: str) -> bytes:
    try:
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        if size > MAX_BYTES:
            raise UserError(
                f"{filename} has {size / 1e6:.1f} MB; the limit is {MAX_BYTES / 1e6:.0f} MB. Split the file."
            )
        return source if isinstance(source, bytes) else source.read_bytes()
    except OSError as error:
        raise UserError(f"{filename} cannot be opened ({error.strerror}).") from error


def _quoted(names: Iterable[str]) -> str:
    shown = [repr(name[:40]) for name in names]
    return ", ".join(shown[:20]) + (" and more" if len(shown) > 20 else "")


def _limited(rows: list[Row], filename: str) -> None:
    if len(rows) > MAX_ROWS:
        raise UserError(f"{filename} has more than {MAX_ROWS:,} items; split it into several suites.")


def _csv_table(text: str, filename: str) -> Table:
    records = csv_records(text, filename, MAX_BYTES)
    header = tuple(cell.strip() for cell in next(records, (1, []))[1])
    columns = [name.casefold() if name.casefold() in COLUMNS else name for name in header]
    twice = [name for name, n in Counter(columns).items() if n > 1 and name in COLUMNS]
    if twice:
        raise UserError(f"{filename}: the header names {_quoted(twice)} more than once; keep one column of each.")
    rows: list[Row] = []
    for line, cells in records:
        rows.append(_csv_row(line, cells, columns))
        _limited(rows, filename)
    return Table(tuple(rows), tuple(columns), {})


def _csv_row(line: int, cells: list[str], columns: list[str]) -> Row:
    surplus = [cell for cell in cells[len(columns) :] if cell.strip()]
    filled: dict[str, Any] = {name: cell for name, cell in zip(columns, cells, strict=False) if name in COLUMNS}
    filled["values"] = [value.strip() for value in filled.get("values", "").split(";") if value.strip()]
    sentence = (
        f"The row has {len(cells)} fields, the header only {len(columns)}; put a text with commas in quotation marks."
    )
    return Row(line, filled, (("row", sentence),) if surplus else ())


def _jsonl_table(text: str, filename: str) -> Table:
    rows: list[Row] = []
    found: dict[str, None] = {}
    # Only "\n" ends a line: splitlines() would also cut at U+2028 and its like, which JSON allows inside a text.
    for line, raw in enumerate(text.split("\n"), 1):
        if raw.strip():
            record = _json_object(raw)
            rows.append(Row(line, {}, (("line", record),)) if isinstance(record, str) else _json_row(line, record))
            found.update(dict.fromkeys(record) if isinstance(record, dict) else {})
            _limited(rows, filename)
    if not found:
        raise UserError(f"{filename} holds no JSON objects; write one object with 'text' and 'values' on each line.")
    names = {column: f"options[{n}].{key}" for column, (n, key) in _JSON_OPTIONS.items()}
    return Table(tuple(rows), tuple(found), names)


def _json_object(raw: str) -> dict[str, Any] | str:
    """The object on one line, or the sentence that says why there is none."""
    try:
        record = json.loads(raw)
    except (ValueError, RecursionError) as error:
        return f"The line is not valid JSON ({error})."
    return record if isinstance(record, dict) else "The line is not a JSON object in braces."


def _json_row(line: int, record: dict[str, Any]) -> Row:
    cells = {key: record[key] for key in _JSON_KEYS if key != "options" and record.get(key) is not None}
    options = record.get("options")
    options = [] if options is None else options
    if not isinstance(options, list) or len(options) > 2 or not all(isinstance(option, dict) for option in options):
        return Row(line, cells, (("options", "The options must be a list of two objects with 'text' and 'value'."),))
    for column, (n, key) in _JSON_OPTIONS.items():
        value = options[n].get(key) if n < len(options) else None
        cells |= {} if value is None else {column: value}
    return Row(line, cells)


def unused(table: Table, kind: str) -> list[str]:
    """The columns or keys that no item uses, in the order of the file; a column without a name is called by number."""
    known = COLUMNS if kind == ".csv" else _JSON_KEYS
    return [name or f"column {n}" for n, name in enumerate(table.found, 1) if name not in known]
