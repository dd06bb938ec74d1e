"""What is missing of a run, cut into shards that workers carry out: plain data, and never a key.

A shard holds trials of one model with their items, and what is stored already that bears on them: answers that are
still to be read, and replies that stand for calls.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from itertools import islice
from typing import Any, TypedDict

from core.models.base import ModelSpec
from core.recognition.judge import JudgeRecogniser
from core.runs.execute import Job
from core.runs.limits import Limits
from core.runs.manager import judge_of
from core.runs.plan import Trial
from core.store import queries
from core.store.database import Store
from core.store.replies import Key, key_of
from core.store.writer import Row

LEAST, MOST = 100, 1000
SHARDS_EACH = 4  # for each worker, so that none idles long while the others end

Batch = Sequence[Trial]


class Shard(TypedDict):
    """`folder` is where parts go if it is there; `plan` is JSON without items; `trials` are item, variation and epoch;
    `answers` and `replies` are rows of the store's tables; `limits` are the shard's share; `recogniser` is its id, ""
    for none. Everything can be written as JSON."""

    name: str
    run_id: str
    session: int
    folder: str
    plan: str
    items: list[dict[str, Any]]
    trials: list[tuple[str, str, int]]
    answers: list[Row]
    replies: list[Row]
    limits: dict[str, Any]
    recogniser: str


def batches(job: Job, store: Store, places: int) -> Iterator[Batch]:
    """The trials that are to be asked or read, in batches of one model, the models in turn. `places` is how many
    batches are carried out at once."""
    by_model = [_open(job, store, spec.name) for spec in job.plan.models]
    size = min(MOST, max(LEAST, math.ceil(job.plan.size / (SHARDS_EACH * places))))
    while by_model:
        for trials in list(by_model):
            if batch := list(islice(trials, size)):
                yield batch
            else:
                by_model.remove(trials)


def _open(job: Job, store: Store, model: str) -> Iterator[Trial]:
    finished = queries.finished_trials(store, job.run_id, model)
    if job.recogniser is not None:
        finished -= {row.trial_id for row in queries.unread_responses(store, job.run_id, model, job.recogniser.id)}
    return (trial for trial in job.trials_of(model) if trial.id not in finished)


def shard(job: Job, store: Store, name: str, batch: Batch, limits: Limits, folder: str, read: bool = True) -> Shard:
    """The shard of one batch. Without `read`, values are not read in its answers."""
    plan = job.plan
    wanted = {trial.item for trial in batch}
    spec = next(spec for spec in plan.models if spec.name == batch[0].model)
    answers = _answers(store, job.run_id, [trial.id for trial in batch])
    part = replace(plan, models=(spec,), recogniser=plan.recogniser if read else "")
    return {
        "name": name,
        "run_id": job.run_id,
        "session": job.session,
        "folder": folder,
        "plan": part.to_json(),
        "items": [asdict(item) for item in plan.suite.items if item.id in wanted],
        "trials": [(trial.item, trial.variation, trial.epoch) for trial in batch],
        "answers": answers,
        "replies": _replies(job, store, spec, batch, answers) if job.limits.cache else [],
        "limits": asdict(limits),
        "recogniser": job.recogniser.id if job.recogniser is not None and read else "",
    }


def _answers(store: Store, run_id: str, ids: list[int]) -> list[Row]:
    """The answers that these trials have, as the store keeps them."""
    sql = "FROM responses WHERE run_id = $run AND outcome <> 'error' AND trial_id IN (SELECT unnest($ids::BIGINT[]))"
    return _rows(store, sql, {"run": run_id, "ids": ids})


def _replies(job: Job, store: Store, spec: ModelSpec, batch: Batch, answers: Sequence[Row]) -> list[Row]:
    """Stored replies to what these trials ask, and to what a judge is asked about the answers that are known."""
    asked = {
        key_of(
            spec, job.method.request(job.plan.suite.by_id[trial.item], trial.variation, job.plan.asking_in(trial.epoch))
        ): trial
        for trial in batch
    }
    found = _held(job, store, asked)
    if not isinstance(job.recogniser, JudgeRecogniser):
        return found
    items = {key.digest: trial.item for key, trial in asked.items()}
    said = [(items[row["digest"]], row["text"]) for row in found]
    said += [(row["item_id"], row["text"]) for row in answers]
    (judge,) = judge_of(job.plan)
    requests = [job.recogniser.request(job.plan.suite.by_id[item].text, text) for item, text in said]
    return found + _held(job, store, [key_of(judge, request) for request in requests])


def _held(job: Job, store: Store, keys: Iterable[Key]) -> list[Row]:
    held = {key.number: key.digest for key in keys if job.cache is not None and job.cache.holds(key)}
    if not held:
        return []
    rows = _rows(store, "FROM replies WHERE key IN (SELECT unnest($keys::BIGINT[]))", {"keys": list(held)})
    return [row for row in rows if held[row["key"]] == row["digest"]]


def _rows(store: Store, sql: str, parameters: dict[str, Any]) -> list[Row]:
    """Whole rows, their times as text."""
    with store.cursor() as cursor:
        cursor.execute(sql, parameters)
        names = [column[0] for column in cursor.description or ()]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [
        {name: cell.isoformat() if isinstance(cell, datetime) else cell for name, cell in row.items()} for row in found
    ]
