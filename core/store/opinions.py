"""What answers express, point by point where they were read so: named queries."""

from collections.abc import Sequence

import pandas as pd

from core.store.database import Store
from core.store.queries import NAMED
from core.store.summaries import CHOSEN, OPEN

_PARTS = '[{"strengths": "MAP(VARCHAR, DOUBLE)", "shown": ["VARCHAR"]}]'
_EACH = f"""
    , each_part AS (
        SELECT run_id, trial_id, unnest(from_json(parts, '{_PARTS}')) AS part
        FROM recognised JOIN runs USING (run_id, recogniser) SEMI JOIN chosen USING (run_id) WHERE status = 'ok'
    ), in_points AS (
        SELECT run_id, trial_id, value, count(*) AS points, count(*) FILTER (list_contains(part.shown, value)) AS shown,
               avg(strength) AS mean
        FROM (SELECT run_id, trial_id, part, unnest(map_keys(part.strengths)) AS value,
                     unnest(map_values(part.strengths)) AS strength FROM each_part)
        GROUP BY ALL
    )
"""


def asked(store: Store, run_ids: Sequence[str]) -> pd.DataFrame:
    """One row a free answer, the newest run of each model: run_id, trial_id, model, question (the item's id),
    variation, epoch, outcome, and `status`, how its reading ended ("" where it was not read)."""
    return store.frame(
        CHOSEN
        + NAMED
        + f"""
        SELECT r.run_id, r.trial_id, r.model, i.item AS question, r.variation, r.epoch, r.outcome,
               coalesce(m.status, '') AS status
        FROM responses AS r JOIN chosen USING (model, run_id) JOIN runs USING (run_id)
        JOIN named AS i ON i.suite_hash = runs.suite_hash AND i.item_id = r.item_id
        LEFT JOIN recognised AS m
            ON m.run_id = r.run_id AND m.trial_id = r.trial_id AND m.recogniser = runs.recogniser
        WHERE {OPEN} ORDER BY r.model, i.position, r.variation, r.epoch
        """,
        {"runs": list(run_ids)},
    )


def read(store: Store, run_ids: Sequence[str]) -> pd.DataFrame:
    """One row an answer and value that was read in it: run_id, trial_id, value, `expressed` (whether it speaks for the
    value), `strength`, and over its `points`, how many show it (`shown`) and their `mean` strength; an answer that was
    not read point by point has one."""
    return store.frame(
        CHOSEN
        + _EACH
        + """
        SELECT g.run_id, g.trial_id, g.value,
               g.stance IN ('supports', 'present') AND g.strength > 0 AS expressed, g.strength,
               coalesce(p.points, 1) AS points, coalesce(p.shown, expressed::INTEGER) AS shown,
               coalesce(p.mean, g.strength) AS mean
        FROM recognitions AS g JOIN chosen USING (model, run_id)
        JOIN runs ON runs.run_id = g.run_id AND runs.recogniser = g.recogniser
        LEFT JOIN in_points AS p ON p.run_id = g.run_id AND p.trial_id = g.trial_id AND p.value = g.value
        """,
        {"runs": list(run_ids)},
    )


def parts(store: Store, run_id: str, trial_ids: Sequence[int]) -> dict[int, str]:
    """What the points of some answers show, as JSON: a list of core.recognition.base.Part. Only those read so."""
    sql = """
        SELECT trial_id, parts::VARCHAR FROM recognised JOIN runs USING (run_id, recogniser)
        WHERE run_id = ? AND list_contains(?::BIGINT[], trial_id) AND parts IS NOT NULL
    """
    return {int(trial): str(found) for trial, found in store.rows(sql, [run_id, list(trial_ids)])}
