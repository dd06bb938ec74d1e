"""What a run will take, before it is started."""

from collections.abc import Sequence
from dataclasses import asdict

from core.cli.events import Events
from core.cli.output import UNKNOWN, complain, dollars, duration, say, say_table
from core.cli.stored import NO_RECOGNISER
from core.models.failures import missing_keys
from core.runs.estimate import Estimate, Whole, too_small, whole
from core.runs.limits import Limits
from core.runs.manager import judge_of
from core.runs.plan import Plan


def say_preview(plan: Plan, limits: Limits, rows: Sequence[Estimate], events: Events) -> None:
    """By model; models run side by side, and a judge reads along."""
    asked = f"{len(plan.suite.items):,} scenarios x {len(plan.variations)} wordings x {plan.epochs} epochs"
    recogniser = plan.recogniser or NO_RECOGNISER
    say(plan.name)
    say(f"{asked}, {len(plan.probe_items)} scenarios also as closed questions; recogniser: {recogniser}")
    header = ("model", "calls", "from store", "tokens in", "tokens out", "time", "cost", "basis")
    say_table(header, [_line(row) for row in rows])
    sums = whole(rows)
    cost = f"{UNKNOWN} ({dollars(sums.cost_usd)} of it known)" if sums.unpriced else dollars(sums.cost_usd)
    say(f"about {sums.calls:,} calls, {sums.tokens:,} tokens, {duration(sums.seconds)}, cost {cost}")
    _say_limits(limits, sums)
    for sentence in missing_keys([*plan.models, *judge_of(plan)]):
        complain(sentence)
    facts = asdict(sums) | {"seconds": round(sums.seconds, 1), "unpriced": list(sums.unpriced)}
    events.tell("estimate", name=plan.name, **facts, rows=[asdict(row) for row in rows])


def _line(row: Estimate) -> tuple[object, ...]:
    stored = "-" if row.stored is None else f"{row.stored:,}"
    tokens = f"{row.tokens_in:,}", f"{row.tokens_out:,}"
    return row.name, f"{row.calls:,}", stored, *tokens, duration(row.seconds), dollars(row.cost_usd), row.basis


def _say_limits(limits: Limits, sums: Whole) -> None:
    """The limits there are, and which of them the estimate is above."""
    words = {
        "max_cost_usd": "${:g}".format,
        "max_tokens": "{:,} tokens".format,
        "max_calls": "{:,} calls".format,
        "max_seconds": duration,
    }
    below = too_small(limits, sums)
    parts = [
        f"{say_it(most)}{' (less than estimated: the run will stop there)' if name in below else ''}"
        for name, say_it in words.items()
        if (most := getattr(limits, name)) is not None
    ]
    if parts:
        say(f"at most {', '.join(parts)}")
