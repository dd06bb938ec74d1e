"""Item banks in the store: a person's own, with all that was imported with them; written whole or not at all."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from core.errors import UserError
from core.items.bank import BankItem, Correlations, ItemBank, unknown
from core.items.bank_read import BankRead, Template
from core.items.dimensions import IDS, PLACE
from core.store.database import Store

TABLES = (
    *("bank_items", "bank_correlations", "bank_figures", "bank_checks", "bank_files", "bank_templates"),
    *("bank_ratings", "bank_raters", "bank_answers", "bank_scores", "banks"),
)


@dataclass(frozen=True)
class BankHead:
    """One bank as it is listed; `missing` are the sentences on what was not found, `made_at` in UTC."""

    bank_id: str
    name: str
    validated: bool
    bank_hash: str
    source: str
    licence: str
    missing: tuple[str, ...]
    made_at: datetime
    items: int
    models: int


@dataclass(frozen=True)
class CheckRow:
    """What was compared with published figures: `ok` None where there was nothing to compare."""

    name: str
    ok: bool | None
    sentence: str


def save_bank(store: Store, bank: ItemBank, read: BankRead, figures: pd.DataFrame, checks: Sequence[CheckRow]) -> None:
    """Keep a bank with what came with it, replacing one of the same id, in one transaction. `figures` has a row a
    dimension: columns dimension, chance, chance_high, validity_tags, validity_weighted, people."""
    frames = {
        "banks": _head(bank, read),
        "bank_items": _items(bank),
        "bank_correlations": _correlations(bank),
        "bank_figures": figures,
        "bank_checks": pd.DataFrame([vars(one) | {"position": place} for place, one in enumerate(checks)]),
        "bank_files": pd.DataFrame([vars(one) for one in read.files]),
        "bank_templates": pd.DataFrame([vars(one) for one in read.templates]),
        "bank_ratings": pd.DataFrame(read.ratings, columns=["rater_group", "item_id", "rater", "rating"]),
        "bank_raters": _raters(read.raters),
        "bank_answers": pd.DataFrame(read.answers, columns=["model", "item_id", "variation", "value"]),
        "bank_scores": pd.DataFrame([vars(one) for one in read.scores]),
    }

    def work(con: duckdb.DuckDBPyConnection) -> None:
        _forget(con, bank.id)
        for table, frame in frames.items():
            if len(frame):
                _insert(con, table, frame.assign(bank_id=bank.id))

    store.writer.run(work)


def _insert(con: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame) -> None:
    """DuckDB finds `batch` by its name in this very function."""
    batch = pa.Table.from_pandas(frame, preserve_index=False)
    con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM batch")
    del batch


def _head(bank: ItemBank, read: BankRead) -> pd.DataFrame:
    row = {
        "name": bank.name,
        "validated": bank.validated,
        "bank_hash": bank.hash,
        "source": bank.source,
        "licence": bank.licence,
        "missing": list(read.missing),
        "lost": json.dumps({model: list(items) for model, items in bank.lost.items()}),
        "made_at": datetime.now(UTC).replace(tzinfo=None),
    }
    return pd.DataFrame([row])


def _items(bank: ItemBank) -> pd.DataFrame:
    rows = [
        vars(item) | {"position": place, "expresses": list(item.expresses)} for place, item in enumerate(bank.items)
    ]
    return pd.DataFrame(rows).rename(columns={"group": "rater_group"})


def _correlations(bank: ItemBank) -> pd.DataFrame:
    parts = []
    for kind, found in bank.correlations.items():
        n_items = len(bank.items)
        cells = {
            "kind": kind,
            "position": np.repeat(np.arange(n_items), len(IDS)),
            "dimension": np.tile(IDS, n_items),
            "rho": found.rho.reshape(-1),
            "p": found.p.reshape(-1),
            "n": np.repeat(found.n, len(IDS)),
        }
        parts.append(pd.DataFrame(cells))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _raters(raters: Mapping[str, tuple[float | None, ...]]) -> pd.DataFrame:
    rows = [(rater, name, score) for rater, scores in raters.items() for name, score in zip(IDS, scores, strict=True)]
    return pd.DataFrame(rows, columns=["rater", "dimension", "score"]).dropna()


def banks(store: Store) -> list[BankHead]:
    """All banks, newest first."""
    sql = """
        SELECT bank_id, name, validated, bank_hash, source, licence, missing, made_at,
               (SELECT count(*) FROM bank_items AS i WHERE i.bank_id = b.bank_id),
               (SELECT count(DISTINCT model) FROM bank_answers AS a WHERE a.bank_id = b.bank_id)
        FROM banks AS b ORDER BY made_at DESC, bank_id
    """
    rows = store.rows(sql)
    return [BankHead(*map(_cell, row)) for row in rows]


def _cell(cell: Any) -> Any:
    """DuckDB's lists are tuples here."""
    return tuple(cell) if isinstance(cell, list) else cell


def load_bank(store: Store, bank_id: str) -> ItemBank:
    """A bank with its correlations; raises UserError when the store has none of that id."""
    sql = "SELECT name, validated, source, licence, lost FROM banks WHERE bank_id = ?"
    heads = store.rows(sql, [bank_id])
    if not heads:
        raise UserError(f"The store has no item bank {bank_id!r}. Import one on the page Value Portrait.")
    name, validated, source, licence, lost = heads[0]
    sql = """
        SELECT query, option, title, text, response, source, rater_group, expresses
        FROM bank_items WHERE bank_id = ? ORDER BY position
    """
    rows = store.rows(sql, [bank_id])
    items = tuple(BankItem(*map(_cell, row)) for row in rows)
    known = {model: tuple(ids) for model, ids in json.loads(lost).items()}
    return ItemBank(bank_id, name, items, validated, _loaded(store, bank_id, len(items)), known, source, licence)


def _loaded(store: Store, bank_id: str, n_items: int) -> dict[str, Correlations]:
    sql = "SELECT kind, position, dimension, rho, p, n FROM bank_correlations WHERE bank_id = ?"
    found: dict[str, Correlations] = {}
    for kind, rows in store.frame(sql, [bank_id]).groupby("kind"):
        table = found[str(kind)] = unknown(n_items)
        at = rows["position"].to_numpy(), rows["dimension"].map(PLACE).to_numpy()
        table.rho[at], table.p[at] = rows["rho"].to_numpy(), rows["p"].to_numpy()
        table.n[at[0]] = rows["n"].to_numpy()
    return found


def answers(store: Store, bank_id: str) -> pd.DataFrame:
    """Published answers: columns model, item_id, variation, value (NaN where the call failed)."""
    sql = "SELECT model, item_id, variation, value FROM bank_answers WHERE bank_id = ?"
    return store.frame(sql, [bank_id])


def figures(store: Store, bank_id: str) -> pd.DataFrame:
    """As they were saved, in the order of dimensions."""
    sql = """
        SELECT dimension, chance, chance_high, validity_tags, validity_weighted, people
        FROM bank_figures WHERE bank_id = ?
    """
    frame = store.frame(sql, [bank_id])
    return frame.sort_values("dimension", key=lambda column: column.map(PLACE), ignore_index=True)


def checks(store: Store, bank_id: str) -> list[CheckRow]:
    """What was reproduced when the bank was imported."""
    sql = "SELECT name, ok, sentence FROM bank_checks WHERE bank_id = ? ORDER BY position"
    return [CheckRow(*row) for row in store.rows(sql, [bank_id])]


def files(store: Store, bank_id: str) -> pd.DataFrame:
    """The files a bank was made from: columns path, role, sha256, size."""
    return store.frame("SELECT path, role, sha256, size FROM bank_files WHERE bank_id = ? ORDER BY path", [bank_id])


def templates(store: Store, bank_id: str) -> list[Template]:
    """The imported prompts, empty where there were none."""
    sql = "SELECT variation, kind, text FROM bank_templates WHERE bank_id = ? ORDER BY variation, kind"
    return [Template(*row) for row in store.rows(sql, [bank_id])]


def delete_bank(store: Store, bank_id: str) -> None:
    """Forget a bank with all that was imported with it; runs of its items stay."""
    store.writer.run(lambda con: _forget(con, bank_id))


def _forget(con: duckdb.DuckDBPyConnection, bank_id: str) -> None:
    for table in TABLES:
        con.execute(f"DELETE FROM {table} WHERE bank_id = ?", [bank_id])
