"""What asking adaptively saves, by the size of the pool: python -m bench.bench_adaptive [pools]

Simulated pools (eight models calibrate, six new ones sit). Ratios, not times. Of each size is told how close a third of
the questions comes to the whole pool (r over ten values, what sets models apart from the mean of the pool, and the
coverage of 95 % intervals), and how many questions a standard error of 3 points takes.
"""

import sys

import numpy as np

from core.analysis.adaptive import Sitting
from tests.analysis.pooled import NEW, OPINIONS, Pool, pool

SIZES, TARGET, BATCH = (60, 100, 200), 0.03, 4


def sat(of: Pool, model: int, most: int, target: float = 0.0) -> Sitting:
    sitting = Sitting(of.items)
    while len(sitting.taken) < most and (batch := sitting.next(min(BATCH, most - len(sitting.taken)), target)):
        for question in batch:
            sitting.take(question, of.new[model, question], OPINIONS)
    return sitting


def measure(size: int, pools: int) -> None:
    r, inside, used, ours, true = [], [], [], [], []
    for seed in range(pools):
        of = pool(seed, size)
        usual = of.shown.mean(axis=(0, 1, 2)) / OPINIONS
        for model in range(NEW):
            whole = of.new[model].mean(axis=0) / OPINIONS
            found = sat(of, model, size // 3).profile()
            r.append(np.corrcoef(found.share, whole)[0, 1])
            inside.append((found.low <= whole) & (whole <= found.high))
            ours.append(found.share - usual)
            true.append(whole - usual)
            used.append(sat(of, model, size, TARGET).profile().asked)
    apart = np.corrcoef(np.ravel(ours), np.ravel(true))[0, 1]
    print(
        f"{size:4d} questions | a third: r {np.mean(r):.3f}, apart from the mean {apart:.3f}, "
        f"coverage {np.mean(inside):.2f} | to {TARGET:.0%}: {np.mean(used):.0f} asked, "
        f"{1 - np.mean(used) / size:.0%} saved",
        flush=True,
    )


if __name__ == "__main__":
    for count in SIZES:
        measure(count, int(sys.argv[1]) if len(sys.argv) > 1 else 5)
