"""Answers that one's own runs gave to a bank's items."""

from collections.abc import Sequence

import pandas as pd

from core.store.database import Store

# The answer expected under the probabilities of the six, where the model gave them; else the one it chose.
_VALUE = """
    CASE WHEN outcome <> 'ok' THEN NULL
         WHEN option_probs IS NULL THEN CAST(choice AS DOUBLE)
         ELSE list_sum([n * coalesce(CAST(json_extract(option_probs, '$."' || n || '"') AS DOUBLE), 0)
                        FOR n IN [1, 2, 3, 4, 5, 6]])
    END
"""


def own(store: Store, suites: str, runs: Sequence[str] | None = None) -> pd.DataFrame:
    """Answers in runs of a bank's suites, whose ids begin with `suites` and ":": columns run_id, trial_id, model,
    item_id, variation, epoch, outcome, choice, text, value (1..6 or NaN), refused. Pilots stay out; where several
    runs hold answers of one model, the newest speaks for it."""
    sql = f"""
        SELECT run_id, trial_id, model, item_id, variation, epoch, outcome, choice, text, {_VALUE} AS value,
               outcome = 'refused' AS refused
        FROM responses JOIN runs USING (run_id) JOIN suites USING (suite_hash)
        WHERE starts_with(suite_id, $suites) AND runs.kind <> 'pilot' AND runs.plan->>'method' = 'portrait'
              AND ($runs IS NULL OR list_contains($runs::VARCHAR[], run_id))
        QUALIFY run_id = max(run_id) OVER (PARTITION BY model)
        ORDER BY run_id, trial_id
    """
    return store.frame(sql, {"suites": suites + ":", "runs": list(runs) if runs is not None else None})


def runs_of(store: Store, suites: str) -> list[str]:
    """The ids of the runs of a bank, newest first."""
    sql = """
        SELECT run_id FROM runs JOIN suites USING (suite_hash)
        WHERE starts_with(suite_id, ?) AND kind <> 'pilot' AND plan->>'method' = 'portrait' ORDER BY run_id DESC
    """
    return [row[0] for row in store.rows(sql, [suites + ":"])]


def of_item(store: Store, suites: str, item_id: str) -> pd.DataFrame:
    """What each model said to one item: columns as in `own`."""
    found = own(store, suites)
    return found[found["item_id"] == item_id].reset_index(drop=True)


def version(store: Store, suites: str) -> str:
    """Changes whenever there are more answers of this bank."""
    sql = """
        SELECT count(*), max(arrived_at) FROM responses JOIN runs USING (run_id) JOIN suites USING (suite_hash)
        WHERE starts_with(suite_id, ?)
    """
    return str(store.rows(sql, [suites + ":"])[0])
