"""Sums of a run's rows by model, item and value, so that a page's cost does not grow with the answers.

They are taken when a run has ended (or first looked at) and hold until the run is written to again: every transaction
that does so takes the run's name off the list of those summarised. A run that is not on it is summed from its rows.
"""

from collections.abc import Sequence
from uuid import uuid4

import duckdb
import pyarrow as pa

from core.errors import UserError
from core.store.database import Store
from core.store.writer import transact

# An answer to an open question, in which values are read.
OPEN = "NOT starts_with(variation, 'closed-')"

# Compensated sums hardly depend on the order of the rows, which is not the same twice.
_SUMS = """
    SELECT run_id, model, item_id, value, n, total FROM (
        SELECT run_id, recogniser, model, item_id, value, count(*) AS n, fsum(strength) AS total
        FROM recognitions SEMI JOIN raw USING (run_id) GROUP BY ALL
    ) JOIN runs USING (run_id, recogniser)
"""
_COUNTS = f"""
    SELECT run_id, model, item_id, {OPEN} AS open, outcome, count(*) AS n, count(status) AS scored
    FROM responses SEMI JOIN raw USING (run_id) LEFT JOIN (
        SELECT run_id, trial_id, status FROM recognised JOIN runs USING (run_id, recogniser)
        SEMI JOIN raw USING (run_id) WHERE status = 'ok'
    ) USING (run_id, trial_id) GROUP BY ALL
"""
_TABLES = {"item_sums": _SUMS, "item_counts": _COUNTS}

# What queries over several runs ($runs) begin with. `chosen`: where several hold answers of one model, its newest run
# speaks for it (run ids sort by time). `sums`: per run, model, item and value the number and sum of the strengths read
# by the run's recogniser. `counts`: per run, model, item and outcome the answers, and those in which values were read.
CHOSEN = f"""
    WITH picked AS (SELECT DISTINCT unnest($runs::VARCHAR[]) AS run_id),
    summed AS (SELECT run_id FROM picked SEMI JOIN (SELECT run_id FROM summarised WHERE complete) USING (run_id)),
    raw AS (SELECT run_id FROM picked ANTI JOIN summed USING (run_id)),
    sums AS NOT MATERIALIZED (
        SELECT run_id, model, item_id, value, n, total FROM item_sums SEMI JOIN summed USING (run_id)
        UNION ALL {_SUMS}
    ),
    counts AS NOT MATERIALIZED (
        SELECT run_id, model, item_id, open, outcome, n, scored FROM item_counts SEMI JOIN summed USING (run_id)
        UNION ALL {_COUNTS}
    ),
    chosen AS (
        SELECT model, max(run_id) AS run_id FROM (
            SELECT DISTINCT run_id, model FROM item_counts SEMI JOIN summed USING (run_id)
            UNION ALL SELECT DISTINCT run_id, model FROM responses SEMI JOIN raw USING (run_id)
        ) GROUP BY model
    )
"""


def outdate(con: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """To be called in every transaction that changes a run's rows; the writer does so for rows that are put, and a run
    that goes on is never summarised."""
    con.execute("DELETE FROM summarised WHERE run_id = ?", [run_id])


def refresh(store: Store, run_ids: Sequence[str]) -> None:
    """Summarise those of these runs that have ended and are not summarised."""
    sql = """
        SELECT run_id FROM runs ANTI JOIN (SELECT run_id FROM summarised WHERE complete) USING (run_id)
        WHERE list_contains(?::VARCHAR[], run_id) AND state <> 'running'
    """
    for (run_id,) in store.rows(sql, [list(run_ids)]):
        summarise(store, run_id)


def summarise(store: Store, run_id: str) -> bool:
    """Take the sums of a run. False when it was written to meanwhile or there is no room: then nothing is kept, and
    its rows are summed at every look. The rows are read beside the writer, which does not wait."""
    token = uuid4().hex
    try:
        store.writer.run(lambda con: _begin(con, run_id, token))
        with store.cursor() as cursor:
            found = transact(cursor, lambda con: {table: _sums(con, sql, run_id) for table, sql in _TABLES.items()})
        kept: bool = store.writer.run(lambda con: _finish(con, run_id, token, found))
    except UserError:
        return False
    return kept


def _begin(con: duckdb.DuckDBPyConnection, run_id: str, token: str) -> None:
    outdate(con, run_id)
    con.execute("INSERT INTO summarised VALUES (?, ?, false)", [run_id, token])


def _sums(con: duckdb.DuckDBPyConnection, sql: str, run_id: str) -> pa.Table:
    return con.sql(f"WITH raw AS (SELECT $run::VARCHAR AS run_id) {sql}", params={"run": run_id}).to_arrow_table()


def _finish(con: duckdb.DuckDBPyConnection, run_id: str, token: str, found: dict[str, pa.Table]) -> bool:
    """Keep the sums if the run is as it was at the beginning: whoever wrote to it took the token away."""
    if not con.execute("SELECT 1 FROM summarised WHERE run_id = ? AND token = ?", [run_id, token]).fetchone():
        return False
    for table, rows in found.items():
        con.execute(f"DELETE FROM {table} WHERE run_id = ?", [run_id])
        con.register("sums_of_run", rows)
        con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM sums_of_run")
        con.unregister("sums_of_run")
    con.execute("UPDATE summarised SET complete = true WHERE run_id = ?", [run_id])
    return True
