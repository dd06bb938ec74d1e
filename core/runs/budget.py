"""What a run may spend, and what it has spent: a hard limit, kept by reserving the most that a call can take."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.errors import UserError
from core.models.base import ModelSpec, Reply, Request
from core.models.prices import cost, price
from core.runs.limits import Limits
from core.runs.pacing import CHECK_S, Brake, Halt

MARKUP_TOKENS = 16  # around each message, in every provider's format


@dataclass(frozen=True)
class Spent:
    """Requests sent, tokens in and out together, dollars, and seconds by the clock."""

    calls: int = 0
    tokens: int = 0
    cost_usd: float = 0.0
    seconds: float = 0.0

    def plus(self, other: "Spent") -> "Spent":
        return Spent(
            self.calls + other.calls,
            self.tokens + other.tokens,
            self.cost_usd + other.cost_usd,
            self.seconds + other.seconds,
        )

    def minus(self, other: "Spent") -> "Spent":
        return self.plus(Spent(-other.calls, -other.tokens, -other.cost_usd, -other.seconds))


def most_of(model: str, request: Request) -> Spent:
    """The most that one call can take. A token is never less than a byte of the text."""
    tokens_in = sum(len(message.content.encode()) + MARKUP_TOKENS for message in request.messages)
    if request.schema is not None:
        tokens_in += len(str(request.schema))
    return Spent(1, tokens_in + request.max_tokens, cost(model, tokens_in, request.max_tokens) or 0.0)


def taken(model: str, reply: Reply) -> Spent:
    """What a call that was answered took."""
    tokens_in, tokens_out = reply.tokens_in or 0, reply.tokens_out or 0
    dollars = cost(model, tokens_in, tokens_out) if reply.cost_usd is None else reply.cost_usd
    return Spent(1, tokens_in + tokens_out, dollars or 0.0)


def check_priced(limits: Limits, specs: Sequence[ModelSpec]) -> None:
    """Raises UserError when a limit on the cost cannot be kept because a price is not known."""
    unknown = [spec.name for spec in specs if price(spec.name) is None]
    if limits.max_cost_usd is not None and unknown:
        raise UserError(
            f"No price is known for {', '.join(unknown)}, so a limit on the cost cannot be kept. "
            "Limit the tokens or the calls instead."
        )


class Budget:
    """One run's, over its whole life. It belongs to one event loop."""

    def __init__(self, limits: Limits, before: Spent) -> None:
        """`before` is what the run had spent when this part of it began."""
        self.limits = limits
        self.reached = ""  # the sentence that says which limit ended the run
        self._spent = before
        self._reserved = Spent()
        self._began = time.monotonic()

    @property
    def spent(self) -> Spent:
        return replace(self._spent, seconds=self._spent.seconds + time.monotonic() - self._began)

    def over_time(self) -> bool:
        """Whether the time is up; if so, `reached` says it."""
        most = self.limits.max_seconds
        if not self.reached and most is not None and self.spent.seconds >= most:
            self.reached = f"The limit of {most:g} seconds was reached. Raise it and resume: nothing is asked twice."
        return bool(self.reached)

    async def reserve(self, most: Spent, brake: Brake) -> None:
        """Set aside the most that a call can take. Where only calls under way stand in the way, waits for them; raises
        Halt when nothing more may be asked."""
        while over := self._over(most):
            if self._reserved.calls == 0:
                self.reached = self.reached or over
            if self.reached:
                raise Halt
            await brake.sleep(CHECK_S / 4)
        self._reserved = self._reserved.plus(most)

    def settle(self, most: Spent, took: Spent) -> None:
        """A call for which `most` was set aside has ended and took `took`."""
        self._reserved = self._reserved.minus(most)
        self._spent = self._spent.plus(took)

    def _over(self, most: Spent) -> str:
        """The sentence for the limit that a call might break; "" where none would be."""
        then = self._spent.plus(self._reserved).plus(most)
        limits, spent = self.limits, self._spent
        if limits.max_calls is not None and then.calls > limits.max_calls:
            return f"The limit of {limits.max_calls:,} calls was reached ({spent.calls:,} made). {_RAISE}"
        if limits.max_tokens is not None and then.tokens > limits.max_tokens:
            used = f"{limits.max_tokens:,} tokens ({spent.tokens:,} used)"
            return f"The next call could break the limit of {used}. {_RAISE}"
        if limits.max_cost_usd is not None and then.cost_usd > limits.max_cost_usd:
            dollars = f"${limits.max_cost_usd:,.2f} (${spent.cost_usd:,.4f} spent)"
            return f"The next call could break the limit of {dollars}. {_RAISE}"
        return ""


_RAISE = "Raise it and resume: nothing is asked twice."
