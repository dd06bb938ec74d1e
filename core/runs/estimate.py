"""What a plan will cost, before it is started: calls, tokens, seconds and dollars, each marked unknown where it is."""

from dataclasses import dataclass

from core.models.prices import price
from core.models.registry import DEFAULT_CONCURRENCY
from core.runs.plan import JUDGE, Plan
from core.store import queries
from core.store.database import Store

CHARS_PER_TOKEN = 4.2  # English in the tokenisers of common models
PROMPT_TOKENS = 60  # instructions around the scenario
JUDGE_PROMPT_TOKENS = 1400
JUDGE_TOKENS = 500
ANSWER_TOKENS = 120
SECONDS = {"embedded": 2.0, "simulated": 0.002}
HOSTED_SECONDS = 3.0


@dataclass(frozen=True)
class Estimate:
    """For one model, or for the judge. `measured` says that seconds and tokens come from its stored answers. `cost_usd`
    is None where no price is known; `seconds` are by the clock, at the model's own concurrency."""

    name: str
    calls: int
    tokens_in: int
    tokens_out: int
    seconds: float
    cost_usd: float | None
    measured: bool


def estimate(plan: Plan, store: Store) -> list[Estimate]:
    """One row a model, and one for the judge where there is one."""
    chars = sum(len(item.text) for item in plan.suite.items) / max(len(plan.suite.items), 1)
    tokens_in = round(chars / CHARS_PER_TOKEN) + PROMPT_TOKENS
    calls = plan.size // max(len(plan.models), 1)
    rows = [_model(store, spec.name, calls, tokens_in, plan.asking.max_tokens) for spec in plan.models]
    if plan.recogniser.startswith(JUDGE):
        read = len(plan.suite.items) * len(plan.variations) * plan.epochs * len(plan.models)
        name = plan.recogniser.removeprefix(JUDGE)
        rows.append(_row(name, read, JUDGE_PROMPT_TOKENS + ANSWER_TOKENS, JUDGE_TOKENS, HOSTED_SECONDS, False))
    return rows


def _model(store: Store, name: str, calls: int, tokens_in: int, most: int) -> Estimate:
    known = queries.speed(store, name)
    if known is None:
        seconds = SECONDS.get(name.partition("/")[0], HOSTED_SECONDS)
        return _row(name, calls, tokens_in, min(ANSWER_TOKENS, most), seconds, False)
    return _row(name, calls, tokens_in, min(round(known.tokens_out), most), known.latency_s, True)


def _row(name: str, calls: int, tokens_in: int, tokens_out: int, seconds: float, measured: bool) -> Estimate:
    at_once = 1 if name.startswith("embedded/") else DEFAULT_CONCURRENCY
    prices = price(name)
    cost = None if prices is None else calls * (tokens_in * prices[0] + tokens_out * prices[1])
    return Estimate(name, calls, calls * tokens_in, calls * tokens_out, calls * seconds / at_once, cost, measured)
