"""The readings of a run, each by one recogniser, and which of them speaks for it."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd

from core.errors import UserError
from core.store import queries
from core.store.database import Store
from core.store.queries import ANSWERED
from core.store.records import ResponseRow, now
from core.store.summaries import OPEN, outdate, summarise
from core.store.writer import Row, insert


@dataclass(frozen=True)
class ReadingOf:
    """One reading of a run. `measure` is "stance", "presence", or "" while no value was read. Of its answers `read`
    have values, `refused` were taken for refusals, `unreadable` brought an unreadable reply, and `missing` are still
    to be read. `speaks`: it is the run's. `reader` (JSON) says who reads in a reading again, "" otherwise; `state` and
    `message` how that ended."""

    recogniser: str
    measure: str
    read: int
    refused: int
    unreadable: int
    missing: int
    speaks: bool
    reader: str
    state: str
    message: str


def readings_of(store: Store, run_id: str) -> list[ReadingOf]:
    """All readings of a run, the one that speaks for it first, then by name."""
    sql = f"""
        WITH marks AS (
            SELECT recogniser, count(*) FILTER (status = 'ok') AS read, count(*) FILTER (status = 'refused') AS refused,
                   count(*) FILTER (status = 'invalid') AS unreadable, count(*) FILTER (status = 'error') AS failed
            FROM recognised WHERE run_id = $run GROUP BY recogniser
        ), measures AS (
            SELECT recogniser, if(bool_or(stance IN ('present', 'absent')), 'presence', 'stance') AS measure
            FROM recognitions WHERE run_id = $run GROUP BY recogniser
        ), named AS (
            SELECT recogniser FROM marks UNION SELECT recogniser FROM runs WHERE run_id = $run AND recogniser <> ''
            UNION SELECT recogniser FROM readings WHERE run_id = $run
        ), total AS (SELECT count(*) AS readable FROM responses WHERE run_id = $run AND {ANSWERED} AND {OPEN})
        SELECT recogniser, coalesce(measure, ''), coalesce(read, 0), coalesce(refused, 0), coalesce(unreadable, 0),
               greatest(readable - coalesce(read, 0) - coalesce(refused, 0) - coalesce(unreadable, 0), 0),
               recogniser = (SELECT recogniser FROM runs WHERE run_id = $run) AS speaks,
               coalesce(reader::VARCHAR, ''), coalesce(state, ''), coalesce(message, '')
        FROM named LEFT JOIN marks USING (recogniser) LEFT JOIN measures USING (recogniser)
        LEFT JOIN (FROM readings WHERE run_id = $run) USING (recogniser) CROSS JOIN total
        ORDER BY speaks DESC, recogniser
    """
    return [ReadingOf(*row) for row in store.rows(sql, {"run": run_id})]


def has(store: Store, run_id: str, recogniser: str) -> bool:
    """Whether the run's reading, or another one of it, is by this recogniser."""
    sql = """
        SELECT EXISTS (FROM runs WHERE run_id = $run AND recogniser = $recogniser)
            OR EXISTS (FROM recognised WHERE run_id = $run AND recogniser = $recogniser)
    """
    return bool(store.rows(sql, {"run": run_id, "recogniser": recogniser})[0][0])


def failed(store: Store, run_id: str, recogniser: str) -> int:
    """How many answers a recogniser could not read because it was not reached."""
    sql = "SELECT count(*) FROM recognised WHERE run_id = ? AND recogniser = ? AND status = 'error'"
    return int(store.rows(sql, [run_id, recogniser])[0][0])


def progress(store: Store, run_id: str, recogniser: str) -> tuple[int, int]:
    """How many of a run's readable answers a recogniser has tried, and how many there are."""
    sql = f"""
        SELECT (SELECT count(*) FROM recognised WHERE run_id = $run AND recogniser = $recogniser AND status <> 'error'),
               (SELECT count(*) FROM responses WHERE run_id = $run AND {ANSWERED} AND {OPEN})
    """
    tried, readable = store.rows(sql, {"run": run_id, "recogniser": recogniser})[0]
    return int(tried), int(readable)


def begin(store: Store, run_id: str, recogniser: str, reader: str) -> int:
    """Note that a reading begins, or goes on, by `reader` (JSON); returns the number of the run's session. The run's
    own state stays: all its answers are there."""

    def work(con: duckdb.DuckDBPyConnection) -> int:
        con.execute(
            "INSERT OR REPLACE INTO readings VALUES (?, ?, ?, 'running', '', ?, NULL)",
            [run_id, recogniser, reader, now()],
        )
        return next_session(con, run_id)

    session: int = store.writer.run(work)
    return session


def next_session(con: duckdb.DuckDBPyConnection, run_id: str) -> int:
    """Another session of calls, so that the time between two is not taken for the run's."""
    con.execute("UPDATE runs SET session = session + 1 WHERE run_id = ?", [run_id])
    row = con.execute("SELECT session FROM runs WHERE run_id = ?", [run_id]).fetchone()
    return int(row[0]) if row else 1


def end(store: Store, run_id: str, state: str, message: str, *, recogniser: str) -> None:
    """Note how a reading ended, and sum the run up again, whose rows have changed."""
    store.writer.run(
        lambda con: con.execute(
            "UPDATE readings SET state = ?, message = ?, ended_at = ? WHERE run_id = ? AND recogniser = ?",
            [state, message, now(), run_id, recogniser],
        )
    )
    summarise(store, run_id)


def choose(store: Store, run_id: str, recogniser: str) -> None:
    """Let a reading speak for the run from now on: all pages show its scores. The others stay. Raises UserError when
    the run has no such reading, or no value was read in it."""
    queries.run(store, run_id)
    found = {one.recogniser: one for one in readings_of(store, run_id)}
    if recogniser not in found:
        raise UserError(f"The run {run_id} has no reading {recogniser!r}; it has {', '.join(found) or 'none'}.")
    if not found[recogniser].read:
        raise UserError(f"The reading {recogniser} has no values yet, so it cannot speak for the run {run_id}.")

    def work(con: duckdb.DuckDBPyConnection) -> None:
        outdate(con, run_id)
        con.execute(
            "UPDATE runs SET recogniser = ?, measure = ? WHERE run_id = ?",
            [recogniser, found[recogniser].measure, run_id],
        )

    store.writer.run(work)
    summarise(store, run_id)


def read_values(store: Store, run_id: str, recognisers: Sequence[str]) -> pd.DataFrame:
    """What these readings hold of a run, one row an answer, value and reading: trial_id, model, item_id, recogniser,
    value, stance, strength, evidence (JSON)."""
    sql = """
        SELECT trial_id, model, item_id, recogniser, value, stance, strength, evidence::VARCHAR AS evidence
        FROM recognitions WHERE run_id = ? AND list_contains(?::VARCHAR[], recogniser)
    """
    return store.frame(sql, [run_id, list(recognisers)])


def lengths(store: Store, run_id: str) -> pd.DataFrame:
    """How long a run's readable answers are: trial_id, words."""
    sql = f"""
        SELECT trial_id, len(regexp_extract_all(text, '\\S+')) AS words
        FROM responses WHERE run_id = ? AND {ANSWERED} AND {OPEN}
    """
    return store.frame(sql, [run_id])


def notes(store: Store, run_id: str) -> pd.DataFrame:
    """What became of the stances that judges took, one row a judge that read in single: recogniser, taken (with words
    of the answer), unsupported (without, so neutral), repaired (of the taken: with words not quite the answer's),
    unstable (neutral, as its passes differ)."""
    sql = """
        SELECT recogniser, count(*) FILTER (stance <> 'neutral') AS taken,
               count(*) FILTER (note = 'unsupported') AS unsupported, count(*) FILTER (note = 'repaired') AS repaired,
               count(*) FILTER (note = 'unstable') AS unstable
        FROM recognitions WHERE run_id = ? AND starts_with(recogniser, 'judge:') GROUP BY ALL ORDER BY recogniser
    """
    return store.frame(sql, [run_id])


def replace(store: Store, run_id: str, recogniser: str, rows: pd.DataFrame) -> None:
    """Store a reading that was computed, in the place of what it was before: trial_id, model, item_id, value, stance,
    strength, evidence (JSON)."""

    def work(con: duckdb.DuckDBPyConnection) -> None:
        outdate(con, run_id)
        for table in ("recognitions", "recognised"):
            con.execute(f"DELETE FROM {table} WHERE run_id = ? AND recogniser = ?", [run_id, recogniser])
        con.register("together", rows)
        con.execute(
            """
            INSERT INTO recognitions BY NAME
            SELECT ? AS run_id, trial_id, model, item_id, ? AS recogniser, value, stance, strength, evidence, '' AS note
            FROM together
            """,
            [run_id, recogniser],
        )
        con.execute(
            """
            INSERT INTO recognised BY NAME
            SELECT DISTINCT ? AS run_id, trial_id, ? AS recogniser, 'ok' AS status, '' AS message, 0 AS tokens_in,
                   0 AS tokens_out, 0.0 AS cost_usd, ?::TIMESTAMP AS recognised_at
            FROM together
            """,
            [run_id, recogniser, now()],
        )
        con.unregister("together")

    store.writer.run(work)
    summarise(store, run_id)


def sample(store: Store, run_id: str, most: int) -> list[ResponseRow]:
    """Up to `most` readable answers of a run, always the same ones, from all over it."""
    columns = ", ".join(ResponseRow.__dataclass_fields__)
    sql = f"""
        SELECT {columns} FROM responses WHERE run_id = ? AND {ANSWERED} AND {OPEN}
        ORDER BY hash(trial_id), trial_id LIMIT ?
    """
    return [ResponseRow(*row) for row in store.rows(sql, [run_id, most])]


def keep_checks(store: Store, run_id: str, recogniser: str, rows: Sequence[dict[str, object]]) -> None:
    """Store what the probes of a judge changed (core.runs.judge_checks.Probed), with the time."""
    key: Row = {"run_id": run_id, "recogniser": recogniser, "checked_at": now()}
    store.writer.run(lambda con: insert(con, "judge_checks", [key | row for row in rows]))


def checks(store: Store, recognisers: Sequence[str]) -> pd.DataFrame:
    """All checks of these judges, on whatever run, the newest first: run_id, recogniser, probe, answers, stances,
    changed, taken, taken_changed, checked_at."""
    sql = "FROM judge_checks WHERE list_contains(?::VARCHAR[], recogniser) ORDER BY checked_at DESC, probe DESC"
    return store.frame(sql, [list(recognisers)])


def checks_for(store: Store, run_id: str, recognisers: Sequence[str]) -> pd.DataFrame:
    """The checks of these judges, and of any that was checked on this run."""
    sql = "SELECT DISTINCT recogniser FROM judge_checks WHERE run_id = ?"
    return checks(store, [*recognisers, *(row[0] for row in store.rows(sql, [run_id]))])
