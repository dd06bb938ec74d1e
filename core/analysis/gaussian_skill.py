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


@dataclass(frozen=True)
class Skill:
    """Mean and standard deviation of each model's skill (M)."""

    mu: Floats
    sigma: Floats


def start(models: int) -> Skill:
    """Before the first match."""
    return Skill(np.full(models, MU), np.full(models, SIGMA))


def match(skill: Skill, won: NDArray[np.bool_], share: Floats | None = None) -> Skill:
    """The skills after those who `won` beat all others; unchanged where one side is empty. `share` (M, default 1) is
    the part each plays in its team."""
    if won.all() or not won.any():
        return skill
    part = np.ones(len(won)) if share is None else share
    variance = skill.sigma**2 + TAU**2
    c2 = float(np.sum(part**2 * (variance + BETA**2)))
    sign = np.where(won, 1.0, -1.0)
    t = float(np.sum(sign * part * skill.mu) / np.sqrt(c2))
    v = float(np.exp(-(t**2) / 2 - np.log(2 * np.pi) / 2 - log_ndtr(t)))
    w = v * (v + t)
    mu = skill.mu + sign * part * variance * v / np.sqrt(c2)
    kept = np.maximum(1 - part**2 * variance * w / c2, 1e-9)
    return Skill(mu, np.sqrt(variance * kept))


def skills(expressed: Floats) -> Skill:
    """The skills after all questions in their order; `expressed` is questions x models, 0, 1 or NaN (sits out)."""
    skill = start(expressed.shape[1])
    for row in expressed:
        there = ~np.isnan(row)
        if there.all():
            skill = match(skill, row == 1)
        elif there.any():
            played = match(Skill(skill.mu[there], skill.sigma[there]), row[there] == 1)
            mu, sigma = skill.mu.copy(), skill.sigma.copy()
            mu[there], sigma[there] = played.mu, played.sigma
            skill = Skill(mu, sigma)
    return skill


def win_rates(skill: Skill) -> Floats:
    """The chance, in percent, to beat another model drawn at random: the mean of
    Phi((mu_i - mu_j) / sqrt(2 beta^2 + sigma_i^2 + sigma_j^2)). The mean over models is 50."""
    apart = skill.mu[:, None] - skill.mu[None, :]
    spread = np.sqrt(2 * BETA**2 + skill.sigma[:, None] ** 2 + skill.sigma[None, :] ** 2)
    beats = ndtr(apart / spread)
    return np.asarray(100 * (beats.sum(axis=1) - 0.5) / (len(apart) - 1), dtype=np.float64)
