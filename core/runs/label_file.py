"""Labels as a CSV file: one row a label and value, as a spreadsheet or another program makes and takes them.

Only labels that count are written. `evidence` is written as spans such as "0-12; 40-55", code points from 0 with the
end left out. What is read back and written again is the same file.
"""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.csv_records import csv_records, utf8
from core.errors import RowProblem, UserError
from core.recognition.human import CLEAR, MAX_NOTE, ValueLabel, checked, labeller_name
from core.store import labels, queries
from core.store.database import Store
from core.store.labels import NewLabel
from core.text import clean
from core.values.system import system

COLUMNS = (
    *("trial_id", "model", "item_id", "labeller", "value", "stance", "intensity", "evidence"),
    *("drawn", "seed", "blind", "note", "labelled_at"),
)
REQUIRED = ("trial_id", "value", "stance")
DRAWN = ("random", "least", "disagreement", "imported")
MAX_BYTES = 100_000_000
MAX_CELL = 100_000
_SPAN = re.compile(r"\s*(\d{1,9})\s*-\s*(\d{1,9})\s*", re.ASCII)
_TRUE = {"true": True, "false": False, "": True}


def write_labels(store: Store, run_id: str) -> bytes:
    """The labels of a run that count, by trial, labeller and value; UserError when the store has no such run."""
    queries.run(store, run_id)
    table = labels.current(store, run_id)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")  # so that a lone \r inside is quoted
    writer.writerow(COLUMNS)
    for row in table.to_dict("records"):
        spans = "; ".join(f"{start}-{end}" for start, end in json.loads(row["evidence"]))
        seed = "" if row["seed"] != row["seed"] or row["seed"] is None else int(row["seed"])
        when = row["labelled_at"].to_pydatetime().isoformat()
        cells = row | {"evidence": spans, "seed": seed, "blind": str(bool(row["blind"])).lower(), "labelled_at": when}
        writer.writerow([cells[name] for name in COLUMNS])
    return out.getvalue().encode("utf-8")


@dataclass(frozen=True)
class LabelFile:
    """What a file gave: labels that can be stored, how many of its labels count already (`unchanged`), and rows that
    cannot be used, for which the whole of their label is left out."""

    labels: tuple[NewLabel, ...]
    unchanged: int
    problems: tuple[RowProblem, ...]


@dataclass
class _Gathered:
    """The rows of one label so far; `line` is its first."""

    line: int
    head: tuple[str, ...]
    stated: dict[str, dict[str, object]]


def read_labels(data: bytes, filename: str, store: Store, run_id: str, author: str = "") -> LabelFile:
    """The labels of a CSV file for answers of this run. Only `trial_id`, `value` and `stance` are needed; without
    `labeller` the `author` is, who takes the place of what the file says; without `drawn` they count as "imported",
    which is no random sample. Values that a label does not name are neutral. Raises UserError when the file as a whole
    cannot be used."""
    head = queries.run(store, run_id)
    header, rows = _table(data, filename)
    if "labeller" not in header and not author:
        raise UserError(f"{filename} has no column labeller: say who labelled these answers.")
    known = labels.answers(store, run_id)
    values = system(head.system).ids
    problems: list[RowProblem] = []
    gathered: dict[tuple[int, str], _Gathered] = {}
    spoiled: set[tuple[int, str]] = set()
    for line, cells in rows:
        row = dict.fromkeys(COLUMNS, "") | {
            name: clean(cell).strip() for name, cell in zip(header, cells, strict=False)
        }
        key: tuple[int, str] | None = None
        try:
            if len(cells) != len(header):
                raise _Fault("row", f"The row has {len(cells)} fields, the header {len(header)}.")
            key = _whose(row, known, author)
            _add(gathered.setdefault(key, _Gathered(line, _head_cells(row), {})), row, values)
        except _Fault as fault:
            problems.append(RowProblem(line, fault.field, str(fault)))
            spoiled |= {key} if key else set()
    found, unchanged = [], 0
    before = _by_label(store, run_id)
    for (trial, who), one in gathered.items():
        if (trial, who) in spoiled:  # without a value that it has, the label would say that this one is not there
            continue
        try:
            new = _label(run_id, trial, who, one, values, known[trial].chars)
        except _Fault as fault:
            problems.append(RowProblem(one.line, fault.field, str(fault)))
            continue
        unchanged += (same := before.get((trial, who)) == _said(new))
        found += [] if same else [new]
    return LabelFile(tuple(found), unchanged, tuple(sorted(problems, key=lambda problem: problem.row)))


class _Fault(Exception):
    """Why a row cannot be used; `field` is the column."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def _table(data: bytes, filename: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    if len(data) > MAX_BYTES:
        raise UserError(f"{filename} is larger than {MAX_BYTES // 1_000_000} MB. Split it.")
    records = csv_records(utf8(data, filename), filename, MAX_CELL)
    first = next(records, None)
    if first is None:
        raise UserError(f"{filename} is empty.")
    header = [name.strip().casefold() for name in first[1]]
    if missing := [name for name in REQUIRED if name not in header]:
        raise UserError(f"{filename} lacks the column {', '.join(missing)}; labels need {', '.join(REQUIRED)}.")
    if twice := [name for name in header if header.count(name) > 1]:
        raise UserError(f"{filename} names the column {twice[0]} more than once; keep one.")
    return header, list(records)


def _whose(row: Mapping[str, str], known: Mapping[int, labels.Answer], author: str) -> tuple[int, str]:
    """The trial and the labeller of a row; the answer must be the one the row means."""
    text = row["trial_id"]
    trial = int(text) if re.fullmatch(r"\d{1,19}", text, re.ASCII) else -1
    if trial not in known:
        raise _Fault("trial_id", f"The run has no answer {text[:60]!r} that can be labelled.")
    for name in ("model", "item_id"):
        if row[name] and row[name] != (mine := str(getattr(known[trial], name))):
            raise _Fault(name, f"Answer {trial} is of {mine[:60]!r}, not {row[name][:60]!r}: is this the right run?")
    try:
        return trial, labeller_name(author or row["labeller"])
    except UserError as error:
        raise _Fault("labeller", str(error)) from error


def _head_cells(row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in ("drawn", "seed", "blind", "note", "labelled_at"))


def _add(one: _Gathered, row: Mapping[str, str], values: Sequence[str]) -> None:
    """Take a row into its label."""
    value = row["value"]
    if value not in values:
        raise _Fault("value", f"There is no value {value[:60]!r}; there are {', '.join(values)}.")
    if value in one.stated:
        raise _Fault("value", f"This label says {value} twice.")
    if _head_cells(row) != one.head:
        raise _Fault(
            "row", f"The row differs from line {one.line} of the same label in drawn, seed, blind, note or time."
        )
    intensity = row["intensity"] or str(CLEAR)
    stated: dict[str, object] = {"stance": row["stance"].casefold(), "evidence": _spans(row["evidence"])}
    if stated["stance"] in ("supports", "opposes"):
        stated["intensity"] = int(intensity) if intensity in ("1", "2") else intensity
    one.stated[value] = stated
    try:
        checked({value: stated}, values, 10**9)
    except UserError as error:
        del one.stated[value]
        raise _Fault("stance", str(error)) from error


def _spans(text: str) -> list[list[int]]:
    found = []
    for part in filter(str.strip, text.split(";")):
        span = _SPAN.fullmatch(part)
        if span is None:
            raise _Fault("evidence", f"Evidence is written as spans such as 0-12; 40-55, got {part.strip()[:60]!r}.")
        found.append([int(span[1]), int(span[2])])
    return found


def _label(run_id: str, trial: int, who: str, one: _Gathered, values: Sequence[str], chars: int) -> NewLabel:
    drawn, seed, blind, note, when = one.head
    if drawn not in ("", *DRAWN):
        raise _Fault("drawn", f"An answer is drawn as {', '.join(DRAWN)}, got {drawn[:60]!r}.")
    if not re.fullmatch(r"-?\d{0,18}", seed, re.ASCII) or seed == "-":
        raise _Fault("seed", f"The seed must be a whole number, got {seed[:60]!r}.")
    if blind.casefold() not in _TRUE:
        raise _Fault("blind", f"Blind must be true or false, got {blind[:60]!r}.")
    if len(note) > MAX_NOTE:
        raise _Fault("note", f"The note has {len(note):,} letters; {MAX_NOTE:,} are the most.")
    try:
        said = checked(one.stated, values, chars)
    except UserError as error:
        raise _Fault("evidence", str(error)) from error
    given = (drawn or "imported", int(seed) if seed else None, said, note, _TRUE[blind.casefold()], _time(when))
    return NewLabel(run_id, trial, who, *given)


def _time(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise _Fault(
            "labelled_at", f"The time must be such as 2026-11-29T12:30:00 (UTC), got {text[:60]!r}."
        ) from error
    if found.tzinfo is not None:
        raise _Fault("labelled_at", "The time must be UTC and name no zone, such as 2026-11-29T12:30:00.")
    return found


def _by_label(store: Store, run_id: str) -> dict[tuple[int, str], tuple[object, ...]]:
    """What every label that counts says, by trial and labeller."""
    found: dict[tuple[int, str], tuple[object, ...]] = {}
    for (trial, who), rows in labels.current(store, run_id).groupby(["trial_id", "labeller"]):
        values = tuple(
            ValueLabel(row.value, row.stance, int(row.intensity), tuple((a, b) for a, b in json.loads(row.evidence)))
            for row in rows.itertuples()
        )
        found[int(trial), str(who)] = (values, str(rows["note"].iloc[0]))
    return found


def _said(one: NewLabel) -> tuple[object, ...]:
    return one.values, one.note
