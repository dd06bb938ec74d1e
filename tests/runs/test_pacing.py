import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.runs.pacing import BACKOFF_MOST_S, Brake, Breaker, Down, Gate, Halt, Provider, backoff


def go() -> Brake:
    return Brake(lambda: False)


def test_a_gate_never_lets_more_through_than_it_allows() -> None:
    async def scene() -> int:
        gate, brake = Gate(3), go()
        peak = 0

        async def call() -> None:
            nonlocal peak
            await gate.enter(brake)
            peak = max(peak, gate.under_way)
            await asyncio.sleep(0.001)
            gate.leave()

        await asyncio.gather(*(call() for _ in range(40)))
        assert gate.under_way == 0
        return peak

    assert asyncio.run(scene()) == 3


def test_first_come_first_served() -> None:
    async def scene() -> list[int]:
        gate, brake, order = Gate(1), go(), list[int]()

        async def call(number: int) -> None:
            await gate.enter(brake)
            order.append(number)
            await asyncio.sleep(0)
            gate.leave()

        await asyncio.gather(*(call(number) for number in range(20)))
        return order

    assert asyncio.run(scene()) == list(range(20))


def test_too_many_halves_once_for_all_calls_of_one_burst_and_success_restores() -> None:
    async def scene() -> None:
        gate = Gate(16)
        began = time.monotonic()
        for _ in range(16):
            gate.too_many(began, 0.0)
        assert gate.allowed == 8
        gate.too_many(time.monotonic(), 0.0)
        assert gate.allowed == 4
        for _ in range(1000):
            gate.went_well()
        assert gate.allowed == 16
        for _ in range(10):
            gate.too_many(time.monotonic(), 0.0)
        assert gate.allowed == 1

    asyncio.run(scene())


def test_a_gate_stays_closed_for_as_long_as_the_provider_asks() -> None:
    async def scene() -> float:
        gate = Gate(4)
        gate.too_many(time.monotonic(), 0.3)
        assert 0 < gate.closed_s <= 0.3
        started = time.monotonic()
        await gate.enter(go())
        return time.monotonic() - started

    assert asyncio.run(scene()) >= 0.29


def test_a_wider_gate_lets_those_through_who_wait() -> None:
    async def scene() -> None:
        gate, brake = Gate(1), go()
        await gate.enter(brake)
        waiting = [asyncio.create_task(gate.enter(brake)) for _ in range(3)]
        await asyncio.sleep(0.01)
        assert not any(task.done() for task in waiting)
        gate.tune(3)
        await asyncio.sleep(0.01)
        assert [task.done() for task in waiting] == [True, True, False]
        gate.leave()
        await asyncio.wait_for(waiting[2], 1)
        assert gate.under_way == 3
        gate.tune(1)
        assert gate.allowed == 1

    asyncio.run(scene())


def ends_with(error: type[BaseException], wait: Callable[[Brake], Awaitable[object]]) -> float:
    """How long a wait takes to end once the run is halted."""
    halted = False

    async def scene() -> float:
        nonlocal halted
        brake = Brake(lambda: halted)
        watch = asyncio.create_task(brake.watch())
        task = asyncio.ensure_future(wait(brake))
        await asyncio.sleep(0.05)
        assert not task.done()
        halted = True
        started = time.monotonic()
        with pytest.raises(error):
            await task
        watch.cancel()
        return time.monotonic() - started

    return asyncio.run(scene())


def test_the_brake_ends_every_wait() -> None:
    async def at_a_full_gate(brake: Brake) -> None:
        gate = Gate(1)
        await gate.enter(brake)
        try:
            await gate.enter(brake)
        finally:
            assert gate.under_way == 1

    assert ends_with(Halt, lambda brake: brake.sleep(60)) < 1
    assert ends_with(Halt, at_a_full_gate) < 1


def test_a_place_given_to_one_who_has_gone_is_not_lost() -> None:
    async def scene() -> None:
        gate, brake = Gate(1), go()
        await gate.enter(brake)
        gone, next_one = asyncio.create_task(gate.enter(brake)), asyncio.create_task(gate.enter(brake))
        await asyncio.sleep(0.01)
        gate.leave()  # the place is given to `gone`...
        gone.cancel()  # ...which is called off before it runs
        with pytest.raises(asyncio.CancelledError):
            await gone
        await asyncio.wait_for(next_one, 1)
        assert gate.under_way == 1

    asyncio.run(scene())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["enter", "leave", "cancel", "busy", "well", "narrow", "widen"]), max_size=60))
def test_whatever_happens_places_add_up(moves: list[str]) -> None:
    async def scene() -> None:
        gate, brake, inside = Gate(4), go(), 0
        tasks: list[asyncio.Task[None]] = []
        for move in moves:
            if move == "enter":
                tasks.append(asyncio.create_task(gate.enter(brake)))
            elif move == "leave" and inside:
                gate.leave()
                inside -= 1
            elif move == "cancel" and tasks:
                tasks[-1].cancel()
            elif move == "busy":
                gate.too_many(time.monotonic(), 0.0)
            elif move == "well":
                gate.went_well()
            elif move in ("narrow", "widen"):
                gate.tune(1 if move == "narrow" else 6)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            for task in [task for task in tasks if task.done()]:
                tasks.remove(task)
                inside += not task.cancelled()
            assert gate.under_way == inside
            assert 1 <= gate.allowed <= gate.most
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(scene())


def test_backoff_doubles_with_jitter_up_to_its_most() -> None:
    for attempt in range(1, 20):
        whole = min(2.0 ** (attempt - 1), BACKOFF_MOST_S)
        assert all(whole / 2 <= backoff(attempt) <= whole for _ in range(20))


def test_a_breaker_opens_after_failures_in_a_row_and_closes_with_a_success() -> None:
    breaker = Breaker(after=3, cool_s=0.1, most_s=0.4)
    for _ in range(2):
        breaker.failed()
    breaker.worked()
    for _ in range(2):
        breaker.failed()
    assert breaker.admits() and not breaker.open
    breaker.failed()
    assert breaker.open and not breaker.admits()
    time.sleep(0.11)
    assert breaker.admits() and not breaker.admits()  # one tries
    breaker.failed()
    assert not breaker.admits()
    time.sleep(0.11)
    assert not breaker.admits()  # twice as long
    time.sleep(0.11)
    assert breaker.admits()
    breaker.gave_up()
    assert breaker.admits()
    breaker.worked()
    assert not breaker.open and breaker.admits() and breaker.down_s() == 0


def test_one_who_waits_too_long_for_a_provider_is_told_so() -> None:
    async def scene() -> None:
        provider = Provider("p", Gate(2), Breaker(after=1, cool_s=60))
        assert provider.breaker
        provider.breaker.failed()
        with pytest.raises(Down):
            await provider.enter(go(), patience_s=0.3)
        assert provider.gate.under_way == 0

    asyncio.run(scene())
