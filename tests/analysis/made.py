"""Scores made up for tests of what is computed from them."""

import numpy as np
from numpy.typing import NDArray

from core.analysis.bootstrap import MIN_ITEMS
from core.analysis.scores import Scores

Floats = NDArray[np.float64]


def made(mean: Floats, spread: float = 0.0, draws: int = 200, seed: int = 0, n: int = 400) -> Scores:
    """Scores on 0 to 100 with the given means and normal draws around them; a NaN mean is a value without items."""
    rng = np.random.default_rng(seed)
    drawn = mean + rng.normal(0, spread, (draws, *mean.shape)) if spread else np.repeat(mean[None], draws, axis=0)
    n_items = np.where(np.isnan(mean), 0, n)
    reach = np.where(n_items < MIN_ITEMS, np.nan, 2 * spread)
    names = tuple("abcdefghijklmnopqrstuvwxyz"[: len(mean)])
    values = tuple(f"v{v}" for v in range(mean.shape[1]))
    return Scores(names, values, "presence", "raw", mean, mean - reach, mean + reach, n_items, n_items, drawn, n_items)
