"""A run as one file that another installation reads back and gets the same numbers from, to the last digit.

A zip of JSON lines: everything stored of the run, the words put to its models, and a manifest with the SHA-256 of each
member. The same run gives the same bytes. Labellers' pseudonyms and notes are left out unless asked for; keys of
providers never get in.
"""

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from core.errors import UserError
from core.interchange.bounded import MAX_UNPACKED
from core.interchange.source import own_version, source
from core.methods.registry import method_of, methods
from core.models.catalogue import providers
from core.recognition.judge_prompt import codebook, prompt_text
from core.runs.plan import JUDGE, plan_from_json, versions
from core.store import queries
from core.store.database import Store
from core.store.migrations import NEWEST
from core.values.system import system

FORMAT = 1
MANIFEST = "manifest.json"
PART_BYTES = 20_000_000
ROWS_AT_ONCE = 2_000
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of zip files
SHORTEST_KEY = 8
# The tables in the order in which they are read back, each with what decides the order of its rows.
_SUITES = (
    "(SELECT suite_hash FROM runs WHERE run_id = $run UNION SELECT suite_hash FROM earlier_plans WHERE run_id = $run)"
)
TABLES: Mapping[str, tuple[str, str]] = {
    "suites": (f"suite_hash IN {_SUITES}", "suite_hash"),
    "items": (f"suite_hash IN {_SUITES}", "suite_hash, position"),
    "runs": ("run_id = $run", "run_id"),
    "earlier_plans": ("run_id = $run", "replaced_at"),
    "responses": ("run_id = $run", "trial_id"),
    "recognised": ("run_id = $run", "recogniser, trial_id"),
    "recognitions": ("run_id = $run", "recogniser, trial_id, value, stance, strength"),
    "readings": ("run_id = $run", "recogniser"),
    "judge_checks": ("run_id = $run", "ALL"),
    "calls": ("run_id = $run", "ALL"),
    "labels": ("run_id = $run", "label_id"),
    "label_values": ("run_id = $run", "label_id, value"),
}
README = """A run of Polycompass. `polycompass import FILE` (or the page Runs) reads it into another store, which then
gives the same numbers. manifest.json has the SHA-256 of every other member: whoever changes a member is found
out, whoever changes the manifest too is not. Compare the manifest's own SHA-256 with the one that was published.

  runs, suites, items, earlier_plans   what was planned: in `plan` all parameters, the prompts' hash and the versions
  prompts                              the words put to the models, item by item, where they are still known
  responses                            every answer with how it ended, its earlier steps, tokens, seconds and cost
  recognised, recognitions             what each recogniser read, with the words that show it (start, end, weight)
  readings, judge_checks, calls        who read when, checks of judges, the bill
  labels, label_values                 what people read, if they did
  versions.json                        what wrote this file
"""


@dataclass(frozen=True)
class Archived:
    """`fingerprint` is the SHA-256 of the manifest: it stands for the whole content."""

    data: bytes
    fingerprint: str


def write_archive(store: Store, run_id: str, people: bool = False) -> Archived:
    """The archive of a run that has ended; with `people` the labellers' pseudonyms and notes are in it. Raises
    UserError for a run that is not there, still goes on, or is too large."""
    head = queries.run(store, run_id)
    if head.state == "running":
        raise UserError(f"The run {run_id} still goes on: archive it when it has ended, or stop it first.")
    members: dict[str, bytes] = {"README.txt": README.encode()}
    counts: dict[str, int] = {}
    for table in TABLES:
        for name, rows, count in _parts(table, _rows(store, table, run_id, people)):
            members[name], counts[name] = rows, count
    for name, rows, count in _parts("prompts", prompts(store, run_id)):
        members[name], counts[name] = rows, count
    members["versions.json"] = _pretty({"polycompass": own_version(), "schema": NEWEST, "versions": versions()})
    members = {name: _without_keys(content) for name, content in members.items()}
    if sum(map(len, members.values())) > MAX_UNPACKED:
        raise UserError(
            f"The run {run_id} is larger than the {MAX_UNPACKED / 1e9:.0f} GB that an archive may unpack to."
        )
    manifest = _pretty(
        {
            "format": FORMAT,
            "schema": NEWEST,
            "run": run_id,
            "name": head.name,
            "labellers": "as stored" if people else "numbered",
            "members": {
                name: {"sha256": digest(content), "bytes": len(content), "rows": counts.get(name)}
                for name, content in members.items()
            },
        }
    )
    return Archived(_zipped({MANIFEST: manifest} | members), digest(manifest))


def archive(store: Store, run_id: str) -> bytes:
    """The archive without labellers' pseudonyms."""
    return write_archive(store, run_id).data


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def columns(store: Store, table: str) -> dict[str, str]:
    """A table's columns with DuckDB's types."""
    sql = "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index"
    return dict(store.rows(sql, [table]))


def _rows(store: Store, table: str, run_id: str, people: bool) -> Iterator[dict[str, Any]]:
    """A run's rows of a table, as JSON has them."""
    where, order = TABLES[table]
    kinds = columns(store, table)
    # JSON comes as its text, so that nothing of it changes.
    chosen = ", ".join(f"{name}::VARCHAR AS {name}" if kind == "JSON" else name for name, kind in kinds.items())
    numbers: dict[str, str] = {}
    with store.cursor() as cursor:
        cursor.execute(f"SELECT {chosen} FROM {table} WHERE {where} ORDER BY {order}", {"run": run_id})
        while some := cursor.fetchmany(ROWS_AT_ONCE):
            for cells in some:
                row = {name: _plain(cell) for name, cell in zip(kinds, cells, strict=True)}
                if table == "labels" and not people:
                    row["labeller"] = numbers.setdefault(row["labeller"], f"labeller {len(numbers) + 1}")
                    row["note"] = ""
                yield row


def _plain(cell: Any) -> Any:
    return cell.isoformat() if isinstance(cell, datetime) else cell


def _parts(table: str, rows: Iterator[dict[str, Any]]) -> Iterator[tuple[str, bytes, int]]:
    """Members of at most about PART_BYTES: name, content, rows. An empty table has none."""
    lines: list[bytes] = []
    size = number = 0
    for row in rows:
        line = json.dumps(row, ensure_ascii=False).encode() + b"\n"
        if lines and size + len(line) > PART_BYTES:
            number += 1
            yield f"{table}-{number:04d}.jsonl", b"".join(lines), len(lines)
            lines, size = [], 0
        lines.append(line)
        size += len(line)
    if lines:
        yield f"{table}-{number + 1:04d}.jsonl", b"".join(lines), len(lines)


def prompts(store: Store, run_id: str) -> Iterator[dict[str, Any]]:
    """The words put to the models: for each item and wording the first call of a trial (later ones are in the steps of
    the responses), then what judges were told. What has changed since the run is not known any more, and said."""
    found = source(store, run_id)
    plan_hash = found.plan.get("prompt_hash", "")
    if found.asked:
        plan = plan_from_json(found.head.plan, found.suite)
        method = method_of(plan.method)
        closed = {item.id for item in plan.probe_items}
        for item in plan.suite.items:
            for variation in (*plan.variations, *(method.probes if item.id in closed else ())):
                words = [asdict(message) for message in method.request(item, variation, plan.asking).messages]
                yield {"item": item.id, "variation": variation, "prompt_hash": plan_hash, "messages": words}
    elif found.plan.get("method") in methods():
        yield {"prompt_hash": plan_hash, "known": False}
    for (reader,) in store.rows("SELECT DISTINCT recogniser FROM recognised WHERE run_id = ? ORDER BY ALL", [run_id]):
        if reader.startswith(JUDGE):
            yield _judge(reader, found.head.system)


def _judge(reader: str, system_id: str) -> dict[str, Any]:
    text = prompt_text()
    book = codebook(text, system(system_id))
    current = hashlib.sha256(f"{text.digest} {book}".encode()).hexdigest()[:8]
    used = reader.rpartition("@")[2].partition("x")[0]
    return {"judge": reader, "codebook": book} if used == current else {"judge": reader, "known": False}


def _without_keys(content: bytes) -> bytes:
    """The content with every key of a provider that this process knows struck out, wherever it might stand."""
    for provider in providers().values():
        for variable in provider.keys:
            key = os.environ.get(variable, "").strip()
            if len(key) >= SHORTEST_KEY:
                content = content.replace(json.dumps(key)[1:-1].encode(), b"[key]")
    return content


def _pretty(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, indent=1).encode()


def _zipped(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(zipfile.ZipInfo(name, FIRST_DAY), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
