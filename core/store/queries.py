"""What is read: named queries. Aggregates are made in SQL, so that a page's cost does not grow with the texts."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from core.errors import UserError
from core.store.database import Store
from core.store.records import ResponseRow
from core.store.summaries import CHOSEN, OPEN
from core.values.profile import SavedProfile

# An answer with words in it, whole or cut off.
ANSWERED = "outcome IN ('ok', 'truncated')"
# What the recogniser read that speaks for the run $run; a run may have been read by several.
SPEAKS = "run_id = $run AND recogniser = (SELECT recogniser FROM runs WHERE run_id = $run)"


@dataclass(frozen=True)
class RunHead:
    """One row of `runs`."""

    run_id: str
    name: str
    kind: str
    plan: str
    suite_hash: str
    system: str
    recogniser: str
    measure: str
    planned: int
    state: str
    message: str
    created_at: datetime
    started_at: datetime
    ended_at: datetime | None


_HEAD = ", ".join(RunHead.__dataclass_fields__)
_RESPONSE = ", ".join(ResponseRow.__dataclass_fields__)


def run(store: Store, run_id: str) -> RunHead:
    """One run; raises UserError when the store has none of that id."""
    rows = store.rows(f"SELECT {_HEAD} FROM runs WHERE run_id = ?", [run_id])
    if not rows:
        raise UserError(f"The store has no run {run_id!r}. See the list of runs for those it has.")
    return RunHead(*rows[0])


def runs(store: Store) -> list[RunHead]:
    """All runs, newest first."""
    return [RunHead(*row) for row in store.rows(f"SELECT {_HEAD} FROM runs ORDER BY run_id DESC")]


def finished_trials(store: Store, run_id: str, model: str) -> set[int]:
    """The ids of a model's trials that need no further call: all that ended otherwise than in an error."""
    sql = "SELECT trial_id FROM responses WHERE run_id = ? AND model = ? AND outcome <> 'error'"
    return {row[0] for row in store.rows(sql, [run_id, model])}


def failures(store: Store, run_id: str, recogniser: str | None = None) -> int:
    """How many calls of a run failed and would be made again: to its models and to this recogniser (all if None)."""
    sql = """
        SELECT (SELECT count(*) FROM responses WHERE run_id = $run AND outcome = 'error')
             + (SELECT count(*) FROM recognised
                WHERE run_id = $run AND status = 'error' AND recogniser = coalesce($recogniser, recogniser))
    """
    return int(store.rows(sql, {"run": run_id, "recogniser": recogniser})[0][0])


def unread_responses(store: Store, run_id: str, model: str, recogniser: str) -> Iterator[ResponseRow]:
    """A model's free answers that the recogniser has not read, or could not read because it was not reached."""
    sql = f"""
        SELECT {_RESPONSE} FROM responses AS r
        WHERE run_id = ? AND model = ? AND {ANSWERED} AND {OPEN} AND NOT EXISTS (
            SELECT 1 FROM recognised AS m
            WHERE m.run_id = r.run_id AND m.trial_id = r.trial_id AND m.recogniser = ? AND m.status <> 'error'
        )
    """
    return (ResponseRow(*row) for row in store.rows(sql, [run_id, model, recogniser]))


def progress(store: Store, run_id: str) -> pd.DataFrame:
    """Per model of one run: a count of each core.methods.base.Outcome; tokens, seconds and cost so far; `read` and
    `unreadable` count free answers with a recognition of the run's recogniser and with a failed one."""
    return store.frame(
        f"""
        SELECT r.model,
               count(*) FILTER (outcome = 'ok') AS ok,
               count(*) FILTER (outcome = 'truncated') AS truncated,
               count(*) FILTER (outcome = 'refused') AS refused,
               count(*) FILTER (outcome = 'unparsed') AS unparsed,
               count(*) FILTER (outcome = 'filtered') AS filtered,
               count(*) FILTER (outcome = 'error') AS error,
               count(m.trial_id) FILTER (m.status = 'ok') AS read,
               count(m.trial_id) FILTER (m.status IN ('invalid', 'error')) AS unreadable,
               coalesce(sum(r.tokens_in), 0) + coalesce(sum(m.tokens_in), 0) AS tokens_in,
               coalesce(sum(r.tokens_out), 0) + coalesce(sum(m.tokens_out), 0) AS tokens_out,
               sum(coalesce(r.cost_usd, 0) + coalesce(m.cost_usd, 0)) AS cost_usd,
               avg(r.latency_s) AS latency_s,
               max(r.arrived_at) AS last
        FROM responses AS r LEFT JOIN (FROM recognised WHERE {SPEAKS}) AS m USING (run_id, trial_id)
        WHERE run_id = $run GROUP BY r.model ORDER BY r.model
        """,
        {"run": run_id},
    )


def errors(store: Store, run_id: str) -> pd.DataFrame:
    """The failures of one run, grouped by sentence: kind, error, calls, models."""
    return store.frame(
        """
        SELECT error_kind AS kind, error, count(*) AS calls, string_agg(DISTINCT model, ', ') AS models
        FROM responses WHERE run_id = ? AND outcome = 'error' GROUP BY ALL
        UNION ALL
        SELECT status, message, count(*), any_value(recogniser) FROM recognised
        WHERE run_id = ? AND status IN ('invalid', 'error') GROUP BY ALL
        ORDER BY calls DESC LIMIT 50
        """,
        [run_id, run_id],
    )


# Suites may give one id to different scenarios ("prompt-1"). Where those of the picked runs do, `item` says which is
# meant: answers of several runs stand side by side only if they are to the same words.
NAMED = """
    , named AS (
        SELECT suite_hash, item_id, text, item_values, domain, region, position,
               CASE WHEN min(text) OVER same = max(text) OVER same THEN item_id
                    ELSE item_id || '~' || left(md5(text), 6) END AS item
        FROM items SEMI JOIN (SELECT suite_hash FROM runs SEMI JOIN picked USING (run_id)) USING (suite_hash)
        WINDOW same AS (PARTITION BY item_id)
    )
"""


def item_scores(store: Store, run_ids: Sequence[str], at_stake: bool = False) -> pd.DataFrame:
    """Mean strength per model x item x value over the answers that were read: model, item_id, value, strength, n
    (answers), the names as categories. With `at_stake` a value is scored only on the items that name it as at stake."""
    return store.categories(
        CHOSEN
        + NAMED
        + "SELECT s.model, i.item AS item_id, s.value, s.total / s.n AS strength, s.n"
        + " FROM sums AS s JOIN chosen USING (model, run_id) JOIN runs USING (run_id)"
        + " JOIN named AS i USING (suite_hash, item_id)"
        + (" WHERE list_contains(i.item_values, s.value)" if at_stake else ""),
        {"runs": list(run_ids)},
    )


def scenario_texts(store: Store, run_ids: Sequence[str], most: int = 500) -> list[tuple[str, list[str]]]:
    """The scenarios that were asked in these runs, each text once with its values at stake, at most `most` of them."""
    sql = """
        SELECT DISTINCT i.text, i.item_values FROM runs JOIN items AS i USING (suite_hash)
        WHERE list_contains(?::VARCHAR[], run_id) ORDER BY i.text LIMIT ?
    """
    return [(row[0], row[1]) for row in store.rows(sql, [list(run_ids), most])]


def closed_answers(store: Store, run_ids: Sequence[str]) -> pd.DataFrame:
    """Answers to closed questions: model, item_id, variation, outcome, choice, option_probs (JSON), option_mass."""
    return store.frame(
        CHOSEN
        + """
        SELECT model, item_id, variation, outcome, choice, option_probs::VARCHAR AS option_probs, option_mass
        FROM responses JOIN chosen USING (model, run_id) WHERE starts_with(variation, 'closed-')
        """,
        {"runs": list(run_ids)},
    )


def sample_texts(store: Store, run_ids: Sequence[str], per_model: int = 100) -> pd.DataFrame:
    """Up to `per_model` free answers of each model, the first by their trials' ids: model, item_id, text."""
    return store.frame(
        CHOSEN
        + f"""
        , sample AS (
            SELECT run_id, unnest(min(trial_id, $most)) AS trial_id FROM responses JOIN chosen USING (model, run_id)
            WHERE {ANSWERED} AND {OPEN} GROUP BY run_id, model
        ), likely AS MATERIALIZED (  -- by the number alone, which is many times faster than by both
            SELECT run_id, trial_id, model, item_id, text FROM responses
            WHERE trial_id IN (SELECT trial_id FROM sample)
        )
        SELECT model, item_id, left(text, 5000) AS text FROM likely SEMI JOIN sample USING (run_id, trial_id)
        """,
        {"runs": list(run_ids), "most": per_model},
    )


@dataclass(frozen=True)
class Filter:
    """Which responses to list; empty means all. `text` is searched for in answers and scenarios, case-insensitively."""

    models: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    value: str = ""
    stance: str = ""
    item: str = ""
    text: str = ""


# What each choice of a filter asks of a response r, its item i and its recognition g.
_CLAUSES = {
    "models": "list_contains($models::VARCHAR[], r.model)",
    "outcomes": "list_contains($outcomes::VARCHAR[], r.outcome)",
    "value": "g.value = $value",
    "stance": "g.stance = $stance",
    "item": "i.item = $item",
    "text": "(contains(lower(r.text), lower($text)) OR contains(lower(i.text), lower($text)))",
}


def _chosen_by(chosen: Filter, run_ids: Sequence[str]) -> dict[str, object]:
    """The parameters of a query: the runs and what the filter chooses. A stance is one towards a value."""
    given = {name: list(cell) if isinstance(cell, tuple) else cell for name, cell in vars(chosen).items() if cell}
    return {"runs": list(run_ids)} | given | ({"value": chosen.value} if chosen.stance else {})


_SAME = "g.run_id = r.run_id AND g.trial_id = r.trial_id AND g.recogniser = runs.recogniser"


def _filtered(given: Collection[str]) -> str:
    joined = f"JOIN recognitions AS g ON {_SAME}" if "value" in given else ""
    clauses = [_CLAUSES[name] for name in given if name in _CLAUSES]
    return f"""
        FROM responses AS r JOIN chosen USING (model, run_id)
        JOIN runs USING (run_id) JOIN named AS i ON i.suite_hash = runs.suite_hash AND i.item_id = r.item_id {joined}
        WHERE {" AND ".join(clauses) or "true"}
    """


def _passing(given: Collection[str]) -> str:
    """Per run and item how many responses pass, and how many of these are scored on the filter's value with which sum.
    It is read off the run's sums unless the filter asks for what they do not tell apart."""
    if not set(given) & {"stance", "item", "text"} and not {"value", "outcomes"} <= set(given):
        columns = "sum(n) AS scored, sum(total) AS total" if "value" in given else "0 AS scored, NULL::DOUBLE AS total"
        clauses = [_CLAUSES[name].replace("g.", "r.") for name in given if name in _CLAUSES]
        return f"""
            SELECT run_id, item_id, sum(n) AS answers, {columns}
            FROM {"sums" if "value" in given else "counts"} AS r JOIN chosen USING (model, run_id)
            WHERE {" AND ".join(clauses) or "true"} GROUP BY ALL
        """
    strength = "g.strength" if "value" in given else "NULL::DOUBLE"
    columns = f"count(*) AS answers, count({strength}) AS scored, fsum({strength}) AS total"
    return f"SELECT r.run_id, r.item_id, {columns} {_filtered(given)} GROUP BY ALL"


def scenarios(store: Store, run_ids: Sequence[str], chosen: Filter, limit: int = 500) -> pd.DataFrame:
    """The items that have a response passing the filter: item_id, text, item_values, domain, region, `answers` (how
    many pass), `asked` (the open questions on it put to the filter's models), and where the filter has a value its
    mean `strength` over the `scored` of these answers."""
    given = _chosen_by(chosen, run_ids)
    return store.frame(
        CHOSEN
        + NAMED
        + f"""
        , asked AS (
            SELECT item, sum(n) AS asked FROM counts AS r JOIN chosen USING (model, run_id)
            JOIN runs USING (run_id) JOIN named USING (suite_hash, item_id)
            WHERE open AND {_CLAUSES["models"] if chosen.models else "true"} GROUP BY item
        ), passing AS ({_passing(given)})
        SELECT item AS item_id, any_value(i.text) AS text, any_value(i.item_values) AS item_values,
               any_value(i.domain) AS domain, any_value(i.region) AS region, sum(answers)::BIGINT AS answers,
               coalesce(any_value(asked), 0)::BIGINT AS asked, sum(scored)::BIGINT AS scored,
               sum(total) / nullif(sum(scored), 0) AS strength
        FROM passing JOIN runs USING (run_id) JOIN named AS i USING (suite_hash, item_id)
        LEFT JOIN asked USING (item)
        GROUP BY item ORDER BY strength DESC NULLS LAST, min(i.position) LIMIT $most
        """,
        given | {"most": limit},
    )


def answers(store: Store, run_ids: Sequence[str], chosen: Filter, limit: int = 200) -> pd.DataFrame:
    """Responses that pass the filter, with texts cut at 20,000 characters (`chars` is the full length)."""
    given = _chosen_by(chosen, run_ids)
    return store.frame(
        CHOSEN
        + NAMED
        + """SELECT r.run_id, r.trial_id, r.model, i.item AS item_id, r.variation, r.epoch, r.outcome,
             left(r.text, 20000) AS text, length(r.text) AS chars, r.choice, r.option_probs::VARCHAR AS option_probs,
             r.option_mass, r.error, r.attempts, r.latency_s, r.tokens_in, r.tokens_out"""
        + _filtered(given)
        + " ORDER BY r.model, r.variation, r.epoch LIMIT $most",
        given | {"most": limit},
    )


def readings(store: Store, run_id: str, trial_ids: Sequence[int]) -> pd.DataFrame:
    """Recognitions of some responses by the run's recogniser: trial_id, recogniser, value, stance, strength, evidence
    (JSON of [start, end, weight]), note, leaning (NaN where the recogniser estimates none)."""
    return store.frame(
        f"""
        SELECT trial_id, recogniser, value, stance, strength, evidence::VARCHAR AS evidence, note, leaning
        FROM recognitions
        WHERE {SPEAKS} AND trial_id IN (SELECT unnest($trials::BIGINT[]))
        """,
        {"run": run_id, "trials": list(trial_ids)},
    )


def reading_messages(store: Store, run_id: str, trial_ids: Sequence[int]) -> dict[int, tuple[str, str, list[str]]]:
    """How the recognition of some responses by the run's recogniser ended: trial_id -> (status, message, what a judge
    replied word by word)."""
    sql = f"""
        SELECT trial_id, status, message, coalesce(replies, []) FROM recognised
        WHERE {SPEAKS} AND list_contains($trials, trial_id)
    """
    return {row[0]: (row[1], row[2], row[3]) for row in store.rows(sql, {"run": run_id, "trials": list(trial_ids)})}


def export(store: Store, run_id: str) -> pd.DataFrame:
    """A run's responses, one row each, with the scenario and one column `value_<id>` a value (empty where unread), as
    the run's recogniser read it; and `leaning_<id>` where it estimates one."""
    base = store.frame(
        """
        SELECT r.*, i.text AS scenario FROM responses AS r JOIN runs USING (run_id)
        JOIN items AS i ON i.suite_hash = runs.suite_hash AND i.item_id = r.item_id
        WHERE r.run_id = ? ORDER BY r.model, i.position, r.variation, r.epoch
        """,
        [run_id],
    )
    sql = f"SELECT trial_id, value, strength, leaning FROM recognitions WHERE {SPEAKS}"
    read = store.frame(sql, {"run": run_id})
    for column, prefix in (("strength", "value_"), ("leaning", "leaning_")):
        if read[column].notna().any():
            wide = read.pivot(index="trial_id", columns="value", values=column).add_prefix(prefix)
            base = base.merge(wide, how="left", left_on="trial_id", right_index=True)
    return base


def data_version(store: Store, run_ids: Sequence[str]) -> str:
    """Something that changes whenever the scores of these runs do: counts and times of what is stored, summed
    because a row that takes another's place need not be the latest, and whose reading speaks for each."""
    sql = """
        SELECT (SELECT (count(*), sum(epoch_us(arrived_at))) FROM responses
                WHERE list_contains($runs::VARCHAR[], run_id)),
               (SELECT (count(*), sum(epoch_us(recognised_at))) FROM recognised
                WHERE list_contains($runs::VARCHAR[], run_id)),
               (SELECT string_agg(recogniser, ' ' ORDER BY run_id) FROM runs
                WHERE list_contains($runs::VARCHAR[], run_id))
    """
    return str(store.rows(sql, {"runs": list(run_ids)})[0])


def profiles(store: Store) -> list[SavedProfile]:
    """Saved profiles, by name."""
    sql = """
        SELECT name, system, weights::VARCHAR, coalesce(means::VARCHAR, ''), coalesce(sds::VARCHAR, ''),
               coalesce(source, '')
        FROM profiles ORDER BY name
    """
    return [SavedProfile(*row) for row in store.rows(sql)]


@dataclass(frozen=True)
class Speed:
    """Means over a model's stored answers."""

    latency_s: float
    tokens_out: float


def speed(store: Store, model: str, methods: Sequence[str]) -> Speed | None:
    """How fast and how long a model answered so far when asked by one of `methods`, "" standing for runs whose plan
    names none; None when fewer than three such answers are known."""
    sql = f"""
        SELECT avg(latency_s), avg(tokens_out) FROM responses LEFT JOIN runs USING (run_id)
        WHERE model = ? AND list_contains(?::VARCHAR[], coalesce(plan->>'method', '')) AND {ANSWERED} AND {OPEN}
        HAVING count(latency_s) >= 3 AND count(tokens_out) >= 3
    """
    rows = store.rows(sql, [model, list(methods)])
    return Speed(float(rows[0][0]), float(rows[0][1])) if rows else None


def models_in_order(store: Store) -> list[str]:
    """Every model the store has met, in the order of its first run: the order that fixes its colour."""
    return [row[0] for row in store.rows("SELECT model FROM responses GROUP BY model ORDER BY min(run_id), model")]


def own_suites(store: Store) -> list[tuple[str, str, str, int]]:
    """Stored suites of scenarios by name: (hash, id, name, items), but for the pieces that only pilots asked and what
    only another method can ask."""
    sql = """
        SELECT s.suite_hash, s.suite_id, s.name, count(*) FROM suites AS s JOIN items AS i USING (suite_hash)
        WHERE suite_hash NOT IN (
            SELECT suite_hash FROM runs GROUP BY suite_hash
            HAVING bool_and(kind = 'pilot' OR plan->>'method' NOT IN ('', 'value_compass', 'adaem'))
        )
        GROUP BY ALL ORDER BY s.name
    """
    return [(row[0], row[1], row[2], int(row[3])) for row in store.rows(sql)]


def has_suite(store: Store, suite_hash: str) -> bool:
    """Whether a suite is stored under this hash, whatever method asks it."""
    return bool(store.rows("SELECT 1 FROM suites WHERE suite_hash = ?", [suite_hash]))
