"""Carrying out a run on a cluster: the same plan, its missing trials as shards, their parts merged into the store.

This process alone opens the store. While workers are at it their parts are merged every few seconds, so a page shows
the run's progress; whatever an earlier process left in the folder of parts is merged first.
"""

import asyncio
import contextlib
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain, count
from pathlib import Path

import pyarrow as pa

from core.cluster import parts
from core.cluster.executors import DaskExecutor, Executor
from core.cluster.merge import merge
from core.cluster.purse import Purse
from core.cluster.shards import Batch, Shard, batches, shard
from core.cluster.work import Done, repeated, run_shard
from core.errors import UserError
from core.runs.budget import Spent
from core.runs.execute import CarryOut, Ending, Job, Left, Started, cut_short, ended, execute
from core.runs.manager import stored_limits
from core.store import ledger
from core.store.database import Store

FOLDER = "POLYCOMPASS_SHARDS"
LOOK_S = 3.0
VISIBLE_S = 60.0  # how long a network folder may take to show what another machine wrote


@contextmanager
def carrying_out(scheduler: str) -> Iterator[CarryOut]:
    """How runs are carried out: on the cluster of this Dask scheduler (tcp://host:port), or in this process for "".
    Raises UserError when there is no such scheduler."""
    if not scheduler:
        yield execute
        return
    executor = DaskExecutor(scheduler)
    try:
        yield partial(drive, executor=executor)
    finally:
        executor.close()


async def drive(job: Job, store: Store, started: Started, executor: Executor) -> Ending:
    """Carry out what is missing of the job's plan by the executor's workers; as core.runs.execute.execute, but that no
    engine is started here."""
    try:
        if not await asyncio.to_thread(store.writer.flush):
            raise UserError(store.writer.failure or "The store takes too long to write. Resume the run later.")
        crew = Crew(job, store, executor)
        await asyncio.to_thread(crew.gather)
        async with repeated(crew.look, LOOK_S):
            await asyncio.to_thread(crew.run)
        await asyncio.to_thread(crew.gather)
    except UserError as error:
        return Ending("failed", str(error))
    shutil.rmtree(crew.folder, ignore_errors=True)  # all of it is in the store
    return crew.ending()


def shards_folder(store: Path) -> Path:
    """Where the parts of runs lie: as POLYCOMPASS_SHARDS says, else beside the store's file."""
    named = os.environ.get(FOLDER)
    folder = Path(named).expanduser() if named else store.with_name(f"{store.name}.shards")
    return folder.resolve()


class Crew:
    """The workers of one job and what they bring. `run` is for one thread, `gather` and `look` for any."""

    def __init__(self, job: Job, store: Store, executor: Executor) -> None:
        """Raises UserError when there are no workers, or no room for what they write."""
        self.folder = shards_folder(store.path) / job.run_id
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(
                f"The folder {self.folder} cannot be made ({error.strerror}). Name another in {FOLDER}."
            ) from error
        self._job, self._store, self._executor = job, store, executor
        self._places = min(executor.places, job.limits.at_once, job.limits.provider_at_once)
        self._purse = Purse(lambda: stored_limits(store, job.run_id), self._spent)
        self._todo = batches(job, store, self._places)
        self._names = (f"s{job.session}-{number:05d}" for number in count(1))
        self._out: dict[str, Batch] = {}
        self._again: list[Batch] = []  # what shards did not come to as their share was used up
        self._short = False
        self._left: dict[tuple[str, str], Left] = {}
        self._reached = self._fault = ""
        self._cut: Ending | None = None
        self._merging = threading.Lock()
        self._merged: set[str] = set()

    def run(self) -> None:
        """Hand out shards until all is done or no more may be asked. Whoever ends within a share leaves the rest of it
        to those who come after, so a round in which nobody could make a call is the last."""
        while True:
            before = self._spent().calls
            self._again, self._short = [], False
            for done in self._executor.map(run_shard, iter(self._next, None), self._places, self._halted):
                self._settle(done)
            if self._halted() or not (self._again or self._short):
                return
            if self._spent().calls == before:
                if self._places == 1:
                    self._reached = self._limit_reached()
                    return
                self._places = 1  # what is left may do for a call if it is not shared
            self._todo = chain(self._again, self._todo)

    def gather(self) -> None:
        """Merge what parts there are. Raises UserError when the store cannot be written."""
        with self._merging:
            for part in parts.listed(self.folder):
                if part.name in self._merged:
                    continue
                with contextlib.suppress(OSError, pa.ArrowInvalid):  # gone: a newer one holds all of it
                    replies = merge(self._store, self._job.run_id, part)
                    self._merged.add(part.name)
                    if self._job.cache is not None:
                        self._job.cache.learn(replies)

    def look(self) -> None:
        """As `gather`, but what cannot be written is left for later."""
        with contextlib.suppress(UserError):
            self.gather()

    def ending(self) -> Ending:
        """How it ended, once all is merged."""
        if self._fault:
            return Ending("failed", self._fault)
        job = self._job
        reader = job.recogniser.id if job.recogniser else None
        cut = self._cut or cut_short(self._store, list(self._left.values()), self._reached, job.stop())
        return ended(self._store, job.run_id, cut, reader)

    def _spent(self) -> Spent:
        return Spent(*ledger.spent(self._store, self._job.run_id))

    def _halted(self) -> bool:
        """Whether nothing more may be asked; it stays so, for the shards that were told have left the rest."""
        if self._cut is None:
            self._cut = cut_short(self._store, (), "", self._job.stop())
        return self._cut is not None or bool(self._fault)

    def _next(self) -> Shard | None:
        """The next shard, with what may be spent on it; None when nothing more is to be handed out for now."""
        batch = next((batch for batch in self._todo if ("model", batch[0].model) not in self._left), None)
        if batch is None or self._halted():
            return None
        name = next(self._names)
        limits = self._purse.lend(name, self._places)
        if limits is None:
            self._short, self._todo = True, chain([batch], self._todo)
            return None
        self._out[name] = batch
        read = not any(role == "judge" for role, _ in self._left)
        return shard(self._job, self._store, name, batch, limits, str(self.folder), read)

    def _settle(self, done: Done) -> None:
        """Take over what a shard brought."""
        batch = self._out.pop(done.shard)
        if done.files:
            parts.unpack(done.files, self.folder, done.part)
        if done.part:
            self._await(self.folder / done.part)
            self.gather()
        self._purse.give_back(done.shard)
        if done.ending.state == "failed" and not done.left:
            self._fault = self._fault or done.ending.message
        self._left |= {(left.role, left.model): left for left in done.left}
        if done.reached and (rest := [trial for trial in batch if trial.id in set(done.again)]):
            self._again.append(rest)

    def _await(self, part: Path) -> None:
        end = time.monotonic() + VISIBLE_S
        while not part.is_dir():
            if time.monotonic() > end:
                raise UserError(
                    f"A worker wrote {part}, but it is not to be seen here. Name a folder in {FOLDER} that all share."
                )
            time.sleep(0.5)

    def _limit_reached(self) -> str:
        spent = self._purse.spent()
        return (
            f"A limit was reached: {spent.calls:,} calls, {spent.tokens:,} tokens, ${spent.cost_usd:,.4f} and "
            f"{spent.seconds:,.0f} seconds are spent, and the next call could be too much. "
            "Raise it and resume: nothing is asked twice."
        )
