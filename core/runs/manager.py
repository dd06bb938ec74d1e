"""Runs in the background of one process: start, stop, resume, and what is going on.

The registry belongs to the process, not to a browser tab: a closed tab, a reload or a second browser finds its runs
here, and their progress in the store.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent import futures
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from core.errors import UserError
from core.methods.adaem.points import PointJudge, PointReader
from core.methods.registry import method_of
from core.models import sessions
from core.models.base import Model, ModelSpec
from core.models.registry import open_model
from core.recognition.base import Recogniser
from core.runs import judge_checks, rereading
from core.runs.answers import AnswersRead, ImportedModel, imported_rows
from core.runs.budget import check_priced
from core.runs.estimate import pilot_plan
from core.runs.execute import CarryOut, Ending, Engine, Job, execute
from core.runs.extending import check_extension
from core.runs.judging import refuse_itself
from core.runs.limits import Limits, check_limits, limits_from
from core.runs.lines import Pace, Providers, pace_of
from core.runs.plan import JUDGE, LEXICON, OFFLINE, Plan, Trial, check, check_reading, own_recognisers, plan_from_json
from core.runs.rereading import Reader
from core.store import queries, readings, records, run_records
from core.store.database import Store
from core.store.replies import ReplyCache
from core.values.system import system

T = TypeVar("T")
Carried = Callable[[Callable[[], bool]], Coroutine[Any, Any, Ending]]  # what is told whether to stop
log = logging.getLogger(__name__)

RETRY_S = 1.0


@dataclass
class Work:
    """Something that goes on beside runs: `kind` says what, such as "exam"; of `total` pieces `done` are."""

    id: str
    kind: str
    who: str
    total: int
    done: int = 0


class RunManager:
    """Carries out the runs of one store on one event loop in one thread, which lives as long as the process: the HTTP
    sessions of the providers' clients belong to it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.cache = ReplyCache(store)
        self.providers = Providers()
        self._stops: dict[str, threading.Event] = {}
        self._futures: dict[str, Future[None]] = {}
        self._engines: dict[str, Engine] = {}
        self.works: dict[str, Work] = {}
        self.endings: dict[str, Ending] = {}  # how what this process did with a run last ended
        self._resuming = threading.Lock()  # two tabs may ask for the same run at once
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="runs", daemon=True).start()
        records.interrupt_stale(store)

    def start(self, plan: Plan, limits: Limits | None = None, kind: str = "run", carry_out: CarryOut = execute) -> str:
        """Store the plan as a new run and start it, in this process or as `carry_out` does it; returns its id. Raises
        UserError, with nothing stored, when the plan, a model's name or a limit is wrong."""
        plan, limits = check(plan), check_limits(limits or Limits())
        check_priced(limits, [*plan.models, *judge_of(plan)])
        recogniser = recogniser_of(plan, limits)
        models = models_of(plan, limits)
        run_id = new_run_id()
        reader = recogniser or method_of(plan.method).scale
        recogniser_id, measure = (reader.id, reader.measure) if reader else ("", "")
        run = records.NewRun(
            run_id, plan.name, kind, plan.to_json(), recogniser_id, measure, plan.size, limits.to_json()
        )
        records.create_run(self.store, run, plan.suite)
        self._launch(run_id, plan, models, recogniser, limits, carry_out=carry_out)
        return run_id

    def pilot(self, plan: Plan, limits: Limits | None = None, carry_out: CarryOut = execute) -> str:
        """Start a run of a few of the plan's items, to measure what the whole will take. Its replies are stored, so
        the whole does not pay for them again."""
        return self.start(pilot_plan(check(plan)), limits, kind="pilot", carry_out=carry_out)

    def start_import(
        self, answers: AnswersRead, name: str, recogniser: str = LEXICON, judge_base: str | None = None
    ) -> str:
        """Store a person's own answers as a run and read values in them; returns its id. No model is called but a
        judge, if one is named."""
        specs = tuple(ModelSpec(model) for model in answers.models)
        asked = Plan(name, answers.suite, specs, (), probes=0, recogniser=recogniser, judge_base=judge_base, method="")
        plan = check_reading(asked)
        limits = Limits()
        reader = recogniser_of(plan, limits)
        run_id = new_run_id()
        measure, recogniser_id = (reader.measure, reader.id) if reader else ("", "")
        count = len(answers.answers)
        run = records.NewRun(run_id, name, "import", plan.to_json(), recogniser_id, measure, count)
        records.create_run(self.store, run, plan.suite)
        self.store.writer.put([records.response(row) for row in imported_rows(run_id, answers)])
        self._launch(run_id, plan, tuple(ImportedModel(spec.name) for spec in specs), reader, limits)
        return run_id

    def resume(self, run_id: str, limits: Limits | None = None, carry_out: CarryOut = execute) -> None:
        """Go on with a run that is not going on: only what is missing or failed is asked. `limits` replace its own."""
        with self._resuming:
            if not self.running(run_id):
                self._resume(run_id, load_plan(self.store, run_id), limits, carry_out)

    def extend(self, run_id: str, plan: Plan, limits: Limits | None = None, carry_out: CarryOut = execute) -> None:
        """Go on with a run under a larger plan: more items, epochs, wordings, probes or models. Raises UserError, with
        nothing changed, when something else differs."""
        with self._resuming:
            if self.running(run_id):
                raise UserError(f"The run {run_id} is going on. Stop it, or wait for its end, to extend it.")
            plan = check(plan)
            check_extension(load_plan(self.store, run_id), plan)
            self._resume(run_id, plan, limits, carry_out)

    def _resume(self, run_id: str, plan: Plan, limits: Limits | None, carry_out: CarryOut) -> None:
        head = queries.run(self.store, run_id)
        limits = check_limits(limits or stored_limits(self.store, run_id))
        imported = head.kind == "import"
        if imported and carry_out is not execute:
            raise UserError("Answers from a file are read on this machine: resume the run without a scheduler.")
        if not imported:
            check_priced(limits, [*plan.models, *judge_of(plan)])
        models: Sequence[Model]
        models = [ImportedModel(spec.name) for spec in plan.models] if imported else models_of(plan, limits)
        recogniser = recogniser_of(plan, limits)
        if recogniser is not None and not readings.has(self.store, run_id, recogniser.id):
            raise UserError(
                f"The run {run_id} was read with {head.recogniser}, but this version has {recogniser.id}. "
                "Its plan cannot change: read the run again with the new recogniser, or start a new run."
            )
        if not imported and method_of(plan.method).prompt_hash != plan.prompt_hash:
            raise UserError(f"The prompts have changed since the run {run_id} was planned. Start a new run.")
        if plan != load_plan(self.store, run_id) and not imported:
            run_records.replace_plan(self.store, run_id, plan.to_json(), plan.suite, plan.size)
        run_records.set_limits(self.store, run_id, limits.to_json())
        session = run_records.next_session(self.store, run_id)
        self._launch(run_id, plan, models, recogniser, limits, session, carry_out)

    def read_again(self, run_id: str, reader: Reader, limits: Limits | None = None, insisted: bool = False) -> str:
        """Let another recogniser read a run that is not going on; no evaluated model is called. Only what it has not
        read is read. Returns the reading's id, which speaks for the run once `core.store.readings.choose` says so.

        Raises UserError, with nothing changed, when it cannot read the run, or when a judge would judge itself and
        nobody `insisted` on that.
        """
        with self._resuming:
            plan, recogniser, limits = self._reading(run_id, reader, limits, insisted)
            run_records.set_limits(self.store, run_id, limits.to_json())
            session = readings.begin(self.store, run_id, recogniser.id, reader.to_json())
            models = [ImportedModel(spec.name, limits.at_once) for spec in plan.models]
            way, keep = rereading.carry_out, partial(readings.end, recogniser=recogniser.id)
            self._launch(run_id, plan, models, recogniser, limits, session, way, trials=(), keep=keep)
        return recogniser.id

    def check_judge(
        self,
        run_id: str,
        reader: Reader,
        answers: int = judge_checks.USUAL_ANSWERS,
        limits: Limits | None = None,
        insisted: bool = False,
    ) -> str:
        """Let a judge read some answers of a run that is not going on, with one thing changed that should not matter
        (core.runs.judge_checks); returns the judge's id, under which the result is stored. Raises UserError as
        `read_again` does."""
        with self._resuming:
            judge_checks.check_asked(reader, answers)
            plan, recogniser, limits = self._reading(run_id, reader, limits, insisted)
            run_records.set_limits(self.store, run_id, limits.to_json())
            session = self.store.writer.run(lambda con: readings.next_session(con, run_id))
            models = [ImportedModel(spec.name, limits.at_once) for spec in plan.models]
            way = partial(judge_checks.carry_out, answers=answers)
            self._launch(run_id, plan, models, recogniser, limits, session, way, trials=(), keep=lambda *_: None)
        return recogniser.id

    def carry_out(self, work: Work, done: Carried) -> None:
        """Begin work that is no run's, under its own id: it is waited for and stopped as a run is, and ends as one.
        What it was is among `works` until this process ends."""
        self._stops[work.id] = event = threading.Event()
        self.works[work.id] = work

        async def carried() -> None:
            try:
                ending = await done(event.is_set)
            except UserError as error:
                ending = Ending("failed", str(error))
            except Exception as error:
                log.exception("work %s", work.id)
                ending = Ending("failed", f"An unexpected fault ended it ({type(error).__name__}); see the log.")
            self.endings[work.id] = ending

        self._futures[work.id] = asyncio.run_coroutine_threadsafe(carried(), self._loop)

    def _reading(
        self, run_id: str, reader: Reader, limits: Limits | None, insisted: bool
    ) -> tuple[Plan, Recogniser, Limits]:
        """A run's plan as `reader` reads it, who reads, and the limits."""
        if self.running(run_id):
            raise UserError(f"The run {run_id} is going on. Stop it, or wait for its end, to read it again.")
        plan = rereading.plan_for(load_plan(self.store, run_id), reader)
        limits = check_limits(limits or stored_limits(self.store, run_id))
        check_priced(limits, judge_of(plan))
        refuse_itself(plan.recogniser, [spec.name for spec in plan.models], insisted)
        recogniser = recogniser_of(plan, limits, reader.passes)
        assert recogniser is not None
        return plan, recogniser, limits

    def retune(self, run_id: str, limits: Limits) -> None:
        """Give a run other limits; one that is going on keeps to them from its next call on, or on a cluster from its
        next shard on."""
        plan = load_plan(self.store, run_id)
        check_priced(check_limits(limits), [*plan.models, *judge_of(plan)])
        run_records.set_limits(self.store, run_id, limits.to_json())
        engine = self._engines.get(run_id)
        if engine is not None and self.running(run_id):
            self._loop.call_soon_threadsafe(engine.tune, limits)

    def pace(self, run_id: str) -> list[Pace]:
        """How each line of a run stands now; empty when it is not going on."""
        engine = self._engines.get(run_id)
        return [pace_of(line) for line in engine.all_lines] if engine and self.running(run_id) else []

    def delete(self, run_id: str) -> None:
        """Forget a run and all that is stored of it. Raises UserError while it is going on."""
        queries.run(self.store, run_id)
        if self.running(run_id):
            raise UserError(f"The run {run_id} is going on. Stop it before it is deleted.")
        run_records.delete_run(self.store, run_id)

    def stop(self, run_id: str) -> None:
        """Ask a run to end after the calls that are under way."""
        if run_id in self._stops:
            self._stops[run_id].set()

    def running(self, run_id: str) -> bool:
        """Whether this process is carrying out the run."""
        return run_id in self._futures and not self._futures[run_id].done()

    def active(self) -> list[str]:
        """The ids of all runs going on."""
        return [run_id for run_id in list(self._futures) if self.running(run_id)]

    def wait(self, run_id: str, timeout_s: float | None = None) -> bool:
        """Wait for a run's end; False when the time ran out first."""
        if run_id in self._futures:
            futures.wait([self._futures[run_id]], timeout_s)
        return not self.running(run_id)

    def call(self, coroutine: Coroutine[Any, Any, T], timeout_s: float) -> T:
        """Run one coroutine on the manager's loop and wait for its result; TimeoutError when it takes too long."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result(timeout_s)
        except TimeoutError:
            future.cancel()
            raise

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Carry out something else on the manager's loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def close(self) -> None:
        """Stop all runs, wait for their last calls, and close the store."""
        for run_id in self.active():
            self.stop(run_id)
        for run_id in self.active():
            self.wait(run_id, 60)
        self.call(sessions.close(), 5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self.store.close()

    def _launch(
        self,
        run_id: str,
        plan: Plan,
        models: Sequence[Model],
        recogniser: Recogniser | None,
        limits: Limits,
        session: int = 1,
        carry_out: CarryOut = execute,
        trials: Sequence[Trial] | None = None,
        keep: Callable[[Store, str, str, str], None] = records.set_state,
    ) -> None:
        self._stops[run_id] = event = threading.Event()
        job = Job(
            *(run_id, plan, method_of(plan.method), tuple(models), recogniser, event.is_set, limits, session),
            providers=self.providers,
            cache=self.cache,
            trials=trials,
            keep=keep,
        )
        self._futures[run_id] = asyncio.run_coroutine_threadsafe(self._carry_out(job, carry_out), self._loop)

    async def _carry_out(self, job: Job, carry_out: CarryOut) -> None:
        try:
            ending = await carry_out(job, self.store, lambda engine: self._engines.update({job.run_id: engine}))
        except Exception as error:  # a fault of ours must not leave the run "running" for ever
            log.exception("run %s", job.run_id)
            ending = Ending("failed", f"An unexpected fault ended the run ({type(error).__name__}); see the log.")
        self.endings[job.run_id] = ending
        await self._store_end(job, ending)
        self._engines.pop(job.run_id, None)

    async def _store_end(self, job: Job, ending: Ending) -> None:
        """A run is going on until its end is stored, which takes room on the disk."""
        while True:
            try:
                return await asyncio.to_thread(job.keep, self.store, job.run_id, ending.state, ending.message)
            except UserError as error:
                log.warning("run %s: %s", job.run_id, error)
                if job.stop():
                    return None
            await asyncio.sleep(RETRY_S)


def new_run_id() -> str:
    """A short name that sorts by time, such as 20261122-143005-048213, where the last part is microseconds."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"


def load_plan(store: Store, run_id: str) -> Plan:
    """The stored plan of a run."""
    head = queries.run(store, run_id)
    return plan_from_json(head.plan, records.load_suite(store, head.suite_hash))


def stored_limits(store: Store, run_id: str) -> Limits:
    """The limits a run was last given."""
    return limits_from(run_records.limits(store, run_id))


def judge_of(plan: Plan) -> tuple[ModelSpec, ...]:
    """The judge of a plan, if it has one."""
    if not plan.recogniser.startswith(JUDGE):
        return ()
    return (ModelSpec(plan.recogniser.removeprefix(JUDGE).strip(), plan.judge_base),)


def models_of(plan: Plan, limits: Limits) -> tuple[Model, ...]:
    """The models of a plan, ready to be asked."""
    return tuple(_open(spec, limits) for spec in plan.models)


def _open(spec: ModelSpec, limits: Limits) -> Model:
    return open_model(spec, concurrency=limits.at_once, timeout_s=limits.timeout_s)


def recogniser_of(plan: Plan, limits: Limits, passes: int = 1) -> Recogniser | None:
    """The recogniser of a plan, if it has one; `passes` are a judge's."""
    if not plan.recogniser:
        return None
    if plan.recogniser in own_recognisers():
        return own_recognisers()[plan.recogniser]
    pointwise = method_of(plan.method).pointwise
    if plan.recogniser in OFFLINE:
        from core.recognition.minilm import offline_reader

        reader = offline_reader(plan.recogniser)
        return PointReader(reader) if pointwise else reader
    from core.recognition.judge import JudgeRecogniser

    made = PointJudge if pointwise else JudgeRecogniser
    return made(_open(judge_of(plan)[0], limits), system(plan.suite.system), passes=passes)
