"""What a search for questions wrote: its head, its questions, the pulls and every answer."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from core.errors import UserError
from core.methods.adaem.panel import Answer
from core.methods.adaem.parts import Question
from core.methods.adaem.search import Pull
from core.store.database import Store
from core.store.sessions import Sessions
from core.store.writer import Row
from core.text import clean

_HEAD = "search_id, name, plan::VARCHAR, limits::VARCHAR, session, state, message, created_at, ended_at"

SESSIONS = Sessions("searches", "search_id")


@dataclass(frozen=True)
class SearchHead:
    """A row of `searches`; `plan` and `limits` are JSON, `session` counts its starts, times are UTC."""

    search_id: str
    name: str
    plan: str
    limits: str
    session: int
    state: str
    message: str
    created_at: datetime
    ended_at: datetime | None


def create(store: Store, search_id: str, name: str, plan: str, limits: str) -> None:
    """Store a search before its first call."""
    SESSIONS.create(store, {"search_id": search_id, "name": clean(name), "plan": plan, "limits": limits})


def delete(store: Store, search_id: str) -> None:
    """Forget a search with all that it wrote, and its bill."""

    def work(con: duckdb.DuckDBPyConnection) -> None:
        for table in (
            *("searches", "search_questions", "search_pulls", "search_answers"),
            *("sittings", "sitting_answers"),
        ):
            con.execute(f"DELETE FROM {table} WHERE search_id = ?", [search_id])
        con.execute("DELETE FROM calls WHERE run_id = ?", [search_id])

    store.writer.run(work)


def heads(store: Store) -> list[SearchHead]:
    """All searches, newest first."""
    return [SearchHead(*row) for row in store.rows(f"SELECT {_HEAD} FROM searches ORDER BY search_id DESC")]


def head(store: Store, search_id: str) -> SearchHead:
    """One of them; raises UserError when there is none of that id."""
    found = store.rows(f"SELECT {_HEAD} FROM searches WHERE search_id = ?", [search_id])
    if not found:
        raise UserError(f"The store has no search {search_id}.")
    return SearchHead(*found[0])


def question_row(search_id: str, pull: int, question: Question) -> tuple[str, Row]:
    """The row of a question for the writer; a later one of the same id takes its place."""
    kept: dict[str, Any] = {name: getattr(question, name) for name in _KEPT}
    kept |= {name: _number(getattr(question, name)) for name in _FIGURES}
    row = {"search_id": search_id, "question_id": question.id, "pull": pull, "text": clean(question.text)}
    wordings = [clean(text) for text in question.wordings] or None
    return "search_questions", row | kept | {"rates": question.rates.tolist() or None, "wordings": wordings}


_KEPT = ("topic", "parent", "origin", "status", "why", "pair")
_FIGURES = ("score", "divergence", "distance", "across", "p", "published")


def pull_rows(search_id: str, pull: Pull) -> list[tuple[str, Row]]:
    """The rows of a pull and its questions."""
    arms = json.dumps([asdict(arm) for arm in pull.arms])
    row: Row = {"search_id": search_id, "pull": pull.number, "topic": pull.topic, "reward": pull.reward, "arms": arms}
    return [("search_pulls", row), *(question_row(search_id, pull.number, question) for question in pull.questions)]


def answer_row(search_id: str, answer: Answer) -> tuple[str, Row]:
    """The row of one member's answer."""
    return "search_answers", {
        "search_id": search_id,
        "question": clean(answer.question),
        "draw": answer.draw,
        "member": answer.member,
        "stance": answer.opinions.stance,
        "points": [clean(point) for point in answer.opinions.points],
        "shows": answer.shows.tolist() or None,
        "text": clean(answer.text),
        "fault": clean(answer.fault),
    }


def questions(store: Store, search_id: str) -> list[tuple[int, Question]]:
    """All questions of a search with the number of their pull (0: a seed), in the order they were made."""
    sql = """
        SELECT pull, rates, question_id AS id, * EXCLUDE (search_id, question_id, pull, rates)
        FROM search_questions WHERE search_id = ? ORDER BY question_id
    """
    with store.cursor() as cursor:
        cursor.execute(sql, [search_id])
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [(int(row.pop("pull")), _question(row.pop("rates"), row)) for row in rows]


def _question(rates: Sequence[Sequence[float]] | None, row: dict[str, Any]) -> Question:
    figures = {name: float("nan") if row[name] is None else float(row[name]) for name in _FIGURES}
    row |= {"pair": row["pair"] or "", "wordings": tuple(row["wordings"] or ())}
    return Question(**row | figures, rates=np.array(rates or np.empty((0, 0)), dtype=np.float64))


@dataclass(frozen=True)
class Counts:
    """How far a search is."""

    pulls: int
    questions: int
    confirmed: int


def counts(store: Store, search_id: str) -> Counts:
    """Pulls made, questions tried, questions confirmed."""
    sql = """
        SELECT (SELECT count(*) FROM search_pulls WHERE search_id = $id), count(*),
               count(*) FILTER (status = 'confirmed')
        FROM search_questions WHERE search_id = $id
    """
    return Counts(*map(int, store.rows(sql, {"id": search_id})[0]))


def pulls(store: Store, search_id: str) -> pd.DataFrame:
    """One row a pull: pull, topic, reward, arms (JSON: topic, pulls and mean of each arm before it)."""
    sql = "SELECT pull, topic, reward, arms::VARCHAR AS arms FROM search_pulls WHERE search_id = ? ORDER BY pull"
    return store.frame(sql, [search_id])


@dataclass(frozen=True)
class AnswerOf:
    """One member's answer to a question: `draw` 0 scored it, higher ones confirmed it; `shows` has one row a point."""

    draw: int
    member: str
    stance: str
    points: list[str]
    shows: list[list[float]]
    text: str
    fault: str


def answers(store: Store, search_id: str, question: str) -> list[AnswerOf]:
    """Every answer to one question, by draw and member."""
    sql = """
        SELECT draw, member, stance, points, coalesce(shows, []), text, fault FROM search_answers
        WHERE search_id = ? AND question = ? ORDER BY draw, member
    """
    return [AnswerOf(*row) for row in store.rows(sql, [search_id, question])]


def fresh_answers(store: Store, search_id: str) -> list[tuple[str, int, str, list[list[float]]]]:
    """Question, draw, member and what each point shows, of every answer that confirmed."""
    sql = """
        SELECT question, draw, member, coalesce(shows, []) FROM search_answers WHERE search_id = ? AND draw > 0
        ORDER BY question, draw, member
    """
    return [(str(row[0]), int(row[1]), str(row[2]), row[3]) for row in store.rows(sql, [search_id])]


def _number(figure: float) -> float | None:
    return None if np.isnan(figure) else float(figure)
