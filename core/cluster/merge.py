"""Parts into a store: in any order, any number of times, the rows come out the same.

Of two rows for the same trial one is the better, by an order that does not depend on which came first: an answer is
better than a failure, the earlier of two answers than the later (whoever was thought dead, and asked again, may answer
after all), the later of two failures than the earlier. A reading stays with the answer it was made of.
"""

from pathlib import Path

import duckdb

from core.cluster import parts
from core.store.database import Store


def merge(store: Store, run_id: str, part: Path) -> list[int]:
    """Take over what a part has of a run, in one transaction; returns the keys of the replies in it. Raises OSError
    when the part is gone, UserError when the store cannot be written."""
    tables = parts.read(part)

    def work(con: duckdb.DuckDBPyConnection) -> None:
        for table, rows in tables.items():
            con.register(f"came_{table}", rows)
        try:
            for sql in _STEPS:
                con.execute(sql, {"run": run_id} if "$run" in sql else {})
        finally:
            for table in tables:
                con.unregister(f"came_{table}")

    store.writer.run(work)
    return [key for key in tables["replies"].column("key").to_pylist() if key is not None]


def _rank(row: str, failed: str, at: str) -> str:
    """SQL for the place of a row among those of the same key: the least is the best."""
    return (
        f"row({row}.{failed} = 'error', "
        f"CASE WHEN {row}.{failed} = 'error' THEN -epoch_us({row}.{at}) ELSE epoch_us({row}.{at}) END)"
    )


def _better(failed: str, at: str) -> str:
    return f"(old.run_id IS NULL OR {_rank('new', failed, at)} < {_rank('old', failed, at)})"


_STEPS = (
    f"""
    CREATE OR REPLACE TEMP TABLE answered AS
        SELECT new.* FROM came_responses AS new LEFT JOIN responses AS old USING (run_id, trial_id)
        WHERE new.run_id = $run AND {_better("outcome", "arrived_at")}
    """,
    "DELETE FROM recognitions AS t USING answered AS a WHERE t.run_id = a.run_id AND t.trial_id = a.trial_id",
    "INSERT OR REPLACE INTO responses BY NAME SELECT * FROM answered",
    # A mark that belonged to another answer counts as none: it is replaced, or taken away.
    f"""
    CREATE OR REPLACE TEMP TABLE reading AS
        SELECT new.* FROM came_recognised AS new
        JOIN came_responses AS of USING (run_id, trial_id)
        JOIN responses AS r ON r.run_id = new.run_id AND r.trial_id = new.trial_id AND r.arrived_at = of.arrived_at
        LEFT JOIN (FROM recognised ANTI JOIN answered USING (run_id, trial_id)) AS old
            ON old.run_id = new.run_id AND old.trial_id = new.trial_id AND old.recogniser = new.recogniser
        WHERE new.run_id = $run AND {_better("status", "recognised_at")}
    """,
    """
    DELETE FROM recognised AS t USING (
            FROM recognised SEMI JOIN answered USING (run_id, trial_id)
            ANTI JOIN reading USING (run_id, trial_id, recogniser)
        ) AS gone
        WHERE t.run_id = gone.run_id AND t.trial_id = gone.trial_id AND t.recogniser = gone.recogniser
    """,
    """
    DELETE FROM recognitions AS t USING reading AS m
        WHERE t.run_id = m.run_id AND t.trial_id = m.trial_id AND t.recogniser = m.recogniser
    """,
    "INSERT OR REPLACE INTO recognised BY NAME SELECT * FROM reading",
    """
    INSERT INTO recognitions BY NAME
        SELECT * FROM came_recognitions SEMI JOIN reading USING (run_id, trial_id, recogniser)
    """,
    # A request has no number; model, end and duration to the microsecond name it well enough.
    """
    INSERT INTO calls BY NAME
        SELECT DISTINCT * FROM came_calls ANTI JOIN calls USING (run_id, model, role, kind, ended_at, latency_s)
        WHERE run_id = $run
    """,
    """
    INSERT OR REPLACE INTO replies BY NAME
        SELECT new.* FROM came_replies AS new LEFT JOIN replies AS old USING (key)
        WHERE old.key IS NULL OR new.stored_at < old.stored_at
    """,
    "DELETE FROM summarised WHERE run_id = $run",
    "DROP TABLE answered",
    "DROP TABLE reading",
)
