"""What stands under every mean: how many questions were planned, asked and scored, and what became of the others."""

from collections.abc import Sequence

import pandas as pd

from core.store.database import Store
from core.store.summaries import CHOSEN

_PLANNED = """
    (SELECT count(*) FROM items AS i WHERE i.suite_hash = runs.suite_hash)
    * json_array_length(plan, '$.variations') * (plan->>'$.epochs')::INTEGER
"""


_OUTCOMES = ", ".join(
    f"coalesce(sum(n) FILTER (outcome = '{name}'), 0)::BIGINT AS {name}"
    for name in ("ok", "truncated", "refused", "unparsed", "filtered", "error")
)


def outcomes(store: Store, run_ids: Sequence[str]) -> pd.DataFrame:
    """Per model, over its free answers: how many were planned, asked so far and read (`scored`), and a count of each
    core.methods.base.Outcome, which add up to `asked`. A plan that names no questions, as that of imported answers,
    planned what was asked."""
    return store.frame(
        CHOSEN
        + f"""
        , plans AS (SELECT run_id, {_PLANNED} AS planned FROM runs)
        SELECT model, run_id,
               greatest(sum(n), coalesce(any_value(planned), 0))::BIGINT AS planned,
               sum(n)::BIGINT AS asked,
               {_OUTCOMES},
               sum(scored)::BIGINT AS scored
        FROM counts JOIN chosen USING (model, run_id) JOIN plans USING (run_id)
        WHERE open
        GROUP BY ALL ORDER BY model
        """,
        {"runs": list(run_ids)},
    )


_EVERYWHERE = """
    SELECT model, unnest($values::VARCHAR[]) AS value, items, asked
    FROM (SELECT model, count(*) AS items, sum(asked) AS asked FROM asked GROUP BY model)
"""
_AT_STAKE = """
    SELECT model, value, count(*) AS items, sum(asked) AS asked FROM (
        SELECT model, asked, unnest(list_intersect(i.item_values, $values::VARCHAR[])) AS value
        FROM asked JOIN chosen USING (model) JOIN runs USING (run_id) JOIN items AS i USING (suite_hash, item_id)
    ) GROUP BY ALL
"""
_NAMED = (
    "JOIN runs USING (run_id) JOIN items AS i USING (suite_hash, item_id) WHERE list_contains(i.item_values, value)"
)


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
            SELECT model, item_id, sum(n)::BIGINT AS asked FROM counts JOIN chosen USING (model, run_id)
            WHERE open GROUP BY ALL
        ), due AS ({_AT_STAKE if at_stake else _EVERYWHERE}), read AS (
            SELECT model, value, sum(n / asked) AS read, sum(total / asked) AS strength
            FROM sums JOIN chosen USING (model, run_id) JOIN asked USING (model, item_id) {_NAMED if at_stake else ""}
            GROUP BY ALL
        )
        SELECT model, value, items, due.asked::BIGINT AS asked, coalesce(read, 0) AS read,
               coalesce(strength, 0) AS strength
        FROM due LEFT JOIN read USING (model, value)
        """,
        {"runs": list(run_ids), "values": list(values)},
    )
