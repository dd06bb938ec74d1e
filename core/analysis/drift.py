"""Whether a pool of questions still tells models apart: informativeness by cohort of models, and how it has changed.

The informativeness of a cohort is the variance between its models' scores, less what chance alone would make of it,
averaged over questions and values: 0 in expectation where models are equal, in squared shares.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.bootstrap import DRAWS, LEVEL, MIN_ITEMS, Floats, resampling_weights

LEAST = 2
WORN = 0.75
NOBODY = "Two models that were not on the panel must sit the pool before one can say."
KEPT = "No loss beyond chance: the pool still serves."


@dataclass(frozen=True)
class Cohort:
    """Models that answered at one time: `scores` (M x Q x d, NaN: not answered) and `noise` (Q x d), the variance of
    one model's score around its own expectation. `chosen_for` marks models for which the questions were chosen, on
    which informativeness runs high."""

    label: str
    scores: Floats
    noise: Floats
    chosen_for: bool = False


@dataclass(frozen=True)
class Informativeness:
    """Of one cohort: the estimate with its 95 % interval, which bootstraps questions, over `models` and `questions`."""

    label: str
    value: float
    low: float
    high: float
    models: int
    questions: int
    chosen_for: bool


@dataclass(frozen=True)
class Drift:
    """Every cohort's informativeness, and the newest one's as a share of the first's with its interval, on the
    questions that both answered; `advice` says in a sentence what follows."""

    cohorts: tuple[Informativeness, ...]
    ratio: float
    low: float
    high: float
    advice: str


def drift(cohorts: Sequence[Cohort], seed: int = 0) -> Drift:
    """How informativeness changed over cohorts in order of time. The newest is set against the first that the questions
    were not chosen for, against the panel where there is no other. Cohorts of one model are left out."""
    told = [cohort for cohort in cohorts if len(cohort.scores) >= LEAST]
    per_question = [_by_question(cohort) for cohort in told]
    weights = resampling_weights(len(per_question[0]) if told else 0, np.random.default_rng(seed))
    draws = [_means(one, weights) for one in per_question]
    found = tuple(_summed(*each) for each in zip(told, per_question, draws, strict=True))
    fair = [place for place, cohort in enumerate(told) if not cohort.chosen_for]
    nan = float("nan")
    if not fair:
        return Drift(found, nan, nan, nan, NOBODY)
    last, first = fair[-1], fair[0] if len(fair) > 1 else 0
    both = ~np.isnan(per_question[first]) & ~np.isnan(per_question[last])
    if last == first or both.sum() < MIN_ITEMS:
        return Drift(found, nan, nan, nan, "One cohort, or too few questions: nothing can be compared yet.")
    now, before = per_question[last][both], per_question[first][both]
    ratio = float(now.mean() / before.mean()) if before.mean() > 0 else nan
    base = weights[:, both] @ before
    shares = np.where(base > 0, (weights[:, both] @ now) / np.where(base > 0, base, 1.0), np.inf)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(shares, [tail, 1 - tail], method="nearest")
    caveat = " The panel's own figure runs high, so some fall was to be expected." if told[first].chosen_for else ""
    return Drift(found, ratio, float(low), float(high), _advice(ratio, float(low), float(high)) + caveat)


def _advice(ratio: float, low: float, high: float) -> str:
    if np.isnan(ratio):
        return "The first models do not differ beyond chance: evolve the pool again, with models that differ more."
    if high < 1 and ratio < WORN:
        return "The pool tells the newest models less apart than it did: evolve it again."
    if high < 1:
        return "The pool has lost a little; evolve it again when the next models come."
    return KEPT if low <= 1 else "The newest models differ more than the first did."


def _by_question(cohort: Cohort) -> Floats:
    """Variance between models less noise, averaged over values (Q); NaN where fewer than two models answered."""
    scores = cohort.scores
    n = (~np.isnan(scores)).sum(axis=0)
    mean = np.nansum(scores, axis=0) / np.maximum(n, 1)
    spread = np.nansum((scores - mean) ** 2, axis=0) / np.maximum(n - 1, 1) - cohort.noise
    return np.asarray(np.where(n >= LEAST, spread, np.nan).mean(axis=1), dtype=np.float64)


def _means(by_question: Floats, weights: Floats) -> Floats:
    there = ~np.isnan(by_question)
    total = weights[:, there].sum(axis=1)
    return np.asarray(weights[:, there] @ by_question[there] / np.maximum(total, 1e-9), dtype=np.float64)


def _summed(cohort: Cohort, by_question: Floats, draws: Floats) -> Informativeness:
    n = int((~np.isnan(by_question)).sum())
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(draws, [tail, 1 - tail]) if n >= MIN_ITEMS and len(draws) == DRAWS else (np.nan, np.nan)
    value = float(np.nanmean(by_question)) if n else float("nan")
    return Informativeness(cohort.label, value, float(low), float(high), len(cohort.scores), n, cohort.chosen_for)
