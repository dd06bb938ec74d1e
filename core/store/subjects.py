"""Models in runs side by side: one model in two runs is two subjects here, while elsewhere its newest run speaks."""

from collections.abc import Sequence

import pandas as pd

from core.store.database import Store
from core.store.queries import NAMED, SPEAKS
from core.store.summaries import CHOSEN, OPEN


def item_scores(store: Store, run_ids: Sequence[str], at_stake: bool = False) -> pd.DataFrame:
    """Mean strength per run x model x item x value: run_id, model, item_id, value, strength, n (answers), the names as
    categories. Items of one id and other words are told apart, see `queries.NAMED`."""
    return store.categories(
        CHOSEN
        + NAMED
        + "SELECT s.run_id, s.model, i.item AS item_id, s.value, s.total / s.n AS strength, s.n"
        + " FROM sums AS s JOIN runs USING (run_id) JOIN named AS i USING (suite_hash, item_id)"
        + (" WHERE list_contains(i.item_values, s.value)" if at_stake else ""),
        {"runs": list(run_ids)},
    )


def asked(store: Store, run_ids: Sequence[str]) -> pd.DataFrame:
    """The open questions per run x model x item: run_id, model, item_id, `stored` (the item's id in the run's own
    suite), text, asked, scored."""
    return store.frame(
        CHOSEN
        + NAMED
        + """
        SELECT c.run_id, c.model, i.item AS item_id, i.item_id AS stored, left(any_value(i.text), 500) AS text,
               sum(c.n)::BIGINT AS asked, sum(c.scored)::BIGINT AS scored
        FROM counts AS c JOIN runs USING (run_id) JOIN named AS i USING (suite_hash, item_id)
        WHERE c.open GROUP BY ALL ORDER BY ALL
        """,
        {"runs": list(run_ids)},
    )


def subjects(store: Store, run_ids: Sequence[str]) -> pd.DataFrame:
    """The models in each run, newest run first: run_id, model, first and last (when they answered), suite, suite_id,
    answers (read, to open questions), cached (of all answers to open ones, those that repeat a reply kept earlier)."""
    return store.frame(
        CHOSEN
        + f"""
        , times AS (
            SELECT run_id, model, min(arrived_at) AS first, max(arrived_at) AS last,
                   count(*) FILTER (cached) AS cached
            FROM responses SEMI JOIN picked USING (run_id) WHERE {OPEN} GROUP BY ALL
        ), read AS (SELECT run_id, model, sum(scored)::BIGINT AS answers FROM counts WHERE open GROUP BY ALL)
        SELECT run_id, model, first, last, suites.name AS suite, suite_id, answers, cached
        FROM times JOIN read USING (run_id, model) JOIN runs USING (run_id) JOIN suites USING (suite_hash)
        WHERE answers > 0 ORDER BY run_id DESC, model
        """,
        {"runs": list(run_ids)},
    )


def by_variation(store: Store, run_id: str, model: str, at_stake: bool = False) -> pd.DataFrame:
    """One model's mean strength per variation x item x value in one run: variation, item_id, value, strength."""
    return store.frame(
        f"""
        SELECT r.variation, g.item_id, g.value, fsum(g.strength) / count(*) AS strength
        FROM (FROM recognitions WHERE {SPEAKS} AND model = $model) AS g
        JOIN responses AS r ON r.run_id = g.run_id AND r.trial_id = g.trial_id
        JOIN runs ON runs.run_id = g.run_id
        JOIN items AS i ON i.suite_hash = runs.suite_hash AND i.item_id = g.item_id
        WHERE $everywhere OR list_contains(i.item_values, g.value)
        GROUP BY ALL
        """,
        {"run": run_id, "model": model, "everywhere": not at_stake},
    )
