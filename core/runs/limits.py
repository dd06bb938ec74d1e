"""How hard a run may press and how much it may spend. Not part of what is asked: all of it may change on resuming."""

import json
import math
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from core.errors import UserError

MOST_AT_ONCE = 512
BUDGETS = {"max_cost_usd": "cost", "max_tokens": "tokens", "max_calls": "calls", "max_seconds": "time"}


@dataclass(frozen=True)
class Limits:
    """`at_once` is the most calls under way to one model, `provider_at_once` to one provider over all runs of this
    process; both shrink by themselves while a provider asks for it. `timeout_s` is for one call. A budget that is None
    has no limit: `max_cost_usd` in dollars, `max_tokens` in and out together, `max_calls` requests sent, `max_seconds`
    by the clock, each over the run's whole life, models and judge together. `cache` lets stored replies stand for
    calls that would be the same."""

    at_once: int = 8
    provider_at_once: int = 32
    timeout_s: float = 60.0
    max_cost_usd: float | None = None
    max_tokens: int | None = None
    max_calls: int | None = None
    max_seconds: float | None = None
    cache: bool = True

    def to_json(self) -> str:
        return json.dumps(asdict(self))


USUAL_LIMITS = Limits()


def check_limits(limits: Limits) -> Limits:
    """The limits themselves; raises UserError naming the field when one cannot be kept."""
    for name in ("at_once", "provider_at_once"):
        if not 1 <= getattr(limits, name) <= MOST_AT_ONCE:
            raise UserError(f"{name} must lie between 1 and {MOST_AT_ONCE}, got {getattr(limits, name)}.")
    if not 1 <= limits.timeout_s <= 3600:
        raise UserError(f"timeout_s must lie between 1 and 3600 seconds, got {limits.timeout_s}.")
    for name, what in BUDGETS.items():
        most = getattr(limits, name)
        if most is not None and not (math.isfinite(most) and most > 0):
            raise UserError(
                f"The limit on {what} ({name}) must be a number above 0, or left out for no limit; got {most}."
            )
    return limits


def limits_from(raw: Any, usual: Limits = USUAL_LIMITS) -> Limits:
    """The limits in a table of a plan file or the store, those that it does not name as in `usual`; raises UserError
    for a field that is unknown or ill-typed."""
    if not isinstance(raw, dict):
        raise UserError("limits must be a table of names and numbers.")
    known = {field.name for field in fields(Limits)}
    if unknown := sorted(set(raw) - known):
        raise UserError(f"limits has no field {unknown[0]!r}; it has {', '.join(sorted(known))}.")
    whole = ("at_once", "provider_at_once", "max_tokens", "max_calls")
    for name, given in raw.items():
        if name == "cache":
            right = isinstance(given, bool)
        elif given is None:
            right = name.startswith("max_")
        else:
            right = isinstance(given, int if name in whole else int | float) and not isinstance(given, bool)
        if not right:
            raise UserError(f"limits.{name} cannot be {given!r}.")
    return check_limits(replace(usual, **raw))
