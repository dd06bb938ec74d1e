"""One model as a run reaches it: every call through the cache, the budget, the gates, retries and the ledger.

A `Line` is itself a Model, so a judge asks through one without knowing it.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from core.models.base import ErrorKind, Model, ModelError, ModelSpec, Reply, Request
from core.models.catalogue import named_base, provider_of
from core.models.prices import cost
from core.runs.budget import Budget, Spent, most_of, taken
from core.runs.limits import Limits
from core.runs.pacing import Brake, Breaker, Down, Gate, Halt, Provider, backoff
from core.store import ledger
from core.store.replies import Key, ReplyCache, key_of
from core.store.writer import Row, Writer

ATTEMPTS = 5
ATTEMPTS_BUSY = 20  # a provider that says "later" is no failure: its gate paces the calls
GIVE_UP_AFTER = 8
PATIENCE_S = 300.0
LOCAL = ("embedded/", "simulated/")
AWAY: frozenset[ErrorKind] = frozenset({"connection", "server", "timeout"})


class Providers:
    """The providers that this process calls, shared by all its runs."""

    def __init__(self) -> None:
        self._known: dict[str, Provider] = {}

    def of(self, spec: ModelSpec, limits: Limits) -> Provider:
        """The provider that a model belongs to: by its name, or by the address that takes the place of its own. One
        that comes from the environment is not shown: it might hold a password."""
        known = provider_of(spec.name)
        own = known.id if known else spec.name.partition("/")[0]
        name, place = spec.api_base or own, named_base(spec) or own
        if spec.name.startswith(LOCAL):
            return Provider(name, Gate(10_000), None)
        if place not in self._known:
            self._known[place] = Provider(name, Gate(limits.provider_at_once), Breaker())
        else:
            self._known[place].gate.tune(limits.provider_at_once)
        return self._known[place]


@dataclass(frozen=True)
class Setting:
    """What all lines of one run share. `put` hands rows to the store's writer."""

    run_id: str
    session: int
    budget: Budget
    brake: Brake
    writer: Writer


@dataclass(frozen=True)
class Called:
    """What became of one request: a reply or an error, after how many calls (0: the reply was stored)."""

    reply: Reply | None
    error: ModelError | None
    attempts: int


@dataclass
class Line:
    """`failures` counts calls in a row that failed for a reason no retry cures, such as a wrong key. When the model is
    left, `left` says why; `broken` that waiting would not help."""

    model: Model
    spec: ModelSpec
    role: str
    provider: Provider
    gate: Gate
    setting: Setting
    cache: ReplyCache | None = None
    failures: int = 0
    left: str = ""
    broken: bool = False

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def concurrency(self) -> int:
        return self.gate.most

    async def complete(self, request: Request) -> Reply:
        """The reply to a request; raises ModelError when all attempts failed, Halt when the run ends first."""
        key = key_of(self.spec, request)
        called = await self.call(request, key, await self.stored([key]))
        if called.error is not None:
            raise called.error
        assert called.reply is not None
        return called.reply

    async def stored(self, keys: Sequence[Key]) -> dict[str, Reply]:
        """Replies that are stored already, by their key's digest. The file is read only if there may be any."""
        cache = self.cache
        if cache is None or not any(cache.holds(key) for key in keys):
            return {}
        return await asyncio.to_thread(cache.find, keys)

    async def call(self, request: Request, key: Key, stored: dict[str, Reply]) -> Called:
        """Ask, unless the reply is among those `stored`."""
        if key.digest in stored:
            self._note(ledger.CACHED, 0.0)
            return Called(stored[key.digest], None, 0)
        return await self._retrying(request, key)

    async def _retrying(self, request: Request, key: Key) -> Called:
        failed: ModelError | None = None
        attempt = busy = 0
        while True:
            try:
                if failed is not None and failed.kind != "rate_limit":
                    wait = backoff(attempt) if failed.retry_after is None else min(failed.retry_after, PATIENCE_S)
                    await self.setting.brake.sleep(wait)
                reply = await self._once(request, key)
            except Halt:
                if failed is None:
                    raise
                return Called(None, failed, attempt + busy)
            except ModelError as error:
                failed = error
                attempt, busy = (attempt, busy + 1) if error.kind == "rate_limit" else (attempt + 1, busy)
                self._count(error)
                if not error.retryable or attempt >= ATTEMPTS or busy >= ATTEMPTS_BUSY:
                    return Called(None, error, attempt + busy)
            else:
                self.failures = 0
                return Called(reply, None, attempt + busy + 1)

    async def _once(self, request: Request, key: Key) -> Reply:
        """One call, when its turn has come."""
        await self.gate.enter(self.setting.brake)
        try:
            if self.left or self.setting.brake.halted():
                raise Halt
            await self.provider.enter(self.setting.brake, PATIENCE_S)
            try:
                return await self._sent(request, key)
            finally:
                self.provider.leave()
        except Down:
            self.left = f"{self.provider.name} has not answered for {PATIENCE_S:.0f} seconds. Resume when it is back."
            raise Halt from None
        finally:
            self.gate.leave()

    async def _sent(self, request: Request, key: Key) -> Reply:
        most = most_of(self.spec.name, request)
        breaker = self.provider.breaker
        try:
            await self.setting.budget.reserve(most, self.setting.brake)
            reply = await self._answered(request, most)
        except BaseException:
            if breaker:
                breaker.gave_up()
            raise
        self.gate.went_well()
        if breaker:
            breaker.worked()
        self._keep(key, reply)
        return reply

    async def _answered(self, request: Request, most: Spent) -> Reply:
        began, took = time.monotonic(), Spent(calls=1)
        try:
            reply = await self.model.complete(request)
            took = taken(self.spec.name, reply)
            return reply
        except ModelError as error:
            self._failed(error, began)
            raise
        finally:
            self.setting.budget.settle(most, took)

    def _failed(self, error: ModelError, began: float) -> None:
        breaker = self.provider.breaker
        if breaker and error.kind in AWAY:
            breaker.failed()
        elif breaker:
            breaker.worked()
        if error.kind == "rate_limit":
            if error.retry_after is not None and error.retry_after > PATIENCE_S:
                minutes = error.retry_after / 60
                self.left = f"{self.name} asks to wait {minutes:.0f} minutes. Resume then."
            else:
                self.gate.too_many(began, error.retry_after)
        self._note(error.kind, time.monotonic() - began)

    def _count(self, error: ModelError) -> None:
        if error.kind == "filtered":  # the provider works, it will not have this item
            self.failures = 0
        elif not error.retryable:
            self.failures += 1
        if self.failures >= GIVE_UP_AFTER and not self.left:
            self.left = f"{self.name} was left after {self.failures} failures in a row: {error}"
            self.broken = True

    def _keep(self, key: Key, reply: Reply) -> None:
        rows: list[tuple[str, Row]] = []
        if self.cache is not None and (row := self.cache.row(key, self.name, reply)):
            rows.append(row)
        self._note("ok", reply.latency_s, reply, rows)

    def _note(
        self, kind: str, latency_s: float, reply: Reply | None = None, also: Sequence[tuple[str, Row]] = ()
    ) -> None:
        """A row of the ledger, in one transaction with `also`."""
        tokens_in, tokens_out, dollars = None, None, None
        if reply is not None:
            tokens_in, tokens_out, dollars = reply.tokens_in, reply.tokens_out, reply.cost_usd
            if dollars is None:
                dollars = cost(self.spec.name, tokens_in, tokens_out)
        where = (self.setting.run_id, self.setting.session, self.name, self.role, kind)
        self.setting.writer.put([ledger.call(*where, latency_s, tokens_in, tokens_out, dollars), *also])


@dataclass(frozen=True)
class Pace:
    """How a line stands: calls under way, how many its gate allows now and at most, seconds until it opens again (0: it
    is open), whether its provider is down, and why the model was left ("" if it was not)."""

    model: str
    role: str
    under_way: int
    allowed: int
    most: int
    closed_s: float
    down: bool
    left: str


def pace_of(line: Line) -> Pace:
    """How a line stands now."""
    gate, breaker = line.gate, line.provider.breaker
    down = breaker is not None and breaker.open
    return Pace(line.name, line.role, gate.under_way, int(gate.allowed), gate.most, gate.closed_s, down, line.left)
