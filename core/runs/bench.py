"""Measuring a recogniser on labelled texts: it reads them all, and what it finds is compared and stored.

An offline recogniser reads in this thread. A judge is asked as in a run: through the budget, the gates, retries and the
stored replies, so that measuring again costs nothing.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from core.analysis.benchmark import Cases, Figure, figures
from core.errors import UserError
from core.models import sessions
from core.models.base import ModelError, ModelSpec
from core.models.prices import price
from core.models.registry import open_model
from core.recognition.base import Measure, Recogniser, Recognition, Verdict
from core.recognition.judge import JudgeRecogniser
from core.recognition.labelled import Labelled, LabelledText
from core.recognition.minilm import offline_reader
from core.runs.budget import Budget, Spent, check_priced
from core.runs.estimate import CHARS_PER_TOKEN, HOSTED_SECONDS, JUDGE_TOKENS, Estimate
from core.runs.limits import Limits
from core.runs.lines import Line, Providers, Setting
from core.runs.manager import new_run_id
from core.runs.pacing import Brake, Gate, Halt
from core.runs.plan import JUDGE, OFFLINE
from core.store import benches, records
from core.store.benches import BenchHead, FigureRow
from core.store.database import Store
from core.store.replies import ReplyCache, key_of
from core.text import clean
from core.values.system import SCHWARTZ

SIGNS = {"supports": 1.0, "opposes": -1.0, "neutral": 0.0, "present": 1.0, "absent": 0.0}
Told = Callable[[int], None]


class Measured(Protocol):
    """All that measuring asks of a recogniser whose verdicts are there: see recognition.base.Recogniser."""

    @property
    def id(self) -> str: ...

    @property
    def measure(self) -> Measure: ...


@dataclass(frozen=True)
class Reader:
    """Who reads. `spec` is the judge's model, None offline."""

    recogniser: Recogniser
    spec: ModelSpec | None = None


@dataclass(frozen=True)
class Read:
    """The verdicts on the texts; fewer where the reading was cut short, and `cut` says why; `broken` that going on
    would not help. `spent` is what was paid for."""

    verdicts: tuple[Verdict, ...]
    spent: Spent
    cut: str = ""
    broken: bool = False


def reader_of(recogniser: str, judge_base: str | None, labelled: Labelled, limits: Limits, passes: int = 1) -> Reader:
    """The recogniser that a plan would call so, ready to read; raises UserError when it cannot read these labels or
    keep these limits."""
    if recogniser in OFFLINE:
        if labelled.system.id != SCHWARTZ:
            raise UserError("The offline recognisers read Schwartz's ten values only: name a judge for another system.")
        return Reader(offline_reader(recogniser))
    spec = ModelSpec(recogniser.removeprefix(JUDGE).strip(), judge_base)
    check_priced(limits, [spec])
    model = open_model(spec, concurrency=limits.at_once, timeout_s=limits.timeout_s)
    return Reader(JudgeRecogniser(model, labelled.system, passes=passes), spec)


def estimate(reader: Reader, labelled: Labelled, limits: Limits, cache: ReplyCache) -> Estimate | None:
    """What a judge will take, from the length of what it will be sent; None for an offline recogniser."""
    judge, spec = reader.recogniser, reader.spec
    if spec is None or not isinstance(judge, JudgeRecogniser):
        return None
    turns = range(judge.passes)
    requests = [judge.request(one.question, one.text, turn) for one in labelled.texts for turn in turns]
    new = [one for one in requests if not (limits.cache and cache.holds(key_of(spec, one)))]
    chars = sum(len(message.content) for request in new for message in request.messages)
    tokens_in, tokens_out = round(chars / CHARS_PER_TOKEN), JUDGE_TOKENS * len(new)
    prices = price(spec.name)
    cost = None if prices is None else tokens_in * prices[0] + tokens_out * prices[1]
    seconds = len(new) * HOSTED_SECONDS / limits.at_once
    held = len(requests) - len(new)
    return Estimate(spec.name, "judge", len(requests), tokens_in, tokens_out, seconds, cost, "rule of thumb", held)


def read_all(
    reader: Reader, labelled: Labelled, limits: Limits, store: Store, cache: ReplyCache, told: Told, bench_id: str
) -> Read:
    """Every text read, in order. `told` hears how many are done; a judge's calls are booked under `bench_id`."""
    if reader.spec is None:
        offline, verdicts = offline_reader(reader.recogniser.id), []
        for place, one in enumerate(labelled.texts, 1):
            verdicts.append(offline.read(one.text))
            told(place)
        return Read(tuple(verdicts), Spent())

    async def alone() -> Read:
        try:
            return await judge_all(reader, labelled.texts, limits, store, cache, told, bench_id)
        finally:
            await sessions.close()

    return asyncio.run(alone())


async def judge_all(
    reader: Reader,
    texts: Sequence[LabelledText],
    limits: Limits,
    store: Store,
    cache: ReplyCache,
    told: Told,
    bench_id: str,
    stop: Callable[[], bool] = lambda: False,
    providers: Providers | None = None,
) -> Read:
    """The same on a loop that goes on afterwards, until `stop` says so; `providers` are those it shares with runs."""
    spec = reader.spec
    assert isinstance(reader.recogniser, JudgeRecogniser) and spec is not None
    budget = Budget(limits, Spent())
    brake = Brake(lambda: bool(store.writer.failure or budget.reached) or budget.over_time() or stop())
    setting = Setting(bench_id, 1, budget, brake, store.writer)
    gate, kept = Gate(reader.recogniser.model.concurrency), cache if limits.cache else None
    provider = (providers or Providers()).of(spec, limits)
    line = Line(reader.recogniser.model, spec, "judge", provider, gate, setting, kept)
    judge, places = reader.recogniser.asking(line), asyncio.Semaphore(2 * gate.most)
    verdicts: dict[int, Verdict] = {}

    async def read(place: int, one: LabelledText) -> None:
        async with places:
            if line.left:
                return
            try:
                verdicts[place] = await judge.recognise(one.question, one.text)
            except ModelError as error:
                verdicts[place] = Verdict("error", message=str(error))
            except Halt:
                return
            told(len(verdicts))

    watch = asyncio.create_task(brake.watch())
    try:
        async with asyncio.TaskGroup() as group:
            for place, one in enumerate(texts):
                group.create_task(read(place, one))
    finally:
        watch.cancel()
    stopped = "Stopped by hand." if stop() else ""
    cut = line.left or budget.reached or store.writer.failure or (stopped if len(verdicts) < len(texts) else "")
    return Read(tuple(verdicts[place] for place in sorted(verdicts)), budget.spent, cut, line.broken)


def cases_of(labelled: Labelled, recogniser: Measured, verdicts: Sequence[Verdict]) -> Cases:
    """Labels and verdicts as numbers, texts x values. Directions are compared where both tell one; else only whether
    a value is there at all, and beside it an offline recogniser's leaning where the labels tell a direction."""
    values = labelled.system.ids
    directed = labelled.measure == "stance" == recogniser.measure
    label, sign, found, strength, leaning = (np.full((len(labelled.texts), len(values)), np.nan) for _ in range(5))
    for row, (one, verdict) in enumerate(zip(labelled.texts, verdicts, strict=True)):
        read = {each.value: each for each in verdict.recognitions} if verdict.status == "ok" else {}
        for column, value in enumerate(values):
            if value in one.labels:
                label[row, column] = _label(one.labels[value], directed)
                sign[row, column] = _label(one.labels[value], True)
            if value in read:
                found[row, column], strength[row, column] = _reading(read[value], directed)
                leaning[row, column] = np.nan if read[value].leaning is None else read[value].leaning
    groups = [one.group or one.text for one in labelled.texts]
    cases = Cases(values, label, found, strength, directed, recogniser.measure == "presence", groups)
    leans = labelled.measure == "stance" and not np.isnan(leaning).all()
    return replace(cases, leaning=leaning, sign=sign) if leans else cases


def _label(label: str, directed: bool) -> float:
    """Where directions are compared, "there, but which way is not clear" is no label."""
    if directed:
        return np.nan if label == "present" else SIGNS[label]
    return abs(SIGNS[label])


def _reading(read: Recognition, directed: bool) -> tuple[float, float]:
    sign = SIGNS[read.stance]
    return (sign, read.strength) if directed else (abs(sign), abs(read.strength))


def measure(store: Store, labelled: Labelled, recogniser: Measured, read: Read, bench_id: str) -> BenchHead:
    """All figures, stored with what they are made of; raises UserError, with nothing stored, when no text was read."""
    unread = sum(verdict.status != "ok" for verdict in read.verdicts)
    if unread == len(read.verdicts):
        first = read.verdicts[0].message if read.verdicts else ""
        raise UserError(f"{recogniser.id} could read none of the texts of {labelled.name}. {first}".strip())
    cases = cases_of(labelled, recogniser, read.verdicts)
    head = BenchHead(
        bench_id,
        recogniser.id,
        "stance" if cases.directed else "presence",
        cases.probability,
        labelled.system.id,
        clean(labelled.name),
        labelled.digest,
        clean(labelled.split),
        len(labelled.texts),
        unread,
        records.now(),
    )
    rows = [_row(figure) for figure in figures(cases)]
    benches.save_bench(store, head, rows, labelled.texts, read.verdicts)
    return head


def _row(figure: Figure) -> FigureRow:
    found = figure.estimate
    where = (figure.value, figure.kind, figure.name)
    return FigureRow(*where, found.value, found.low, found.high, found.n_items, found.reason)


def new_bench_id() -> str:
    """A name that sorts by time and is no run's."""
    return f"bench-{new_run_id()}"
