"""What a plan will take, before it is started: calls, tokens, seconds and dollars, each marked unknown where it is.

Measured on a pilot of the plan where there is one, else on what the store holds of a model asked by the same method,
else a rule of thumb.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.methods.registry import USUAL, method_of
from core.models.base import ModelSpec
from core.models.prices import price
from core.runs.limits import Limits
from core.runs.plan import JUDGE, Plan
from core.store import ledger, queries
from core.store.database import Store
from core.store.ledger import Measured
from core.store.replies import Key, ReplyCache, key_of

PILOT_ITEMS = 5
COUNTED_MOST = 20_000  # calls whose stored replies are counted: more would keep a page waiting
CHARS_PER_TOKEN = 4.2  # English in the tokenisers of common models
PROMPT_TOKENS = 60  # instructions around the scenario
JUDGE_PROMPT_TOKENS = 1400
JUDGE_TOKENS = 500
ANSWER_TOKENS = 120
SHORT_TOKENS = 8  # an answer that is one of the options
SECONDS = {"embedded": 2.0, "simulated": 0.002}
SHORT_SECONDS = {"embedded": 0.6}  # measured on two idle cores: half a second for HVAE, .6 for Value Portrait
PILOT, SIMULATED = "pilot", "simulated"  # bases of an estimate
HOSTED_SECONDS = 3.0


@dataclass(frozen=True)
class Estimate:
    """For one model, or for the judge. `basis` is "pilot", "earlier runs", "rule of thumb" or, for respondents who
    take no tokens, "simulated". `cost_usd` is None where no price is known; `seconds` are by the clock, with as many
    calls at once as the limits allow. `stored` of the calls have a stored reply, so they cost nothing and are not in
    the other figures; None where they were not counted."""

    name: str
    role: str
    calls: int
    tokens_in: int
    tokens_out: int
    seconds: float
    cost_usd: float | None
    basis: str
    stored: int | None = None


@dataclass(frozen=True)
class Whole:
    """All rows of an estimate together. `cost_usd` is that of the rows whose price is known, `unpriced` are the others;
    `calls` include those that are `stored`. Models are asked side by side; a judge follows them."""

    calls: int
    stored: int
    tokens: int
    cost_usd: float
    unpriced: tuple[str, ...]
    seconds: float


def whole(rows: Sequence[Estimate]) -> Whole:
    """The sum of the rows."""
    asked, judges = ([row.seconds for row in rows if row.role == role] for role in ("model", "judge"))
    return Whole(
        sum(row.calls for row in rows),
        sum(row.stored or 0 for row in rows),
        sum(row.tokens_in + row.tokens_out for row in rows),
        sum(row.cost_usd or 0.0 for row in rows),
        tuple(row.name for row in rows if row.cost_usd is None),
        max(asked, default=0.0) + sum(judges),
    )


def too_small(limits: Limits, sums: Whole) -> tuple[str, ...]:
    """The limits, by their fields' names, at which a run would stop before its end if the estimate is right."""
    wanted = {
        "max_cost_usd": sums.cost_usd,
        "max_tokens": sums.tokens,
        "max_calls": sums.calls - sums.stored,
        "max_seconds": sums.seconds,
    }
    most = {name: getattr(limits, name) for name in wanted}
    return tuple(name for name, estimated in wanted.items() if most[name] is not None and estimated > most[name])


def pilot_plan(plan: Plan) -> Plan:
    """A few of the plan's items, spread over its suite, in its first wording, once."""
    items = plan.suite.items
    step = max(len(items) / PILOT_ITEMS, 1.0)
    chosen = tuple(items[int(n * step)] for n in range(min(PILOT_ITEMS, len(items))))
    suite = replace(plan.suite, items=chosen, name=f"Pilot: {plan.suite.name}")
    return replace(plan, name=f"Pilot: {plan.name}", suite=suite, variations=plan.variations[:1], epochs=1, probes=0)


def estimate(
    plan: Plan, store: Store, limits: Limits | None = None, cache: ReplyCache | None = None, pilot: str = ""
) -> list[Estimate]:
    """One row a model, and one for the judge where there is one. `pilot` is the id of a finished pilot of this plan."""
    limits = limits or Limits()
    calls = plan.calls // max(len(plan.models), 1)
    rows = [_model(plan, spec, calls, store, limits, cache, pilot) for spec in plan.models]
    if plan.recogniser.startswith(JUDGE):
        rows.append(_judge(plan, store, limits, pilot))
    return rows


def _model(
    plan: Plan, spec: ModelSpec, calls: int, store: Store, limits: Limits, cache: ReplyCache | None, pilot: str
) -> Estimate:
    counted = cache is not None and limits.cache and calls <= COUNTED_MOST
    stored = _stored(plan, spec, cache) if cache and counted else None
    each, basis = _each(plan, spec, store, pilot)
    each = replace(each, tokens_out=min(each.tokens_out, plan.asking.max_tokens))
    at_once = 1 if spec.name.startswith("embedded/") else limits.at_once
    return _row(spec.name, "model", calls, each, at_once, basis, stored)


def _each(plan: Plan, spec: ModelSpec, store: Store, pilot: str) -> tuple[Measured, str]:
    """What one call takes, and how that is known."""
    provider = spec.name.partition("/")[0]
    if provider == "simulated":
        return Measured(0, 0, SECONDS[provider]), SIMULATED
    if pilot and (found := ledger.measured(store, spec.name, pilot)):
        return found, PILOT
    chars = sum(len(item.text) for item in plan.suite.items) / max(len(plan.suite.items), 1)
    tokens_in = chars / CHARS_PER_TOKEN + PROMPT_TOKENS
    method = method_of(plan.method)
    if known := queries.speed(store, spec.name, (method.id, "") if method.id == USUAL else (method.id,)):
        return Measured(tokens_in, known.tokens_out, known.latency_s), "earlier runs"
    tokens_out, usual = (ANSWER_TOKENS, SECONDS) if method.free else (SHORT_TOKENS, SHORT_SECONDS)
    return Measured(tokens_in, tokens_out, usual.get(provider, HOSTED_SECONDS)), "rule of thumb"


def _judge(plan: Plan, store: Store, limits: Limits, pilot: str) -> Estimate:
    name = plan.recogniser.removeprefix(JUDGE)
    read = len(plan.suite.items) * len(plan.variations) * plan.epochs * len(plan.models)
    found = ledger.measured_judge(store, pilot) if pilot else None
    each = found or Measured(JUDGE_PROMPT_TOKENS + ANSWER_TOKENS, JUDGE_TOKENS, HOSTED_SECONDS)
    return _row(name, "judge", read, each, limits.at_once, PILOT if found else "rule of thumb", None)


def _row(name: str, role: str, calls: int, each: Measured, at_once: int, basis: str, stored: int | None) -> Estimate:
    paid = calls - (stored or 0)
    tokens_in, tokens_out = round(paid * each.tokens_in), round(paid * each.tokens_out)
    prices = price(name)
    cost = None if prices is None else tokens_in * prices[0] + tokens_out * prices[1]
    seconds = paid * each.latency_s / at_once
    return Estimate(name, role, calls, tokens_in, tokens_out, seconds, cost, basis, stored)


def _stored(plan: Plan, spec: ModelSpec, cache: ReplyCache) -> int:
    """How many of a model's trials have a stored reply to their first call."""
    return sum(cache.holds(key) for key in _keys(plan, spec)) if cache.size() else 0


def _keys(plan: Plan, spec: ModelSpec) -> Iterator[Key]:
    method = method_of(plan.method)
    for trial in plan.trials(spec.name):
        yield key_of(spec, method.request(plan.suite.by_id[trial.item], trial.variation, plan.asking_in(trial.epoch)))
