"""The scores of a run of an item bank, by every scorer, for `polycompass show` and `run`."""

import json
import math
from typing import Any

from core.analysis.portrait.profile import table
from core.analysis.portrait.reliability import gates
from core.analysis.portrait.scorers import SCORERS
from core.cli.output import say, say_table
from core.errors import UserError
from core.items.dimensions import DIMENSIONS, SYSTEMS
from core.methods.portrait import Portrait
from core.runs.portrait import PREFIX
from core.runs.portrait_results import PortraitResults, load
from core.store.database import Store
from core.store.queries import RunHead

NAMES = {each.id: each.name for each in DIMENSIONS}
TOO_SMALL = "n too small"


def portrait_of(store: Store, head: RunHead) -> PortraitResults | None:
    """The scores of this run's own models; None for a run of another method, one without answers, or one whose bank
    is gone from the store."""
    plan = json.loads(head.plan)
    suite_id = str(plan["suite"]["id"])
    if plan.get("method") != Portrait.id or not suite_id.startswith(PREFIX):
        return None
    try:
        found = load(store, suite_id.removeprefix(PREFIX).split(":")[0], [head.run_id])
    except UserError:
        return None
    return found if found.own and found.profiles else None


def told_portrait(found: PortraitResults) -> dict[str, Any]:
    """As JSON: a row a scorer, model and dimension, and what is known of each model's reliability."""
    rows = [row for each in found.profiles.values() for row in _rows(found, each.scorer)]
    return {
        "bank": {"id": found.bank.id, "hash": found.bank.hash, "validated": found.bank.validated},
        "scores": [{name: _plain(cell) for name, cell in row.items()} for row in rows],
        "reliability": [
            {name: _plain(cell) for name, cell in vars(found.reliable[model]).items()}
            | {"findings": [vars(each) for each in gates(found.reliable[model])]}
            for model in found.own
        ],
    }


def say_portrait(found: PortraitResults) -> None:
    """A table a scorer and model, and what speaks against reading it."""
    validated = "validated on people" if found.bank.validated else "not validated"
    for model in found.own:
        for name, profile in found.profiles.items():
            say()
            say(
                f"{model}: {SCORERS[name].name}, points above or below its own mean, bank {found.bank.id} ({validated})"
            )
            rows = [row for row in _rows(found, profile.scorer) if row["model"] == model and row["n_items"]]
            header = ("system", "value or trait", "score", "95 % interval", "place", "items", "situations")
            say_table(header, [_line(row) for row in rows])
        for finding in gates(found.reliable[model]):
            say(f"{'low information' if finding.gate else 'note'}: {finding.sentence}")
    say()


def _rows(found: PortraitResults, scorer: str) -> list[dict[str, Any]]:
    frame = table(found.profiles[scorer])
    rows: list[dict[str, Any]] = frame[frame["model"].isin(found.own)].to_dict("records")
    return rows


def _line(row: dict[str, Any]) -> tuple[object, ...]:
    interval = TOO_SMALL if math.isnan(row["low"]) else f"{row['low']:+z.2f} to {row['high']:+z.2f}"
    counts = row["rank"], row["n_items"], row["n_queries"]
    return SYSTEMS[row["system"]], NAMES[row["dimension"]], f"{row['score']:+z.2f}", interval, *counts


def _plain(cell: Any) -> Any:
    """What JSON can hold: an unknown number is null."""
    return None if isinstance(cell, float) and math.isnan(cell) else cell
