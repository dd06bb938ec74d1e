"""A run that was cut short says so, whatever has become of the cause by the time its last calls end."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from builders import suite, until
from servers import Answer, FaultyServer, completion, serve

from core.cluster.drive import drive
from core.cluster.executors import Executor, Work
from core.cluster.shards import Shard
from core.cluster.work import Done
from core.models.base import ModelSpec
from core.runs.execute import CarryOut, Ending, ended, execute
from core.runs.limits import Limits
from core.runs.manager import RunManager
from core.runs.plan import Plan
from core.store import queries, run_records
from core.store.database import Store

ITEMS = 24


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")


@pytest.fixture
def slow() -> Iterator[FaultyServer]:
    with serve([Answer(body=completion("Help her."), delay_s=1.5)]) as running:
        yield running


def plan(server: FaultyServer) -> Plan:
    spec = ModelSpec("openai/gpt-4o-mini", server.address)
    return Plan(name="p", suite=suite(ITEMS), models=(spec,), probes=0, recogniser="")


class OneByOne(Executor):
    """A shard after the other, in this process."""

    places = 1

    def map(self, work: Work, shards: Iterator[Shard], places: int, stop: Callable[[], bool]) -> Iterator[Done]:
        return (work(shard, stop) for shard in shards)


def unwritable_for_a_moment(store: Store) -> None:
    """As a full disk: a row for a table that is not there yet."""
    store.writer.put([("shelf", {"a": 1})])
    assert until(lambda: store.writer.failure)
    with store.cursor() as cursor:
        cursor.execute("CREATE TABLE shelf (a INTEGER)")
    assert until(lambda: store.writer.failure is None)


@pytest.mark.parametrize("carry_out", [execute, partial(drive, executor=OneByOne())], ids=["here", "on a cluster"])
def test_a_store_that_could_not_be_written_for_a_moment_ends_the_run_as_failed(
    carry_out: CarryOut, manager: RunManager, slow: FaultyServer
) -> None:
    store = manager.store
    run_id = manager.start(plan(slow), Limits(at_once=4), carry_out=carry_out)
    assert until(lambda: slow.count >= 4)
    unwritable_for_a_moment(store)
    assert manager.wait(run_id, 60)
    head = queries.run(store, run_id)
    assert head.state == "failed" and "shelf" in head.message
    assert 0 < run_records.not_asked(store, run_id) < ITEMS
    manager.resume(run_id, Limits(at_once=24))
    assert manager.wait(run_id, 60) and queries.run(store, run_id).state == "done"
    assert run_records.not_asked(store, run_id) == 0


def test_a_limit_that_is_raised_once_it_was_reached_holds_from_the_next_start_on(
    manager: RunManager, slow: FaultyServer
) -> None:
    run_id = manager.start(plan(slow), Limits(at_once=4, max_seconds=0.5))
    assert until(lambda: slow.count >= 4)
    assert not manager.wait(run_id, 0.9)  # past its limit, with calls under way
    manager.retune(run_id, Limits(at_once=4))
    assert manager.wait(run_id, 60)
    head = queries.run(manager.store, run_id)
    assert head.state == "stopped" and "The limit of 0.5 seconds was reached" in head.message
    assert run_records.not_asked(manager.store, run_id) == ITEMS - 4


def test_a_shorter_timeout_holds_from_the_next_call_on(manager: RunManager, slow: FaultyServer) -> None:
    run_id = manager.start(plan(slow), Limits(at_once=1, timeout_s=60))
    assert until(lambda: slow.count >= 1)
    manager.retune(run_id, Limits(at_once=1, timeout_s=1))
    kinds = "SELECT kind FROM calls WHERE run_id = ? ORDER BY ALL DESC"
    assert until(lambda: manager.store.rows(kinds, [run_id]) != [])
    assert until(lambda: ("timeout",) in manager.store.rows(kinds, [run_id]))
    manager.stop(run_id)
    assert manager.wait(run_id, 60)


def test_no_run_is_done_while_a_trial_has_no_row(manager: RunManager) -> None:
    run_id = manager.start(Plan(name="p", suite=suite(4), models=(ModelSpec("simulated/even"),), probes=0))
    assert manager.wait(run_id, 60) and ended(manager.store, run_id, None) == Ending("done")
    manager.store.writer.run(lambda con: con.execute("DELETE FROM responses WHERE item_id = 'i2'"))
    assert ended(manager.store, run_id, None) == Ending(
        "incomplete", "1 of the planned trials were not asked. Resume asks them."
    )
