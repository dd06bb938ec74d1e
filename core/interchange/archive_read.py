"""Reading a run's archive into a store: nothing is believed before it was checked, and nothing is written twice."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from core.errors import UserError
from core.interchange.archive import FORMAT, MANIFEST, TABLES, columns, digest, write_archive
from core.interchange.bounded import Archive, dig, parsed
from core.items.item import Item, Option, Suite
from core.methods.base import OUTCOMES
from core.runs.plan import plan_from_json
from core.store.database import Store
from core.store.migrations import NEWEST
from core.store.records import RUN_STATES
from core.store.summaries import summarise
from core.store.writer import insert
from core.text import clean

Row = dict[str, Any]
# What must be equal for a stored run to be the one in a file: labels may be numbered in the one and named in the other.
_THE_RUN = ("items", "runs", "responses", "recognised", "recognitions")
_MOST_NAME = 80


@dataclass(frozen=True)
class Imported:
    """`fresh`: it was not there before. `rows` counts what was read by table."""

    run_id: str
    name: str
    fresh: bool
    rows: Mapping[str, int]
    fingerprint: str


def is_archive(filename: str) -> bool:
    return filename.lower().endswith(".zip")


def import_archive(store: Store, data: bytes, filename: str) -> Imported:
    """Store the run of an archive. One that is there already is left as it is: `fresh` is then False. Raises UserError,
    with nothing stored, naming the member that is missing, changed or wrong, or if another run has its id."""
    run_id, members, fingerprint = _checked(data, filename)
    tables = {table: _rows(store, table, members, filename) for table in TABLES}
    _consistent(tables, run_id, filename)
    name = tables["runs"][0]["name"]
    counts = {table: len(rows) for table, rows in tables.items() if rows}
    if store.rows("SELECT 1 FROM runs WHERE run_id = ?", [run_id]):
        _same(store, run_id, members, filename)
        return Imported(run_id, name, False, counts, fingerprint)
    store.writer.run(lambda con: _insert(con, tables))
    summarise(store, run_id)
    return Imported(run_id, name, True, counts, fingerprint)


def _checked(data: bytes, filename: str) -> tuple[str, dict[str, bytes], str]:
    """The run's id, the members and the manifest's hash, once each member is what the manifest says."""
    archive = Archive(data, filename)
    if MANIFEST not in archive:
        raise UserError(f"{filename} is no archive of a run: it has no {MANIFEST}.")
    if archive.repeated:
        raise UserError(f"{filename} holds two members of one name. It was tampered with: nothing was stored.")
    raw = archive.read(MANIFEST)
    manifest = parsed(raw, f"{filename}, {MANIFEST}")
    if dig(manifest, "format") != FORMAT or not isinstance(dig(manifest, "schema"), int):
        raise UserError(
            f"{filename} has the format {str(dig(manifest, 'format'))[:20]}; this Polycompass reads {FORMAT}."
        )
    if manifest["schema"] > NEWEST:
        raise UserError(f"{filename} was written by a newer Polycompass. Update this one to read it.")
    run_id, listed = dig(manifest, "run"), dig(manifest, "members")
    if not isinstance(run_id, str) or not run_id or not isinstance(listed, dict):
        raise UserError(f"{filename}, {MANIFEST}: it does not say which run it holds, or which members.")
    if strange := [name for name in archive if name != MANIFEST and name not in listed]:
        raise _tampered(filename, strange[0], "is not in the manifest")
    found: dict[str, bytes] = {}
    for name in listed:
        if name not in archive:
            raise _tampered(filename, name, "is missing")
        found[name] = archive.read(name)
        if digest(found[name]) != dig(listed, name, "sha256"):
            raise _tampered(filename, name, "is not what the manifest says (its SHA-256 differs)")
    return run_id, found, digest(raw)


def _tampered(filename: str, member: str, what: str) -> UserError:
    return UserError(
        f"{filename}: the member {member[:_MOST_NAME]!r} {what}. It was tampered with: nothing was stored."
    )


def _rows(store: Store, table: str, members: Mapping[str, bytes], filename: str) -> list[Row]:
    """The rows of a table, each cell of its column's type."""
    kinds = columns(store, table)
    found: list[Row] = []
    for name in sorted(name for name in members if name.rpartition("-")[0] == table):
        for number, line in enumerate(members[name].splitlines(), 1):
            where = f"{filename}, {name}, line {number}"
            row = parsed(line, where)
            if not isinstance(row, dict) or not set(row) <= set(kinds):
                raise UserError(f"{where}: a row must be an object with the columns {', '.join(kinds)}.")
            found.append({column: _cell(row.get(column), kinds[column], f"{where}, {column}") for column in kinds})
    return found


def _time(cell: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(cell)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is None else None


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell)


def _is_whole(bits: int) -> Callable[[Any], bool]:
    return lambda cell: (
        isinstance(cell, int) and not isinstance(cell, bool) and -(2 ** (bits - 1)) <= cell < 2 ** (bits - 1)
    )


_KINDS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "VARCHAR": ("a text", lambda cell: isinstance(cell, str)),
    "VARCHAR[]": ("a list of texts", lambda cell: isinstance(cell, list) and all(isinstance(one, str) for one in cell)),
    "JSON": ("JSON in a text", lambda cell: isinstance(cell, str)),
    "BOOLEAN": ("true or false", lambda cell: isinstance(cell, bool)),
    "INTEGER": ("a whole number", _is_whole(32)),
    "BIGINT": ("a whole number", _is_whole(64)),
    "DOUBLE": ("a number", _is_number),
    "TIMESTAMP": ("a time", lambda cell: _time(cell) is not None),
}


def _cell(cell: Any, kind: str, where: str) -> Any:
    if cell is None:
        return None
    name, fits = _KINDS[kind]
    if not fits(cell):
        raise UserError(f"{where}: it must be {name}, got {str(cell)[:40]!r}.")
    if kind == "JSON":
        parsed(cell.encode("utf-8", "replace"), where)
        return cell
    if kind == "VARCHAR":
        return clean(cell)
    if kind == "VARCHAR[]":
        return [clean(one) for one in cell]
    if kind == "DOUBLE":
        return float(cell)
    return _time(cell) if kind == "TIMESTAMP" else cell


def _consistent(tables: Mapping[str, list[Row]], run_id: str, filename: str) -> None:
    """That the rows are those of one run which the pages can show."""
    runs = tables["runs"]
    if len(runs) != 1 or any(row["run_id"] != run_id for table in _OF_RUN for row in tables[table]):
        raise UserError(f"{filename}: its rows are not all of the run {run_id[:_MOST_NAME]}.")
    (run,) = runs
    missing = [name for name in ("name", "kind", "plan", "suite_hash", "state", "created_at") if run[name] is None]
    if missing or run["state"] not in RUN_STATES or run["state"] == "running":
        raise UserError(
            f"{filename}: the run has no {', '.join(missing) or 'end: its state is ' + str(run['state'])[:20]}."
        )
    suites = {row["suite_hash"]: _suite(row, tables["items"], filename) for row in tables["suites"]}
    if run["suite_hash"] not in suites:
        raise UserError(f"{filename}: the suite {str(run['suite_hash'])[:20]} that was asked is not in it.")
    _plan(run, suites[run["suite_hash"]], filename)
    items = {item.id for suite in suites.values() for item in suite.items}
    trials = set()
    for row in tables["responses"]:
        trials.add(row["trial_id"])
        if row["outcome"] not in OUTCOMES or row["item_id"] not in items or None in (row["model"], row["text"]):
            raise UserError(
                f"{filename}: the response {row['trial_id']} has no model, no known item or no known outcome."
            )
    if len(trials) != len(tables["responses"]):
        raise UserError(f"{filename}: it holds two responses to one trial.")
    for table in ("recognised", "recognitions", "labels"):
        if lost := next((row["trial_id"] for row in tables[table] if row["trial_id"] not in trials), None):
            raise UserError(f"{filename}: {table} speak of the trial {lost}, which has no response.")
    for row in tables["recognitions"]:
        if row["strength"] is None or not _spans(row["evidence"]):
            raise UserError(f"{filename}: a recognition of the trial {row['trial_id']} has no strength or no evidence.")


_OF_RUN = [table for table in TABLES if table not in ("suites", "items")]


def _spans(evidence: str | None) -> bool:
    spans = json.loads(evidence) if evidence else None
    return isinstance(spans, list) and all(
        isinstance(span, list) and len(span) == 3 and all(map(_is_number, span)) for span in spans
    )


def _suite(head: Row, rows: list[Row], filename: str) -> Suite:
    """The suite as it was asked; its hash says whether it still is."""
    mine = sorted(
        (row for row in rows if row["suite_hash"] == head["suite_hash"]), key=lambda row: row["position"] or 0
    )
    try:
        made = [
            Item(
                *(row["item_id"], row["text"], tuple(row["item_values"]), row["domain"], row["region"]),
                tuple(Option(**option) for option in json.loads(row["options"] or "[]")),
                row["starter"],
            )
            for row in mine
        ]
        suite = Suite(head["suite_id"], head["name"], head["system"], tuple(made))
        same = suite.hash == head["suite_hash"]
    except TypeError as error:
        raise UserError(f"{filename}: an item of its suite is incomplete.") from error
    if not same:
        raise UserError(
            f"{filename}: its items are not those of the suite {str(head['suite_hash'])[:20]}. Nothing was stored."
        )
    return suite


def _plan(run: Row, suite: Suite, filename: str) -> None:
    try:
        if run["kind"] == "import":
            names = [model["name"] for model in json.loads(run["plan"]).get("models", [])]
            good = all(isinstance(name, str) for name in names)
        else:
            good = bool(plan_from_json(run["plan"], suite).models)
    except (TypeError, KeyError, AttributeError) as error:
        raise UserError(f"{filename}: the run's plan is not one that this Polycompass can read.") from error
    if not good:
        raise UserError(f"{filename}: the run's plan names no models.")


def _same(store: Store, run_id: str, members: Mapping[str, bytes], filename: str) -> None:
    """Raises UserError unless the stored run is the one in the file."""
    _, own, _ = _checked(write_archive(store, run_id).data, run_id)
    names = sorted(name for name in {*own, *members} if name.rpartition("-")[0] in _THE_RUN)
    if other := [name for name in names if own.get(name) != members.get(name)]:
        raise UserError(
            f"The store has a run {run_id} already, and it differs from the one in {filename} in {', '.join(other)}. "
            "Nothing was changed. Delete or archive the stored one first."
        )


def _insert(con: duckdb.DuckDBPyConnection, tables: Mapping[str, list[Row]]) -> None:
    known = {row[0] for row in con.execute("SELECT suite_hash FROM suites").fetchall()}
    last = con.execute("SELECT coalesce(max(label_id), 0) FROM labels").fetchone()
    numbers = {row["label_id"]: at for at, row in enumerate(tables["labels"], 1 + int(last[0] if last else 0))}
    for table, rows in tables.items():
        if table in ("suites", "items"):
            rows = [row for row in rows if row["suite_hash"] not in known]
        if table in ("labels", "label_values"):
            rows = [row | {"label_id": numbers[row["label_id"]]} for row in rows if row["label_id"] in numbers]
        insert(con, table, rows)
