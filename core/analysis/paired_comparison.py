"""Bradley-Terry: how often a model expresses a value where another does not, as one scale for all of them.

For each value and question the models that express it beat those that do not (AdAEM, arXiv 2505.13531, s. 3.3, there
scored by team skill, see core.analysis.gaussian_skill). The fit does not depend on the order of the questions.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from core.analysis.bootstrap import DRAWS, Floats, intervals, resampling_weights

PRIOR = 0.25
STEPS = 100
CLOSE = 1e-9
LONGEST = 2.0  # a step of a logarithm: from far away a whole one may overshoot

# From what M models show on each question (questions x M, NaN: no answer) to who beats whom (questions x M x M).
Contest = Callable[[Floats], Floats]


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


def expresses(shown: Floats) -> Floats:
    """One beats another by expressing what the other does not. A share of answers in between counts as the probability
    that an answer of the one expresses it and an answer of the other does not."""
    yes, no = np.nan_to_num(shown, nan=0.0), np.nan_to_num(1 - shown, nan=0.0)
    return np.asarray(yes[:, :, None] * no[:, None, :], dtype=np.float64)


def stronger(shown: Floats) -> Floats:
    """One beats another by expressing it more strongly, however little: no threshold says what counts as expressed."""
    with np.errstate(invalid="ignore"):
        return (shown[:, :, None] > shown[:, None, :]).astype(np.float64)


def win_rates(
    shown: Floats, seed: int = 0, n_draws: int = DRAWS, prior: float = PRIOR, contest: Contest = expresses
) -> WinRates:
    """The win rates from questions x models x values: 1 where the model expressed the value, 0 where not (or how
    strongly, for another `contest`), NaN where it did not answer."""
    weights = resampling_weights(len(shown), np.random.default_rng(seed), n_draws)
    both = np.vstack([np.ones((1, len(shown))), weights])
    found = np.stack([_rates(contest(shown[:, :, v]), both, prior) for v in range(shown.shape[2])], axis=2)
    rate, draws = found[0], found[1:]
    n_items = (~np.isnan(shown)).sum(axis=0)
    low, high = intervals(rate, draws, n_items, (0.0, 100.0))
    return WinRates(rate, low, high, n_items, draws)


def strengths(wins: Floats, prior: float = PRIOR) -> Floats:
    """Bradley-Terry strengths (..., M), with mean logarithm 0, from `wins` (..., M, M): how often the first beat the
    second. Each pair has `prior` wins more either way, so that whoever always wins stays finite.

    The maximum of the likelihood (Hunter 2004, Annals of Statistics 32(1), eq. 2), by Newton's method on the
    logarithms: it is concave in them, and with a prior strictly so.
    """
    models = wins.shape[-1]
    won = wins + prior * (1 - np.eye(models))
    games = won + np.swapaxes(won, -1, -2)
    total = won.sum(axis=-1)
    level = np.full((models, models), 1.0 / models)  # fixes what all could be multiplied by
    log_p = np.zeros(wins.shape[:-1])
    for _ in range(STEPS):
        chance = expit(log_p[..., :, None] - log_p[..., None, :])
        slope = total - (games * chance).sum(axis=-1)
        bend = -games * chance * (1 - chance)
        bend[..., np.arange(models), np.arange(models)] -= bend.sum(axis=-1)
        step = np.linalg.solve(bend + level, slope[..., None])[..., 0]
        most = np.max(np.abs(step), axis=-1, keepdims=True, initial=0.0)
        log_p += step * np.minimum(1.0, LONGEST / np.maximum(most, LONGEST))
        log_p -= log_p.mean(axis=-1, keepdims=True)
        if most.max(initial=0.0) < CLOSE:
            break
    return np.asarray(np.exp(log_p), dtype=np.float64)


def _rates(pairs: Floats, weights: Floats, prior: float) -> Floats:
    """Win rates (B x M) from who beats whom (questions x M x M) under each row of `weights` (B x questions)."""
    questions, models, _ = pairs.shape
    p = strengths((weights @ pairs.reshape(questions, -1)).reshape(-1, models, models), prior)
    beats = p[:, :, None] / (p[:, :, None] + p[:, None, :])
    return np.asarray(100 * (beats.sum(axis=2) - 0.5) / (models - 1), dtype=np.float64)
