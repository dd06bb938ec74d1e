"""Behind every number: the answers to one scenario, with what was read in them."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.recognition.human import in_measure
from core.store import labels, queries
from core.store.database import Store
from core.store.queries import Filter

Ended = tuple[str, str, list[str]]


@dataclass(frozen=True)
class Reading:
    """One value read in an answer; `evidence` holds (start, end, share) with the largest share scaled to 1.
    `leaning` in [-1, 1] is an offline estimate, None where the recogniser makes none."""

    value: str
    stance: str
    strength: float
    evidence: tuple[tuple[int, int, float], ...]
    note: str
    leaning: float | None = None


@dataclass(frozen=True)
class Answer:
    """One stored response. `status` and `message` say how its recognition ended, `replies` what a judge said, word by
    word; `chars` is its full length; `probability` is that of the chosen option of a closed question, where the model
    gives it."""

    run_id: str
    trial_id: int
    model: str
    variation: str
    epoch: int
    outcome: str
    text: str
    chars: int
    choice: str | None
    probability: float | None
    error: str | None
    status: str
    message: str
    readings: tuple[Reading, ...]
    replies: tuple[str, ...] = ()


def answers_to(store: Store, runs: Sequence[str], chosen: Filter, item: str) -> list[Answer]:
    """The answers to `item` that pass the filter, by model, with their recognitions in the value order stored."""
    only = Filter(chosen.models, chosen.outcomes, chosen.value, chosen.stance, item)
    rows = queries.answers(store, runs, only)
    read: dict[tuple[str, int], list[Reading]] = {}
    messages: dict[tuple[str, int], Ended] = {}
    for run_id, trials in rows.groupby("run_id")["trial_id"]:
        ids = [int(trial) for trial in trials]
        for row in queries.readings(store, str(run_id), ids).itertuples():
            read.setdefault((str(run_id), row.trial_id), []).append(
                Reading(
                    row.value,
                    row.stance,
                    row.strength,
                    _scaled(row.evidence),
                    row.note or "",
                    None if math.isnan(row.leaning) else float(row.leaning),
                )
            )
        found = queries.reading_messages(store, str(run_id), ids)
        messages |= {(str(run_id), trial): message for trial, message in found.items()}
    return [_answer(row, read, messages) for row in rows.itertuples()]


def by_people(store: Store, answers: Sequence[Answer]) -> list[Answer]:
    """The same answers with what people read in them, every label that counts, in the place of the machine's reading;
    the note says whose label it is."""
    trials: dict[str, list[int]] = {}
    for answer in answers:
        trials.setdefault(answer.run_id, []).append(answer.trial_id)
    read: dict[tuple[str, int], list[Reading]] = {}
    for run_id, ids in trials.items():
        for row in labels.current(store, run_id, ids).itertuples():
            spans = tuple((start, end, 1.0) for start, end in json.loads(row.evidence))
            _, strength = in_measure(row.stance, int(row.intensity), "stance")
            said = f"{row.labeller}: {row.note}" if row.note else str(row.labeller)
            read.setdefault((run_id, int(row.trial_id)), []).append(
                Reading(row.value, row.stance, strength, spans, said)
            )
    return [replace(one, readings=tuple(read.get((one.run_id, one.trial_id), ()))) for one in answers]


def whole_text(store: Store, answer: Answer) -> str:
    """All of an answer's text, however long."""
    found = labels.answer(store, answer.run_id, answer.trial_id)
    return found[1] if found else answer.text


def _answer(row: Any, read: dict[tuple[str, int], list[Reading]], messages: dict[tuple[str, int], Ended]) -> Answer:
    fields = {name: getattr(row, name) for name in ("run_id", "model", "variation", "outcome", "text")}
    key = (str(fields["run_id"]), int(row.trial_id))
    status, message, replies = messages.get(key, ("", "", []))
    return Answer(
        trial_id=key[1],
        epoch=int(row.epoch),
        chars=int(row.chars),
        choice=_or_none(row.choice),
        probability=_probability(row.choice, row.option_probs),
        error=_or_none(row.error),
        status=status,
        message=message or "",
        replies=tuple(replies),
        readings=tuple(read.get(key, ())),
        **fields,
    )


def _probability(choice: object, probs: object) -> float | None:
    if not isinstance(choice, str) or not isinstance(probs, str):
        return None
    found: float | None = json.loads(probs).get(choice)
    return found


def _or_none(cell: object) -> str | None:
    return cell if isinstance(cell, str) else None


def _scaled(evidence: str) -> tuple[tuple[int, int, float], ...]:
    spans = json.loads(evidence)
    most = max((abs(weight) for _, _, weight in spans), default=1.0) or 1.0
    return tuple((start, end, abs(weight) / most) for start, end, weight in spans)
