"""Every request that was sent, and what it took: the one source of what a run has spent."""

from dataclasses import dataclass

import pandas as pd

from core.store.database import Store
from core.store.records import now
from core.store.summaries import OPEN
from core.store.writer import Row

CACHED = "cached"


def call(
    run_id: str,
    session: int,
    model: str,
    role: str,
    kind: str,
    latency_s: float,
    tokens_in: int | None = None,
    tokens_out: int | None = None,
    cost_usd: float | None = None,
) -> tuple[str, Row]:
    """The row of one request. `session` counts the run's starts; `role` is "model" or "judge"; `kind` is "ok", "cached"
    (nothing was sent) or a ModelError's kind."""
    return "calls", {
        "run_id": run_id,
        "session": session,
        "model": model,
        "role": role,
        "kind": kind,
        "ended_at": now(),
        "latency_s": latency_s,
        "tokens_in": tokens_in,
        "tokens_out": tokens_out,
        "cost_usd": cost_usd,
    }


def spent(store: Store, run_id: str) -> tuple[int, int, float, float]:
    """What a run took over all its sessions: requests sent, tokens, dollars, seconds by the clock."""
    sql = """
        WITH sent AS (SELECT * FROM calls WHERE run_id = $run AND kind <> 'cached'),
        spans AS (
            SELECT epoch(max(ended_at)) - min(epoch(ended_at) - latency_s) AS seconds
            FROM calls WHERE run_id = $run GROUP BY session
        )
        SELECT count(*), coalesce(sum(tokens_in), 0) + coalesce(sum(tokens_out), 0), coalesce(sum(cost_usd), 0),
               coalesce((SELECT sum(seconds) FROM spans), 0)
        FROM sent
    """
    calls, tokens, dollars, seconds = store.rows(sql, {"run": run_id})[0]
    return int(calls), int(tokens), float(dollars), float(seconds)


def spending(store: Store, run_id: str) -> pd.DataFrame:
    """One row a model and role: calls sent, failed, cached (from the store, free), tokens_in, tokens_out, cost_usd
    (empty where an answered call's price is unknown), latency_s (mean of the answered calls), calls_per_s (answered,
    over the time the run went on)."""
    return store.frame(
        """
        WITH sessions AS (
            SELECT model, role, greatest(epoch(max(ended_at)) - min(epoch(ended_at) - latency_s), 0) AS seconds
            FROM calls WHERE run_id = $run AND kind = 'ok' GROUP BY model, role, session
        ),
        spans AS (SELECT model, role, sum(seconds) AS seconds FROM sessions GROUP BY ALL)
        SELECT model, role,
               count(*) FILTER (kind <> 'cached') AS calls,
               count(*) FILTER (kind NOT IN ('ok', 'cached')) AS failed,
               count(*) FILTER (kind = 'cached') AS cached,
               coalesce(sum(tokens_in) FILTER (kind <> 'cached'), 0)::BIGINT AS tokens_in,
               coalesce(sum(tokens_out) FILTER (kind <> 'cached'), 0)::BIGINT AS tokens_out,
               CASE WHEN bool_or(kind = 'ok' AND cost_usd IS NULL) THEN NULL
                    ELSE coalesce(sum(cost_usd) FILTER (kind <> 'cached'), 0) END AS cost_usd,
               avg(latency_s) FILTER (kind = 'ok') AS latency_s,
               count(*) FILTER (kind = 'ok') / nullif(any_value(spans.seconds), 0) AS calls_per_s
        FROM calls LEFT JOIN spans USING (model, role)
        WHERE run_id = $run GROUP BY model, role ORDER BY role DESC, model
        """,
        {"run": run_id},
    )


def causes(store: Store, run_id: str) -> pd.DataFrame:
    """Requests that failed, whether or not a later one brought the answer: model, role, kind, calls."""
    return store.frame(
        """
        SELECT model, role, kind, count(*) AS calls FROM calls
        WHERE run_id = ? AND kind NOT IN ('ok', 'cached') GROUP BY ALL ORDER BY calls DESC
        """,
        [run_id],
    )


@dataclass(frozen=True)
class Measured:
    """Means over answered calls."""

    tokens_in: float
    tokens_out: float
    latency_s: float


def measured(store: Store, model: str, run_id: str) -> Measured | None:
    """What a model's answers took in one run, but for the probes of order; None when it gave none with their tokens."""
    sql = f"""
        SELECT avg(tokens_in), avg(tokens_out), avg(latency_s) FROM responses
        WHERE run_id = ? AND model = ? AND {OPEN} AND outcome NOT IN ('error', 'filtered')
        HAVING count(tokens_in) > 0 AND count(tokens_out) > 0 AND count(latency_s) > 0
    """
    return _means(store.rows(sql, [run_id, model]))


def measured_judge(store: Store, run_id: str) -> Measured | None:
    """What reading one answer took in one run, over all the calls the judge needed for it; None where none was read."""
    sql = """
        SELECT avg(m.tokens_in), avg(m.tokens_out), coalesce(any_value(c.latency_s), 0)
        FROM recognised AS m
        LEFT JOIN (SELECT run_id, avg(latency_s) AS latency_s FROM calls WHERE role = 'judge' AND kind = 'ok'
                   GROUP BY run_id) AS c USING (run_id)
        WHERE m.run_id = ? AND m.status IN ('ok', 'refused', 'invalid') HAVING sum(m.tokens_out) > 0
    """
    return _means(store.rows(sql, [run_id]))


def _means(rows: list[tuple[float, ...]]) -> Measured | None:
    return Measured(*map(float, rows[0])) if rows else None
