"""What is written: suites, runs, responses with their recognitions, profiles."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import duckdb

from core.errors import UserError
from core.items.item import Item, Option, Suite
from core.recognition.base import Part, Verdict
from core.store.database import Store
from core.store.summaries import outdate, summarise
from core.store.writer import Row, insert
from core.text import clean
from core.values.profile_files import MAX_NAME

RUN_STATES = ("running", "done", "incomplete", "stopped", "interrupted", "failed")


@dataclass(frozen=True)
class NewRun:
    """A row of `runs`. `kind` is "run", "pilot" or "import"; `plan` and `limits` are JSON."""

    run_id: str
    name: str
    kind: str
    plan: str
    recogniser: str
    measure: str
    planned: int
    limits: str = "{}"


@dataclass(frozen=True)
class ResponseRow:
    """One response as it is stored; `outcome` is core.methods.base.Outcome. `steps` (JSON) are the earlier calls of its
    trial, if there were any: a list of {"asked": the last message, "said": the reply}."""

    run_id: str
    trial_id: int
    model: str
    item_id: str
    variation: str
    epoch: int
    outcome: str
    text: str = ""
    truncated: bool = False
    choice: str | None = None
    option_probs: str | None = None
    option_mass: float | None = None
    error_kind: str | None = None
    error: str | None = None
    attempts: int = 1
    latency_s: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost_usd: float | None = None
    cached: bool = False
    steps: str | None = None


def now() -> datetime:
    """The time in UTC, without zone, as the store keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)


def response(row: ResponseRow) -> tuple[str, Row]:
    """The row for the writer."""
    cells = {name: clean(cell) if isinstance(cell, str) else cell for name, cell in vars(row).items()}
    return "responses", cells | {"arrived_at": now()}


def recognition(row: ResponseRow, recogniser: str, verdict: Verdict) -> list[tuple[str, Row]]:
    """The rows that keep what a recogniser made of a response: one mark that it was read, one row a value."""
    key = {"run_id": row.run_id, "trial_id": row.trial_id, "recogniser": recogniser}
    mark: Row = key | {
        "status": verdict.status,
        "message": clean(verdict.message),
        "tokens_in": verdict.tokens_in,
        "tokens_out": verdict.tokens_out,
        "cost_usd": verdict.cost_usd,
        "recognised_at": now(),
        "replies": [clean(reply) for reply in verdict.replies] or None,
        "parts": json.dumps([_part(part) for part in verdict.parts]) if verdict.parts else None,
    }
    values = [
        key
        | {
            "model": row.model,
            "item_id": row.item_id,
            "value": found.value,
            "stance": found.stance,
            "strength": float(found.strength),
            "evidence": json.dumps([[e.start, e.end, round(float(e.weight), 6)] for e in found.evidence]),
            "note": clean(found.note),
            "leaning": found.leaning,
        }
        for found in verdict.recognitions
    ]
    return [("recognised", mark), *(("recognitions", value) for value in values)]


def _part(part: Part) -> dict[str, object]:
    strengths = {value: round(float(strength), 4) for value, strength in part.strengths.items()}
    return {"start": part.start, "end": part.end, "strengths": strengths, "shown": list(part.shown)}


def save_suite(store: Store, suite: Suite) -> None:
    """Keep a suite and its items under its hash; a suite that is there already is left alone."""

    def work(con: duckdb.DuckDBPyConnection) -> None:
        if con.execute("SELECT 1 FROM suites WHERE suite_hash = ?", [suite.hash]).fetchone():
            return
        head = {"suite_hash": suite.hash, "suite_id": suite.id, "name": suite.name, "system": suite.system}
        head |= {"description": suite.description, "source": suite.source, "licence": suite.licence}
        insert(con, "suites", [head])
        insert(con, "items", [_item_row(suite.hash, position, item) for position, item in enumerate(suite.items)])

    store.writer.run(work)


def _item_row(suite_hash: str, position: int, item: Item) -> Row:
    return {
        "suite_hash": suite_hash,
        "position": position,
        "item_id": item.id,
        "text": item.text,
        "item_values": list(item.values),
        "domain": item.domain,
        "region": item.region,
        "options": json.dumps([asdict(option) for option in item.options], ensure_ascii=False),
        "starter": item.starter,
    }


def load_suite(store: Store, suite_hash: str) -> Suite:
    """The suite kept under this hash, item for item."""
    head = store.rows(
        "SELECT suite_id, name, system, description, source, licence FROM suites WHERE suite_hash = ?", [suite_hash]
    )
    if not head:
        raise UserError(f"The store has no suite {suite_hash}.")
    rows = store.rows(
        "SELECT item_id, text, item_values, domain, region, options, starter FROM items"
        " WHERE suite_hash = ? ORDER BY position",
        [suite_hash],
    )
    items = tuple(
        Item(item_id, text, tuple(values), domain, region, tuple(Option(**o) for o in json.loads(options)), starter)
        for item_id, text, values, domain, region, options, starter in rows
    )
    suite_id, name, system, description, source, licence = head[0]
    return Suite(suite_id, name, system, items, description, source, licence)


def create_run(store: Store, run: NewRun, suite: Suite) -> None:
    """Store a run with its suite, before its first call."""
    save_suite(store, suite)
    row: Row = asdict(run) | {"suite_hash": suite.hash, "system": suite.system, "state": "running", "message": ""}
    row |= {"created_at": now(), "started_at": now(), "ended_at": None}
    store.writer.run(lambda con: insert(con, "runs", [row]))


def set_state(store: Store, run_id: str, state: str, message: str = "") -> None:
    """Move a run to one of RUN_STATES; what has ended is summed up, so that it can be looked at quickly."""
    ended = None if state == "running" else now()

    def work(con: duckdb.DuckDBPyConnection) -> None:
        outdate(con, run_id)
        con.execute(
            "UPDATE runs SET state = ?, message = ?, ended_at = ? WHERE run_id = ?", [state, message, ended, run_id]
        )

    store.writer.run(work)
    if ended:
        summarise(store, run_id)


def interrupt_stale(store: Store) -> int:
    """Mark runs that a dead process left running; the file's lock guarantees that no other process runs them."""
    message = "The program ended while this run was going on. Nothing stored was lost; resume asks what is missing."

    def work(con: duckdb.DuckDBPyConnection) -> int:
        stale = con.execute("SELECT count(*) FROM runs WHERE state = 'running'").fetchone()
        con.execute("UPDATE runs SET state = 'interrupted', message = ? WHERE state = 'running'", [message])
        con.execute("UPDATE readings SET state = 'interrupted', message = ? WHERE state = 'running'", [message])
        return int(stale[0]) if stale else 0

    found: int = store.writer.run(work)
    return found


def delete_recognitions(store: Store, run_id: str, recogniser: str, trial_ids: list[int]) -> None:
    """Forget what a recogniser made of these trials, so that they can be read again."""

    def work(con: duckdb.DuckDBPyConnection) -> None:
        outdate(con, run_id)
        for table in ("recognitions", "recognised"):
            con.execute(
                f"DELETE FROM {table} WHERE run_id = ? AND recogniser = ? AND list_contains(?::BIGINT[], trial_id)",
                [run_id, recogniser, trial_ids],
            )

    store.writer.run(work)


def save_profile(
    store: Store,
    name: str,
    system: str,
    weights: Mapping[str, float],
    means: Sequence[float] | None = None,
    sds: Sequence[float] | None = None,
    source: str = "",
) -> str:
    """Keep a profile under a name, replacing what had that name: weights from 0 to 100, or the means (and standard
    deviations between persons, if known) that weights are made from. Returns the name as it is kept: of more than 80
    characters the beginning and a mark of the whole, so that two long names never become one."""
    if not name.strip():
        raise UserError("The profile has no name. Write one to save it.")
    kept = _fitting(clean(name.strip()))
    row: dict[str, Any] = {"name": kept, "system": system, "weights": json.dumps(dict(weights))}
    row |= {"means": _json(means), "sds": _json(sds), "source": clean(source)}
    store.writer.run(lambda con: insert(con, "profiles", [row | {"saved_at": now()}]))
    return kept


def _fitting(name: str) -> str:
    if len(name) <= MAX_NAME:
        return name
    mark = f" …{sha256(name.encode()).hexdigest()[:6]}"
    return name[: MAX_NAME - len(mark)].strip() + mark


def _json(numbers: Sequence[float] | None) -> str | None:
    return None if numbers is None else json.dumps(list(numbers))


def delete_profile(store: Store, name: str) -> None:
    """Forget a saved profile."""
    store.writer.run(lambda con: con.execute("DELETE FROM profiles WHERE name = ?", [name]))
