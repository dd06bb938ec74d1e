"""Choices as the methods that ask for them read them: named queries."""

from collections.abc import Sequence

import pandas as pd

from core.store.database import Store
from core.store.queries import RunHead, runs
from core.store.summaries import CHOSEN


def runs_of(store: Store, method: str) -> list[RunHead]:
    """The runs of one method, newest first, pilots left out."""
    rows = store.rows("SELECT run_id FROM runs WHERE plan->>'method' = ? AND kind <> 'pilot'", [method])
    wanted = {row[0] for row in rows}
    return [head for head in runs(store) if head.run_id in wanted]


def choices(store: Store, run_ids: Sequence[str]) -> pd.DataFrame:
    """Every answer of some runs, the newest run of each model: run_id, trial_id, model, item_id, variation, epoch,
    outcome, choice, option_probs (JSON), option_mass."""
    return store.frame(
        CHOSEN
        + """
        SELECT run_id, trial_id, model, item_id, variation, epoch, outcome, choice,
               option_probs::VARCHAR AS option_probs, option_mass
        FROM responses JOIN chosen USING (model, run_id) ORDER BY model, variation, epoch, item_id
        """,
        {"runs": list(run_ids)},
    )


def with_steps(store: Store, run_id: str, trial_id: int) -> tuple[str, str]:
    """What one response said last, and the earlier calls of its trial as JSON (see core.store.records.ResponseRow)."""
    sql = "SELECT text, steps::VARCHAR FROM responses WHERE run_id = ? AND trial_id = ?"
    rows = store.rows(sql, [run_id, trial_id])
    return (rows[0][0] or "", rows[0][1] or "[]") if rows else ("", "[]")


def suites_called(store: Store, prefix: str) -> list[tuple[str, str]]:
    """Stored suites whose id begins so, those with the latest id first: (hash, name)."""
    sql = "SELECT suite_hash, name FROM suites WHERE starts_with(suite_id, ?) ORDER BY suite_id DESC, name"
    return [(row[0], row[1]) for row in store.rows(sql, [prefix])]


def suite_name(store: Store, suite_hash: str) -> tuple[str, str]:
    """The id and name of a stored suite."""
    rows = store.rows("SELECT suite_id, name FROM suites WHERE suite_hash = ?", [suite_hash])
    return rows[0] if rows else ("", suite_hash)
