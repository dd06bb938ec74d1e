"""Carrying out a plan: ask what is missing, read values in it, store both as they come.

Each model has its own workers, which pull trials from one iterator, so memory does not grow with the plan. An answer
whose recognition is missing (after a crash, or when the judge was down) is read again without asking the model.
"""

import asyncio
import itertools
import json
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from core.methods.base import Method
from core.models.base import Model, ModelError, Reply
from core.recognition.base import Recogniser, Verdict
from core.runs.plan import Plan, Trial
from core.store import queries, records
from core.store.database import Store
from core.store.records import ResponseRow

T = TypeVar("T")

ATTEMPTS = 4
BACKOFF_S = 1.0
BACKOFF_MOST_S = 30.0
STOP_EVERY_S = 0.2
GIVE_UP_AFTER = 8


@dataclass(frozen=True)
class Job:
    """What a run needs besides the store. `stop` is asked before every call."""

    run_id: str
    plan: Plan
    method: Method
    models: tuple[Model, ...]
    recogniser: Recogniser | None
    stop: Callable[[], bool]


@dataclass
class _Part:
    """One model's share of a job. `failures` counts calls in a row that failed for a reason no retry cures, such as a
    wrong key; `GIVE_UP_AFTER` of them end this model's part, and `verdict` says so."""

    model: Model
    work: Iterator[ResponseRow | Trial]
    failures: int = 0
    verdict: str = ""


@dataclass(frozen=True)
class Ending:
    """How a job ended, "done", "incomplete", "stopped" or "failed", with the sentence that says why."""

    state: str
    message: str = ""


@dataclass(frozen=True)
class _Try(Generic[T]):
    result: T | None
    error: ModelError | None
    attempts: int


async def execute(job: Job, store: Store) -> Ending:
    """Carry out what is missing of the job's plan and wait until all of it is durable.

    Trials that ended in an error are asked again, all others never. When the store cannot be written the run ends as
    "failed"; its unwritten rows stay queued and reach the store when it can be written again.
    """
    if not await asyncio.to_thread(store.writer.flush):  # what is missing can be told only when all else is durable
        return Ending("failed", store.writer.failure or "The store takes too long to write. Resume the run later.")
    parts = [_Part(model, _work(job, store, model)) for model in job.models]
    async with asyncio.TaskGroup() as group:
        for part in parts:
            for _ in range(part.model.concurrency):
                group.create_task(_worker(job, store, part))
    await asyncio.to_thread(store.writer.flush)
    return _ending(job, store, parts)


def _ending(job: Job, store: Store, parts: list[_Part]) -> Ending:
    if store.writer.failure:
        return Ending("failed", store.writer.failure)
    given_up = [part.verdict for part in parts if part.verdict]
    if given_up:
        return Ending("failed", " ".join(given_up))
    if job.stop():
        return Ending("stopped")
    failed = queries.failures(store, job.run_id)
    if failed:
        return Ending("incomplete", f"{failed} calls failed. Resume asks them again; what is stored stays.")
    return Ending("done")


def _work(job: Job, store: Store, model: Model) -> Iterator[ResponseRow | Trial]:
    finished = queries.finished_trials(store, job.run_id, model.name)
    missing = (trial for trial in job.plan.trials(model.name) if trial.id not in finished)
    if job.recogniser is None:
        return missing
    return itertools.chain(queries.unread_responses(store, job.run_id, model.name, job.recogniser.id), missing)


async def _worker(job: Job, store: Store, part: _Part) -> None:
    for task in part.work:
        if job.stop() or store.writer.failure or part.verdict:
            return
        if isinstance(task, Trial):
            await _ask(job, store, part, task)
        else:
            await _read(job, store, task)


async def _ask(job: Job, store: Store, part: _Part, trial: Trial) -> None:
    item = job.plan.suite.by_id[trial.item]
    asking = replace(job.plan.asking, seed=job.plan.asking.seed + trial.epoch - 1)  # an epoch is another draw
    request = job.method.request(item, trial.variation, asking)
    tried = await _retrying(lambda: part.model.complete(request), job.stop)
    if tried.result is None:
        assert tried.error is not None
        _count_failure(part, tried.error)
        store.writer.put([records.response(_failed(job, trial, tried.error, tried.attempts))])
        return
    part.failures = 0
    reading = job.method.read(item, trial.variation, tried.result)
    row = _answered(job, trial, tried.result, tried.attempts, reading.outcome, reading.choice, reading.probs)
    store.writer.put([records.response(row)])
    if reading.recognise:
        await _read(job, store, row)


async def _read(job: Job, store: Store, row: ResponseRow) -> None:
    recogniser = job.recogniser
    if recogniser is None:
        return
    question = job.plan.suite.by_id[row.item_id].text
    tried = await _retrying(lambda: recogniser.recognise(question, row.text), job.stop)
    verdict = tried.result or Verdict("error", message=str(tried.error))
    store.writer.put(records.recognition(row, recogniser.id, verdict))


async def _retrying(call: Callable[[], Awaitable[T]], stop: Callable[[], bool]) -> _Try[T]:
    """Try a call up to `ATTEMPTS` times, waiting as long as the provider asks or with jittered exponential backoff."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _Try(await call(), None, attempt)
        except ModelError as error:
            if not error.retryable or attempt == ATTEMPTS:
                return _Try(None, error, attempt)
            backoff = min(BACKOFF_S * 2 ** (attempt - 1), BACKOFF_MOST_S) * random.uniform(0.5, 1.0)
            wait = backoff if error.retry_after is None else error.retry_after
            if await _stopped_within(min(wait, BACKOFF_MOST_S), stop):
                return _Try(None, error, attempt)
    raise AssertionError("unreachable")


async def _stopped_within(seconds: float, stop: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not stop() and (left := end - time.monotonic()) > 0:
        await asyncio.sleep(min(left, STOP_EVERY_S))
    return stop()


def _count_failure(part: _Part, error: ModelError) -> None:
    if error.kind == "filtered":  # the provider works, it will not have this item
        part.failures = 0
    elif not error.retryable:
        part.failures += 1
    if part.failures >= GIVE_UP_AFTER:
        part.verdict = f"{part.model.name} was left after {part.failures} failures in a row: {error}"


def _failed(job: Job, trial: Trial, error: ModelError, attempts: int) -> ResponseRow:
    outcome = "filtered" if error.kind == "filtered" else "error"
    key = (job.run_id, trial.id, trial.model, trial.item, trial.variation, trial.epoch)
    return ResponseRow(*key, outcome=outcome, error_kind=error.kind, error=str(error), attempts=attempts)


def _answered(
    job: Job, trial: Trial, reply: Reply, attempts: int, outcome: str, choice: str | None, probs: object
) -> ResponseRow:
    return ResponseRow(
        *(job.run_id, trial.id, trial.model, trial.item, trial.variation, trial.epoch),
        outcome=outcome,
        text=reply.text,
        truncated=reply.finish == "length",
        choice=choice,
        option_probs=json.dumps(probs) if probs else None,
        option_mass=reply.option_mass,
        attempts=attempts,
        latency_s=reply.latency_s,
        tokens_in=reply.tokens_in,
        tokens_out=reply.tokens_out,
        cost_usd=reply.cost_usd,
    )
