"""A cluster of several processes on this machine: a killed worker, keys, stopping, a lost owner."""

import contextlib
import json
import os
import signal
import socket
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from builders import suite, until
from crews import carry_out, rows, state
from provider import TRANSIENT, provider
from servers import says, serve

from core.cli import main
from core.cluster import drive, executors, parts, shards
from core.cluster.drive import carrying_out, shards_folder
from core.cluster.executors import DaskExecutor
from core.cluster.work import Done, run_shard
from core.errors import UserError
from core.models.base import ModelSpec
from core.runs.execute import Ending
from core.runs.limits import Limits
from core.runs.manager import RunManager
from core.runs.plan import Plan
from core.store.database import Store

SECRET = "sk-only-the-workers-have-this-0123456789"


@pytest.fixture(scope="module", autouse=True)
def plain_main() -> Iterator[None]:
    """A page test leaves the app as the main module of this process, and a process that is spawned would run it."""
    before = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    yield
    sys.modules["__main__"] = before


@pytest.fixture(scope="module")
def cluster(plain_main: None) -> Iterator[Any]:
    """Three processes, which alone know the key."""
    from distributed import LocalCluster

    environment = {"OPENAI_API_KEY": SECRET, "OMP_NUM_THREADS": "1"}
    options = {"processes": True, "dashboard_address": ":0", "env": environment}
    with LocalCluster(n_workers=3, threads_per_worker=1, **options) as made:
        yield made


@pytest.fixture
def executor(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[DaskExecutor]:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr(drive, "LOOK_S", 0.5)
    made = DaskExecutor(cluster.scheduler_address)
    yield made
    made.close()


def plan(address: str, items: int = 150, models: int = 2, **changes: Any) -> Plan:
    specs = tuple(ModelSpec(f"openai/m{n}", address) for n in range(models))
    usual = {"name": "p", "suite": suite(items, options=False), "models": specs, "probes": 0, "recogniser": ""}
    return Plan(**(usual | changes))


def stored(store: Store) -> int:
    return int(store.rows("SELECT count(*) FROM responses")[0][0])


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_killed_worker_costs_the_open_trials_of_its_shard(
    cluster: Any, executor: DaskExecutor, manager: RunManager, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "SHARDS_EACH", 1)
    kinds = ("error", "busy", "cut", "garbage", "refusal", "filter", "length")
    limits = Limits(at_once=12, provider_at_once=24, timeout_s=5)
    with provider(latency=0.2, seed=5, faults=0.15, kinds=kinds) as server:
        asked = plan(server.address, recogniser="lexicon")
        ending: list[str] = []
        running = threading.Thread(target=lambda: ending.append(carry_out(manager, asked, executor, limits)))
        running.start()
        assert until(lambda: stored(store) > 60, 60)
        shard, worker = busiest(cluster, store)
        victim = killed(executor, worker)
        saved = saved_by(store, shard)
        running.join(120)
        assert ending and victim
        (run_id,) = ending
        sent = server.stats()["kinds"]
    found = store.rows("SELECT model, trial_id, outcome FROM responses WHERE run_id = ?", [run_id])
    wanted = {(spec.name, trial.id) for spec in asked.models for trial in asked.trials(spec.name)}
    assert len(found) == len(wanted) == 300 and {row[:2] for row in found} == wanted
    assert set(Counter(row[2] for row in found)) <= {"ok", "refused", "unparsed", "truncated", "filtered", "error"}
    assert state(store, run_id)[0] in ("done", "incomplete")
    unread = "SELECT count(*) FROM responses ANTI JOIN recognised USING (run_id, trial_id)"
    assert store.rows(f"{unread} WHERE outcome = 'ok'") == [(0,)]
    answered = sum(number for kind, number in sent.items() if kind not in TRANSIENT)
    repeated = answered - sum(1 for row in found if row[2] != "error")
    print(f"shard of 100: {saved} saved when its worker was killed, {repeated} calls repeated")
    assert 0 <= repeated <= 100 - saved
    assert not list(shards_folder(store.path).iterdir())


def busiest(cluster: Any, store: Store) -> tuple[str, str]:
    """A shard that is under way and has saved something, and the address of its worker."""
    from distributed import Client

    with Client(cluster.scheduler_address, set_as_default=False) as client:
        doing = {worker: keys[0] for worker, keys in client.processing().items() if keys}
    by_shard = {key.split("-", 4)[4].rsplit("-", 1)[0]: worker for worker, key in doing.items()}
    name = max(by_shard, key=lambda shard: saved_by(store, shard))
    return name, by_shard[name]


def saved_by(store: Store, shard: str) -> int:
    """How many answers there are in a shard's part, which its worker replaces now and then."""
    (folder,) = shards_folder(store.path).iterdir()
    for _ in range(100):
        with contextlib.suppress(OSError):
            return max((parts.read(part)["responses"].num_rows for part in parts.listed(folder, shard)), default=0)
    raise AssertionError("the part is never there")


def killed(executor: DaskExecutor, worker: str) -> int:
    pid = int(executor._client.run(os.getpid, workers=[worker])[worker])
    os.kill(pid, signal.SIGKILL)
    return pid


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_the_workers_key_is_used_and_stays_with_them(
    cluster: Any, manager: RunManager, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with serve(lambda request: says("I would help.")) as server, tapped(cluster.scheduler_address) as (address, heard):
        with carrying_out(address) as carry:
            run_id = manager.start(plan(server.address, 20, 1), carry_out=carry)
            assert manager.wait(run_id, 60)
        assert state(store, run_id) == ("done", "")
        assert server.count == 20 and {sent["authorization"] for sent in server.headers} == {f"Bearer {SECRET}"}
    said = b"".join(heard)
    assert run_id.encode() in said and b"Situation 3" in said  # what was heard can be read
    assert SECRET.encode() not in said
    store.writer.flush()
    assert SECRET not in json.dumps(rows(store, run_id), default=str)


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_what_was_under_way_is_kept_when_a_run_is_stopped(
    executor: DaskExecutor, manager: RunManager, store: Store
) -> None:
    with provider(latency=0.3) as server:
        ended: list[str] = []
        asked = plan(server.address, 300, 1)
        running = threading.Thread(target=lambda: ended.append(carry_out(manager, asked, executor)))
        running.start()
        assert until(lambda: stored(store) > 5, 60)
        manager.stop(str(store.rows("SELECT run_id FROM runs")[0][0]))
        running.join(60)
        assert state(store, ended[0])[0] == "stopped"
        assert server.stats()["requests"] == stored(store) < 300


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_workers_stop_when_nobody_waits_for_them(cluster: Any, tmp_path: Path) -> None:
    from core.cluster.shards import batches, shard
    from core.methods.value_compass import ValueCompass
    from core.runs.execute import Job
    from core.runs.plan import check

    with provider(latency=0.3) as server:
        asked = check(plan(server.address, 1000, 1))
        store = Store(tmp_path / "s.duckdb")
        job = Job("r1", asked, ValueCompass(), (), None, lambda: False)
        batch = next(batches(job, store, 1))
        work = shard(job, store, "s1-00001", batch, Limits(), str(tmp_path / "none"))
        store.close()
        owner = DaskExecutor(cluster.scheduler_address)
        mapped = owner.map(run_shard, iter([work]), 1, lambda: False)
        threading.Thread(target=lambda: list(mapped), daemon=True).start()
        assert until(lambda: server.stats()["requests"] > 8, 60)
        owner.close()
        assert until(quiet(server), 20)
        assert server.stats()["requests"] < len(batch)


def quiet(server: Any) -> Callable[[], bool]:
    """Whether no request came for a second."""

    def check() -> bool:
        before = server.stats()["requests"]
        threading.Event().wait(1.0)
        return bool(server.stats()["requests"] == before)

    return check


class tapped:
    """A relay to the scheduler that keeps all that passes."""

    def __init__(self, scheduler: str) -> None:
        host, port = scheduler.removeprefix("tcp://").split(":")
        self._to = (host, int(port))
        self.heard: list[bytes] = []

    def __enter__(self) -> tuple[str, list[bytes]]:
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()
        return f"tcp://127.0.0.1:{self._listening.getsockname()[1]}", self.heard

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            far = socket.create_connection(self._to)
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._relay, args=(source, target), daemon=True).start()

    def _relay(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                self.heard.append(data)
                target.sendall(data)
        except OSError:
            pass
        finally:
            target.close()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://here", "127.0.0.1", "tcp://[::1", "\x00", "/etc"])
def test_a_scheduler_that_is_not_there_is_one_sentence(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "CONNECT_S", 1)
    with pytest.raises(UserError, match=r"^No scheduler answers at [^\n]+ that `dask scheduler` prints, [^\n]+\.$"):
        DaskExecutor(address)


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_the_command_takes_a_scheduler(
    cluster: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.duckdb"
    asked = ["run", "--model", "simulated/open", "--store", str(path)]
    assert main([*asked, "--scheduler", cluster.scheduler_address]) == 0
    first = scores(path)
    assert main([*asked, "--name", "alone"]) == 0
    assert scores(path)[1:] == first and len(first) == 1
    monkeypatch.setattr(executors, "CONNECT_S", 1)
    capsys.readouterr()
    assert main([*asked, "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert "No scheduler answers at tcp://127.0.0.1:1." in capsys.readouterr().err
    assert len(scores(path)) == 2


def scores(path: Path) -> list[list[Any]]:
    """The mean strengths of each run, newest first."""
    store = Store(path)
    try:
        found = store.rows(
            "SELECT run_id, value, round(sum(strength), 6) FROM recognitions GROUP BY ALL ORDER BY ALL DESC"
        )
    finally:
        store.close()
    return [[row[1:] for row in found if row[0] == run_id] for run_id in dict.fromkeys(row[0] for row in found)]


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UserError, match=r"pip install .* '\.\[cluster\]'"), carrying_out("tcp://127.0.0.1:8786"):
        pass


@pytest.mark.long
@pytest.mark.timeout(180)
def test_a_run_whose_scheduler_is_lost_can_be_resumed(manager: RunManager, store: Store) -> None:
    from distributed import LocalCluster

    options = {"processes": True, "dashboard_address": ":0", "env": {"OPENAI_API_KEY": SECRET}}
    with provider(latency=0.2) as server:
        asked = plan(server.address, 100, 1)
        with LocalCluster(n_workers=1, threads_per_worker=1, **options) as lost:
            executor = DaskExecutor(lost.scheduler_address)
            run_id = manager.start(asked, carry_out=partial(drive.drive, executor=executor))
            assert until(lambda: server.stats()["requests"] > 20, 60)
        assert manager.wait(run_id, 60)
        executor.close()
        assert state(store, run_id)[0] == "failed" and state(store, run_id)[1].startswith("The cluster at tcp://")
        kept = stored(store)
        manager.resume(run_id)
        assert manager.wait(run_id, 60)
    assert 0 < kept < 100 == stored(store)


def test_what_goes_wrong_on_a_worker_is_told() -> None:
    from distributed import LocalCluster

    given = [{"run_id": "r", "name": name} for name in ("bad", "wrong", "good")]
    with LocalCluster(n_workers=1, processes=False, protocol="tcp", dashboard_address=":0") as here:
        executor = DaskExecutor(here.scheduler_address)
        mapped = executor.map(failing, iter(given), 2, lambda: False)  # type: ignore[arg-type]
        found = {done.shard: done.ending for done in mapped}
        executor.close()
    assert found["bad"].message.startswith("A worker could not carry out a shard (ValueError: no such thing).")
    assert found["wrong"] == Ending("failed", "Say what is to be done.") and found["good"].state == "done"


def failing(shard: dict[str, str], stop: Callable[[], bool]) -> Done:
    if shard["name"] == "bad":
        raise ValueError("no such thing\nwith details")
    if shard["name"] == "wrong":
        raise UserError("Say what is to be done.")
    return Done(shard["name"], Ending("done"))


def test_a_scheduler_without_workers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr(executors, "WORKERS_S", 0.5)
    with LocalCluster(n_workers=0, processes=False, protocol="tcp", dashboard_address=":0") as empty:
        executor = DaskExecutor(empty.scheduler_address)
        with pytest.raises(UserError, match="has no workers"):
            _ = executor.places
        executor.close()
