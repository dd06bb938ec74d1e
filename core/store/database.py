"""Opening the store file, safely: one process at a time, never over something that is not ours."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from platformdirs import user_data_path

from core.errors import UserError
from core.store.migrations import migrate
from core.store.writer import Writer

ENVIRONMENT = "POLYCOMPASS_STORE"


def default_path() -> Path:
    """The file named by the environment variable POLYCOMPASS_STORE, else one in the person's data folder."""
    named = os.environ.get(ENVIRONMENT)
    return Path(named).expanduser() if named else user_data_path("polycompass") / "polycompass.duckdb"


class Store:
    """One open store. Reading is safe from any thread; all writing goes through `writer`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._con = _connect(path)
        try:
            self.migrated_from = migrate(self._con, path.name)
        except UserError:
            self._con.close()
            raise
        except duckdb.Error as error:
            self._con.close()
            raise UserError(_sentence(path, error)) from error
        self.writer = Writer(self._con.cursor())

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of one's own for reading: a shared one refuses a second thread."""
        cursor = self._con.cursor()
        try:
            yield cursor
        except (duckdb.IOException, duckdb.FatalException, duckdb.InternalException) as error:
            raise UserError(_sentence(self.path, error)) from error
        finally:
            cursor.close()

    def frame(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> pd.DataFrame:
        """The rows of a query."""
        with self.cursor() as cursor:
            return cursor.execute(sql, parameters).df()

    def rows(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query, as tuples."""
        with self.cursor() as cursor:
            return cursor.execute(sql, parameters).fetchall()

    def close(self) -> None:
        """Write what is waiting and let go of the file."""
        self.writer.close()
        self._con.close()


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"The folder {path.parent} for the store cannot be made ({error.strerror}).") from error
    if path.exists() and path.is_file() and path.stat().st_size == 0:
        raise UserError(_not_a_store(path, "it is empty"))
    try:
        return duckdb.connect(str(path))
    except duckdb.Error as error:
        raise UserError(_sentence(path, error)) from error


def _not_a_store(path: Path, why: str) -> str:
    return (
        f"The store {path} cannot be read: {why}. Nothing was changed. "
        f"Move the file away, or name another one in {ENVIRONMENT}."
    )


def _sentence(path: Path, error: duckdb.Error) -> str:
    text = str(error)
    if "Could not set lock" in text:
        pid = re.search(r"PID (\d+)", text)
        who = f"process {pid.group(1)}" if pid else "another process"
        return (
            f"The store {path} is open in {who}: only one program at a time can use it. "
            f"Stop that one, or name another store in {ENVIRONMENT}."
        )
    if "not a valid DuckDB" in text or "Corrupt" in text or "serializ" in text.lower():
        return _not_a_store(path, "it is damaged or not a Polycompass store")
    if "Permission denied" in text or "Read-only" in text or "read-only" in text:
        return (
            f"The store {path} cannot be written: the file or its disk is read-only. Choose a place you may write to."
        )
    if "No space left" in text or "File too large" in text:
        return f"The disk of the store {path} is full. Free some space; what was stored is unharmed."
    return f"The store {path} cannot be used: {text.splitlines()[0][:300]}"
