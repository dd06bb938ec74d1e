"""Bring your own answers: a file of (model, scenario, response) becomes a run without any call."""

import csv
import io
import itertools
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from core.csv_records import csv_records, utf8
from core.errors import RowProblem, UserError
from core.items.item import Item, Suite
from core.methods.base import Outcome
from core.models.base import ModelError, Reply, Request
from core.recognition.refusals import is_refusal
from core.runs.plan import Trial
from core.store.records import ResponseRow
from core.text import clean

MAX_BYTES = 200_000_000
MAX_ROWS = 500_000
IMPORTED = "imported"
TABLES = (".csv", ".jsonl", ".parquet")
COLUMNS = ("model", "item", "prompt", "response")


@dataclass(frozen=True)
class Answer:
    """One answer of a file. `item` is an item's id; `finish` is why it ended, "stop" where the file does not say."""

    model: str
    item: str
    response: str
    finish: str = "stop"


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
    title = clean(Path(filename).stem)
    made = Suite(f"answers-{title}"[:60], f"Prompts of {title}", system_id, ())
    return answers_from(_rows(data, filename), filename, made, suite)


def answers_from(rows: Sequence["Row"], filename: str, made: Suite, suite: Suite | None = None) -> AnswersRead:
    """The answers in the rows of a file: to the items of `suite`, or to items made of the rows, which fill `made`.
    Raises UserError when there are none."""
    if len(rows) > MAX_ROWS:
        raise UserError(f"{filename} has {len(rows):,} rows; {MAX_ROWS:,} are the most. Split it.")
    found: list[Answer] = []
    problems: list[RowProblem] = []
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
            model = clean(row.text("model").strip())[:300]
            found.append(Answer(model, item, row.text("response"), row.text("finish") or "stop"))
    if not found:
        first = f" The first problem: {problems[0]}" if problems else ""
        raise UserError(f"{filename} has no answer that can be used.{first}")
    return AnswersRead(tuple(found), suite or replace(made, items=items.made), tuple(problems))


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

    def of(self, row: "Row") -> str:
        """The id of the item that a row answers, "" when the suite has no such item."""
        said = (row.text("item"), row.text("prompt"), *row.variables)
        return next((self._ids[text.strip()] for text in said if text.strip() in self._ids), "")


class _Made:
    """Items made from a file: one for every id in it, and one for every different prompt without an id."""

    def __init__(self, named: set[str]) -> None:
        self._named = named
        self._made: dict[tuple[str, str], Item] = {}
        self._numbers = (f"prompt-{n}" for n in itertools.count(1))

    @property
    def made(self) -> tuple[Item, ...]:
        return tuple(self._made.values())

    def of(self, row: "Row") -> str:
        """The id of the item that a row answers."""
        name, prompt = clean(row.text("item").strip()), clean(row.text("prompt").strip())
        key = (name, "" if name else prompt)
        if key not in self._made:
            own = name or next(number for number in self._numbers if number not in self._named)
            self._made[key] = Item(own, prompt or name, ())
        return self._made[key].id


@dataclass(frozen=True)
class Row:
    """One record of a file: the line where it starts (or its number, in a file without lines), its cells, what was
    wrong with its form and in which `field`. `variables` are what a template made the prompt of: one of them may name
    an item of a suite."""

    line: int
    cells: Mapping[str, object]
    fault: str = ""
    field: str = "row"
    variables: tuple[str, ...] = ()

    def text(self, column: str) -> str:
        cell = self.cells.get(column)
        if isinstance(cell, str):
            return cell
        # A number may name a model or an item; what is not a number (NaN) marks an empty cell.
        return str(cell) if isinstance(cell, int | float) and cell == cell else ""

    def problem(self) -> RowProblem | None:
        """Why this row is no answer, None when it is one."""
        if self.fault:
            return RowProblem(self.line, self.field, self.fault)
        if not self.text("model").strip():
            return RowProblem(self.line, "model", "The model's name is empty.")
        if not self.text("item").strip() and not self.text("prompt").strip():
            return RowProblem(self.line, "prompt", "Neither item nor prompt says what was answered.")
        if not isinstance(self.cells.get("response"), str):
            return RowProblem(self.line, "response", "The response must be text; it may be empty.")
        return None


def _rows(data: bytes, filename: str) -> list[Row]:
    kind = Path(filename).suffix.lower()
    readers = dict(zip(TABLES, (_csv, _jsonl, _parquet), strict=True))
    if kind not in readers:
        raise UserError(f"{filename}: answers are read from .csv, .jsonl or .parquet files.")
    check_size(data, filename)
    columns, rows = readers[kind](data, filename)
    if not {"model", "response"} <= columns or not {"item", "prompt"} & columns:
        found = ", ".join(sorted(columns))[:300] or "none"
        raise UserError(f"{filename} needs the columns model, response, and item or prompt; it has: {found}.")
    return rows


def check_size(data: bytes, filename: str) -> None:
    """Raises UserError when a file is too large or empty."""
    if len(data) > MAX_BYTES:
        raise UserError(f"{filename} is larger than {MAX_BYTES // 1_000_000} MB. Split it.")
    if not data.strip():
        raise UserError(f"{filename} is empty.")


def _csv(data: bytes, filename: str) -> tuple[set[str], list[Row]]:
    header: list[str] = []
    rows: list[Row] = []
    for line, cells in csv_records(utf8(data, filename), filename, MAX_BYTES):
        if not header:
            header = [cell.strip().lower() for cell in cells]
        else:
            right = len(cells) == len(header)
            fault = "" if right else f"The row has {len(cells)} fields, the header {len(header)}."
            rows.append(Row(line, dict(zip(header, cells, strict=False)), fault))
    return set(header), rows


def _jsonl(data: bytes, filename: str) -> tuple[set[str], list[Row]]:
    rows = [_json_row(number, line) for number, line in enumerate(utf8(data, filename).split("\n"), 1) if line.strip()]
    if all(row.fault for row in rows):
        raise UserError(f"{filename} has no line that is a JSON object with model, prompt and response.")
    return {key for row in rows for key in row.cells}, rows


def _json_row(number: int, line: str) -> Row:
    try:
        cells = json.loads(line)
    except (ValueError, RecursionError):  # ValueError: also an integer of thousands of digits
        return Row(number, {}, "The line is not JSON.")
    return Row(number, cells) if isinstance(cells, dict) else Row(number, {}, "The line is not a JSON object.")


def _parquet(data: bytes, filename: str) -> tuple[set[str], list[Row]]:
    try:
        table = pq.read_table(io.BytesIO(data))
        records = table.select([name for name in table.column_names if name in COLUMNS]).to_pylist()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise UserError(f"{filename} is not a readable Parquet file.") from error
    return set(table.column_names), [Row(number, cells) for number, cells in enumerate(records, 1)]


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
        key = (run_id, trial.id, trial.model, trial.item, trial.variation, trial.epoch)
        outcome, cut = _outcome(answer), answer.finish == "length"
        yield ResponseRow(*key, outcome=outcome, text=answer.response, truncated=cut, attempts=0)


def _outcome(answer: Answer) -> Outcome:
    if answer.finish == "filtered":
        return "filtered"
    if not answer.response.strip():
        return "unparsed"
    if is_refusal(answer.response):
        return "refused"
    return "truncated" if answer.finish == "length" else "ok"
