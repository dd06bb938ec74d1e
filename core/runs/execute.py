"""Carrying out a plan: ask what is missing, read values in it, store both as they come.

For each model one puller takes trials from an iterator, and only as many as may be open, so memory does not grow with
the plan. An answer whose recognition is missing (after a crash, or when the judge was down) is read again without
asking the model.
"""

import asyncio
import contextlib
import itertools
import json
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from core.methods.base import Method, Reading, broken
from core.models.base import Model, ModelError, ModelSpec, Reply, Request, Timed
from core.recognition.base import Recogniser, Verdict
from core.recognition.judge import JudgeRecogniser
from core.runs.budget import Budget, Spent
from core.runs.limits import Limits
from core.runs.lines import LOCAL, Called, Line, Providers, Setting
from core.runs.pacing import Brake, Gate, Halt
from core.runs.plan import JUDGE, Plan, Trial
from core.store import ledger, queries, records, run_records
from core.store.database import Store
from core.store.records import ResponseRow
from core.store.replies import Key, ReplyCache, key_of

CHUNK = 64  # trials whose stored replies are looked up at once
BEHIND_S = 0.05  # how often a writer that has fallen behind is looked at
OPEN_PER_CALL = 4  # answers that may wait for their reading, for each call that may be under way


@dataclass(frozen=True)
class Job:
    """What a run needs besides the store. `stop` is asked before every call; `session` counts the run's starts;
    `trials` are those of the plan to carry out, None for all; `keep` stores a run's ending: state and message."""

    run_id: str
    plan: Plan
    method: Method
    models: tuple[Model, ...]
    recogniser: Recogniser | None
    stop: Callable[[], bool]
    limits: Limits = field(default_factory=Limits)
    session: int = 1
    providers: Providers = field(default_factory=Providers)
    cache: ReplyCache | None = None
    trials: Sequence[Trial] | None = None
    keep: Callable[[Store, str, str, str], None] = records.set_state

    def trials_of(self, model: str) -> Iterator[Trial]:
        """The trials of one model that this job is about."""
        if self.trials is None:
            return self.plan.trials(model)
        return (trial for trial in self.trials if trial.model == model)


@dataclass(frozen=True)
class Left:
    """A model, or judge (its `role`), that is asked no more in this session, with the sentence that says why; `broken`
    that waiting would not help."""

    model: str
    role: str
    why: str
    broken: bool


@dataclass(frozen=True)
class Ending:
    """How a job ended, "done", "incomplete", "stopped" or "failed", with the sentence that says why."""

    state: str
    message: str = ""


@dataclass(frozen=True)
class Step:
    """An earlier call of a trial: the message it ended with, and the reply."""

    asked: str
    said: str


@dataclass(frozen=True)
class Task:
    """A trial, and its first call."""

    trial: Trial
    request: Request
    key: Key


class Engine:
    """One job while it is carried out: its lines, its budget, and who reads the answers."""

    def __init__(self, job: Job, store: Store) -> None:
        self.job = job
        self.store = store
        self.budget = Budget(job.limits, Spent(*ledger.spent(store, job.run_id)))
        self.cut: Ending | None = None
        self.brake = Brake(self.halted)
        self._setting = Setting(job.run_id, job.session, self.budget, self.brake, store.writer)
        specs = {spec.name: spec for spec in job.plan.models}
        self.lines = [self._line(model, specs.get(model.name, ModelSpec(model.name)), "model") for model in job.models]
        self._places: dict[str, Gate] = {}
        self._shared: dict[tuple[str, str], asyncio.Task[Called]] = {}
        self.recogniser = job.recogniser
        self.judge: Line | None = None
        if isinstance(job.recogniser, JudgeRecogniser):
            spec = ModelSpec(job.plan.recogniser.removeprefix(JUDGE).strip(), job.plan.judge_base)
            self.judge = self._line(job.recogniser.model, spec, "judge")
            self.recogniser = job.recogniser.asking(self.judge)

    def halted(self) -> bool:
        """Whether nothing more may be asked: stopped, over a limit, or the store cannot be written. It stays so, also
        when the store can be written again or a limit is raised: who was halted has left the rest to a resume."""
        if self.cut is None:
            self.budget.over_time()
            self.cut = cut_short(self.store, (), self.budget.reached, self.job.stop())
        return self.cut is not None

    def tune(self, limits: Limits) -> None:
        """Other limits, from the next call on. Local models keep their own pace."""
        self.budget.limits = limits
        for line in self.all_lines:
            line.cache = self._cache(line.spec, limits)
            if isinstance(line.model, Timed):
                line.model.timeout_s = limits.timeout_s
            if not line.spec.name.startswith(LOCAL):
                line.gate.tune(limits.at_once)
                line.provider.gate.tune(limits.provider_at_once)
                if line.name in self._places:
                    self._places[line.name].tune(OPEN_PER_CALL * limits.at_once)

    @property
    def all_lines(self) -> list[Line]:
        return [*self.lines, *([self.judge] if self.judge else [])]

    def _line(self, model: Model, spec: ModelSpec, role: str) -> Line:
        job = self.job
        provider = job.providers.of(spec, job.limits)
        return Line(model, spec, role, provider, Gate(model.concurrency), self._setting, self._cache(spec, job.limits))

    def _cache(self, spec: ModelSpec, limits: Limits) -> ReplyCache | None:
        simulated = spec.name.startswith("simulated/")  # they answer faster than the store
        return self.job.cache if limits.cache and not simulated else None

    async def run(self) -> None:
        """Do all there is to do, until it is done or halted."""
        watch = asyncio.create_task(self.brake.watch())
        try:
            async with asyncio.TaskGroup() as group:
                for line in self.lines:
                    group.create_task(self._pull(line))
        finally:
            watch.cancel()

    async def _pull(self, line: Line) -> None:
        """One model's part: what is unread first, then what was not asked."""
        places = self._places[line.name] = Gate(OPEN_PER_CALL * line.gate.most)
        async with asyncio.TaskGroup() as group:
            with contextlib.suppress(Halt):  # calls under way are finished; resuming finds what was not asked
                await self._feed(line, group, places)

    async def _feed(self, line: Line, group: asyncio.TaskGroup, places: Gate) -> None:
        for row in self._unread(line):
            await places.enter(self.brake)
            group.create_task(self._in_place(self._read(row), places))
        missing = self._missing(line)
        while not line.left and (chunk := list(itertools.islice(missing, CHUNK))):
            stored = await line.stored([task.key for task in chunk])
            while self.store.writer.behind:
                await self.brake.sleep(BEHIND_S)
            for task in chunk:
                await places.enter(self.brake)
                group.create_task(self._in_place(self._ask(line, task, stored), places))

    async def _in_place(self, work: Coroutine[Any, Any, None], places: Gate) -> None:
        try:
            await work
        except Halt:
            pass
        finally:
            places.leave()

    def _unread(self, line: Line) -> Iterator[ResponseRow]:
        if self.recogniser is not None:
            yield from queries.unread_responses(self.store, self.job.run_id, line.name, self.recogniser.id)

    def _missing(self, line: Line) -> Iterator[Task]:
        plan = self.job.plan
        finished = queries.finished_trials(self.store, self.job.run_id, line.name)
        for trial in self.job.trials_of(line.name):
            if trial.id not in finished:
                item, asking = plan.suite.by_id[trial.item], plan.asking_in(trial.epoch)
                request = self.job.method.request(item, trial.variation, asking)
                yield Task(trial, request, key_of(line.spec, request))

    async def _ask(self, line: Line, task: Task, stored: dict[str, Reply]) -> None:
        if line.left:
            return
        if self.job.method.calls(task.trial.variation) == 1:
            row = self._answer(task.trial, await line.call(task.request, task.key, stored))
        else:
            row = self._answer(task.trial, *await self._chained(line, task))
        if row is not None:
            await self._read(row)

    async def _chained(self, line: Line, task: Task) -> tuple[Called, list[Step]]:
        """The last call of a trial that takes several, and the earlier ones; or the one with which it broke off."""
        trial, method, plan = task.trial, self.job.method, self.job.plan
        item, asking = plan.suite.by_id[trial.item], plan.asking_in(trial.epoch)
        request, steps = task.request, list[Step]()
        for _ in range(method.calls(trial.variation) - 1):
            called = await self._once_for_all(line, request)
            if called.reply is None or broken(called.reply):
                return called, steps
            steps.append(Step(request.messages[-1].content, called.reply.text))
            request = method.request(item, trial.variation, asking, [step.said for step in steps])
        return await _looked_up(line, request, key_of(line.spec, request)), steps

    async def _once_for_all(self, line: Line, request: Request) -> Called:
        """An earlier call of a chain: whoever asks the same in this session gets the same reply."""
        key = key_of(line.spec, request)
        name = (line.name, key.digest)
        if name not in self._shared:
            self._shared[name] = asyncio.create_task(_looked_up(line, request, key))
        return await asyncio.shield(self._shared[name])

    def _answer(self, trial: Trial, called: Called, steps: Sequence[Step] = ()) -> ResponseRow | None:
        """Store how a trial ended; returns the row if values are to be read in it."""
        key = (self.job.run_id, trial.id, trial.model, trial.item, trial.variation, trial.epoch)
        method = self.job.method
        if called.reply is None:
            assert called.error is not None
            self.store.writer.put([records.response(_failed(key, called.error, called.attempts))])
            return None
        ended_early = broken(called.reply) if len(steps) + 1 < method.calls(trial.variation) else None
        if ended_early:
            reading = Reading(ended_early, False)
        else:
            reading = method.read(self.job.plan.suite.by_id[trial.item], trial.variation, called.reply)
        row = _answered(key, called, called.reply, reading, steps)
        rows = [records.response(row)]
        if method.scale and reading.values:
            rows += records.recognition(row, method.scale.id, Verdict("ok", reading.values))
        self.store.writer.put(rows)
        return row if reading.recognise else None

    async def _read(self, row: ResponseRow) -> None:
        if self.recogniser is None or (self.judge and self.judge.left):
            return
        question = self.job.plan.suite.by_id[row.item_id].text
        try:
            verdict = await self.recogniser.recognise(question, row.text)
        except ModelError as error:
            verdict = Verdict("error", message=str(error))
        self.store.writer.put(records.recognition(row, self.recogniser.id, verdict))

    def cut_short(self) -> Ending | None:
        """How the job ended before all of it was tried; None if all was."""
        return self.cut or cut_short(self.store, self.left, self.budget.reached, self.job.stop())

    @property
    def left(self) -> list[Left]:
        """The models that were left."""
        return [Left(line.name, line.role, line.left, line.broken) for line in self.all_lines if line.left]


def ended(store: Store, run_id: str, cut: Ending | None, recogniser: str | None = None) -> Ending:
    """How a run ended, once all is durable; `cut` says how it was cut short, if it was, `recogniser` is the id of the
    one that read in it."""
    if cut:
        return cut
    failed = queries.failures(store, run_id, recogniser)
    if failed:
        return Ending("incomplete", f"{failed} calls failed. Resume asks them again; what is stored stays.")
    if open_trials := run_records.not_asked(store, run_id):
        return Ending("incomplete", f"{open_trials:,} of the planned trials were not asked. Resume asks them.")
    return Ending("done")


def cut_short(store: Store, left: Sequence[Left], reached: str, stopped: bool) -> Ending | None:
    """How a run ended before all of it was tried; None if all was."""
    if store.writer.failure:
        return Ending("failed", store.writer.failure)
    if left:
        said = " ".join(dict.fromkeys(one.why for one in left))
        return Ending("failed" if any(one.broken for one in left) else "incomplete", said)
    if reached:
        return Ending("stopped", reached)
    return Ending("stopped") if stopped else None


Started = Callable[[Engine], None]
CarryOut = Callable[[Job, Store, Started], Coroutine[Any, Any, Ending]]
"""A way to carry out what is missing of a job: `execute`, or on a cluster core.cluster.drive."""


async def execute(job: Job, store: Store, started: Started = lambda engine: None) -> Ending:
    """Carry out what is missing of the job's plan and wait until all of it is durable. `started` is given the engine
    before its first call.

    Trials that ended in an error are asked again, all others never. When the store cannot be written the run ends as
    "failed"; its unwritten rows stay queued and reach the store when it can be written again.
    """
    if not await asyncio.to_thread(store.writer.flush):  # what is missing can be told only when all else is durable
        return Ending("failed", store.writer.failure or "The store takes too long to write. Resume the run later.")
    engine = Engine(job, store)
    started(engine)
    await engine.run()
    await asyncio.to_thread(store.writer.flush)
    reader = job.recogniser.id if job.recogniser else None
    return ended(store, job.run_id, engine.cut_short(), reader)


async def _looked_up(line: Line, request: Request, key: Key) -> Called:
    return await line.call(request, key, await line.stored([key]))


TrialKey = tuple[str, int, str, str, str, int]


def _failed(key: TrialKey, error: ModelError, attempts: int) -> ResponseRow:
    outcome = "filtered" if error.kind == "filtered" else "error"
    return ResponseRow(*key, outcome=outcome, error_kind=error.kind, error=str(error), attempts=attempts)


def _answered(key: TrialKey, called: Called, reply: Reply, reading: Reading, steps: Sequence[Step]) -> ResponseRow:
    cached = called.attempts == 0
    return ResponseRow(
        *key,
        outcome=reading.outcome,
        text=reply.text,
        truncated=reply.finish == "length",
        choice=reading.choice,
        option_probs=json.dumps(reading.probs) if reading.probs else None,
        option_mass=reply.option_mass,
        attempts=called.attempts,
        latency_s=reply.latency_s,
        tokens_in=reply.tokens_in,
        tokens_out=reply.tokens_out,
        cost_usd=0.0 if cached else reply.cost_usd,
        cached=cached,
        steps=json.dumps([asdict(step) for step in steps], ensure_ascii=False) if steps else None,
    )
