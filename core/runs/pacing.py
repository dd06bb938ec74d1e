"""How many calls may be under way at once: fewer while a provider says it is too much, none while it is down.

All of it belongs to one event loop.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

CHECK_S = 0.2  # how often it is asked whether the run is to end
BACKOFF_S = 1.0
BACKOFF_MOST_S = 60.0


class Halt(Exception):
    """The run is to end: nothing more may be asked."""


class Down(Exception):
    """The provider has stayed away for longer than the run waits."""


class Brake:
    """Ends every wait of one run once `halted` says so, without each of them asking."""

    def __init__(self, halted: Callable[[], bool]) -> None:
        self.halted = halted
        self._waits: set[asyncio.Future[None]] = set()

    async def watch(self) -> None:
        """Runs beside the calls until it is cancelled."""
        while True:
            if self.halted():
                for wait in [wait for wait in self._waits if not wait.done()]:
                    wait.set_exception(Halt())
            await asyncio.sleep(CHECK_S)

    async def wait(self, future: asyncio.Future[None]) -> None:
        """Wait for `future`; raises Halt when the run is to end first."""
        if self.halted():
            future.cancel()
            raise Halt
        self._waits.add(future)
        try:
            await future
        finally:
            self._waits.discard(future)

    async def sleep(self, seconds: float) -> None:
        """Wait for some time; raises Halt when the run is to end first."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(seconds, _let_go, future)
        try:
            await self.wait(future)
        finally:
            timer.cancel()


def _let_go(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


class Gate:
    """Lets at most `allowed` calls through at once, first come first served.

    `allowed` starts at `most`, is halved when a call is told that it was one too many, and grows by about one for
    every `allowed` calls that go well (additive increase, multiplicative decrease, as TCP does it). Calls that began
    before the last cut do not cut again: they were sent too early to know.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.allowed = float(most)
        self.under_way = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._closed_until = 0.0
        self._last_cut = 0.0
        self._cuts = 0

    @property
    def closed_s(self) -> float:
        """Seconds until the next call may pass; 0 when it may now."""
        return max(0.0, self._closed_until - time.monotonic())

    def tune(self, most: int) -> None:
        """Another ceiling, from now on."""
        self.allowed = float(most) if most < self.most else min(self.allowed + most - self.most, float(most))
        self.most = most
        self._let_through()

    async def enter(self, brake: Brake) -> None:
        """Wait for a place; raises Halt, without one, when the run ends first."""
        if not self._waiting and self._free():
            self.under_way += 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await brake.wait(place)
        except BaseException:
            if place.done() and not place.cancelled() and place.exception() is None:
                self.leave()  # given to one who has gone
            raise

    def leave(self) -> None:
        """Give a place back."""
        self.under_way -= 1
        self._let_through()

    def went_well(self) -> None:
        """A call was answered."""
        self._cuts = 0
        self.allowed = min(float(self.most), self.allowed + 1 / self.allowed)

    def too_many(self, began: float, retry_after: float | None) -> None:
        """A call that began at `began` (time.monotonic) was refused as one too many: close for as long as the provider
        asks, or for a jittered backoff that doubles from cut to cut."""
        now = time.monotonic()
        if began >= self._last_cut:
            self.allowed = max(1.0, self.allowed / 2)
            self._last_cut = now
            self._cuts += 1
        wait = backoff(self._cuts) if retry_after is None else retry_after
        self._closed_until = max(self._closed_until, now + wait)
        self._reopen()

    def _free(self) -> bool:
        return self.under_way < int(self.allowed) and self.closed_s == 0.0

    def _reopen(self) -> None:
        if self.closed_s:  # a timer may come a little early, so it looks again
            asyncio.get_running_loop().call_later(self.closed_s + 0.001, self._reopen)
        else:
            self._let_through()

    def _let_through(self) -> None:
        while self._waiting and (self._waiting[0].done() or self._free()):
            place = self._waiting.popleft()
            if not place.done():  # its run may have ended meanwhile
                self.under_way += 1
                place.set_result(None)


def backoff(attempt: int) -> float:
    """Seconds to wait after the `attempt`-th failure (1, 2, ...): between half and all of 1, 2, 4, ... up to 60."""
    return min(BACKOFF_S * 2.0 ** (attempt - 1), BACKOFF_MOST_S) * random.uniform(0.5, 1.0)


@dataclass
class Breaker:
    """Opens after `after` failures in a row of a provider that seems down: then one call at a time tries whether it is
    back, first after `cool_s` seconds, then after twice as long, up to `most_s`. Closes with the first success."""

    after: int = 10
    cool_s: float = 5.0
    most_s: float = 60.0
    failures: int = 0
    down_since: float | None = None
    _next_try: float = field(default=0.0, repr=False)
    _wait_s: float = field(default=0.0, repr=False)
    _trying: bool = field(default=False, repr=False)

    @property
    def open(self) -> bool:
        return self.down_since is not None

    def down_s(self) -> float:
        """Seconds since it opened; 0 when it is closed."""
        return 0.0 if self.down_since is None else time.monotonic() - self.down_since

    def admits(self) -> bool:
        """Whether a call may be sent now; while open, True makes the caller the one who tries."""
        if not self.open:
            return True
        if self._trying or time.monotonic() < self._next_try:
            return False
        self._trying = True
        return True

    def worked(self) -> None:
        """The provider answered, be it with a refusal."""
        self.failures, self.down_since, self._trying, self._wait_s = 0, None, False, 0.0

    def failed(self) -> None:
        """The provider was not reached, or failed itself."""
        self.failures += 1
        self._trying = False
        if self.failures < self.after:
            return
        now = time.monotonic()
        if self.down_since is None:
            self.down_since = now
        if now >= self._next_try:  # calls that were under way when it opened do not lengthen the wait
            self._wait_s = min(self._wait_s * 2 or self.cool_s, self.most_s)
            self._next_try = now + self._wait_s * random.uniform(0.8, 1.0)

    def gave_up(self) -> None:
        """The one who was to try was called off before an answer came."""
        self._trying = False


@dataclass
class Provider:
    """What all calls to one provider share, over models and runs. Local models have no breaker."""

    name: str
    gate: Gate
    breaker: Breaker | None

    async def enter(self, brake: Brake, patience_s: float) -> None:
        """Wait until a call may be sent; raises Halt when the run ends first, Down when the provider stays away."""
        await self.gate.enter(brake)
        try:
            while self.breaker and not self.breaker.admits():
                if self.breaker.down_s() > patience_s:
                    raise Down
                await brake.sleep(CHECK_S)
        except BaseException:
            self.gate.leave()
            raise

    def leave(self) -> None:
        self.gate.leave()
