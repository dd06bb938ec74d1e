"""Opening the store file, safely: one process at a time, never over something that is not ours."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from platformdirs import user_data_path

from core.errors import UserError
from core.store.faults import ENVIRONMENT, FAULTS, not_a_store, sentence
from core.store.migrations import migrate
from core.store.writer import Writer


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
            raise UserError(sentence(path, error)) from error
        self.writer = Writer(path, self._con.cursor(), self._reopened)

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of one's own for reading: a shared one refuses a second thread."""
        try:
            with self._con.cursor() as cursor:
                yield cursor
        except FAULTS as error:
            raise UserError(self.writer.failure or sentence(self.path, error)) from error

    def frame(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> pd.DataFrame:
        """The rows of a query."""
        with self.cursor() as cursor:
            return cursor.execute(sql, parameters).df()

    def categories(self, sql: str, parameters: dict[str, Any]) -> pd.DataFrame:
        """The rows of a query, its strings as categories: many times faster where a few come again and again."""
        with self.cursor() as cursor:
            found = cursor.sql(sql, params=parameters).to_arrow_table()
        frame: pd.DataFrame = found.to_pandas(strings_to_categorical=True)
        return frame

    def rows(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query, as tuples."""
        with self.cursor() as cursor:
            return cursor.execute(sql, parameters).fetchall()

    def _reopened(self) -> duckdb.DuckDBPyConnection:
        """A writing connection to the file opened anew, for DuckDB gives an instance up for good when its checkpoint
        fails, as it does on a full disk."""
        self._con.close()
        self._con = _connect(self.path)
        return self._con.cursor()

    def close(self) -> None:
        """Write what is waiting and let go of the file."""
        self.writer.close()
        self._con.close()


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"The folder {path.parent} for the store cannot be made ({error.strerror}).") from error
    try:
        if path.is_dir():
            raise UserError(f"The store {path} is a folder. Name a file in {ENVIRONMENT}.")
        if path.exists() and path.stat().st_size == 0:
            raise UserError(not_a_store(path, "it is empty"))
        return duckdb.connect(str(path))
    except OSError as error:
        raise UserError(f"The store {path} cannot be opened ({error.strerror}). Choose another place.") from error
    except duckdb.Error as error:
        raise UserError(sentence(path, error)) from error
