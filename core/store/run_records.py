"""What is written of a run as a whole: its sessions, limits, changes of plan, and its end."""

import json

import duckdb

from core.items.item import Suite
from core.store.database import Store
from core.store.records import now, save_suite
from core.store.summaries import outdate

_OF_A_RUN = (
    *("summarised", "item_sums", "item_counts"),
    *("responses", "recognised", "recognitions", "calls", "earlier_plans", "runs"),
    *("readings", "judge_checks", "labels", "label_values"),
)


def limits(store: Store, run_id: str) -> dict[str, object]:
    """The limits a run was last given, by name; empty for the usual ones."""
    rows = store.rows("SELECT limits::VARCHAR FROM runs WHERE run_id = ?", [run_id])
    found: dict[str, object] = json.loads(rows[0][0]) if rows and rows[0][0] else {}
    return found


def set_limits(store: Store, run_id: str, limits: str) -> None:
    """Keep other limits (JSON) with a run."""
    store.writer.run(lambda con: con.execute("UPDATE runs SET limits = ? WHERE run_id = ?", [limits, run_id]))


def next_session(store: Store, run_id: str) -> int:
    """Mark a run as going on once more; returns how many times it has been started, this time included."""

    def work(con: duckdb.DuckDBPyConnection) -> int:
        outdate(con, run_id)
        con.execute(
            "UPDATE runs SET state = 'running', message = '', ended_at = NULL, session = session + 1 WHERE run_id = ?",
            [run_id],
        )
        row = con.execute("SELECT session FROM runs WHERE run_id = ?", [run_id]).fetchone()
        return int(row[0]) if row else 1

    session: int = store.writer.run(work)
    return session


def replace_plan(store: Store, run_id: str, plan: str, suite: Suite, planned: int) -> None:
    """Give a run a larger plan (JSON); the one it had is kept among the earlier ones."""
    save_suite(store, suite)

    def work(con: duckdb.DuckDBPyConnection) -> None:
        con.execute(
            "INSERT INTO earlier_plans SELECT run_id, plan, suite_hash, planned, ? FROM runs WHERE run_id = ?",
            [now(), run_id],
        )
        con.execute(
            "UPDATE runs SET plan = ?, suite_hash = ?, planned = ? WHERE run_id = ?",
            [plan, suite.hash, planned, run_id],
        )

    store.writer.run(work)


def delete_run(store: Store, run_id: str) -> None:
    """Forget a run with its answers, readings and bill. Replies kept for other runs stay: see ReplyCache.clear."""
    store.writer.run(
        lambda con: [con.execute(f"DELETE FROM {table} WHERE run_id = ?", [run_id]) for table in _OF_A_RUN]
    )


def not_asked(store: Store, run_id: str) -> int:
    """How many planned trials of a run have no row yet; 0 for a run that is not in this store, as on a worker."""
    sql = """
        SELECT greatest(planned - (SELECT count(*) FROM responses WHERE run_id = $run), 0) FROM runs WHERE run_id = $run
    """
    rows = store.rows(sql, {"run": run_id})
    return int(rows[0][0] or 0) if rows else 0
