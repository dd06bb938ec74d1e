"""How much more telling a search's questions are than its seeds, and than a walk that does not choose, where the truth
is known: `python -m bench.bench_search [--seeds 10]`, about a second and a half a seed.

Everything is by true divergence on models that were never asked. `null` is the share confirmed where models are equal.
"""

import argparse
import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.methods.adaem.parts import Question, Seed
from core.methods.adaem.search import Event, Search, Settings
from core.methods.adaem.simulated import Distinct, Respondents, World

FIRST, JURY, HELD_OUT = range(4), range(8), range(8, 16)


def searched(
    world: World, seeds: Sequence[Seed], settings: Settings
) -> tuple[list[Question], Respondents, Respondents]:
    """The questions that went to confirmation, and the panels with their counts."""
    panel, jury = world.panel(FIRST), world.panel(JURY)

    async def everything() -> list[Event]:
        work = Search(settings, seeds, world, world, panel, jury, Distinct(), lambda text: "")
        return [event async for event in work.run()]

    events = asyncio.run(everything())
    tried = [e for e in events if isinstance(e, Question) and e.status in ("confirmed", "unconfirmed")]
    return tried, panel, jury


def walk(world: World, seeds: Sequence[Seed], answers: int, rng: np.random.Generator) -> list[str]:
    """Questions of a walk that pays as many answers and chooses nothing."""
    texts = [seed.text for seed in seeds]

    async def steps() -> None:
        for _ in range(answers // len(FIRST) - len(seeds)):
            parent = Question("", "", texts[rng.integers(len(texts))], "seed")
            texts.append(await world.explore(seeds[0], [], parent, rng))

    asyncio.run(steps())
    return [texts[n] for n in rng.choice(len(texts), 40, replace=False)]


def gain(world: World, texts: Sequence[str], seeds: Sequence[Seed]) -> float:
    """True divergence over that of the seeds, on models that were not asked."""
    of, before = (np.mean([world.truth(t, HELD_OUT) for t in group]) for group in (texts, [s.text for s in seeds]))
    return float(of / before)


def main() -> None:
    """Print one line a seed and the means."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=10)
    rows = []
    print("seed  confirmed  held-out gain  walk   null   answers an accepted question   CPU s")
    for seed in range(parser.parse_args().seeds):
        began = time.process_time()
        settings = replace(Settings(), seed=seed)
        world = World(16, seed)
        seeds = world.seeds(40)
        tried, panel, jury = searched(world, seeds, settings)
        accepted = [question.text for question in tried if question.status == "confirmed"]
        control = World(16, seed)
        starts = control.seeds(40)
        other = gain(control, walk(control, starts, panel.asked, np.random.default_rng(seed)), starts)
        same = World(16, seed, apart=0.0)
        null = np.mean([q.status == "confirmed" for q in searched(same, same.seeds(40), settings)[0]])
        each = (panel.asked + jury.asked) / max(len(accepted), 1)
        row = (len(accepted) / len(tried), gain(world, accepted, seeds), other, float(null), each)
        rows.append(row)
        print(
            f"{seed:4}  {row[0]:9.0%}  {row[1]:12.2f}x {row[2]:5.2f}x {row[3]:6.1%} {row[4]:10.0f}"
            f"   {time.process_time() - began:26.1f}"
        )
    mean = np.mean(rows, axis=0)
    print(f"mean  {mean[0]:9.0%}  {mean[1]:12.2f}x {mean[2]:5.2f}x {mean[3]:6.1%} {mean[4]:10.0f}")


if __name__ == "__main__":
    main()
