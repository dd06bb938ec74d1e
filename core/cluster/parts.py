"""What a worker has of its shard, as a folder of Parquet files that is there as a whole or not at all.

Each part holds all that the one before it held, so a reader that finds one gone reads the next. A part is named
<shard>.<who wrote it>.<number>.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from core.store.database import Store

TABLES = ("responses", "recognised", "recognitions", "calls", "replies")
UNFINISHED = ".part"


def write(store: Store, folder: Path, name: str) -> Path:
    """All of a store that belongs to runs as the part `name` in `folder`, durable. Raises OSError when it cannot be."""
    begun, part = folder / f"{name}{UNFINISHED}", folder / name
    begun.mkdir()
    with store.cursor() as cursor:
        cursor.execute("BEGIN")  # one moment of all tables
        for table in TABLES:
            cursor.sql(f"FROM {table}").write_parquet(str(_file(begun, table)), compression="zstd")
        cursor.execute("COMMIT")
    for table in TABLES:
        _sync(_file(begun, table))
    begun.rename(part)
    _sync(folder)
    return part


def read(part: Path) -> dict[str, pa.Table]:
    """The tables of a part. Raises OSError when it is gone."""
    # Not as a dataset: that would take the folders' names for columns.
    return {table: pq.ParquetFile(_file(part, table)).read() for table in TABLES}


def listed(folder: Path, shard: str = "") -> list[Path]:
    """The parts in a folder, of one shard if it is named."""
    if not folder.is_dir():
        return []
    whole = (entry for entry in folder.iterdir() if entry.suffix != UNFINISHED and entry.is_dir())
    return sorted(part for part in whole if not shard or part.name.startswith(f"{shard}."))


def packed(store: Store) -> dict[str, bytes]:
    """A part as bytes, a Parquet file for each table."""
    with tempfile.TemporaryDirectory() as folder:
        part = write(store, Path(folder), "part")
        return {table: _file(part, table).read_bytes() for table in TABLES}


def unpack(files: Mapping[str, bytes], folder: Path, name: str) -> None:
    """A part that came as bytes, put into a folder."""
    begun = folder / f"{name}{UNFINISHED}"
    begun.mkdir(exist_ok=True)
    for table in TABLES:
        _file(begun, table).write_bytes(files[table])
    begun.rename(folder / name)


class Growing:
    """The part of a shard that is being carried out, written anew whenever there is more."""

    def __init__(self, store: Store, folder: Path, shard: str) -> None:
        self.latest: Path | None = None
        self._store, self._folder = store, folder
        self._name = f"{shard}.{uuid4().hex[:12]}"
        self._number, self._commits = 0, -1

    def write(self) -> None:
        """Make what is stored by now durable. Raises OSError when it cannot be."""
        commits = self._store.writer.commits
        if commits == self._commits:
            return
        self._number += 1
        part = write(self._store, self._folder, f"{self._name}.{self._number}")
        if self.latest is not None:
            shutil.rmtree(self.latest, ignore_errors=True)
        self.latest, self._commits = part, commits


def _file(part: Path, table: str) -> Path:
    return part / f"{table}.parquet"


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network folders cannot; they are durable when closed
            os.fsync(handle)
    finally:
        os.close(handle)
