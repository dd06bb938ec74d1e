"""The one writer: rows queue up from any thread and reach the file in batches, each batch one transaction."""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from core.errors import UserError
from core.store.faults import FATAL, FAULTS, sentence

Row = dict[str, Any]
Work = Callable[[duckdb.DuckDBPyConnection], Any]

FLUSH_S = 0.5  # a transaction costs as much as some hundred rows in it
FLUSH_ROWS = 2000
MOST_WAITING = 5000
RETRY_S = 1.0

KEYS = {
    "suites": ("suite_hash",),
    "items": ("suite_hash", "item_id"),
    "runs": ("run_id",),
    "responses": ("run_id", "trial_id"),
    "recognised": ("run_id", "trial_id", "recogniser"),
    "profiles": ("name",),
    "replies": ("key",),
    "searches": ("search_id",),
    "search_questions": ("search_id", "question_id"),
    "search_pulls": ("search_id", "pull"),
    "search_answers": ("search_id", "question", "draw", "member"),
    "sittings": ("sitting_id",),
    "sitting_answers": ("sitting_id", "question_id"),
}
# Rows that a run's sums (core.store.summaries) are made of.
_SUMMED = ("responses", "recognised", "recognitions")
_OUTDATE = "DELETE FROM summarised WHERE list_contains(?::VARCHAR[], run_id)"
_SAME_READING = "t.run_id = b.run_id AND t.trial_id = b.trial_id AND t.recogniser = b.recogniser"


@dataclass(frozen=True)
class _Rows:
    rows: Sequence[tuple[str, Row]]


@dataclass(frozen=True)
class _Task:
    work: Work
    future: Future[Any]


@dataclass(frozen=True)
class _Tick:
    """The rows that wait are to be written now."""


class Writer:
    """Rows given to `put` are durable within a second or `failure` says why not; `run` is for everything else that
    writes and waits for its commit. Rows that could not be written stay queued and are tried again every second."""

    def __init__(
        self, path: Path, con: duckdb.DuckDBPyConnection, reopened: Callable[[], duckdb.DuckDBPyConnection]
    ) -> None:
        """`reopened` gives another connection when `con`, to the file at `path`, cannot be used any more."""
        self._path = path
        self._con = con
        self._reopened = reopened
        self._queue: queue.SimpleQueue[_Rows | _Task | _Tick | None] = queue.SimpleQueue()
        self._waiting: dict[str, list[Row]] = {}
        self._idle = threading.Condition()
        self._unwritten = 0
        self.failure: str | None = None
        self.commits = 0
        self._thread = threading.Thread(target=self._loop, name="store-writer", daemon=True)
        self._thread.start()

    def put(self, rows: Sequence[tuple[str, Row]]) -> None:
        """Queue rows, each with its table, that belong in one transaction."""
        with self._idle:
            self._unwritten += 1
        self._queue.put(_Rows(rows))

    @property
    def behind(self) -> bool:
        """Whether so much waits to be written that nothing should be added to it."""
        return self._unwritten > MOST_WAITING

    def run(self, work: Work, timeout_s: float = 120) -> Any:
        """Do `work` on the writing connection in a transaction of its own, after all rows queued before it, and wait.

        Its exceptions are raised here; a UserError when the file, or the rows before it, cannot be written."""
        future: Future[Any] = Future()
        self._queue.put(_Task(work, future))
        return future.result(timeout_s)

    def flush(self, timeout_s: float = 30) -> bool:
        """Wait until all queued rows are durable; False when they are not (see `failure`)."""
        self._queue.put(_Tick())
        with self._idle:
            return self._idle.wait_for(lambda: self._unwritten == 0 or self.failure is not None, timeout_s) and (
                self._unwritten == 0
            )

    def close(self) -> None:
        """Write what is waiting and end."""
        self._queue.put(None)
        self._thread.join(30)
        self._con.close()

    def _loop(self) -> None:
        puts = 0
        due = 0.0
        while True:
            entry = self._next(due if puts else None)
            if isinstance(entry, _Rows):
                due = due if puts else time.monotonic() + FLUSH_S
                puts += 1
                for table, row in entry.rows:
                    self._waiting.setdefault(table, []).append(row)
                full = sum(map(len, self._waiting.values())) >= FLUSH_ROWS and self.failure is None
                if not full and time.monotonic() < due:
                    continue
            if puts and self._write():
                puts = self._written(puts)
            elif puts:
                due = time.monotonic() + RETRY_S
            if isinstance(entry, _Task) and puts:
                entry.future.set_exception(UserError(self.failure or ""))
            elif isinstance(entry, _Task):
                self._do(entry)
            elif entry is None:
                return

    def _next(self, due: float | None) -> "_Rows | _Task | _Tick | None":
        try:
            return self._queue.get(timeout=None if due is None else max(0.0, due - time.monotonic()))
        except queue.Empty:
            return _Tick()

    def _write(self) -> bool:
        try:
            self._transact_waiting()
        except Exception as error:  # whatever it was, the rows stay and the run is told
            with self._idle:
                self.failure = sentence(self._path, error)
                self._idle.notify_all()
            self._recover(error)
            return False
        self._waiting.clear()
        self.commits += 1
        return True

    def _transact_waiting(self) -> None:
        try:
            transact(self._con, partial(self._insert_waiting, replace=False))
        except duckdb.ConstraintException:  # few rows take another's place, and to look for it doubles the cost
            transact(self._con, partial(self._insert_waiting, replace=True))

    def _insert_waiting(self, con: duckdb.DuckDBPyConnection, replace: bool) -> None:
        for table, rows in self._waiting.items():
            insert(con, table, rows, replace, again=self.failure is not None)

    def _written(self, puts: int) -> int:
        with self._idle:
            self.failure = None
            self._unwritten -= puts
            self._idle.notify_all()
        return 0

    def _do(self, task: "_Task") -> None:
        try:
            result = transact(self._con, task.work)
        except FAULTS as error:
            task.future.set_exception(UserError(sentence(self._path, error)))
            self._recover(error)
        except BaseException as error:
            task.future.set_exception(error)
        else:
            self.commits += 1
            task.future.set_result(result)

    def _recover(self, error: Exception) -> None:
        if isinstance(error, FATAL):
            with contextlib.suppress(duckdb.Error, UserError):  # the next write fails, and comes back here
                self._con.close()
                self._con = self._reopened()


def transact(con: duckdb.DuckDBPyConnection, work: Work) -> Any:
    """`work(con)` in one transaction: all of it is committed, or none."""
    con.execute("BEGIN")
    try:
        result = work(con)
        con.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(duckdb.TransactionException):  # a failed commit has rolled back already
            con.execute("ROLLBACK")
        raise
    return result


def insert(
    con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row], replace: bool = True, again: bool = False
) -> None:
    """Insert rows of one shape into a table of the schema; of several with the same key the last one counts. Where the
    table has one with that key it is replaced, or without `replace` duckdb.ConstraintException raised. `again` says
    that a failed transaction with these rows may have reached the file after all."""
    if not rows:
        return
    if key := KEYS.get(table):
        rows = list({tuple(row[column] for column in key): row for row in rows}.values())
    batch = pa.Table.from_pylist(list(rows))
    if table in _SUMMED:
        con.execute(_OUTDATE, [list({row["run_id"] for row in rows})])
    if again and table == "recognitions":  # it has no key that would replace them
        _execute(con, f"DELETE FROM recognitions AS t USING batch AS b WHERE {_SAME_READING}", batch)
    way = "OR REPLACE" if key and replace else ""
    _execute(con, f"INSERT {way} INTO {table} BY NAME SELECT * FROM batch", batch)


def _execute(con: duckdb.DuckDBPyConnection, sql: str, batch: pa.Table) -> None:
    """Carry out `sql`, in which `batch` is the table given: DuckDB finds it by its name in this very function."""
    con.execute(sql)
