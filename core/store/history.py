"""What every run came to, for a list of them all."""

import pandas as pd

from core.store.database import Store


def history(store: Store) -> pd.DataFrame:
    """One row a run, newest first: run_id, done (trials with an outcome), calls (requests sent), cached (replies from
    the store), tokens in and out, cost_usd (empty where an answered call's price is unknown), seconds by the clock
    over all sessions (empty where nothing was sent), calls_per_s."""
    return store.frame(
        """
        WITH done AS (SELECT run_id, count(*) AS done FROM responses GROUP BY run_id),
        spans AS (
            SELECT run_id, epoch(max(ended_at)) - min(epoch(ended_at) - latency_s) AS seconds
            FROM calls GROUP BY run_id, session
        ),
        clock AS (SELECT run_id, sum(seconds) AS seconds FROM spans GROUP BY run_id),
        bill AS (
            SELECT run_id, count(*) FILTER (kind <> 'cached') AS calls, count(*) FILTER (kind = 'cached') AS cached,
                   coalesce(sum(tokens_in), 0) + coalesce(sum(tokens_out), 0) AS tokens,
                   CASE WHEN bool_or(kind = 'ok' AND cost_usd IS NULL) THEN NULL
                        ELSE coalesce(sum(cost_usd), 0) END AS cost_usd
            FROM calls GROUP BY run_id
        )
        SELECT run_id, coalesce(done, 0) AS done, coalesce(calls, 0) AS calls, coalesce(cached, 0) AS cached,
               coalesce(tokens, 0)::BIGINT AS tokens,
               CASE WHEN bill.run_id IS NULL THEN 0 ELSE cost_usd END AS cost_usd,
               seconds, calls / nullif(seconds, 0) AS calls_per_s
        FROM runs LEFT JOIN done USING (run_id) LEFT JOIN clock USING (run_id) LEFT JOIN bill USING (run_id)
        ORDER BY run_id DESC
        """,
        [],
    )


def stored_of(store: Store, run_id: str) -> tuple[int, int, int]:
    """How much is stored of a run: answers, readings of values in them, requests in the ledger."""
    sql = """
        SELECT (SELECT count(*) FROM responses WHERE run_id = $run),
               (SELECT count(*) FROM recognised WHERE run_id = $run),
               (SELECT count(*) FROM calls WHERE run_id = $run AND kind <> 'cached')
    """
    answers, readings, calls = store.rows(sql, {"run": run_id})[0]
    return int(answers), int(readings), int(calls)
