"""A run of 10,000, 30,000 and 100,000 trials against a server that answers at once: time, memory, size, then scoring.

    python -m bench.bench_scale                     with the offline recogniser off, then on
    python -m bench.bench_scale --trials 1000000 --read off

Each run is made in a process of its own on a fresh store: planned, asked over HTTP (tests/provider.py, 50 calls at a
time), read, stored and summed up as any run of the app is. A second process opens the store and scores the run. Peak
memory is that of the whole process (ru_maxrss): for 100,000 trials it should be about what it is for 10,000.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from core.items.item import Item, Suite
from core.models.base import ModelSpec
from core.runs.limits import Limits
from core.runs.plan import LEXICON, Plan
from core.values.system import SCHWARTZ, system
from tests.provider import provider

ROOT = Path(__file__).resolve().parent.parent

AT_ONCE = 50
ITEMS = 1000
MODELS = 2


def plan(trials: int, address: str, read: bool) -> Plan:
    """Two models, a thousand items, and as many epochs as it takes."""
    values = system(SCHWARTZ).ids
    text = "Your sister asks you for a loan of {} euros for a house, and you wanted to give it away. What do you do?"
    items = tuple(Item(f"i{i}", text.format(i), (values[i % len(values)],)) for i in range(ITEMS))
    models = tuple(ModelSpec(f"openai/bench-{name}", address) for name in "ab"[:MODELS])
    epochs = trials // (ITEMS * MODELS)
    suite = Suite("bench", "bench", SCHWARTZ, items)
    return Plan("bench", suite, models, epochs=epochs, probes=0, recogniser=LEXICON if read else "")


def carry_out(path: Path, trials: int, address: str, read: bool) -> dict[str, float]:
    from core.runs.manager import RunManager
    from core.store import queries
    from core.store.database import Store

    before, began = _cpu_s(), time.perf_counter()
    manager = RunManager(Store(path))
    run_id = manager.start(plan(trials, address, read), Limits(at_once=AT_ONCE, provider_at_once=2 * AT_ONCE))
    assert manager.wait(run_id, 3600)
    wall, cpu = time.perf_counter() - began, _cpu_s() - before
    assert queries.run(manager.store, run_id).state == "done"
    assert manager.store.rows("SELECT count(*) FROM responses WHERE outcome = 'ok'")[0][0] == trials
    manager.close()
    size = path.stat().st_size / 1e6
    return {"per_s": trials / wall, "cpu_ms": 1000 * cpu / trials, "rss_mb": _rss_mb(), "size_mb": size}


def score(path: Path, read: bool) -> dict[str, float]:
    """Read and score the run as a page does; without readings there is nothing to score but the counts."""
    from core.runs.results import load
    from core.store import denominators, queries
    from core.store.database import Store

    before, began = _cpu_s(), time.perf_counter()
    store = Store(path)
    runs = [head.run_id for head in queries.runs(store)]
    if read:
        assert load(store, runs, SCHWARTZ, "presence").raw.models
    else:
        assert len(denominators.outcomes(store, runs)) == MODELS
    wall, cpu = time.perf_counter() - began, _cpu_s() - before
    store.close()
    return {"score_s": wall, "score_cpu_s": cpu, "score_rss_mb": _rss_mb()}


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _rss_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_process(*arguments: str) -> dict[str, float]:
    """What this module prints when it is run with `arguments` in a process of its own."""
    command = [sys.executable, "-m", "bench.bench_scale", *arguments]
    environment = os.environ | {"OPENAI_API_KEY": "none", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=3700)
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stderr[-3000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def row(trials: int, read: str) -> dict[str, Any]:
    """One line of the table."""
    with tempfile.TemporaryDirectory() as folder, provider(max_seconds=3600) as server:
        given = ("--store", str(Path(folder) / "bench.duckdb"), "--read", read)
        found = in_process("--job", "run", "--trials", str(trials), "--address", server.address, *given)
        return found | in_process("--job", "score", *given)


def main() -> None:
    parser = argparse.ArgumentParser(description="Time and memory of large runs.")
    parser.add_argument("--trials", default="10000,30000,100000", help="with commas between")
    parser.add_argument("--read", default="off,on", help="the offline recogniser: off, on, or both")
    parser.add_argument("--job", choices=("run", "score"), help=argparse.SUPPRESS)
    parser.add_argument("--store", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--address", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.job == "run":
        print(json.dumps(carry_out(given.store, int(given.trials), given.address, given.read == "on")))
    elif given.job == "score":
        print(json.dumps(score(given.store, given.read == "on")))
    else:
        print("| trials | read | trials/s | CPU ms a trial | peak MB | store MB | scoring s | CPU s | peak MB |")
        print("|---:|---|---:|---:|---:|---:|---:|---:|---:|")
        for read in given.read.split(","):
            for trials in map(int, given.trials.split(",")):
                f = row(trials, read)
                run = f"{f['per_s']:.0f} | {f['cpu_ms']:.2f} | {f['rss_mb']:.0f} | {f['size_mb']:.0f}"
                scored = f"{f['score_s']:.2f} | {f['score_cpu_s']:.2f} | {f['score_rss_mb']:.0f}"
                print(f"| {trials:,} | {read} | {run} | {scored} |", flush=True)
        print(f"\nload average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
