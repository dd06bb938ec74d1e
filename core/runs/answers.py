"""Bring your own answers: a file of (model, scenario, response) becomes a run without any call."""

import csv
import io
import itertools
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import RowProblem, UserError
from core.items.item import Item, Suite
from core.models.base import ModelError, Reply, Request
from core.recognition.refusals import is_refusal
from core.runs.plan import Trial
from core.store.records import ResponseRow
from core.text import clean

MAX_BYTES = 200_000_000
MAX_ROWS = 500_000
IMPORTED = "imported"
COLUMNS = ("model", "item", "prompt", "response")


@dataclass(frozen=True)
class Answer:
    """One answer of a file. `item` is an item's id."""

    model: str
    item: str
    response: str


@dataclass(frozen=True)
class AnswersRead:
    """What a file gave: its good rows, the suite they belong to, and every problem with its row number."""

    answers: tuple[Answer, ...]
    suite: Suite
    problems: tuple[RowProblem, ...]

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(answer.model for answer in self.answers))


def read_answers(data: bytes, filename: str, suite: Suite | None = None, system_id: str = "schwartz") -> AnswersRead:
    """The answers in a CSV, JSONL or Parquet file with columns model, response and item or prompt.

    With `suite`, `item` must be one of its ids, and a prompt may stand in its place word for word. Without, every
    different prompt (or item) becomes an item of a suite made for this file. Raises UserError when the file as a whole
    cannot be used.
    """
    found: list[Answer] = []
    problems: list[RowProblem] = []
    rows = _rows(data, filename)
    items = _Known(suite) if suite else _Made({row.text("item").strip() for row in rows})
    for row in rows:
        problem = row.problem()
        item = "" if problem else items.of(row)
        if not problem and not item:
            problem = RowProblem(
                row.line, "item", f"The suite has no item {row.text('item')[:60]!r}, nor such a prompt."
            )
        if problem:
            problems.append(problem)
        else:
            found.append(Answer(clean(row.text("model").strip())[:300], item, row.text("response")))
    if not found:
        first = f" The first problem: {problems[0]}" if problems else ""
        raise UserError(f"{filename} has no answer that can be used.{first}")
    title = clean(Path(filename).stem)
    own = suite or Suite(f"answers-{title}"[:60], f"Prompts of {title}", system_id, items.made)
    return AnswersRead(tuple(found), own, tuple(problems))


def template() -> bytes:
    """A CSV to start from."""
    rows = [
        ("my-model", "Should I tell my friend the truth about her business plan?", "Yes, gently: she trusts you."),
        ("other-model", "Should I tell my friend the truth about her business plan?", "Keep the peace; let it be."),
    ]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([("model", "prompt", "response"), *rows])
    return out.getvalue().encode("utf-8-sig")


class _Known:
    """The items of a suite, by id and by wording."""

    made: tuple[Item, ...] = ()

    def __init__(self, suite: Suite) -> None:
        self._ids = {item.text.strip(): item.id for item in suite.items} | {item.id: item.id for item in suite.items}

    def of(self, row: "_Row") -> str:
        """The id of the item that a row answers, "" when the suite has no such item."""
        named = row.text("item").strip()
        return self._ids.get(named) or self._ids.get(row.text("prompt").strip(), "")


class _Made:
    """Items made from a file: one for every id in it, and one for every different prompt without an id."""

    def __init__(self, named: set[str]) -> None:
        self._named = named
        self._made: dict[tuple[str, str], Item] = {}
        self._numbers = (f"prompt-{n}" for n in itertools.count(1))

    @property
    def made(self) -> tuple[Item, ...]:
        return tuple(self._made.values())

    def of(self, row: "_Row") -> str:
        """The id of the item that a row answers."""
        name, prompt = clean(row.text("item").strip()), clean(row.text("prompt").strip())
        key = (name, "" if name else prompt)
        if key not in self._made:
            own = name or next(number for number in self._numbers if number not in self._named)
            self._made[key] = Item(own, prompt or name, ())
        return self._made[key].id


@dataclass(frozen=True)
class _Row:
    """One record of a file: the line where it starts, its cells, and what was wrong with its form."""

    line: int
    cells: Mapping[str, object]
    fault: str = ""

    def text(self, column: str) -> str:
        cell = self.cells.get(column)
        if isinstance(cell, str):
            return cell
        # A number may name a model or an item; what is not a number (NaN) marks an empty cell.
        return str(cell) if isinstance(cell, int | float) and cell == cell else ""

    def problem(self) -> RowProblem | None:
        """Why this row is no answer, None when it is one."""
        if self.fault:
            return RowProblem(self.line, "row", self.fault)
        if not self.text("model").strip():
            return RowProblem(self.line, "model", "The model's name is empty.")
        if not self.text("item").strip() and not self.text("prompt").strip():
            return RowProblem(self.line, "prompt", "Neither item nor prompt says what was answered.")
        if not isinstance(self.cells.get("response"), str):
            return RowProblem(self.line, "response", "The response must be text; it may be empty.")
        return None


def _rows(data: bytes, filename: str) -> list[_Row]:
    kind = Path(filename).suffix.lower()
    readers = {".csv": _csv, ".jsonl": _jsonl, ".parquet": _parquet}
    if kind not in readers:
        raise UserError(f"{filename}: answers are read from .csv, .jsonl or .parquet files.")
    if len(data) > MAX_BYTES:
        raise UserError(f"{filename} is larger than {MAX_BYTES // 1_000_000} MB. Split it.")
    if not data.strip():
        raise UserError(f"{filename} is empty.")
    columns, rows = readers[kind](data, filename)
    if not {"model", "response"} <= columns or not {"item", "prompt"} & columns:
        found = ", ".join(sorted(columns))[:300] or "none"
        raise UserError(f"{filename} needs the columns model, response, and item or prompt; it has: {found}.")
    if len(rows) > MAX_ROWS:
        raise UserError(f"{filename} has {len(rows):,} rows; {MAX_ROWS:,} are the most. Split it.")
    return rows


def _decoded(data: bytes, filename: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UserError(f"{filename} is not UTF-8 text (line {line}). Save it as UTF-8.") from error


def _csv(data: bytes, filename: str) -> tuple[set[str], list[_Row]]:
    csv.field_size_limit(MAX_BYTES)
    reader = csv.reader(io.StringIO(_decoded(data, filename), newline=""), strict=True)
    header: list[str] = []
    rows: list[_Row] = []
    start = 1
    try:
        for cells in reader:
            if not header:
                header = [cell.strip().lower() for cell in cells]
            elif cells:
                right = len(cells) == len(header)
                fault = "" if right else f"The row has {len(cells)} fields, the header {len(header)}."
                rows.append(_Row(start, dict(zip(header, cells, strict=False)), fault))
            start = reader.line_num + 1
    except csv.Error as error:
        raise UserError(f"{filename}: the row that starts in line {start} cannot be read as CSV ({error}).") from error
    return set(header), rows


def _jsonl(data: bytes, filename: str) -> tuple[set[str], list[_Row]]:
    rows = [
        _json_row(number, line) for number, line in enumerate(_decoded(data, filename).split("\n"), 1) if line.strip()
    ]
    if all(row.fault for row in rows):
        raise UserError(f"{filename} has no line that is a JSON object with model, prompt and response.")
    return {key for row in rows for key in row.cells}, rows


def _json_row(number: int, line: str) -> _Row:
    try:
        cells = json.loads(line)
    except (ValueError, RecursionError):  # ValueError: also an integer of thousands of digits
        return _Row(number, {}, "The line is not JSON.")
    return _Row(number, cells) if isinstance(cells, dict) else _Row(number, {}, "The line is not a JSON object.")


def _parquet(data: bytes, filename: str) -> tuple[set[str], list[_Row]]:
    try:
        table = pq.read_table(io.BytesIO(data))
        records = table.select([name for name in table.column_names if name in COLUMNS]).to_pylist()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise UserError(f"{filename} is not a readable Parquet file.") from error
    return set(table.column_names), [_Row(number, cells) for number, cells in enumerate(records, 1)]


@dataclass(frozen=True)
class ImportedModel:
    """Stands for a model whose answers came from a file: it is never asked. `concurrency` is the judge's."""

    name: str
    concurrency: int = 8

    async def complete(self, request: Request) -> Reply:
        raise ModelError(f"{self.name} is known from a file only and cannot be asked.", "unavailable")


def imported_rows(run_id: str, answers: AnswersRead) -> Iterator[ResponseRow]:
    """The answers as responses: the second answer of a model to an item is its epoch 2, and so on. Empty ones are
    unparsed and refusals refused, as if they had been asked for."""
    seen: Counter[tuple[str, str]] = Counter()
    for answer in answers.answers:
        seen[answer.model, answer.item] += 1
        trial = Trial(answer.model, answer.item, IMPORTED, seen[answer.model, answer.item])
        outcome = "refused" if is_refusal(answer.response) else "ok" if answer.response.strip() else "unparsed"
        key = (run_id, trial.id, trial.model, trial.item, trial.variation, trial.epoch)
        yield ResponseRow(*key, outcome=outcome, text=answer.response, attempts=0)
