"""Measured recognisers: each bench with its figures, its texts and every label beside what was read."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import duckdb
import pandas as pd

from core.recognition.base import Verdict
from core.recognition.labelled import LabelledText
from core.store.database import Store
from core.store.writer import Row, insert
from core.text import clean

_TABLES = ("bench_readings", "bench_texts", "bench_figures", "benches")


@dataclass(frozen=True)
class BenchHead:
    """One bench. `measure`: "stance" where directions were compared, else "presence"; `calibrated`: strengths are
    probabilities; `data_hash`: sha256 of the data; `split`: the part of it, "" for all; `texts`: how many, of which
    `unread` were not read; `made_at` in UTC."""

    bench_id: str
    recogniser: str
    measure: str
    calibrated: bool
    system: str
    data_name: str
    data_hash: str
    split: str
    texts: int
    unread: int
    made_at: datetime

    @property
    def data(self) -> str:
        """The data as a person knows them."""
        return f"{self.data_name} ({self.split})" if self.split else self.data_name


@dataclass(frozen=True)
class FigureRow:
    """One stored figure; NaN where it is undefined, and `reason` says why. `value` is "" over all values."""

    value: str
    kind: str
    name: str
    estimate: float
    low: float
    high: float
    n: int
    reason: str


def save_bench(
    store: Store,
    head: BenchHead,
    figures: Sequence[FigureRow],
    texts: Sequence[LabelledText],
    verdicts: Sequence[Verdict],
) -> None:
    """Keep a bench whole, in one transaction; `verdicts` are those of `texts`."""
    key = {"bench_id": head.bench_id}
    numbered = list(enumerate(zip(texts, verdicts, strict=True)))
    rows: dict[str, list[Row]] = {
        "benches": [asdict(head)],
        "bench_figures": [key | {name: _cell(cell) for name, cell in asdict(one).items()} for one in figures],
        "bench_texts": [key | {"position": place} | _text(one, read) for place, (one, read) in numbered],
        "bench_readings": [
            key | {"position": place} | row for place, (one, read) in numbered for row in _readings(one, read)
        ],
    }

    def work(con: duckdb.DuckDBPyConnection) -> None:
        for table, cells in rows.items():
            insert(con, table, cells)

    store.writer.run(work)


def _cell(cell: object) -> object:
    return None if isinstance(cell, float) and math.isnan(cell) else cell


def _text(one: LabelledText, read: Verdict) -> Row:
    return {"question": one.question, "text": one.text, "status": read.status, "message": clean(read.message)}


def _readings(one: LabelledText, read: Verdict) -> list[Row]:
    """A row for each labelled value: its label, and what was read of it, if anything was."""
    found = {each.value: each for each in read.recognitions}
    rows: list[Row] = []
    for value, label in one.labels.items():
        reading = found.get(value) if read.status == "ok" else None
        stance, strength = (reading.stance, float(reading.strength)) if reading else (None, None)
        rows.append({"value": value, "label": label, "stance": stance, "strength": strength})
    return rows


def benches(store: Store) -> list[BenchHead]:
    """All benches, newest first."""
    sql = """
        SELECT bench_id, recogniser, measure, calibrated, system, data_name, data_hash, split, texts, unread, made_at
        FROM benches ORDER BY made_at DESC, bench_id DESC
    """
    return [BenchHead(*row) for row in store.rows(sql)]


def figures(store: Store, bench_id: str) -> list[FigureRow]:
    """The figures of one bench, as they were saved."""
    sql = "SELECT value, kind, name, estimate, low, high, n, reason FROM bench_figures WHERE bench_id = ?"
    return [
        FigureRow(*row[:3], *(math.nan if cell is None else float(cell) for cell in row[3:6]), *row[6:])
        for row in store.rows(sql, [bench_id])
    ]


def areas(store: Store, recogniser: str) -> list[tuple[datetime, str, FigureRow]]:
    """Every AUC by value of a recogniser, newest bench first, each with when and on what data it was measured."""
    sql = """
        SELECT made_at, CASE split WHEN '' THEN data_name ELSE format('{} ({})', data_name, split) END,
               value, kind, name, estimate, low, high, n, reason
        FROM bench_figures JOIN benches USING (bench_id)
        WHERE recogniser = ? AND name = 'auc' AND value <> '' AND estimate IS NOT NULL
        ORDER BY made_at DESC, bench_id DESC, value, estimate
    """
    return [
        (made, data, FigureRow(*row[:3], *(math.nan if cell is None else float(cell) for cell in row[3:6]), *row[6:]))
        for made, data, *row in store.rows(sql, [recogniser])
    ]


def readings(store: Store, bench_id: str, value: str = "") -> pd.DataFrame:
    """Labels beside readings: columns value, label, stance, strength (both empty where the text was not read); of one
    value, or of all."""
    sql = """
        SELECT value, label, stance, strength FROM bench_readings
        WHERE bench_id = $bench AND ($value = '' OR value = $value) ORDER BY position, value
    """
    return store.frame(sql, {"bench": bench_id, "value": value})


def worst(store: Store, bench_id: str, value: str, count: int = 20) -> pd.DataFrame:
    """The texts that were read most wrongly: columns value, label, stance, strength, error, question, text. `error` is
    how far the strength lies from the label's own (1 present or supports, -1 opposes, 0 else). A label without a
    direction ("present") is compared with the strength without its sign."""
    sql = """
        SELECT value, label, stance, strength,
               abs(CASE WHEN label IN ('present', 'absent') THEN abs(strength) ELSE strength END
                   - CASE WHEN label IN ('supports', 'present') THEN 1
                          WHEN label = 'opposes' THEN CASE measure WHEN 'stance' THEN -1 ELSE 1 END
                          ELSE 0 END) AS error,
               question, text
        FROM bench_readings JOIN bench_texts USING (bench_id, position)
             JOIN benches USING (bench_id)
        WHERE bench_id = $bench AND ($value = '' OR value = $value) AND strength IS NOT NULL
        ORDER BY error DESC, position, value LIMIT $count
    """
    return store.frame(sql, {"bench": bench_id, "value": value, "count": count})


def unread(store: Store, bench_id: str) -> pd.DataFrame:
    """Why texts were not read: columns status, message, texts."""
    sql = """
        SELECT status, message, count(*) AS texts FROM bench_texts WHERE bench_id = ? AND status <> 'ok'
        GROUP BY ALL ORDER BY texts DESC, status, message
    """
    return store.frame(sql, [bench_id])


def delete_bench(store: Store, bench_id: str) -> None:
    """Forget a bench with its texts and its bill."""

    def work(con: duckdb.DuckDBPyConnection) -> None:
        for table in _TABLES:
            con.execute(f"DELETE FROM {table} WHERE bench_id = ?", [bench_id])
        con.execute("DELETE FROM calls WHERE run_id = ?", [bench_id])

    store.writer.run(work)
