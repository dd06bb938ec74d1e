"""A new model sits a search's pool of questions: asked a few at a time, those first that tell most, until its profile
is known well enough.

To resume is to sit again from the start: what was asked is among the stored replies. A sitting's state is nothing but
its answers, so the page takes them again in their order to show how it came about.
"""

import asyncio
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from core.analysis.adaptive import Profile, Sitting
from core.errors import UserError
from core.methods.adaem.panel import Answer, ModelPanel
from core.methods.adaem.prompts import prompts
from core.models.base import ModelSpec
from core.models.registry import check_spec
from core.runs.budget import check_priced
from core.runs.evolved import evolved
from core.runs.execute import Ending
from core.runs.limits import Limits, check_limits
from core.runs.manager import RunManager, Work, new_run_id
from core.runs.pacing import Halt
from core.runs.plan import JUDGE
from core.runs.pools import Pool, pool_of, without_negative
from core.runs.search_lines import SearchLines
from core.runs.search_plan import MemberSpec
from core.store import sittings
from core.store.database import Store
from core.store.sittings import SittingHead
from core.values.system import system

KIND = "sitting"
TARGET, BATCH = 0.03, 4


@dataclass(frozen=True)
class SittingPlan:
    """`target` is the standard error (share of opinions, 0..1) that every value's score is to reach; `batch` questions
    are under way at once; `questions` are the ids of the pool's, fixed when it begins. Values are read as the search
    read them, or nothing could be compared."""

    search_id: str
    model: MemberSpec
    questions: tuple[str, ...]
    target: float = TARGET
    batch: int = BATCH
    prompt_hash: str = ""

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def sitting_plan_from_json(text: str) -> SittingPlan:
    """The plan that `to_json` wrote."""
    raw = json.loads(text)
    member = MemberSpec(**raw["model"] | {"model": ModelSpec(**raw["model"]["model"])})
    return SittingPlan(**raw | {"model": member, "questions": tuple(raw["questions"])})


def sitting_plan(
    store: Store, search_id: str, model: MemberSpec, target: float = TARGET, drop_negative: bool = True
) -> SittingPlan:
    """A plan for a model on the pool of a search; raises UserError when it cannot be carried out."""
    if not 0 < target < 0.5:
        raise UserError(f"The target standard error must lie between 0 and 50 points, got {100 * target:g}.")
    check_spec(model.model)
    if model.model.name.startswith("simulated/"):
        raise UserError(f"{model.model.name} cannot read, so it has no opinion on a question. Choose a model.")
    pool = pool_of(store, search_id)
    if model.name in pool.models:
        raise UserError(f"{model.name} sat on the panel: the questions were chosen for it. Choose another model.")
    kept = without_negative(pool) if drop_negative else pool
    if len(kept.questions) < 2:
        raise UserError("Fewer than two questions of the pool are left. Keep those that run against the others too.")
    ids = tuple(question.id for question in kept.questions)
    return SittingPlan(search_id, model, ids, target, prompt_hash=prompts().hash)


def sit(manager: RunManager, plan: SittingPlan, limits: Limits | None = None) -> str:
    """Begin a sitting in the background; returns its id. `manager.wait` waits for it, `manager.stop` stops it."""
    limits = check_limits(limits or Limits())
    check_priced(limits, _specs(manager.store, plan))
    sitting_id = f"sit-{new_run_id()}"
    sittings.create(manager.store, sitting_id, plan.search_id, plan.to_json(), limits.to_json())
    _launch(manager, sitting_id, plan, limits, 1)
    return sitting_id


def sit_on(manager: RunManager, sitting_id: str, limits: Limits) -> None:
    """Go on with a sitting that is not going on. Raises UserError when the prompts have changed since."""
    if manager.running(sitting_id):
        return
    plan = sitting_plan_from_json(sittings.head(manager.store, sitting_id).plan)
    if plan.prompt_hash != prompts().hash:
        raise UserError(f"The prompts have changed since {sitting_id} was planned. Start a new one.")
    check_priced(check_limits(limits), _specs(manager.store, plan))
    session = sittings.SESSIONS.begin_again(manager.store, sitting_id, limits.to_json())
    _launch(manager, sitting_id, plan, limits, session)


@dataclass(frozen=True)
class Course:
    """How a sitting went. `steps`: one row a question and value: step, question, value, share, error; `profile` what is
    known in the end; `saved` how many of the pool's questions were not asked; `reached` whether the target was."""

    head: SittingHead
    plan: SittingPlan
    steps: pd.DataFrame
    profile: Profile
    table: pd.DataFrame
    saved: int
    reached: bool


def course(store: Store, sitting_id: str) -> Course:
    """A sitting as far as it has come, from its stored answers."""
    head = sittings.head(store, sitting_id)
    plan = sitting_plan_from_json(head.plan)
    pool = pool_of(store, plan.search_id).only(plan.questions)
    names = system(pool.system).names
    labels = [names[value] for value in system(pool.system).ids]
    places = {question.id: place for place, question in enumerate(pool.questions)}
    sitting, rows = Sitting(pool.items(), pool.usual_opinions), []
    for answer in sittings.answers(store, sitting_id):
        shows = np.array(answer.shows).reshape(-1, len(labels))
        sitting.take(places[answer.question_id], shows.sum(axis=0), float(len(shows)))
        now = sitting.profile()
        rows += [(answer.step, answer.question_id, *each) for each in zip(labels, now.share, now.error, strict=True)]
    steps = pd.DataFrame(rows, columns=["step", "question", "value", "share", "error"])
    last = sitting.profile()
    pooled = np.nanmean(pool.scores, axis=(0, 1))
    columns = {"value": labels, "score": last.share, "low": last.low, "high": last.high, "error": last.error}
    table = pd.DataFrame(columns | {"pool": pooled, "n": last.asked})
    saved = len(pool.questions) - len(sitting.taken)
    return Course(head, plan, steps, last, table, saved, sitting.reached(plan.target))


def _specs(store: Store, plan: SittingPlan) -> list[ModelSpec]:
    of = evolved(store, plan.search_id).plan
    judge = [ModelSpec(of.recogniser.removeprefix(JUDGE).strip(), of.judge_base)]
    return [plan.model.model, *(judge if of.recogniser.startswith(JUDGE) else [])]


def _launch(manager: RunManager, sitting_id: str, plan: SittingPlan, limits: Limits, session: int) -> None:
    work = Work(sitting_id, KIND, plan.model.name, len(plan.questions))

    async def done(stopped: Callable[[], bool]) -> Ending:
        try:
            state, message = await _carry_out(manager, work, plan, limits, session, stopped)
        except Exception:
            fault = "An unexpected fault ended it; see the log."
            await asyncio.to_thread(sittings.SESSIONS.end, manager.store, sitting_id, "failed", fault)
            raise
        await asyncio.to_thread(sittings.SESSIONS.end, manager.store, sitting_id, state, message)
        return Ending("done" if state == "done" else "failed" if state == "failed" else "stopped", message)

    manager.carry_out(work, done)


async def _carry_out(
    manager: RunManager, work: Work, plan: SittingPlan, limits: Limits, session: int, stopped: Callable[[], bool]
) -> tuple[str, str]:
    of = evolved(manager.store, plan.search_id).plan
    pool = (await asyncio.to_thread(pool_of, manager.store, plan.search_id)).only(plan.questions)
    stop = _Asked(stopped)
    lines = SearchLines(manager, work.id, limits, session, stop)
    recogniser = lines.recogniser(of.recogniser, of.judge_base, of.system)
    given: dict[str, Answer] = {}
    panel = ModelPanel([lines.member(plan.model)], recogniser, lambda answer: given.update({answer.question: answer}))
    sitting = Sitting(await asyncio.to_thread(pool.items), pool.usual_opinions)
    watch = asyncio.create_task(lines.brake.watch())
    try:
        with suppress(Halt):
            while batch := sitting.next(plan.batch, plan.target):
                await _ask(batch, pool, panel)
                if lines.left():
                    break
                for place in batch:
                    _take(manager.store, work, plan, pool.questions[place].id, given[pool.questions[place].text])
                    shows = given[pool.questions[place].text].shows
                    sitting.take(place, shows.sum(axis=0), float(len(shows)))
    finally:
        watch.cancel()
    await asyncio.to_thread(manager.store.writer.flush)
    return lines.ending()


async def _ask(batch: list[int], pool: Pool, panel: ModelPanel) -> None:
    """The questions side by side, in the pool's own words; a halt of one ends the others."""
    asked = [asyncio.ensure_future(panel.answer(pool.questions[place].text, 1)) for place in batch]
    try:
        await asyncio.gather(*asked)
    finally:
        for one in asked:
            one.cancel()
        await asyncio.gather(*asked, return_exceptions=True)


def _take(store: Store, work: Work, plan: SittingPlan, question: str, answer: Answer) -> None:
    work.done += 1
    store.writer.put([sittings.answer_row(plan.search_id, work.id, question, work.done, answer)])


class _Asked(threading.Event):
    """A wish to stop that somebody else keeps."""

    def __init__(self, stopped: Callable[[], bool]) -> None:
        super().__init__()
        self._stopped = stopped

    def is_set(self) -> bool:
        return self._stopped()
