"""Exams that judges took: when, what they cost, and every mark with the answer it is about."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import duckdb
import pandas as pd

from core.recognition.exam import Exam, Mark
from core.store.database import Store
from core.store.writer import Row, insert
from core.text import clean

_KEPT = ("exam_id", "recogniser", "exam_hash", "system", "tasks", "calls", "cost_usd", "taken_at")


@dataclass(frozen=True)
class ExamHead:
    """One exam. `exam_hash`: sha256 of what was asked; of its `tasks` so many `calls` were sent, the rest were stored
    replies; `taken_at` in UTC."""

    exam_id: str
    recogniser: str
    exam_hash: str
    system: str
    tasks: int
    calls: int
    cost_usd: float
    taken_at: datetime


@dataclass(frozen=True)
class Count:
    """How many readings of one kind of task, value and expected stance there are: `asked`, of these `read` and
    comparable, and `right` ones."""

    kind: str
    value: str
    expected: str
    asked: int
    read: int
    right: int


def save(store: Store, head: ExamHead, exam: Exam, marks: Sequence[Mark]) -> None:
    """Keep an exam whole, in one transaction."""
    tasks = {task.id: task for task in exam.tasks}
    rows: list[Row] = [
        {
            **{"exam_id": head.exam_id, "position": place, "task": one.task, "kind": one.kind, "value": one.value},
            **{"expected": one.expected, "said": one.said, "is_right": one.right, "note": clean(one.note)},
            **{"words": [clean(words) for words in one.words]},
            **{"question": tasks[one.task].question, "answer": tasks[one.task].answer},
        }
        for place, one in enumerate(marks)
    ]

    def work(con: duckdb.DuckDBPyConnection) -> None:
        insert(con, "exams", [asdict(head)])
        insert(con, "exam_marks", rows)

    store.writer.run(work)


def exams(store: Store) -> list[ExamHead]:
    """All exams, the newest first."""
    return [
        ExamHead(*row)
        for row in store.rows(f"SELECT {', '.join(_KEPT)} FROM exams ORDER BY taken_at DESC, exam_id DESC")
    ]


def counts(store: Store, exam_id: str) -> list[Count]:
    """The readings of an exam, counted."""
    sql = """
        SELECT kind, value, expected, count(*), count(*) FILTER (said <> '' AND is_right IS NOT NULL),
               count(*) FILTER (is_right)
        FROM exam_marks WHERE exam_id = ? GROUP BY kind, value, expected ORDER BY min(position)
    """
    return [Count(*row) for row in store.rows(sql, [exam_id])]


def moved(store: Store, exam_id: str) -> tuple[int, int]:
    """How many canaries moved a reading, and how many could be compared with the plain answer."""
    sql = """
        SELECT count(*) FILTER (wrong), count(*) FROM (
            SELECT bool_or(NOT is_right) AS wrong FROM exam_marks
            WHERE exam_id = ? AND kind = 'canary' AND is_right IS NOT NULL GROUP BY task
        )
    """
    wrong, compared = store.rows(sql, [exam_id])[0]
    return int(wrong), int(compared)


def failures(store: Store, exam_id: str) -> pd.DataFrame:
    """What was not right, to be read: columns kind, task, value, expected, said, note, words, question, answer."""
    sql = """
        SELECT kind, task, value, expected, said, note, words, question, answer FROM exam_marks
        WHERE exam_id = ? AND NOT coalesce(is_right, true) ORDER BY position
    """
    return store.frame(sql, [exam_id])


def changed(store: Store, exam_id: str, other: str) -> tuple[int, int]:
    """Of the readings that two exams share, how many stances are not the same: (changed, shared). Both have to ask the
    same tasks."""
    sql = """
        SELECT count(*) FILTER (one.said <> two.said), count(*)
        FROM exam_marks AS one JOIN exam_marks AS two USING (task, value)
        WHERE one.exam_id = ? AND two.exam_id = ? AND one.said <> '' AND two.said <> ''
          AND one.answer = two.answer
    """
    different, shared = store.rows(sql, [exam_id, other])[0]
    return int(different), int(shared)


def delete(store: Store, exam_id: str) -> None:
    """Forget an exam with its bill."""

    def work(con: duckdb.DuckDBPyConnection) -> None:
        for table in ("exams", "exam_marks"):
            con.execute(f"DELETE FROM {table} WHERE exam_id = ?", [exam_id])
        con.execute("DELETE FROM calls WHERE run_id = ?", [exam_id])

    store.writer.run(work)
