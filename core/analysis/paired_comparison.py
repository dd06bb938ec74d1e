"""Bradley-Terry: how often a model expresses a value where another does not, as one scale for all of them.

For each value and question the models that express it beat those that do not (AdAEM, arXiv 2505.13531, s. 3.3, there
scored by team skill, see core.analysis.gaussian_skill). The fit does not depend on the order of the questions.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analysis.bootstrap import DRAWS, LEVEL, MIN_ITEMS, Floats, resampling_weights

PRIOR = 0.25
STEPS = 2000
CLOSE = 1e-10


@dataclass(frozen=True)
class WinRates:
    """M models x V values: the chance, in percent, to beat another model of the panel drawn at random, so that each
    value's mean over models is 50; with the bootstrap interval over questions (NaN with fewer than MIN_ITEMS) and the
    number of questions answered. `draws`: B x M x V."""

    rate: Floats
    low: Floats
    high: Floats
    n_items: NDArray[np.int64]
    draws: Floats


def win_rates(expressed: Floats, seed: int = 0, n_draws: int = DRAWS, prior: float = PRIOR) -> WinRates:
    """The win rates from questions x models x values: 1 where the model expressed the value, 0 where not, NaN where it
    did not answer."""
    weights = resampling_weights(len(expressed), np.random.default_rng(seed), n_draws)
    values = expressed.shape[2]
    whole = np.ones((1, len(expressed)))
    rate = np.stack([_rates(expressed[:, :, v], whole, prior)[0] for v in range(values)], axis=1)
    draws = np.stack([_rates(expressed[:, :, v], weights, prior) for v in range(values)], axis=2)
    n_items = (~np.isnan(expressed)).sum(axis=0)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    few = n_items < MIN_ITEMS
    return WinRates(rate, np.where(few, np.nan, low), np.where(few, np.nan, high), n_items, draws)


def strengths(wins: Floats, prior: float = PRIOR) -> Floats:
    """Bradley-Terry strengths (..., M), with mean logarithm 0, from `wins` (..., M, M): how often the first beat the
    second. Each pair has `prior` wins more either way, so that whoever always wins stays finite.

    Fixed point of the minorisation-maximisation of Hunter (2004, Annals of Statistics 32(1), eq. 3).
    """
    models = wins.shape[-1]
    off = prior * (1 - np.eye(models))
    won = wins + off
    games = won + np.swapaxes(won, -1, -2)
    total = won.sum(axis=-1)
    p = np.ones(wins.shape[:-1])
    for _ in range(STEPS):
        met = games / (p[..., :, None] + p[..., None, :])
        new = total / met.sum(axis=-1)
        new /= np.exp(np.mean(np.log(new), axis=-1, keepdims=True))
        moved = np.max(np.abs(np.log(new) - np.log(p)), initial=0.0)
        p = new
        if moved < CLOSE:
            break
    return np.asarray(p, dtype=np.float64)


def _rates(expressed: Floats, weights: Floats, prior: float) -> Floats:
    """Win rates (B x M) under each row of `weights` (B x questions)."""
    questions, models = expressed.shape
    yes, no = np.nan_to_num(expressed, nan=0.0), np.nan_to_num(1 - expressed, nan=0.0)
    pairs = (yes[:, :, None] * no[:, None, :]).reshape(questions, models * models)
    p = strengths((weights @ pairs).reshape(-1, models, models), prior)
    beats = p[:, :, None] / (p[:, :, None] + p[:, None, :])
    return np.asarray(100 * (beats.sum(axis=2) - 0.5) / (models - 1), dtype=np.float64)
