"""Later models that sat a search's pool of questions: each sitting, and its answers in the order they were asked."""

from dataclasses import dataclass
from datetime import datetime

from core.errors import UserError
from core.methods.adaem.panel import Answer
from core.store.database import Store
from core.store.sessions import Sessions
from core.store.writer import Row
from core.text import clean

_HEAD = "sitting_id, search_id, plan::VARCHAR, limits::VARCHAR, session, state, message, created_at, ended_at"

SESSIONS = Sessions("sittings", "sitting_id")


@dataclass(frozen=True)
class SittingHead:
    """A row of `sittings`; `plan` and `limits` are JSON, `session` counts its starts, times are UTC."""

    sitting_id: str
    search_id: str
    plan: str
    limits: str
    session: int
    state: str
    message: str
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class SittingAnswer:
    """One answer: `shows` has a row a point, none where nothing could be read."""

    question_id: str
    step: int
    stance: str
    points: list[str]
    shows: list[list[float]]
    text: str
    fault: str


def create(store: Store, sitting_id: str, search_id: str, plan: str, limits: str) -> None:
    """Store a sitting before its first call."""
    SESSIONS.create(store, {"sitting_id": sitting_id, "search_id": search_id, "plan": plan, "limits": limits})


def heads(store: Store, search_id: str) -> list[SittingHead]:
    """All sittings of a search's pool, newest first."""
    sql = f"SELECT {_HEAD} FROM sittings WHERE search_id = ? ORDER BY sitting_id DESC"
    return [SittingHead(*row) for row in store.rows(sql, [search_id])]


def head(store: Store, sitting_id: str) -> SittingHead:
    """One of them; raises UserError when there is none of that id."""
    found = store.rows(f"SELECT {_HEAD} FROM sittings WHERE sitting_id = ?", [sitting_id])
    if not found:
        raise UserError(f"The store has no sitting {sitting_id}.")
    return SittingHead(*found[0])


def answer_row(search_id: str, sitting_id: str, question_id: str, step: int, answer: Answer) -> tuple[str, Row]:
    """The row of an answer for the writer; asked again, it takes its own place."""
    return "sitting_answers", {
        "sitting_id": sitting_id,
        "search_id": search_id,
        "question_id": question_id,
        "step": step,
        "stance": answer.opinions.stance,
        "points": [clean(point) for point in answer.opinions.points],
        "shows": answer.shows.tolist() or None,
        "text": clean(answer.text),
        "fault": clean(answer.fault),
    }


def answers(store: Store, sitting_id: str) -> list[SittingAnswer]:
    """Its answers in the order they were asked."""
    sql = """
        SELECT question_id, step, stance, points, coalesce(shows, []), text, fault FROM sitting_answers
        WHERE sitting_id = ? ORDER BY step
    """
    return [SittingAnswer(*row) for row in store.rows(sql, [sitting_id])]
