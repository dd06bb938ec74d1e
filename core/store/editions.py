"""What the official Value Compass site published, in a person's own store: editions, written whole or not at all."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from core.items.compass_read import LICENCE, CompassRead
from core.store.database import Store

PARTS = ("compass_files", "compass_models", "compass_scores", "compass_cases", "compass_cells")


@dataclass(frozen=True)
class Edition:
    """One edition as it is listed. `scales` says how the figures stood in the files; `imported_at` is UTC."""

    edition_id: str
    name: str
    source: str
    measured: str
    hash: str
    licence: str
    scales: tuple[str, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    imported_at: datetime
    models: int
    cases: int

    @property
    def label(self) -> str:
        """How the edition is named beside its figures."""
        return f"published {self.measured}" if self.measured else "published, date not stated"


def save(store: Store, read: CompassRead) -> str:
    """Keep an edition and return its id, which is the files' hash: the same files replace themselves."""
    frames = {
        "compass_editions": pd.DataFrame([_head(read)]),
        "compass_files": pd.DataFrame([asdict(one) for one in read.files]),
        "compass_models": _placed(read.models),
        "compass_scores": _placed(read.scores),
        "compass_cases": _placed(read.cases),
        "compass_cells": _placed(read.cells),
    }

    def work(con: duckdb.DuckDBPyConnection) -> None:
        _forget(con, read.hash)
        for table, frame in frames.items():
            if len(frame):
                _insert(con, table, frame.assign(edition_id=read.hash))

    store.writer.run(work)
    return read.hash


def _placed(rows: Sequence[Any]) -> pd.DataFrame:
    return pd.DataFrame([asdict(one) | {"position": place} for place, one in enumerate(rows)])


def _insert(con: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame) -> None:
    """DuckDB finds `batch` by its name in this very function."""
    batch = pa.Table.from_pandas(frame, preserve_index=False)
    con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM batch")
    del batch


def _head(read: CompassRead) -> dict[str, Any]:
    return {
        "name": read.name,
        "source": read.source,
        "measured": read.measured,
        "hash": read.hash,
        "licence": LICENCE,
        "scales": [f"{system}: {scale}" for system, scale in read.scales],
        "missing": list(read.missing),
        "notes": list(read.notes),
        "imported_at": datetime.now(UTC).replace(tzinfo=None),
    }


def editions(store: Store) -> list[Edition]:
    """All editions, the latest measurement first."""
    sql = """
        SELECT edition_id, name, source, measured, hash, licence, scales, missing, notes, imported_at,
               (SELECT count(DISTINCT model) FROM compass_scores AS s WHERE s.edition_id = e.edition_id),
               (SELECT count(*) FROM compass_cases AS c WHERE c.edition_id = e.edition_id)
        FROM compass_editions AS e ORDER BY measured DESC, imported_at DESC, edition_id
    """
    return [Edition(*map(_cell, row)) for row in store.rows(sql)]


def _cell(cell: Any) -> Any:
    """DuckDB's lists are tuples here."""
    return tuple(cell) if isinstance(cell, list) else cell


def scores(store: Store, edition_id: str, system: str) -> pd.DataFrame:
    """Published scores of one value system in the files' order: columns model, value, score (of 100), given, developer,
    kind, released."""
    sql = """
        SELECT s.model, s.value, s.score, s.given, m.developer, m.kind, m.released
        FROM compass_scores AS s LEFT JOIN compass_models AS m USING (edition_id, model)
        WHERE s.edition_id = ? AND s.system = ? ORDER BY s.position
    """
    return store.frame(sql, [edition_id, system])


def systems_of(store: Store, edition_id: str) -> list[str]:
    """The value systems that an edition has scores of, in the files' order."""
    sql = "SELECT system FROM compass_scores WHERE edition_id = ? GROUP BY system ORDER BY min(position)"
    return [row[0] for row in store.rows(sql, [edition_id])]


def cells(store: Store, edition_id: str) -> pd.DataFrame:
    """The heat map as published: columns model, country, figure."""
    sql = "SELECT model, country, figure FROM compass_cells WHERE edition_id = ? ORDER BY position"
    return store.frame(sql, [edition_id])


def case_models(store: Store, edition_id: str) -> list[str]:
    """The models that an edition has cases of: not always those that have scores."""
    sql = "SELECT model FROM compass_cases WHERE edition_id = ? GROUP BY model ORDER BY min(position)"
    return [row[0] for row in store.rows(sql, [edition_id])]


def cases(store: Store, edition_id: str, system: str, value: str, models: Sequence[str]) -> pd.DataFrame:
    """The illustrations of one value: columns model, score, label, question, answer, start, stop (NA: none marked)."""
    sql = """
        SELECT model, score, label, question, answer, start, stop FROM compass_cases
        WHERE edition_id = ? AND system = ? AND value = ? AND list_contains(?, model) ORDER BY position
    """
    return store.frame(sql, [edition_id, system, value, list(models)])


def files(store: Store, edition_id: str) -> pd.DataFrame:
    """The files an edition was made from: columns path, role, sha256, size."""
    return store.frame("SELECT path, role, sha256, size FROM compass_files WHERE edition_id = ?", [edition_id])


def delete(store: Store, edition_id: str) -> None:
    """Forget an edition."""
    store.writer.run(lambda con: _forget(con, edition_id))


def _forget(con: duckdb.DuckDBPyConnection, edition_id: str) -> None:
    for table in (*PARTS, "compass_editions"):
        con.execute(f"DELETE FROM {table} WHERE edition_id = ?", [edition_id])
