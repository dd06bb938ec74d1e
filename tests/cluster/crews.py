"""Executors for tests, the least that core.cluster.executors.Executor asks for, and runs on them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from core.cluster.drive import drive
from core.cluster.executors import Executor, Work
from core.cluster.shards import Shard
from core.cluster.work import Done
from core.runs.limits import Limits
from core.runs.manager import RunManager
from core.runs.plan import Plan
from core.store import queries
from core.store.database import Store


@dataclass
class InTurn:
    """Shards one after the other in this process, `places` taken at a time; it keeps what it was given."""

    places: int = 3
    shards: list[Shard] = field(default_factory=list)
    brought: list[Done] = field(default_factory=list)

    def map(self, work: Work, shards: Iterator[Shard], places: int, stop: Callable[[], bool]) -> Iterator[Done]:
        while taken := list(islice(shards, places)):
            self.shards += taken
            for shard in taken:
                self.brought.append(work(shard, stop))
                yield self.brought[-1]


def carry_out(manager: RunManager, plan: Plan, executor: Executor, limits: Limits | None = None) -> str:
    """A run that has ended, carried out by the executor's workers."""
    run_id = manager.start(plan, limits, carry_out=partial(drive, executor=executor))
    assert manager.wait(run_id, 60)
    return run_id


def go_on(manager: RunManager, run_id: str, executor: Executor, limits: Limits | None = None) -> None:
    manager.resume(run_id, limits, carry_out=partial(drive, executor=executor))
    assert manager.wait(run_id, 60)


def state(store: Store, run_id: str) -> tuple[str, str]:
    head = queries.run(store, run_id)
    return head.state, head.message


ROWS = {
    "responses": "* EXCLUDE (run_id, arrived_at, latency_s)",
    "recognised": "* EXCLUDE (run_id, recognised_at)",
    "recognitions": "* EXCLUDE (run_id)",
    "calls": "model, role, kind, tokens_in, tokens_out, cost_usd",
}


def rows(store: Store, run_id: str) -> dict[str, list[tuple[Any, ...]]]:
    """All that is stored of a run, but for times."""
    return {
        table: store.rows(f"SELECT {columns} FROM {table} WHERE run_id = ? ORDER BY ALL", [run_id])
        for table, columns in ROWS.items()
    }
