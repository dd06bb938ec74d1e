"""Value Portrait: what a page of results costs.

    python -m bench.bench_portrait

34 models x 520 items x 6 variations on a bank of ten values, higher-order values and the Big Five: all scorers with
1,000 bootstrap draws over 104 queries, and the reliability of every model; then, on 560 raters, what an import computes
once. Prints CPU and wall seconds, best of three. Target: all scorers below 5 s wall.
"""

import time
from collections.abc import Callable

import numpy as np

from core.analysis.bootstrap import DRAWS
from core.analysis.portrait.answers import Answers
from core.analysis.portrait.chance import PERMUTATIONS, by_chance
from core.analysis.portrait.correlate import ipsatised, spearman
from core.analysis.portrait.profile import profiles
from core.analysis.portrait.reliability import reliability
from core.analysis.portrait.validity import held_out
from core.items.bank import IPSATISED, PUBLISHED, VARIATIONS, BankItem, ItemBank
from core.items.dimensions import IDS

MODELS, QUERIES, OPTIONS, GROUPS, RATERS = 34, 104, 5, 13, 43
TARGET_S = 5.0


def timed(name: str, work: Callable[[], object]) -> float:
    wall, cpu = [], []
    for _ in range(3):
        start, busy = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - busy)
    print(f"{name:46} {min(cpu):6.2f} s CPU {min(wall):6.2f} s wall")
    return min(wall)


def main() -> None:
    rng = np.random.default_rng(0)
    items = tuple(BankItem(str(q), str(o)) for q in range(QUERIES) for o in range(OPTIONS))
    people = GROUPS * RATERS
    groups = np.repeat(np.arange(GROUPS), RATERS)
    scales = rng.normal(size=(people, len(IDS)))
    ratings = np.full((people, len(items)), np.nan)
    for group in range(GROUPS):
        mine = np.arange(len(items)) // (len(items) // GROUPS) == group
        ratings[np.ix_(groups == group, mine)] = rng.integers(1, 7, (RATERS, int(mine.sum())))
    found = {PUBLISHED: spearman(ratings, scales), IPSATISED: spearman(ipsatised(ratings), scales)}
    bank = ItemBank("bench", "Bench", items, True, found)
    values = rng.integers(1, 7, (MODELS, len(items), len(VARIATIONS))).astype(float)
    asked = np.ones(values.shape, dtype=bool)
    answers = Answers(tuple(f"m{n}" for n in range(MODELS)), values, ~asked, asked)
    print(f"{MODELS} models x {len(items)} items x {len(VARIATIONS)} variations, {DRAWS:,} draws; {people} raters")
    took = timed("all scorers, with intervals and ranks", lambda: profiles(bank, answers))
    timed("reliability of every model", lambda: reliability(bank, answers, "published"))
    timed("all correlations", lambda: spearman(ratings, scales))
    timed(f"chance, {PERMUTATIONS} permutations", lambda: by_chance(ratings, scales, groups))
    timed("validity on left-out raters, 10 folds", lambda: held_out(ratings, scales, groups, np.arange(people)))
    print(f"all scorers: {took / TARGET_S:.2f} of the target of {TARGET_S:g} s")


if __name__ == "__main__":
    main()
