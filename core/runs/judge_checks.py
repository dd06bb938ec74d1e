"""Does a judge's reading hang on what should not matter? The same answers, read twice with one thing changed."""

import asyncio
import math
from dataclasses import dataclass

from core.analysis.classification import wilson
from core.errors import UserError
from core.models.base import ModelError
from core.recognition.base import Verdict
from core.recognition.judge import JudgeRecogniser
from core.runs.execute import Ending, Engine, Job, Started
from core.runs.pacing import Halt
from core.runs.plan import JUDGE
from core.runs.rereading import Reader
from core.store import readings
from core.store.database import Store
from core.store.records import ResponseRow

PROBES = {"order": "the values are listed in another order", "length": "neutral sentences are added to the answer"}
USUAL_ANSWERS, MOST_ANSWERS = 20, 500
READINGS = 1 + len(PROBES)  # of each answer
# They bear on no value, and say nothing of the matter.
PADDING = (
    "That is all there is to this reply.",
    "It was written in several sentences, one after another.",
    "Some of them are longer and others are shorter.",
    "The words above stand in the order in which they were put down.",
    "Nothing follows after this line.",
)


@dataclass(frozen=True)
class Probed:
    """What one probe changed, over all values: of `stances` read twice `changed` are not the same, and of the `taken`
    ones, where at least one of the two is not neutral, `taken_changed`. `answers` were read both times."""

    probe: str
    answers: int
    stances: int
    changed: int
    taken: int
    taken_changed: int


def check_asked(reader: Reader, answers: int) -> None:
    """Raises UserError when this is no check of a judge."""
    if not reader.recogniser.startswith(JUDGE):
        raise UserError("Only a judge is checked: what an offline recogniser reads hangs on no order.")
    if not 1 <= answers <= MOST_ANSWERS:
        raise UserError(f"A judge is checked on 1 to {MOST_ANSWERS} answers, got {answers}.")


def padded(answer: str) -> str:
    """The answer with neutral sentences of our own behind it."""
    return f"{answer.rstrip()}\n\n{' '.join(PADDING)}"


def compared(probe: str, pairs: list[tuple[Verdict, Verdict]]) -> Probed:
    """Both readings of some answers, stance by stance. An answer that one of them could not read is left out."""
    whole = [(one, other) for one, other in pairs if one.status == other.status == "ok"]
    stances = [
        (left.stance, right.stance)
        for one, other in whole
        for left, right in zip(one.recognitions, other.recognitions, strict=True)
    ]
    taken = [(left, right) for left, right in stances if (left, right) != ("neutral", "neutral")]
    changed = sum(left != right for left, right in stances)
    return Probed(probe, len(whole), len(stances), changed, len(taken), sum(left != right for left, right in taken))


async def carry_out(
    job: Job, store: Store, started: Started = lambda engine: None, answers: int = USUAL_ANSWERS
) -> Ending:
    """Read a sample of a run's answers as the job's judge does, in another order of values, and padded, and store what
    changed. Nothing is stored of a check that was cut short."""
    engine = Engine(job, store)
    started(engine)
    judge = engine.recogniser
    assert isinstance(judge, JudgeRecogniser)
    watch = asyncio.create_task(engine.brake.watch())
    try:
        rows = readings.sample(store, job.run_id, answers)
        found = await asyncio.gather(*(_thrice(job, judge, row) for row in rows), return_exceptions=True)
    finally:
        watch.cancel()
    await asyncio.to_thread(store.writer.flush)
    if faults := [each for each in found if isinstance(each, BaseException) and not isinstance(each, Halt)]:
        raise faults[0]
    if cut := engine.cut_short():
        return cut
    whole = [each for each in found if not isinstance(each, BaseException)]
    probed = [compared(probe, [(each[0], each[n]) for each in whole]) for n, probe in enumerate(PROBES, 1)]
    if not any(one.answers for one in probed):
        return Ending("incomplete", "The judge could not be checked: it read no answer of the sample.")
    await asyncio.to_thread(readings.keep_checks, store, job.run_id, judge.id, [vars(one) for one in probed])
    return Ending("done")


async def _thrice(job: Job, judge: JudgeRecogniser, row: ResponseRow) -> tuple[Verdict, Verdict, Verdict]:
    """One answer as it is, with the values in another order, and padded with them in the first order."""
    question = job.plan.suite.by_id[row.item_id].text
    first = await _read(judge, question, row.text)
    other = await _read(judge.probing(first_turn=judge.passes), question, row.text)
    return first, other, await _read(judge.probing(order_of=row.text), question, padded(row.text))


async def _read(judge: JudgeRecogniser, question: str, answer: str) -> Verdict:
    try:
        return await judge.recognise(question, answer)
    except ModelError as error:
        return Verdict("error", message=str(error))


@dataclass(frozen=True)
class Changed:
    """The share of stances that a probe changed, and of those taken, each with its Wilson interval (95 %), which takes
    the stances for independent and so is too narrow where those of one answer change together. NaN where there are
    none."""

    share: float
    low: float
    high: float


def changed(count: int, of: int) -> Changed:
    """`count` stances of `of`."""
    low, high = wilson(count, of)
    return Changed(count / of if of else math.nan, float(low), float(high))
