"""Many profiles and many weightings: re-weighting every model for every culture, and rank acceptability.

    python -m bench.bench_pluralism            50 models, and 500 to show the growth
    python -m bench.bench_pluralism --models 50 100 200

Each for all statistics, on 31 profiles, 1,000 bootstrap draws and 10,000 weightings of ten values. Prints the median
and the slowest of five, in CPU and wall milliseconds. Targets for 50 models and the weighted sum: re-weighting all
draws below 100 ms, acceptability below 1 s, both wall time. "map" is re-weighting with intervals and ties.
"""

import argparse
from collections.abc import Callable
from functools import partial

import numpy as np

from bench.bench_rerank import report, timed
from core.analysis.alignment import STATISTICS
from core.analysis.bootstrap import DRAWS
from core.analysis.circle import place
from core.analysis.pluralism import cluster_order, profile_map
from core.analysis.robustness import acceptability, all_weightings, change_for, leave_one_out, nearest_change
from core.analysis.scores import Scores

PROFILES = 31
VALUES = 10
TIMES = 5
MAP_MS = 100
ACCEPTABILITY_MS = 1000


def build(models: int, rng: np.random.Generator) -> Scores:
    """Scores of models that differ, on 60 items each."""
    mean = rng.normal(45, 8, (models, VALUES))
    draws = mean + rng.normal(0, 3, (DRAWS, models, VALUES))
    n = np.full(mean.shape, 60)
    names = tuple(f"lab/model-{m}" for m in range(models))
    values = tuple(f"v{v}" for v in range(VALUES))
    return Scores(names, values, "presence", "raw", mean, mean - 6, mean + 6, n, n, draws, n)


def measured(name: str, work: Callable[[], object]) -> float:
    work()  # the first call warms the caches
    return report(name, [timed(work) for _ in range(TIMES)])


def measure(models: int) -> tuple[float, float]:
    """Print all figures for so many models; returns the two that have a target."""
    rng = np.random.default_rng(0)
    scores, profiles = build(models, rng), rng.dirichlet(np.full(VALUES, 10.0), PROFILES)
    weightings, names = all_weightings(VALUES, rng), [f"p{p}" for p in range(PROFILES)]
    print(f"\n{models} models")
    maps = {s: measured(f"map, {s}", partial(profile_map, scores, names, profiles, s)) for s in STATISTICS}
    shares = {s: measured(f"acceptability, {s}", partial(acceptability, scores, weightings, s)) for s in STATISTICS}
    measured("cluster order", lambda: cluster_order(scores.mean))
    measured("nearest change", lambda: nearest_change(scores, profiles[0]))
    measured("change for one rival", lambda: change_for(scores, profiles[0], scores.models[-1]))
    measured("leave one value out", lambda: leave_one_out(scores, profiles[0]))
    measured("circle, pca", lambda: place(scores.mean, "pca"))
    measured("circle, mds", lambda: place(scores.mean, "mds"))
    return maps["weighted_sum"], shares["weighted_sum"]


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the map of profiles and rank acceptability.")
    parser.add_argument("--models", type=int, nargs="+", default=[50, 500])
    sizes = parser.parse_args().models
    print(f"{PROFILES} profiles, {DRAWS:,} draws, {len(all_weightings(2, np.random.default_rng())):,} weightings")
    found = {size: measure(size) for size in sizes}
    first = found[sizes[0]]
    print()
    for size, (one, two) in found.items():
        growth = f"{one / first[0]:.1f} and {two / first[1]:.1f} times those of {sizes[0]}"
        print(f"{size} models: map {one:.0f} ms, acceptability {two:.0f} ms: {growth}")
    print(f"{sizes[0]} models: {first[0] / MAP_MS:.2f} and {first[1] / ACCEPTABILITY_MS:.2f} of the targets")


if __name__ == "__main__":
    main()
