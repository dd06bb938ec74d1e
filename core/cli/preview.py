"""What a run will take, before it is started."""

from collections.abc import Sequence
from dataclasses import asdict

from core.cli.events import Events
from core.cli.output import UNKNOWN, dollars, duration, say, say_table
from core.cli.stored import NO_RECOGNISER
from core.runs.estimate import Estimate
from core.runs.limits import Limits
from core.runs.plan import Plan


def say_preview(plan: Plan, limits: Limits, rows: Sequence[Estimate], events: Events) -> None:
    """By model; models run side by side, and a judge reads along."""
    asked = f"{len(plan.suite.items):,} scenarios x {len(plan.variations)} wordings x {plan.epochs} epochs"
    recogniser = plan.recogniser or NO_RECOGNISER
    say(plan.name)
    say(f"{asked}, {len(plan.probe_items)} scenarios also as closed questions; recogniser: {recogniser}")
    header = ("model", "calls", "from store", "tokens in", "tokens out", "time", "cost", "basis")
    say_table(header, [_line(row) for row in rows])
    tokens = sum(row.tokens_in + row.tokens_out for row in rows)
    known = [row.cost_usd for row in rows if row.cost_usd is not None]
    cost = dollars(sum(known)) if len(known) == len(rows) else f"{UNKNOWN} ({dollars(sum(known))} of it known)"
    models, judge = rows[: len(plan.models)], rows[len(plan.models) :]
    seconds = max(row.seconds for row in models) + sum(row.seconds for row in judge)
    calls = sum(row.calls for row in rows)
    say(f"about {calls:,} calls, {tokens:,} tokens, {duration(seconds)}, cost {cost}")
    _say_limits(limits, calls, tokens, sum(known), seconds)
    whole = {"calls": calls, "tokens": tokens, "seconds": round(seconds, 1)}
    priced = {"cost_usd": sum(known), "unpriced": [row.name for row in rows if row.cost_usd is None]}
    events.tell("estimate", name=plan.name, **whole, **priced, rows=[asdict(row) for row in rows])


def _line(row: Estimate) -> tuple[object, ...]:
    stored = "-" if row.stored is None else f"{row.stored:,}"
    tokens = f"{row.tokens_in:,}", f"{row.tokens_out:,}"
    return row.name, f"{row.calls:,}", stored, *tokens, duration(row.seconds), dollars(row.cost_usd), row.basis


def _say_limits(limits: Limits, calls: int, tokens: int, cost_usd: float, seconds: float) -> None:
    """The limits there are, and which of them the estimate is above."""
    kinds = (
        (limits.max_cost_usd, cost_usd, "${:g}".format),
        (limits.max_tokens, tokens, "{:,} tokens".format),
        (limits.max_calls, calls, "{:,} calls".format),
        (limits.max_seconds, seconds, duration),
    )
    parts = [
        f"{words(most)}{' (less than estimated: the run will stop there)' if estimated > most else ''}"
        for most, estimated, words in kinds
        if most is not None
    ]
    if parts:
        say(f"at most {', '.join(parts)}")
