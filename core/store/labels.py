"""What people read in answers. Rows are only ever added: a newer label by the same person counts in the place of the
older one, which stays, and what was undone is marked with the time.

A label is `drawn` as "random" or "least" (from a shuffled list, see PLACE), "disagreement" (where readings differ) or
"imported". Only the first two, or an import that says "random" without a seed, are a random part of the answers.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import duckdb
import pandas as pd

from core.recognition.human import ValueLabel
from core.store.database import Store
from core.store.queries import ANSWERED, NAMED
from core.store.records import now
from core.store.summaries import CHOSEN, OPEN
from core.store.writer import Row, insert
from core.text import clean

# Where an answer stands in the list that a seed shuffles: the same in every process, for everybody, and whatever is
# added to the run later.
PLACE = "md5(concat({seed}, ' ', trial_id))"
SHUFFLED = "drawn IN ('random', 'least') AND seed IS NOT NULL"
_CURRENT = """
    current AS (
        FROM labels WHERE list_contains($runs::VARCHAR[], run_id) AND kind = 'label' AND withdrawn_at IS NULL
        QUALIFY row_number() OVER (PARTITION BY run_id, trial_id, labeller ORDER BY label_id DESC) = 1
    )
"""
# The answers that make a random sample: of each shuffled list the beginning, as far as somebody has got through it,
# those labelled for another reason included (to leave them out would bias the rest); or all, where all are labelled.
_SAMPLED = f"""
    reached AS (
        SELECT run_id, seed, max({PLACE.format(seed="seed")}) AS place FROM labels
        WHERE list_contains($runs::VARCHAR[], run_id) AND withdrawn_at IS NULL AND {SHUFFLED} GROUP BY run_id, seed
    ), whole AS (
        SELECT run_id FROM (SELECT run_id, trial_id, outcome, variation FROM responses
                            WHERE list_contains($runs::VARCHAR[], run_id) AND {ANSWERED} AND {OPEN})
        LEFT JOIN (SELECT DISTINCT run_id, trial_id, true AS done FROM current) USING (run_id, trial_id)
        GROUP BY run_id HAVING bool_and(coalesce(done, false))
    ), sampled AS (
        SELECT run_id, trial_id FROM current JOIN reached USING (run_id)
        WHERE {PLACE.format(seed="reached.seed")} <= reached.place
        UNION SELECT run_id, trial_id FROM current WHERE drawn = 'random' AND seed IS NULL
        UNION SELECT run_id, trial_id FROM current SEMI JOIN whole USING (run_id)
    )
"""


@dataclass(frozen=True)
class NewLabel:
    """What a person said of one answer; without `values` it was skipped. `seed` is that of the list it was drawn from.
    `labelled_at` (UTC) is now unless a file tells it."""

    run_id: str
    trial_id: int
    labeller: str
    drawn: str
    seed: int | None = None
    values: tuple[ValueLabel, ...] = ()
    note: str = ""
    blind: bool = True
    labelled_at: datetime | None = field(default=None)


def add(store: Store, given: Sequence[NewLabel]) -> list[int]:
    """Store labels, all or none; returns their numbers. Whoever was shown a machine's reading of an answer is not blind
    to it any more, whatever `blind` says."""

    def work(con: duckdb.DuckDBPyConnection) -> list[int]:
        last = con.execute("SELECT coalesce(max(label_id), 0) FROM labels").fetchone()
        first = int(last[0]) + 1 if last else 1
        heads = [_head(number, one) for number, one in enumerate(given, first)]
        insert(con, "labels", heads)
        rows = [
            _value(head["label_id"], one, each) for head, one in zip(heads, given, strict=True) for each in one.values
        ]
        insert(con, "label_values", rows)
        con.execute(
            """
            UPDATE labels SET blind = false FROM (SELECT * FROM labels WHERE revealed_at IS NOT NULL) AS seen
            WHERE labels.label_id >= ? AND labels.run_id = seen.run_id AND labels.trial_id = seen.trial_id
              AND labels.labeller = seen.labeller
            """,
            [first],
        )
        return [int(head["label_id"]) for head in heads]

    found: list[int] = store.writer.run(work)
    return found


def _head(number: int, one: NewLabel) -> Row:
    return {
        "label_id": number,
        "run_id": one.run_id,
        "trial_id": one.trial_id,
        "labeller": one.labeller,
        "kind": "label" if one.values else "skip",
        "drawn": one.drawn,
        "seed": one.seed,
        "blind": one.blind,
        "note": clean(one.note),
        "labelled_at": one.labelled_at or now(),
        "revealed_at": None,
        "withdrawn_at": None,
    }


def _value(number: int, one: NewLabel, each: ValueLabel) -> Row:
    evidence = json.dumps([list(span) for span in each.evidence])
    said = {"value": each.value, "stance": each.stance, "intensity": each.intensity, "evidence": evidence}
    return {"label_id": number, "run_id": one.run_id} | said


def undo(store: Store, run_id: str, labeller: str) -> int | None:
    """Mark the last thing a person did in a run, a label or a skip, as withdrawn; returns its answer's trial, None when
    there is nothing to undo. What was counted before it counts again."""
    sql = """
        UPDATE labels SET withdrawn_at = $now WHERE label_id = (
            SELECT max(label_id) FROM labels WHERE run_id = $run AND labeller = $labeller AND withdrawn_at IS NULL
        ) RETURNING trial_id
    """

    def work(con: duckdb.DuckDBPyConnection) -> int | None:
        row = con.execute(sql, {"run": run_id, "labeller": labeller, "now": now()}).fetchone()
        return int(row[0]) if row else None

    found: int | None = store.writer.run(work)
    return found


def take_up_skipped(store: Store, run_id: str, labeller: str) -> None:
    """Withdraw all of a person's skips in a run, so that these answers are asked for again."""
    sql = """
        UPDATE labels SET withdrawn_at = ?
        WHERE run_id = ? AND labeller = ? AND kind = 'skip' AND withdrawn_at IS NULL
    """
    store.writer.run(lambda con: con.execute(sql, [now(), run_id, labeller]))


def reveal(store: Store, label_id: int) -> None:
    """Note that the author of a label has now been shown what the machine reads in its answer."""
    sql = "UPDATE labels SET revealed_at = coalesce(revealed_at, ?) WHERE label_id = ?"
    store.writer.run(lambda con: con.execute(sql, [now(), label_id]))


def next_trial(store: Store, run_id: str, labeller: str, order: str, seed: int, readers: Sequence[str]) -> int | None:
    """The answer that a person should label next: one they have neither labelled nor skipped, the first in the list
    that `seed` shuffles ("random"), among those with the fewest labellers ("least"), or among those on which `readers`
    differ most ("disagreement": the mean over the values of how far the stances lie apart). None when none is left."""
    first = {"random": "", "least": "coalesce(labellers, 0),", "disagreement": "apart DESC,"}[order]
    sql = f"""
        WITH mine AS (
            SELECT DISTINCT trial_id FROM labels
            WHERE run_id = $run AND labeller = $labeller AND withdrawn_at IS NULL
        ), often AS (
            SELECT trial_id, count(DISTINCT labeller) AS labellers FROM labels
            WHERE run_id = $run AND kind = 'label' AND withdrawn_at IS NULL GROUP BY trial_id
        ), spread AS (
            SELECT trial_id, avg(far) AS apart FROM (
                SELECT trial_id, value, max(place) - min(place) AS far FROM (
                    SELECT trial_id, value, CASE stance WHEN 'opposes' THEN -1
                           WHEN 'supports' THEN 1 WHEN 'present' THEN 1 ELSE 0 END AS place
                    FROM recognitions WHERE run_id = $run AND list_contains($readers::VARCHAR[], recogniser)
                ) GROUP BY trial_id, value
            ) GROUP BY trial_id
        )
        SELECT trial_id FROM responses ANTI JOIN mine USING (trial_id)
        LEFT JOIN often USING (trial_id) LEFT JOIN spread USING (trial_id)
        WHERE run_id = $run AND {ANSWERED} AND {OPEN} AND ($order <> 'disagreement' OR apart > 0)
        ORDER BY {first} {PLACE.format(seed="$seed::BIGINT")} LIMIT 1
    """
    given = {"run": run_id, "labeller": labeller, "readers": list(readers), "order": order, "seed": seed}
    rows = store.rows(sql, given)
    return int(rows[0][0]) if rows else None


def answer(store: Store, run_id: str, trial_id: int) -> tuple[str, str] | None:
    """The scenario and the whole text of one answer."""
    sql = """
        SELECT i.text, r.text FROM responses AS r JOIN runs USING (run_id)
        JOIN items AS i USING (suite_hash, item_id) WHERE run_id = ? AND trial_id = ?
    """
    rows = store.rows(sql, [run_id, trial_id])
    return (str(rows[0][0]), str(rows[0][1])) if rows else None


@dataclass(frozen=True)
class Progress:
    """Of the `answers` of a run that can be labelled, how many are `labelled` (by anybody), how many of these make a
    random sample, how many by two or more persons, and by how many persons in all."""

    answers: int
    labelled: int
    sampled: int
    twice: int
    labellers: int


def progress(store: Store, run_id: str) -> Progress:
    """How far the labelling of a run is."""
    sql = f"""
        WITH {_CURRENT}, {_SAMPLED}, each AS (
            SELECT trial_id, count(*) AS persons FROM current GROUP BY trial_id
        )
        SELECT (SELECT count(*) FROM responses WHERE list_contains($runs::VARCHAR[], run_id) AND {ANSWERED} AND {OPEN}),
               (SELECT count(*) FROM each), (SELECT count(*) FROM sampled),
               (SELECT count(*) FROM each WHERE persons > 1), (SELECT count(DISTINCT labeller) FROM current)
    """
    return Progress(*map(int, store.rows(sql, {"runs": [run_id]})[0]))


def own(store: Store, run_id: str, labeller: str) -> tuple[int, int]:
    """How many answers of a run a person has labelled, and how many skipped."""
    sql = """
        SELECT count(DISTINCT trial_id) FILTER (kind = 'label'), count(DISTINCT trial_id) FILTER (kind = 'skip')
        FROM labels WHERE run_id = ? AND labeller = ? AND withdrawn_at IS NULL
    """
    labelled, skipped = store.rows(sql, [run_id, labeller])[0]
    return int(labelled), int(skipped)


def labelled_runs(store: Store) -> list[str]:
    """The runs with labels that count, newest first."""
    sql = "SELECT DISTINCT run_id FROM labels WHERE kind = 'label' AND withdrawn_at IS NULL ORDER BY run_id DESC"
    return [row[0] for row in store.rows(sql)]


def current(store: Store, run_id: str, trial_ids: Sequence[int] | None = None) -> pd.DataFrame:
    """The labels of a run that count, one row a label and value: label_id, trial_id, model, item_id, labeller, drawn,
    seed, blind, note, labelled_at, value, stance, intensity, evidence (JSON), and `sampled`: the answer is one of the
    random sample. By trial, person and the order in which the values were stored."""
    sql = f"""
        WITH {_CURRENT}, {_SAMPLED}
        SELECT label_id, trial_id, r.model, r.item_id, labeller, drawn, seed, blind, note, labelled_at, value, stance,
               intensity, evidence::VARCHAR AS evidence,
               trial_id IN (SELECT trial_id FROM sampled) AS sampled
        FROM current JOIN label_values USING (label_id, run_id) JOIN responses AS r USING (run_id, trial_id)
        WHERE $trials::BIGINT[] IS NULL OR list_contains($trials::BIGINT[], trial_id)
        ORDER BY trial_id, labeller, label_values.rowid
    """
    return store.frame(sql, {"runs": [run_id], "trials": None if trial_ids is None else list(trial_ids)})


def history(store: Store, run_id: str, trial_id: int) -> pd.DataFrame:
    """All that was ever said of one answer, oldest first: label_id, labeller, kind, drawn, blind, note, labelled_at,
    revealed_at, withdrawn_at, value, stance, intensity."""
    sql = """
        SELECT label_id, labeller, kind, drawn, blind, note, labelled_at, revealed_at, withdrawn_at,
               value, stance, intensity
        FROM labels LEFT JOIN label_values USING (label_id, run_id)
        WHERE run_id = ? AND trial_id = ? ORDER BY label_id, label_values.rowid
    """
    return store.frame(sql, [run_id, trial_id])


def sampled_cells(store: Store, run_ids: Sequence[str], at_stake: bool = False) -> pd.DataFrame:
    """What people said of the answers of the random sample that count among these runs, blindly, one row an answer,
    value and person: run_id, trial_id, model, item_id (as queries.item_scores names items), labeller, value, stance,
    intensity."""
    sql = f"""
        {CHOSEN} {NAMED}, {_CURRENT}, {_SAMPLED}
        SELECT run_id, trial_id, r.model, i.item AS item_id, labeller, v.value, v.stance, v.intensity
        FROM current SEMI JOIN sampled USING (run_id, trial_id) JOIN responses AS r USING (run_id, trial_id)
        JOIN chosen USING (model, run_id) JOIN runs USING (run_id)
        JOIN named AS i ON i.suite_hash = runs.suite_hash AND i.item_id = r.item_id
        JOIN label_values AS v USING (label_id, run_id)
        WHERE blind {"AND list_contains(i.item_values, v.value)" if at_stake else ""}
    """
    return store.frame(sql, {"runs": list(run_ids)})


def machine_cells(store: Store, run_ids: Sequence[str], models: Sequence[str], at_stake: bool = False) -> pd.DataFrame:
    """What the recogniser that speaks for each run read in every answer of these models: run_id, trial_id, model,
    item_id, value, strength."""
    sql = f"""
        {CHOSEN} {NAMED}
        SELECT g.run_id, g.trial_id, g.model, i.item AS item_id, g.value, g.strength
        FROM recognitions AS g JOIN chosen USING (model, run_id) JOIN runs USING (run_id, recogniser)
        JOIN named AS i ON i.suite_hash = runs.suite_hash AND i.item_id = g.item_id
        WHERE list_contains($models::VARCHAR[], g.model)
        {"AND list_contains(i.item_values, g.value)" if at_stake else ""}
    """
    return store.frame(sql, {"runs": list(run_ids), "models": list(models)})


def version(store: Store, run_ids: Sequence[str]) -> str:
    """Something that changes whenever the labels of these runs do."""
    sql = """
        SELECT count(*), max(label_id), count(withdrawn_at), count(revealed_at) FROM labels
        WHERE list_contains(?::VARCHAR[], run_id)
    """
    return str(store.rows(sql, [list(run_ids)])[0])


@dataclass(frozen=True)
class Answer:
    """An answer that can be labelled; `chars` is its length in code points."""

    model: str
    item_id: str
    chars: int


def answers(store: Store, run_id: str) -> dict[int, Answer]:
    """All answers of a run that can be labelled, by trial."""
    sql = f"SELECT trial_id, model, item_id, length(text) FROM responses WHERE run_id = ? AND {ANSWERED} AND {OPEN}"
    return {int(row[0]): Answer(*row[1:]) for row in store.rows(sql, [run_id])}
