"""What a worker does: one shard, with the engine that one machine has, and models opened with the worker's own keys.

The worker keeps its rows in a store in memory, which it copies into a part on the shared folder every second or so.
A worker that takes over the shard of one that died begins with that one's parts.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import duckdb

from core.cluster import parts
from core.cluster.merge import merge
from core.cluster.shards import Shard
from core.errors import UserError
from core.items.item import Item, Option, Suite
from core.methods.registry import method_of
from core.runs.execute import Ending, Engine, Job, Left, execute
from core.runs.limits import Limits
from core.runs.manager import models_of, recogniser_of
from core.runs.plan import Plan, Trial, plan_from_json
from core.store import queries
from core.store.database import Store
from core.store.replies import ReplyCache
from core.store.writer import insert

SAVE_S = 1.0
IN_MEMORY = Path(":memory:")


@dataclass(frozen=True)
class Done:
    """What became of a shard. `left` are the models it asked no more, `reached` says that its share of a limit was used
    up, `again` are the ids of the trials it did not come to. What it brought is `part`, the name of a folder where the
    shard said, or `files` with that name where the worker does not see that folder."""

    shard: str
    ending: Ending
    left: tuple[Left, ...] = ()
    reached: bool = False
    again: tuple[int, ...] = ()
    part: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)


def run_shard(shard: Shard, stop: Callable[[], bool]) -> Done:
    """Carry out what is missing of a shard, until it is done or `stop` says so. Raises UserError when this worker
    cannot, for its Polycompass is another version."""
    folder = Path(shard["folder"])
    shared = folder.is_dir()
    with closing(Store(IN_MEMORY)) as store:
        job = _job(shard, store, stop)
        for part in parts.listed(folder, shard["name"]):
            with contextlib.suppress(OSError):  # a newer one has taken its place
                merge(store, job.run_id, part)
        _carry(shard, store)
        growing = parts.Growing(store, folder, shard["name"])
        ending, engine = asyncio.run(_carried_out(job, store, growing if shared else None))
        done = Done(
            *(shard["name"], ending, tuple(engine.left), bool(engine.budget.reached)),
            again=tuple(_not_come_to(job, store)),
        )
        return _brought(done, store, growing if shared else None)


def _job(shard: Shard, store: Store, stop: Callable[[], bool]) -> Job:
    plan = _plan(shard)
    limits = Limits(**shard["limits"])
    recogniser = recogniser_of(plan, limits)
    method = method_of(plan.method)
    here, there = (method.prompt_hash, recogniser.id if recogniser else ""), (plan.prompt_hash, shard["recogniser"])
    if here != there:
        raise UserError(
            f"A worker has the prompts and recogniser {' '.join(here)}, but the run {shard['run_id']} has "
            f"{' '.join(there)}: install the same Polycompass on all workers."
        )
    (spec,) = plan.models
    return Job(
        *(shard["run_id"], plan, method, models_of(plan, limits), recogniser, stop, limits, shard["session"]),
        cache=ReplyCache(store),
        trials=[Trial(spec.name, *trial) for trial in shard["trials"]],
    )


def _plan(shard: Shard) -> Plan:
    items = tuple(
        Item(**(raw | {"values": tuple(raw["values"]), "options": tuple(Option(**given) for given in raw["options"])}))
        for raw in shard["items"]
    )
    return plan_from_json(shard["plan"], Suite(**(json.loads(shard["plan"])["suite"] | {"items": items})))


def _carry(shard: Shard, store: Store) -> None:
    """Put what the shard brought along into the worker's store, unless an earlier part has it."""

    def work(con: duckdb.DuckDBPyConnection) -> None:
        insert(con, "replies", shard["replies"])
        there = {row[0] for row in con.execute("SELECT trial_id FROM responses").fetchall()}
        insert(con, "responses", [row for row in shard["answers"] if row["trial_id"] not in there])

    store.writer.run(work)


async def _carried_out(job: Job, store: Store, growing: parts.Growing | None) -> tuple[Ending, Engine]:
    engines: list[Engine] = []
    async with repeated((lambda: _save(growing)) if growing else None, SAVE_S):
        ending = await execute(job, store, engines.append)
    if not engines:
        raise UserError(ending.message)
    return ending, engines[0]


def _save(growing: parts.Growing) -> None:
    with contextlib.suppress(OSError, duckdb.Error, UserError):  # what the worker has comes back with the shard's end
        growing.write()


def _brought(done: Done, store: Store, growing: parts.Growing | None) -> Done:
    if growing is not None:
        with contextlib.suppress(OSError, duckdb.Error, UserError):  # a full folder is no reason to lose answers
            growing.write()
            assert growing.latest is not None
            return Done(**(vars(done) | {"part": growing.latest.name}))
    return Done(**(vars(done) | {"part": f"{done.shard}.{uuid4().hex[:12]}.1", "files": parts.packed(store)}))


def _not_come_to(job: Job, store: Store) -> list[int]:
    have = {row[0] for row in store.rows("SELECT trial_id FROM responses")}
    again = [trial.id for trial in job.trials or () if trial.id not in have]
    if job.recogniser is not None and job.trials:
        tried = {row[0] for row in store.rows("SELECT trial_id FROM recognised")}
        unread = queries.unread_responses(store, job.run_id, job.trials[0].model, job.recogniser.id)
        again += [row.trial_id for row in unread if row.trial_id not in tried]
    return again


@asynccontextmanager
async def repeated(work: Callable[[], object] | None, every_s: float) -> AsyncIterator[None]:
    """Do blocking `work` in a thread every so often while the block runs; a turn under way is waited for."""
    ended = asyncio.Event()

    async def turns() -> None:
        while work is not None and not ended.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), every_s)
            if not ended.is_set():
                await asyncio.to_thread(work)

    task = asyncio.create_task(turns())
    try:
        yield
    finally:
        ended.set()
        await task
