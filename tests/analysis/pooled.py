"""A pool of questions in the simulated world, answered by some of its models, and whole answers of others."""

import asyncio
from dataclasses import dataclass

import numpy as np

from core.analysis.bootstrap import Floats
from core.analysis.latent_trait import Items, fit
from core.methods.adaem.simulated import World

OPINIONS = 3.0
POOL, MODELS, NEW = 200, 8, 6


@dataclass(frozen=True)
class Pool:
    """`shown` (models x wordings x questions x values) of those that calibrate, `new` (models x questions x values) of
    those that do not."""

    world: World
    shown: Floats
    new: Floats
    items: Items


def pool(seed: int, questions: int = POOL) -> Pool:
    """Questions that matter a little to some values and much to others, in three wordings; new models answer one."""
    world, rng = World(MODELS + NEW, seed), np.random.default_rng(seed)
    texts = [one.text for one in world.seeds(questions)]
    for text in texts:
        base, _ = world._questions[text]
        world._questions[text] = base, np.exp(rng.normal(-0.9, 0.8, 10))

    async def asked(models: range, draw: int) -> Floats:
        panel = world.panel(models)
        return np.array([(await panel.answer(f"{text} /{draw - 1}", draw)).shown for text in texts])

    async def everything() -> tuple[Floats, Floats]:
        wordings = [await asked(range(MODELS), draw) for draw in (1, 2, 3)]
        return np.moveaxis(np.array(wordings), 2, 0), await asked(range(MODELS, MODELS + NEW), 1)

    shown, new = asyncio.run(everything())
    return Pool(world, shown, np.moveaxis(new, 1, 0), fit(shown, np.full(shown.shape[:3], OPINIONS)))
