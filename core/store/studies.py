"""Studies in the store: items, and what people said under pseudonymous codes. Ratings are only ever added, or deleted
with all else of one rater."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
import pandas as pd

from core.errors import UserError
from core.items.bank import BankItem
from core.items.sitting import Given, Sitting
from core.items.study import TEN, Study, StudyItem
from core.store.database import Store
from core.store.records import now
from core.store.writer import Row, insert

_OF_RATERS = ("study_raters", "study_ratings", "study_scores")
_TABLES = (*_OF_RATERS, "study_items", "study_looks", "studies")
_OF_CODE = "study_id = ? AND code = ?"


@dataclass(frozen=True)
class StudyHead:
    """One study as it is listed: how many items, raters who began and raters who finished."""

    study_id: str
    name: str
    stage: str
    questionnaire: str
    planned: int
    made_at: datetime
    items: int
    raters: int
    finished: int


@dataclass(frozen=True)
class Look:
    """One time that the ratings were looked at to promote items: `raters` used of `planned`, those left out, and how
    many items were then provisional and validated. `rule` is JSON; `bank_id` names the bank that was frozen, if any."""

    raters: int
    planned: int
    left_out: int
    provisional: int
    validated: int
    rule: str
    bank_id: str = ""


def save_study(store: Store, study: Study) -> None:
    """Keep a study's head and items, replacing what there was of the same id; ratings and looks stay."""

    def work(con: duckdb.DuckDBPyConnection) -> None:
        known = con.execute("SELECT made_at FROM studies WHERE study_id = ?", [study.id]).fetchone()
        for table in ("studies", "study_items"):
            con.execute(f"DELETE FROM {table} WHERE study_id = ?", [study.id])
        head: Row = {"study_id": study.id, "name": study.name, "questionnaire": study.questionnaire}
        head |= {"planned": study.planned, "stage": study.stage, "made_at": known[0] if known else now()}
        insert(con, "studies", [head])
        insert(con, "study_items", [_item_row(study.id, place, each) for place, each in enumerate(study.items)])

    store.writer.run(work)


def _item_row(study_id: str, place: int, each: StudyItem) -> Row:
    item = each.item
    row: Row = {"study_id": study_id, "position": place, "query": item.query, "option": item.option}
    row |= {"title": item.title, "text": item.text, "response": item.response, "source": item.source}
    return row | {"expresses": list(item.expresses) or None, "state": each.state}


def studies(store: Store) -> list[StudyHead]:
    """All studies, newest first."""
    sql = """
        SELECT study_id, name, stage, questionnaire, planned, made_at,
               (SELECT count(*) FROM study_items AS i WHERE i.study_id = s.study_id),
               (SELECT count(*) FROM study_raters AS r WHERE r.study_id = s.study_id),
               (SELECT count(finished_at) FROM study_raters AS r WHERE r.study_id = s.study_id)
        FROM studies AS s ORDER BY made_at DESC, study_id
    """
    return [StudyHead(*row) for row in store.rows(sql)]


def load_study(store: Store, study_id: str) -> Study:
    """A study with its items; raises UserError when there is none of that id."""
    heads = store.rows("SELECT name, questionnaire, planned, stage FROM studies WHERE study_id = ?", [study_id])
    if not heads:
        raise UserError(f"The store has no study {study_id[:60]!r}. Make one on the page Items.")
    sql = """
        SELECT query, option, title, text, response, source, expresses, state
        FROM study_items WHERE study_id = ? ORDER BY position
    """
    items = tuple(
        StudyItem(BankItem(query, option, title, text, response, source, expresses=tuple(expresses or ())), state)
        for query, option, title, text, response, source, expresses, state in store.rows(sql, [study_id])
    )
    name, questionnaire, planned, stage = heads[0]
    return Study(study_id, name, items, questionnaire, planned, stage)


def begin(store: Store, study_id: str, code: str, consent: str) -> Sitting:
    """A new sitting of a person who agreed to the text of hash `consent`; one that exists already goes on."""
    row = {"study_id": study_id, "code": code, "consent": consent, "consented_at": now(), "finished_at": None}

    def work(con: duckdb.DuckDBPyConnection) -> None:
        if not con.execute(f"SELECT 1 FROM study_raters WHERE {_OF_CODE}", [study_id, code]).fetchone():
            _insert_rater(con, row)

    store.writer.run(work)
    return sitting(store, study_id, code) or Sitting(study_id, code)


def _insert_rater(con: duckdb.DuckDBPyConnection, row: Mapping[str, object]) -> None:
    sql = "INSERT INTO study_raters (study_id, code, consent, consented_at, finished_at) VALUES (?, ?, ?, ?, ?)"
    con.execute(sql, [row[name] for name in ("study_id", "code", "consent", "consented_at", "finished_at")])


def keep(store: Store, after: Sitting, finished: bool) -> None:
    """Add what is new in a sitting: nothing that was said before is changed. Of a rater deleted meanwhile nothing is
    kept; raises UserError then."""
    key = [after.study_id, after.code]

    def work(con: duckdb.DuckDBPyConnection) -> None:
        if not con.execute(f"SELECT 1 FROM study_raters WHERE {_OF_CODE}", key).fetchone():
            raise UserError("This sitting has been deleted. Begin anew to take part again.")
        rows = con.execute(f"SELECT kind, item_id FROM study_ratings WHERE {_OF_CODE}", key).fetchall()
        new = [one for one in after.given if (one.kind, one.item_id) not in set(rows)]
        insert(con, "study_ratings", [_rating(after, len(rows) + place, one) for place, one in enumerate(new)])
        if after.scores and not con.execute(f"SELECT 1 FROM study_scores WHERE {_OF_CODE}", key).fetchone():
            insert(con, "study_scores", _scores(after))
        if finished:
            sql = f"UPDATE study_raters SET finished_at = ? WHERE {_OF_CODE} AND finished_at IS NULL"
            con.execute(sql, [now(), *key])

    store.writer.run(work)


def _rating(of: Sitting, place: int, one: Given) -> Row:
    row: Row = {"study_id": of.study_id, "code": of.code, "position": place}
    return row | {"kind": one.kind, "item_id": one.item_id, "rating": one.rating, "seconds": float(one.seconds)}


def _scores(of: Sitting) -> list[Row]:
    named = zip(TEN, of.scores, strict=True)
    return [{"study_id": of.study_id, "code": of.code, "value": name, "score": float(found)} for name, found in named]


def add_sittings(store: Store, sittings: Iterable[tuple[Sitting, bool]], consent: str) -> None:
    """Keep sittings held elsewhere, each with whether it was finished, all or none. Raises UserError when one of the
    codes is known already."""

    def work(con: duckdb.DuckDBPyConnection) -> None:
        for one, finished in sittings:
            key = [one.study_id, one.code]
            if con.execute(f"SELECT 1 FROM study_raters WHERE {_OF_CODE}", key).fetchone():
                raise UserError(f"The rater {one.code} is in this study already; nothing was kept. Delete one of them.")
            row = {"study_id": one.study_id, "code": one.code, "consent": consent, "consented_at": now()}
            _insert_rater(con, row | {"finished_at": now() if finished else None})
            insert(con, "study_ratings", [_rating(one, place, given) for place, given in enumerate(one.given)])
            insert(con, "study_scores", _scores(one) if one.scores else [])

    store.writer.run(work)


def sitting(store: Store, study_id: str, code: str) -> Sitting | None:
    """One person's sitting, None when the study has no such code."""
    if not store.rows(f"SELECT 1 FROM study_raters WHERE {_OF_CODE}", [study_id, code]):
        return None
    return next(iter(_sittings(store, study_id, code)))


def sittings(store: Store, study_id: str) -> list[Sitting]:
    """All sittings of a study in the order in which they began."""
    return _sittings(store, study_id, None)


def _sittings(store: Store, study_id: str, code: str | None) -> list[Sitting]:
    where, key = (_OF_CODE, [study_id, code]) if code else ("study_id = ?", [study_id])
    given: dict[str, list[Given]] = {}
    sql = f"SELECT code, kind, item_id, rating, seconds FROM study_ratings WHERE {where} ORDER BY code, position"
    for of, *cells in store.rows(sql, key):
        given.setdefault(of, []).append(Given(*cells))
    scores: dict[str, dict[str, float]] = {}
    for of, value, score in store.rows(f"SELECT code, value, score FROM study_scores WHERE {where}", key):
        scores.setdefault(of, {})[value] = score
    codes = store.rows(f"SELECT code FROM study_raters WHERE {where} ORDER BY consented_at, code", key)
    return [Sitting(study_id, of, tuple(given.get(of, ())), _ten(scores.get(of, {}))) for (of,) in codes]


def _ten(scores: Mapping[str, float]) -> tuple[float, ...]:
    return tuple(scores[name] for name in TEN) if scores else ()


def delete_rater(store: Store, study_id: str, code: str) -> None:
    """Delete all that one person said; raises UserError when there is no such code. The file's freed blocks keep their
    bytes until DuckDB writes over them."""

    def work(con: duckdb.DuckDBPyConnection) -> None:
        if not con.execute(f"SELECT 1 FROM study_raters WHERE {_OF_CODE}", [study_id, code]).fetchone():
            raise UserError(f"The study has no rater {code[:20]}.")
        for table in _OF_RATERS:
            con.execute(f"DELETE FROM {table} WHERE {_OF_CODE}", [study_id, code])

    store.writer.run(work)


def delete_study(store: Store, study_id: str) -> None:
    """Delete a study with everything in it; a bank frozen from it stays."""

    def work(con: duckdb.DuckDBPyConnection) -> None:
        for table in _TABLES:
            con.execute(f"DELETE FROM {table} WHERE study_id = ?", [study_id])

    store.writer.run(work)


def add_look(store: Store, study: Study, look: Look) -> None:
    """Keep what a look decided: the states of the items and the stage of `study`, and the look itself."""

    def work(con: duckdb.DuckDBPyConnection) -> None:
        row = con.execute("SELECT count(*) FROM study_looks WHERE study_id = ?", [study.id]).fetchone()
        number = (row[0] if row else 0) + 1
        insert(con, "study_looks", [{"study_id": study.id, "look": number, "made_at": now()} | vars(look)])
        for each in study.items:
            sql = "UPDATE study_items SET state = ? WHERE study_id = ? AND query = ? AND option = ?"
            con.execute(sql, [each.state, study.id, each.item.query, each.item.option])
        con.execute("UPDATE studies SET stage = ? WHERE study_id = ?", [study.stage, study.id])

    store.writer.run(work)


def looks(store: Store, study_id: str) -> pd.DataFrame:
    """The looks in order: columns look, made_at (UTC), raters, planned, left_out, provisional, validated, bank_id."""
    sql = """
        SELECT look, made_at, raters, planned, left_out, provisional, validated, bank_id
        FROM study_looks WHERE study_id = ? ORDER BY look
    """
    return store.frame(sql, [study_id])


def version(store: Store, study_id: str) -> Sequence[int]:
    """Changes whenever somebody's answers do."""
    sql = """
        SELECT (SELECT count(*) FROM study_ratings WHERE study_id = $id),
               (SELECT count(*) FROM study_raters WHERE study_id = $id),
               (SELECT count(*) FROM study_scores WHERE study_id = $id)
    """
    return list(store.rows(sql, {"id": study_id})[0])
