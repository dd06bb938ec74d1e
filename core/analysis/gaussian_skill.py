"""The paper's way from expressed values to scores: two teams a question, skill as a Gaussian (AdAEM, s. 3.3).

Those who express a value beat those who do not, one match a question, by the closed-form update for two teams without
draws (Herbrich, Minka & Graepel 2006). A team's skill is the sum of its members', so teams of unequal size distort it:
where nearly all models express a value every score falls together, and the order of the questions matters. It is here
to reproduce published scores; core.analysis.paired_comparison is what to use.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr

Floats = NDArray[np.float64]

MU, SIGMA = 25.0, 25.0 / 3
BETA, TAU = 25.0 / 6, 25.0 / 300
DRAWS = 200


@dataclass(frozen=True)
class Skill:
    """Mean and standard deviation of each model's skill (..., M); leading axes are matches of their own."""

    mu: Floats
    sigma: Floats


def start(*shape: int) -> Skill:
    """Before the first match."""
    return Skill(np.full(shape, MU), np.full(shape, SIGMA))


def match(skill: Skill, won: NDArray[np.bool_], share: Floats | None = None) -> Skill:
    """The skills after those who `won` (..., M) beat all others; unchanged where one side is empty. `share` (..., M,
    default 1) is the part each plays in its team; who plays none sits out."""
    part = np.ones(won.shape) if share is None else share
    in_it = part > 0
    met = (won & in_it).any(axis=-1, keepdims=True) & (~won & in_it).any(axis=-1, keepdims=True)
    if not met.any():
        return skill
    variance = skill.sigma**2 + np.where(in_it, TAU**2, 0.0)
    c2 = np.sum(part**2 * (variance + BETA**2), axis=-1, keepdims=True)
    c2 = np.where(met, c2, 1.0)
    sign = np.where(won, 1.0, -1.0)
    t = np.sum(sign * part * skill.mu, axis=-1, keepdims=True) / np.sqrt(c2)
    v = np.exp(-(t**2) / 2 - np.log(2 * np.pi) / 2 - log_ndtr(t))
    w = v * (v + t)
    mu = skill.mu + sign * part * variance * v / np.sqrt(c2)
    kept = np.maximum(1 - part**2 * variance * w / c2, 1e-9)
    return Skill(np.where(met, mu, skill.mu), np.where(met, np.sqrt(variance * kept), skill.sigma))


def played(skill: Skill, row: Floats) -> Skill:
    """The skills after one question: `row` (..., M) is 1 where the model expressed the value, NaN where it sits out."""
    return match(skill, row == 1, np.where(np.isnan(row), 0.0, 1.0))


def skills(expressed: Floats) -> Skill:
    """The skills after all questions in their order; `expressed` (questions x ... x M) is 0, 1 or NaN (sits out)."""
    skill = start(*expressed.shape[1:])
    for row in expressed:
        skill = played(skill, row)
    return skill


def drawn(expressed: Floats, seed: int = 0, n_draws: int = DRAWS) -> Floats:
    """Win rates (n_draws x V x M) of questions x V x models drawn again, each time in another order, on which these
    scores depend too."""
    rng = np.random.default_rng(seed)
    order = rng.integers(len(expressed), size=(len(expressed), n_draws))
    skill = start(n_draws, *expressed.shape[1:])
    for questions in order:
        skill = played(skill, expressed[questions])
    return win_rates(skill)


def win_rates(skill: Skill) -> Floats:
    """The chance (..., M), in percent, to beat another model drawn at random: the mean of
    Phi((mu_i - mu_j) / sqrt(2 beta^2 + sigma_i^2 + sigma_j^2)). The mean over models is 50."""
    apart = skill.mu[..., :, None] - skill.mu[..., None, :]
    spread = np.sqrt(2 * BETA**2 + skill.sigma[..., :, None] ** 2 + skill.sigma[..., None, :] ** 2)
    beats = ndtr(apart / spread)
    return np.asarray(100 * (beats.sum(axis=-1) - 0.5) / (apart.shape[-1] - 1), dtype=np.float64)
