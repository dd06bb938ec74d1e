"""One move of a weight slider, as the pages do it: from the store's version to the ranking as JSON, and the first load.

    python -m bench.bench_rerank            50 models, 10,000 responses in all
    python -m bench.bench_rerank --each     50 models, 10,000 responses each (500,000)

Prints the median and the slowest of 20 moves, in CPU and wall milliseconds. Target: a median below 150 ms of wall time.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import numpy as np

from core.analysis.alignment import STATISTICS, normalise, rank
from core.charts.ranking import ranking
from core.charts.style import model_colours
from core.items.item import Item, Suite
from core.runs.results import Results, load
from core.store import queries, records
from core.store.database import Store
from core.values.system import SCHWARTZ, system

MODELS = 50
ITEMS = 200
MOVES = 20
TARGET_MS = 150
RUN = "20260101-000000-bench"

# Every model gets a level and a bent of its own for each value, around which its answers scatter.
_RESPONSES = """
    INSERT INTO responses BY NAME
    SELECT $run AS run_id, (m * $items + i) * $times + e AS trial_id, 'lab/model-' || m AS model, 'i' || i AS item_id,
           'open-1' AS variation, e AS epoch, CASE WHEN hash(m, i, e) % 50 = 0 THEN 'refused' ELSE 'ok' END AS outcome,
           'I would ask ' || hash(i, m, e) || ' before I decide what to do.' AS text, false AS truncated,
           TIMESTAMP '2026-01-01' AS arrived_at
    FROM range($models) AS a(m), range($items) AS b(i), range($times) AS c(e)
"""
_READ = """
    INSERT INTO recognised BY NAME
    SELECT run_id, trial_id, 'bench' AS recogniser, 'ok' AS status, '' AS message, arrived_at AS recognised_at
    FROM responses WHERE outcome = 'ok'
"""
_VALUES = """
    INSERT INTO recognitions BY NAME
    SELECT run_id, trial_id, model, item_id, 'bench' AS recogniser, value, 'present' AS stance, '[]' AS evidence,
           0.4 + 0.2 * (hash(model, value) % 100) / 100 + 0.4 * (hash(trial_id, value) % 100) / 100 AS strength
    FROM responses, unnest($values::VARCHAR[]) AS v(value) WHERE outcome = 'ok'
"""


def build(store: Store, times: int) -> None:
    """A run of 50 models with `times` answers to each of 200 items."""
    items = tuple(Item(f"i{i}", f"What would you do in situation {i}?", ()) for i in range(ITEMS))
    planned = MODELS * ITEMS * times
    run = records.NewRun(RUN, "bench", "run", "{}", "bench", "presence", planned)
    records.create_run(store, run, Suite("bench", "bench", SCHWARTZ, items))
    sizes = {"run": RUN, "models": MODELS, "items": ITEMS, "times": times}

    def work(con: duckdb.DuckDBPyConnection) -> None:
        con.execute(_RESPONSES, sizes)
        con.execute(_READ)
        con.execute(_VALUES, {"values": list(system(SCHWARTZ).ids)})

    store.writer.run(work, 600)
    records.set_state(store, RUN, "done")


def move(store: Store, results: Results, weights: dict[str, float], statistic: str) -> str:
    """What a slider's move costs when the scores are at hand, without Streamlit's own share."""
    queries.data_version(store, (RUN,))
    shown = results.raw.only(results.raw.models)
    ranked = rank(shown, normalise(weights, results.system.ids), statistic)
    figure = ranking(ranked, model_colours(queries.models_in_order(store)))
    return str(figure.to_json())


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """CPU and wall milliseconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return 1000 * (time.process_time() - cpu), 1000 * (time.perf_counter() - wall)


def report(name: str, times: list[tuple[float, float]]) -> float:
    """Print the medians and the slowest; returns the median wall time."""
    cpu, wall = statistics.median(time[0] for time in times), statistics.median(time[1] for time in times)
    print(f"{name:<34} CPU {cpu:7.1f} ms   wall {wall:7.1f} ms   slowest {max(time[1] for time in times):7.1f} ms")
    return wall


def main() -> None:
    parser = argparse.ArgumentParser(description="Time from a slider's move to the redrawn ranking.")
    parser.add_argument("--each", action="store_true", help="10,000 responses a model instead of in all")
    per_item = MODELS if parser.parse_args().each else 1
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "bench.duckdb")
        build(store, per_item)
        print(f"{MODELS} models, {MODELS * ITEMS * per_item:,} responses, {ITEMS} items")
        report("first load (score everything)", [timed(lambda: load(store, (RUN,), SCHWARTZ, "presence"))])
        results = load(store, (RUN,), SCHWARTZ, "presence")
        slowest = 0.0
        for statistic in STATISTICS:
            draws = rng.integers(0, 101, (MOVES, len(results.system.ids)))
            weights = [dict(zip(results.system.ids, map(float, row), strict=True)) for row in draws]
            moves = [timed(partial(move, store, results, one, statistic)) for one in weights]
            slowest = max(slowest, report(f"slider move, {statistic}", moves))
        print(f"slowest median {slowest:.1f} ms, {slowest / TARGET_MS:.2f} of the target of {TARGET_MS} ms")
        store.close()


if __name__ == "__main__":
    main()
