"""What stands under every mean: how many questions were planned, asked and scored, and what became of the others."""

from collections.abc import Sequence

import pandas as pd

from core.store.database import Store
from core.store.queries import CHOSEN, OPEN

_PLANNED = """
    (SELECT count(*) FROM items AS i WHERE i.suite_hash = runs.suite_hash)
    * json_array_length(plan, '$.variations') * (plan->>'$.epochs')::INTEGER
"""


def outcomes(store: Store, run_ids: Sequence[str]) -> pd.DataFrame:
    """Per model, over its free answers: how many were planned, asked so far and read (`scored`), and a count of each
    core.methods.base.Outcome, which add up to `asked`. A plan that names no questions, as that of imported answers,
    planned what was asked."""
    return store.frame(
        CHOSEN
        + f"""
        , plans AS (SELECT run_id, recogniser, {_PLANNED} AS planned FROM runs)
        SELECT model, run_id,
               greatest(count(*), coalesce(any_value(planned), 0))::BIGINT AS planned,
               count(*) AS asked,
               count(*) FILTER (outcome = 'ok') AS ok,
               count(*) FILTER (outcome = 'truncated') AS truncated,
               count(*) FILTER (outcome = 'refused') AS refused,
               count(*) FILTER (outcome = 'unparsed') AS unparsed,
               count(*) FILTER (outcome = 'filtered') AS filtered,
               count(*) FILTER (outcome = 'error') AS error,
               count(*) FILTER (m.status = 'ok') AS scored
        FROM responses JOIN chosen USING (model, run_id) JOIN plans USING (run_id)
        LEFT JOIN recognised AS m USING (run_id, trial_id, recogniser)
        WHERE {OPEN}
        GROUP BY ALL ORDER BY model
        """,
        {"runs": list(run_ids)},
    )


_EVERYWHERE = "SELECT model, item_id, asked, unnest($values::VARCHAR[]) AS value FROM asked"
_AT_STAKE = """
    SELECT model, item_id, asked, unnest(list_intersect(i.item_values, $values::VARCHAR[])) AS value
    FROM asked JOIN chosen USING (model) JOIN runs USING (run_id) JOIN items AS i USING (suite_hash, item_id)
"""


def due(store: Store, run_ids: Sequence[str], values: Sequence[str], at_stake: bool = False) -> pd.DataFrame:
    """Per model x value what its score is made of, and what it lacks: `items` asked that score the value and the
    questions `asked` on them so far; sums over these items of the share of an item's questions that was read (`read`)
    and of the strengths read divided by the item's questions (`strength`).

    With `at_stake` only the items that name the value as at stake score it, as in queries.item_scores.
    """
    return store.frame(
        CHOSEN
        + f"""
        , asked AS (
            SELECT model, item_id, count(*) AS asked FROM responses JOIN chosen USING (model, run_id)
            WHERE {OPEN} GROUP BY ALL
        ), due AS ({_AT_STAKE if at_stake else _EVERYWHERE}), read AS (
            SELECT r.model, r.item_id, r.value, count(*) AS n, sum(r.strength) AS strength
            FROM recognitions AS r JOIN chosen USING (model, run_id) JOIN runs USING (run_id, recogniser)
            GROUP BY ALL
        )
        SELECT model, value, count(*) AS items, sum(asked)::BIGINT AS asked,
               sum(coalesce(n, 0) / asked) AS read, sum(coalesce(strength, 0) / asked) AS strength
        FROM due LEFT JOIN read USING (model, item_id, value) GROUP BY ALL
        """,
        {"runs": list(run_ids), "values": list(values)},
    )
