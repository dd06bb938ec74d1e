"""What hands shards to workers. Another engine needs one class with the two members of `Executor`."""

import contextlib
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

from core.cluster.shards import Shard
from core.cluster.work import Done
from core.errors import UserError
from core.runs.execute import Ending
from core.text import clean

if TYPE_CHECKING:
    from distributed import Client, Future

Work = Callable[[Shard, Callable[[], bool]], Done]

CONNECT_S = 10
WORKERS_S = 60.0  # how long to wait for a first worker, or for one to come back
TICK_S = 0.2
_LOST = (OSError, RuntimeError, AttributeError)  # what a client raises that has lost its scheduler
_ADDRESS = re.compile(r"(?:[a-z]+://)?[\w.\-\[\]:]+:\d{1,5}", re.ASCII)


class Executor(Protocol):
    """`places` is how many shards are carried out at the same time."""

    @property
    def places(self) -> int: ...

    def map(self, work: Work, shards: Iterator[Shard], places: int, stop: Callable[[], bool]) -> Iterator[Done]:
        """`work(shard, stop)` for each shard, on a worker, at most `places` at a time; what each brought, as it comes.

        The next shard is taken from `shards` only when a place is free and the caller has come back for more, for
        it depends on what the others brought. `work`, a shard and what it returns can be pickled; `stop` cannot, so the
        workers are to be given one of their own. A shard whose worker was lost is carried out again by another; one
        that cannot be carried out ends as "failed", with the sentence that says why. Nothing else is raised.
        """
        ...


class DaskExecutor:
    """A cluster of Dask distributed, reached by the address of its scheduler."""

    def __init__(self, address: str) -> None:
        """Raises UserError when the package is not installed or no scheduler answers there."""
        self.address = address
        self._client = _connected(address)

    @property
    def places(self) -> int:
        """The threads of all workers. Raises UserError when there is none for a minute."""
        end = time.monotonic() + WORKERS_S
        while not (places := self._threads()):
            if time.monotonic() > end:
                raise UserError(
                    f"The scheduler at {self.address} has no workers. Start some: dask worker {self.address}"
                )
            time.sleep(TICK_S)
        return places

    def map(self, work: Work, shards: Iterator[Shard], places: int, stop: Callable[[], bool]) -> Iterator[Done]:
        """See Executor. When the scheduler, or for a minute the last worker, is gone, what is under way has failed."""
        import distributed

        sign = distributed.Event(f"polycompass-{uuid4().hex}", client=self._client)
        under_way: dict[Future[Done], str] = {}
        signed = False
        seen = time.monotonic()  # when there was a worker
        while True:
            for shard in islice(shards, places - len(under_way)):
                under_way[self._submitted(work, shard, sign.name)] = shard["name"]
            if not under_way:
                return
            time.sleep(TICK_S)
            for future in [future for future in under_way if future.done()]:
                yield self._done(future, under_way.pop(future))
            seen = time.monotonic() if self._threads() else seen
            if time.monotonic() > seen + WORKERS_S:
                self._client.cancel(list(under_way), force=True)
            if stop() and not signed:
                with contextlib.suppress(*_LOST):  # workers without a scheduler end by themselves
                    sign.set()
                signed = True

    def close(self) -> None:
        """Let go of the cluster. Workers that still carry out a shard of ours hear of it and stop."""
        self._client.close(timeout=CONNECT_S)

    def _threads(self) -> int:
        with contextlib.suppress(*_LOST):
            return sum(self._client.nthreads().values())
        return 0

    def _submitted(self, work: Work, shard: Shard, sign: str) -> "Future[Done]":
        key = f"polycompass-{shard['run_id']}-{shard['name']}-{uuid4().hex[:8]}"
        return self._client.submit(on_worker, work, shard, sign, key=key, pure=False)

    def _done(self, future: "Future[Done]", shard: str) -> Done:
        from distributed import CancelledError, KilledWorker

        try:
            return future.result(timeout=CONNECT_S)
        except UserError as error:
            why = str(error)
        except KilledWorker:
            why = (
                f"Several workers, one after the other, died of the shard {shard}: see their logs. Then resume the run."
            )
        except CancelledError:
            why = f"The cluster at {self.address} was lost. Resume the run when it is back: what was saved is kept."
        except Exception as error:
            said = f"{type(error).__name__}: {error}".splitlines()[0][:300]
            why = f"A worker could not carry out a shard ({said}). Install the same Polycompass on all workers."
        return Done(shard, Ending("failed", why))


def on_worker(work: Work, shard: Shard, sign: str) -> Done:
    """`work`, which is to stop when the event named `sign` is set, or when nobody waits for the shard any more: the
    run's own process has ended, or has given it up."""
    from distributed import Event, get_client, get_worker

    worker, event = get_worker(), Event(sign, client=get_client())
    key = worker.get_current_task()
    called_off, ended = threading.Event(), threading.Event()

    def watch() -> None:
        while not ended.wait(TICK_S):
            task = worker.state.tasks.get(key)
            if task is None or task.state != "executing" or event.is_set():
                return called_off.set()

    def watching() -> None:
        try:
            watch()
        except Exception:  # whatever it is, nobody could call this shard off any more
            called_off.set()

    threading.Thread(target=watching, name="called-off", daemon=True).start()
    try:
        return work(shard, called_off.is_set)
    finally:
        ended.set()


def _connected(address: str) -> "Client":
    try:
        from distributed import Client
    except ImportError:
        raise UserError(
            "Dask distributed is not installed. Install it: pip install -c constraints.txt -e '.[cluster]'"
        ) from None
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what it would say is said by the run's end
    try:
        if not _ADDRESS.fullmatch(address):  # with some others the client waits for ever
            raise ValueError(address)
        return Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, RuntimeError):
        raise UserError(
            f"No scheduler answers at {clean(address[:200])}. Give the address that `dask scheduler` prints, "
            "such as tcp://10.0.0.5:8786."
        ) from None
