"""A process that is killed in the middle of a run loses nothing that it had shown, and repeats next to nothing."""

import os
import random
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
from builders import suite

from core.models.base import ModelSpec
from core.paths import ROOT
from core.runs.manager import RunManager
from core.runs.plan import Plan
from core.store import queries
from core.store.database import Store

CONCURRENCY = 8

# Resumes the run and prints the id of every response as soon as another connection sees it.
RUNNER = f"""
    import sys, time
    from functools import partial
    from pathlib import Path
    from core.models import registry
    from core.models.simulated import SimulatedModel
    from core.runs.manager import RunManager
    from core.store.database import Store

    SimulatedModel.concurrency = {CONCURRENCY}
    registry.SimulatedModel = partial(SimulatedModel, delay_s=0.08)
    manager = RunManager(Store(Path(sys.argv[1])))
    print("open", flush=True)
    manager.resume(sys.argv[2])
    seen = set()
    while True:
        running = manager.running(sys.argv[2])
        new = {{row[0] for row in manager.store.rows("SELECT trial_id FROM responses")}} - seen
        seen |= new
        print(*new, sep="\\n", flush=True)
        if not running:
            break
        time.sleep(0.01)
    manager.close()
"""


def resume(path: Path, run_id: str, kill_after_s: float | None) -> set[int]:
    """The ids that the process acknowledged before its end."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(RUNNER), str(path), run_id],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )
    assert process.stdout is not None and process.stdout.readline() == "open\n"
    if kill_after_s is not None:
        threading.Timer(kill_after_s, process.kill).start()
    seen = {int(line) for line in process.stdout if line.strip() and line.endswith("\n")}
    process.wait(60)
    assert process.returncode in ((0,) if kill_after_s is None else (0, -9))
    return seen


def assert_whole(store: Store, acknowledged: set[int]) -> set[int]:
    """Nothing shown is missing, nothing is double, no answer is half read; returns the ids that are stored."""
    stored = [row[0] for row in store.rows("SELECT trial_id FROM responses")]
    assert acknowledged <= set(stored) and len(stored) == len(set(stored))
    readings = """
        SELECT m.trial_id, count(r.value), count(DISTINCT r.value)
        FROM recognised AS m LEFT JOIN recognitions AS r USING (run_id, trial_id, recogniser) GROUP BY ALL
    """
    assert {row[1:] for row in store.rows(readings)} <= {(10, 10)}
    assert store.rows("SELECT count(*) FROM recognitions ANTI JOIN recognised USING (run_id, trial_id)") == [(0,)]
    return set(stored)


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("kills", [4, pytest.param(10, marks=pytest.mark.long)])
def test_killed_many_times_and_resumed(kills: int, tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    manager = RunManager(Store(path))
    models = (ModelSpec("simulated/even"), ModelSpec("simulated/reticent"))
    run_id = manager.start(Plan("p", suite(250), models, epochs=2, probes=5))
    manager.stop(run_id)
    manager.wait(run_id)
    planned = queries.run(manager.store, run_id).planned
    manager.close()

    moments = random.Random(20)
    acknowledged: set[int] = set()
    progress: list[int] = []
    for _ in range(kills):
        acknowledged |= resume(path, run_id, moments.uniform(0.1, 1.2))
        store = Store(path)
        progress.append(len(assert_whole(store, acknowledged)))
        store.close()
    assert progress == sorted(progress) and progress[0] < planned and len(set(progress)) >= kills // 2

    resume(path, run_id, None)
    store = Store(path)
    plan = Plan("p", suite(250), models, epochs=2, probes=5)
    wanted = {trial.id for spec in models for trial in plan.trials(spec.name)}
    assert assert_whole(store, acknowledged) == wanted and len(wanted) == planned == 1020
    assert queries.run(store, run_id).state == "done"
    unread = "SELECT count(*) FROM responses ANTI JOIN recognised USING (run_id, trial_id)"
    assert store.rows(f"{unread} WHERE outcome = 'ok' AND choice IS NULL") == [(0,)]
    store.close()
