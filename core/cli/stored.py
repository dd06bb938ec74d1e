"""`polycompass runs`, `show` and `export`: what the store holds."""

import argparse
import json
import math
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from core.cli.counts import counts, totals
from core.cli.opening import store_path, stored
from core.cli.output import safe, say, say_table
from core.cli.portrait_scores import portrait_of, say_portrait, told_portrait
from core.cli.saving import save
from core.cli.spending import cost_words, say_spending, spent
from core.errors import UserError
from core.interchange.exports import csv, inspect, inspect_json, jsonl, one_log, parquet
from core.runs.results import Results, load
from core.runs.trust import doubtful
from core.store import ledger, queries
from core.store.database import Store
from core.store.queries import RunHead

TOO_SMALL = "n too small"
MOST_ERRORS = 5
NO_RECOGNISER = "none"
FORMATS = {"csv": csv, "jsonl": jsonl, "parquet": parquet, "inspect": inspect, "inspect-json": inspect_json}
TEXT = ("csv", "jsonl")
ENDINGS = {".eval": "inspect", ".json": "inspect-json"}  # of a single log


def runs(args: argparse.Namespace) -> int:
    """All runs, newest first."""
    rows: list[dict[str, Any]] = []
    if store_path(args).exists():
        with stored(args) as store:
            rows = [_facts(store, head) for head in queries.runs(store)]
    if args.json:
        print(json.dumps(rows, indent=2))
    elif rows:
        say_table(
            ("run", "name", "kind", "state", "answered", "cost", "models", "recogniser", "started (UTC)"),
            [_line(r) for r in rows],
        )
    else:
        say(f"There are no runs in {store_path(args)}: `polycompass run` starts one.")
    return 0


def _facts(store: Store, head: RunHead) -> dict[str, Any]:
    """What is told of a run, as JSON tells it."""
    return {
        "run_id": head.run_id,
        "name": head.name,
        "kind": head.kind,
        "state": head.state,
        "message": head.message,
        "planned": head.planned,
        **totals(store, head.run_id),
        "spent": spent(store, head.run_id),
        "models": [model["name"] for model in json.loads(head.plan)["models"]],
        "system": head.system,
        "suite": head.suite_hash,
        "recogniser": head.recogniser,
        "measure": head.measure,
        "started": _iso(head.started_at),
        "ended": _iso(head.ended_at),
    }


def _line(facts: dict[str, Any]) -> tuple[str, ...]:
    first, *more = facts["models"]
    models = first + (f" and {len(more)} more" if more else "")
    answered = f"{facts['answered']:,} of {facts['planned']:,}"
    started = facts["started"][:16].replace("T", " ")
    recogniser = facts["recogniser"] or NO_RECOGNISER
    stands = facts["state"], answered, cost_words(facts["spent"])
    return facts["run_id"], facts["name"], facts["kind"], *stands, models, recogniser, started


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat(timespec="seconds") + "Z"


def show(args: argparse.Namespace) -> int:
    """One run's outcomes and scores."""
    with stored(args) as store:
        head = queries.run(store, args.run_id)
        if args.json:
            print(json.dumps(told(store, head), indent=2))
        else:
            say_results(store, head.run_id)
    return 0


def told(store: Store, head: RunHead) -> dict[str, Any]:
    """All that is told of a run, as JSON tells it."""
    results, portrait = _results(store, head), portrait_of(store, head)
    return {
        "run": _facts(store, head),
        "outcomes": _records(counts(store, head.run_id)),
        "spending": _records(ledger.spending(store, head.run_id)),
        "scores": _records(_scores(results)) if results else [],
        "doubtful": doubtful(head.recogniser, results.system.ids, store) if results else {},
        "findings": [vars(found) for each in results.findings.values() for found in each] if results else [],
        **({"portrait": told_portrait(portrait)} if portrait else {}),
    }


@dataclass(frozen=True)
class Ended:
    """How a run stands: its state, the sentence that says why, and how many calls got an answer or a refusal."""

    state: str
    message: str
    answered: int


def say_results(store: Store, run_id: str) -> Ended:
    """Print how a run's calls ended, what failed, its scores, and its state."""
    head = queries.run(store, run_id)
    table = counts(store, run_id)
    say_table(tuple(table.columns), table.to_numpy(dtype=object).tolist())
    for failure in queries.errors(store, run_id).head(MOST_ERRORS).itertuples():
        say(f"{failure.calls} x {failure.kind}: {failure.error}")
    say_spending(store, run_id)
    results = _results(store, head)
    if results:
        _say_scores(results)
        for value, sentence in doubtful(head.recogniser, results.system.ids, store).items():
            say(f"not reliable on {results.system.names[value]}: {sentence}")
    elif portrait := portrait_of(store, head):
        say_portrait(portrait)
    else:
        say()
        say("No values were read, so there are no scores." if head.recogniser else "No recogniser, so no scores.")
    # A run that the disk left behind still says "running": its end could not be written either.
    failure = store.writer.failure
    state, message = ("failed", f"The store could not be written: {failure}") if failure else (head.state, head.message)
    say(f"{state}: run {run_id} ({head.name})")
    if message:
        say(message)
    return Ended(state, message, int(table[["answered", "truncated", "refused"]].sum().sum()))


def _results(store: Store, head: RunHead) -> Results | None:
    """The scores of a run, None where nothing was read."""
    if not totals(store, head.run_id)["read"]:
        return None
    return load(store, [head.run_id], head.system, head.measure)


def _scores(results: Results) -> pd.DataFrame:
    """One row per model and value: raw score, interval and n, and the same centred within the model."""
    centred = results.ipsatised.frame()[["model", "value", "score", "low", "high"]]
    return results.raw.frame().merge(centred, on=["model", "value"], suffixes=("", "_ipsatised"))


def _say_scores(results: Results) -> None:
    low, high = results.raw.bounds
    table = _scores(results)
    for model in results.raw.models:
        say()
        say(f"{model}: {results.measure}, {low:.0f} to {high:.0f}, with 95 % intervals")
        say_table(
            ("value", "score", "interval", "to own mean", "scenarios", "answers"),
            [_score_line(results, row) for row in table[table["model"] == model].itertuples()],
        )
        for finding in results.findings.get(model, []):
            say(f"{'low information' if finding.gate else 'note'}: {finding.sentence}")
    say()


def _score_line(results: Results, row: Any) -> tuple[object, ...]:
    interval = TOO_SMALL if math.isnan(row.low) else f"{row.low:.1f} to {row.high:.1f}"
    score, centred = (f"{number:.1f}" if math.isfinite(number) else "-" for number in (row.score, row.score_ipsatised))
    return results.system.names[row.value], score, interval, centred, row.n_items, row.n_answers


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(table.to_json(orient="records"))
    return found


def export(args: argparse.Namespace) -> int:
    """One run's answers with their readings, to a file or to standard output."""
    out = Path(args.out) if args.out else None
    ending = out.suffix.lower() if out else ""
    kind = args.format or (ENDINGS.get(ending, ending.removeprefix(".")) if out else "csv")
    if kind not in FORMATS:
        raise UserError(f"{out} has no ending that says what to write: add --format {', '.join(FORMATS)}.")
    if out is None and kind not in TEXT:
        raise UserError(f"{kind.capitalize()} is not text: name a file with --out.")
    with stored(args) as store:
        data = _written(store, args.run_id, kind, ending)
    if out:
        save(out, data, args.force)
    else:
        pour(data)
    return 0


def _written(store: Store, run_id: str, kind: str, ending: str) -> bytes:
    """The file's content: Inspect keeps a log for each model, so they come in a zip unless --out names one log."""
    if ENDINGS.get(ending) == kind:
        return one_log(store, run_id, ending)
    return FORMATS[kind](store, run_id)


def pour(data: bytes) -> None:
    """To standard output as it is, but for a terminal, which would obey what a model wrote."""
    if sys.stdout.isatty():
        sys.stdout.write(safe(data.decode("utf-8-sig"), keep="\n\t"))
    else:
        sys.stdout.buffer.write(data)
    sys.stdout.flush()
