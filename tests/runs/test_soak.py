"""Thousands of calls to a provider of which three in ten go wrong, with the process killed and the disk full meanwhile:
every trial ends in exactly one state."""

import os
import random
import subprocess
import sys
import textwrap
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from builders import suite
from provider import provider

from core.models.base import ModelSpec
from core.paths import ROOT
from core.runs import pacing
from core.runs.limits import Limits
from core.runs.manager import RunManager
from core.runs.plan import Plan
from core.store import ledger, queries
from core.store.database import Store

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]

KILLED_TRIALS = 1200
KILLS = 3
LIMITS = Limits(at_once=48, provider_at_once=96, timeout_s=1)

# Goes on with the run until nothing is left; with a second of full disk every so often where it is told so.
RUNNER = """
    import resource, sys, threading, time
    from pathlib import Path
    from core.runs import pacing
    from core.runs.manager import RunManager
    from core.store import queries
    from core.store.database import Store

    pacing.BACKOFF_S = 0.1
    path, run_id, full = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    manager = RunManager(Store(path))

    def limit(size):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def fill():
        for _ in range(full):
            time.sleep(1.0)
            log = path.with_name(path.name + ".wal")
            limit((log.stat().st_size if log.exists() else 0) + 30_000)
            until = time.monotonic() + 15
            while manager.store.writer.failure is None and time.monotonic() < until:
                time.sleep(0.05)
            print("full", manager.store.writer.failure is not None, flush=True)
            time.sleep(1.0)
            limit(resource.RLIM_INFINITY)

    filling = threading.Thread(target=fill)
    filling.start()
    for _ in range(40):
        manager.resume(run_id)
        manager.wait(run_id)
        manager.store.writer.flush()
        if queries.run(manager.store, run_id).state in ("done", "incomplete") and not filling.is_alive():
            break
        time.sleep(0.5)
    manager.close()
    print("ended", flush=True)
"""


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")


@pytest.fixture
def faulty() -> Iterator[Any]:
    with provider(latency=0.005, seed=11, faults=0.3, max_seconds=400) as running:
        yield running


def plan(address: str, trials: int) -> Plan:
    models = tuple(ModelSpec(f"openai/m{n}", address) for n in range(2))
    return Plan("soak", suite(trials // 10, options=False), models, epochs=5, probes=0, recogniser="")


def assert_whole(store: Store, run_id: str, planned: Plan) -> Counter[str]:
    """Every planned trial is there once, in one state, and no other; returns how many are in each."""
    stored = store.rows("SELECT model, trial_id, outcome FROM responses WHERE run_id = ?", [run_id])
    wanted = {(spec.name, trial.id) for spec in planned.models for trial in planned.trials(spec.name)}
    assert len(stored) == len(wanted) == planned.size
    assert {row[:2] for row in stored} == wanted
    states = Counter(row[2] for row in stored)
    assert set(states) <= {"ok", "refused", "unparsed", "truncated", "filtered", "error"}
    assert sum(states.values()) == planned.size
    return states


@pytest.mark.parametrize("trials", [1_500, pytest.param(5_000, marks=pytest.mark.long)])
def test_three_faults_in_ten(trials: int, tmp_path: Path, faulty: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "BACKOFF_S", 0.1)
    manager = RunManager(Store(tmp_path / "s.duckdb"))
    asked = plan(faulty.address, trials)
    run_id = manager.start(asked, LIMITS)
    assert manager.wait(run_id, 400)
    states = assert_whole(manager.store, run_id, asked)
    print(dict(states), faulty.stats()["requests"])
    assert states["ok"] > 0.8 * trials and states["error"] < 0.02 * trials
    assert min(states[odd] for odd in ("refused", "unparsed", "truncated", "filtered")) > 0
    bill = ledger.spending(manager.store, run_id)
    requests = faulty.stats()["requests"]
    assert trials < requests <= bill["calls"].sum() < 1.05 * requests  # on a busy machine a few calls never arrive
    kinds = set(ledger.causes(manager.store, run_id)["kind"])
    assert {"server", "rate_limit", "timeout", "connection"} <= kinds
    manager.close()


def start(path: Path, address: str, trials: int) -> tuple[str, Plan]:
    """A run that has only just begun."""
    manager = RunManager(Store(path))
    asked = plan(address, trials)
    run_id = manager.start(asked, LIMITS)
    manager.stop(run_id)
    manager.wait(run_id)
    manager.close()
    return run_id, asked


def go_on(path: Path, run_id: str, full: int = 0, kill_after_s: float | None = None) -> str:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(RUNNER), str(path), run_id, str(full)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )
    if kill_after_s is not None:
        threading.Timer(kill_after_s, process.kill).start()
    said, _ = process.communicate(timeout=300)
    return said


@pytest.mark.long
def test_killed_at_random_moments(tmp_path: Path, faulty: Any) -> None:
    run_id, asked = start(tmp_path / "s.duckdb", faulty.address, KILLED_TRIALS)
    moments = random.Random(3)
    for _ in range(KILLS):
        go_on(tmp_path / "s.duckdb", run_id, kill_after_s=moments.uniform(1.5, 4.0))
    assert "ended" in go_on(tmp_path / "s.duckdb", run_id)
    store = Store(tmp_path / "s.duckdb")
    states = assert_whole(store, run_id, asked)
    assert states["error"] < 0.02 * KILLED_TRIALS
    # A call is repeated only if its answer was not yet durable: what a second of work can hold, for each kill.
    answered = store.rows("SELECT count(*) FROM calls WHERE kind IN ('ok', 'filtered') AND run_id = ?", [run_id])[0][0]
    assert answered >= KILLED_TRIALS
    store.close()


@pytest.mark.long
def test_the_disk_is_full_for_a_while(tmp_path: Path, faulty: Any) -> None:
    trials = 1200
    run_id, asked = start(tmp_path / "s.duckdb", faulty.address, trials)
    said = go_on(tmp_path / "s.duckdb", run_id, full=1)
    assert said.count("full True") == 1 and "ended" in said
    store = Store(tmp_path / "s.duckdb")
    assert_whole(store, run_id, asked)
    assert queries.run(store, run_id).state in ("done", "incomplete")
    store.close()
