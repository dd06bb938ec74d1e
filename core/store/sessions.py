"""Work that goes on over several starts of the program: begun, begun again, ended, or interrupted by a dead process."""

from dataclasses import dataclass

import duckdb

from core.store.database import Store
from core.store.records import now
from core.store.writer import Row, insert

INTERRUPTED = "The program ended while this was going on. Resume it: what was asked costs nothing again."


@dataclass(frozen=True)
class Sessions:
    """A table of such work and the column of its ids; both are names of our own schema."""

    table: str
    key: str

    def create(self, store: Store, row: Row) -> None:
        """Store the work before its first call; `row` holds its id, plan and limits."""
        begun = {"session": 1, "state": "running", "message": "", "created_at": now(), "ended_at": None}
        store.writer.run(lambda con: insert(con, self.table, [row | begun]))

    def begin_again(self, store: Store, work_id: str, limits: str) -> int:
        """Mark it as going on again; returns the number of this session."""

        def work(con: duckdb.DuckDBPyConnection) -> int:
            sql = f"""
                UPDATE {self.table}
                SET session = session + 1, state = 'running', message = '', ended_at = NULL, limits = ?
                WHERE {self.key} = ? RETURNING session
            """
            (session,) = con.execute(sql, [limits, work_id]).fetchall()[0]
            return int(session)

        found: int = store.writer.run(work)
        return found

    def end(self, store: Store, work_id: str, state: str, message: str) -> None:
        """How it ended."""
        sql = f"UPDATE {self.table} SET state = ?, message = ?, ended_at = ? WHERE {self.key} = ?"
        store.writer.run(lambda con: con.execute(sql, [state, message, now(), work_id]))

    def interrupt_stale(self, store: Store) -> None:
        """Mark what a dead process left running."""
        sql = f"UPDATE {self.table} SET state = 'interrupted', message = ? WHERE state = 'running'"
        store.writer.run(lambda con: con.execute(sql, [INTERRUPTED]))
