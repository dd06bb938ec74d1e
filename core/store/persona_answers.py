"""Answers to a bank's items that models gave in personas."""

import pandas as pd

from core.store.database import Store

METHOD = "portrait_personas"
_OVER = "FOR n IN [1, 2, 3, 4, 5, 6]"


def _moment(term: str) -> str:
    """The expected value of `term` in n over the probabilities of the six answers, or of the answer chosen."""
    chosen = term.replace("n", "CAST(choice AS DOUBLE)")
    probability = "coalesce(CAST(json_extract(option_probs, '$.\"' || n || '\"') AS DOUBLE), 0)"
    return f"""
        CASE WHEN outcome <> 'ok' THEN NULL WHEN option_probs IS NULL THEN {chosen}
             ELSE list_sum([{term} * {probability} {_OVER}]) END
    """


def given(store: Store, run_id: str, model: str) -> pd.DataFrame:
    """The answers of one model in one run: columns item_id, variation, epoch, outcome, value (1..6 or NaN), square (the
    expected square of the answer)."""
    sql = f"""
        SELECT item_id, variation, epoch, outcome, {_moment("n")} AS value, {_moment("n * n")} AS square
        FROM responses WHERE run_id = ? AND model = ? ORDER BY trial_id
    """
    return store.frame(sql, [run_id, model])


def runs_of(store: Store, suites: str) -> list[tuple[str, str]]:
    """Id and name of the runs that asked the items of a bank in personas, newest first. `suites` begins the ids of the
    bank's suites, before a colon."""
    sql = """
        SELECT run_id, runs.name FROM runs JOIN suites USING (suite_hash)
        WHERE starts_with(suite_id, ?) AND kind <> 'pilot' AND plan->>'method' = ? ORDER BY run_id DESC
    """
    return [(row[0], row[1]) for row in store.rows(sql, [suites + ":", METHOD])]


def models_of(store: Store, run_id: str) -> list[str]:
    """The models that have answered in a run."""
    sql = "SELECT model FROM responses WHERE run_id = ? GROUP BY model ORDER BY model"
    return [row[0] for row in store.rows(sql, [run_id])]


def said(store: Store, run_id: str, model: str, item_id: str) -> pd.DataFrame:
    """What a model said to one item, in all personas: columns variation, epoch, outcome, choice, value, text."""
    sql = f"""
        SELECT variation, epoch, outcome, choice, {_moment("n")} AS value, text
        FROM responses WHERE run_id = ? AND model = ? AND item_id = ? ORDER BY variation, epoch
    """
    return store.frame(sql, [run_id, model, item_id])


def version(store: Store, run_id: str) -> str:
    """Changes whenever a run has more answers."""
    return str(store.rows("SELECT count(*), max(arrived_at) FROM responses WHERE run_id = ?", [run_id])[0])
