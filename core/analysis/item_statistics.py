"""Whether the questions of a pool pull together: by value, does a model that shows it more on one question show it more
on the others, and how far would another such set of questions order the models alike?

All on models x questions of one value, scores in [0, 1], NaN where a model gave no answer.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analysis.bootstrap import LEVEL, Floats

LEAST_MODELS = 3
FEW = f"Fewer than {LEAST_MODELS} models answered enough of the questions: nothing follows about them."


@dataclass(frozen=True)
class ItemStatistics:
    """By question (Q): `mean` score, `spread` between models (standard deviation), `discrimination` (upper less lower
    half of the models by the rest of the questions, -1..1), `item_rest` (correlation with the rest, -1..1), `n` models.
    NaN where it is undefined, as where all models answered alike."""

    mean: Floats
    spread: Floats
    discrimination: Floats
    item_rest: Floats
    n: NDArray[np.int64]

    @property
    def negative(self) -> NDArray[np.bool_]:
        """Questions that run against the others: models that hold the value more show it less there."""
        return np.asarray(self.item_rest < 0)


def item_statistics(scores: Floats) -> ItemStatistics:
    """The statistics of each question (M x Q scores)."""
    blank = np.full(scores.shape[1], np.nan)
    there = ~np.isnan(scores)
    n = there.sum(axis=0)
    total, count = np.nansum(scores, axis=1), there.sum(axis=1)
    mean, spread, discrimination, item_rest = blank.copy(), blank.copy(), blank.copy(), blank.copy()
    for q in range(scores.shape[1]):
        rows = there[:, q] & (count > 1)
        mine = scores[rows, q]
        if there[:, q].any():
            mean[q] = scores[there[:, q], q].mean()
        if len(mine) < LEAST_MODELS:
            continue
        spread[q] = mine.std(ddof=1)
        rest = (total[rows] - mine) / (count[rows] - 1)
        item_rest[q] = _correlation(mine, rest)
        discrimination[q] = _halves(mine, rest)
    return ItemStatistics(mean, spread, discrimination, item_rest, n.astype(np.int64))


def cronbach(scores: Floats) -> float:
    """Cronbach's alpha (1951): k / (k - 1) x (1 - sum of the questions' variances / variance of the sums), over the
    models that answered every question. NaN with fewer than two questions or three such models, or equal sums."""
    whole = scores[~np.isnan(scores).any(axis=1)]
    questions = scores.shape[1]
    if questions < 2 or len(whole) < LEAST_MODELS:
        return float("nan")
    of_sums = whole.sum(axis=1).var(ddof=1)
    if of_sums <= 1e-12:
        return float("nan")
    return float(questions / (questions - 1) * (1 - whole.var(axis=0, ddof=1).sum() / of_sums))


def fold_alpha(scores: Floats, folds: int = 5, seed: int = 0) -> float:
    """The reliability of whole profiles (AdAEM, s. 4): the questions (M models x Q questions x V values) are dealt into
    `folds` at random, and alpha is taken over the folds' mean scores, subjects being model x value. Values' means are
    taken out, so that some values being common everywhere does not count as reliability. NaN with too few questions."""
    models, questions = scores.shape[:2]
    if questions < folds or models < LEAST_MODELS:
        return float("nan")
    order = np.random.default_rng(seed).permutation(questions)
    parts = [np.nanmean(scores[:, part], axis=1) for part in np.array_split(order, folds)]
    centred = [part - np.nanmean(part, axis=0) for part in parts]
    return cronbach(np.stack([part.ravel() for part in centred], axis=1))


@dataclass(frozen=True)
class Alpha:
    """Alpha with its 95 % interval, which bootstraps the models (NaN where it is undefined), over `models` that
    answered every one of `questions`."""

    value: float
    low: float
    high: float
    models: int
    questions: int


def alpha_with_interval(scores: Floats, seed: int = 0, draws: int = 400) -> Alpha:
    """Cronbach's alpha of M x Q scores with its interval; draws in which it is undefined are left out."""
    whole = scores[~np.isnan(scores).any(axis=1)]
    value = cronbach(scores)
    rng = np.random.default_rng(seed)
    if np.isnan(value):
        return Alpha(value, value, value, len(whole), scores.shape[1])
    again = [cronbach(whole[rng.integers(len(whole), size=len(whole))]) for _ in range(draws)]
    kept = [one for one in again if not np.isnan(one)]
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(kept, [tail, 1 - tail]) if len(kept) > draws // 2 else (np.nan, np.nan)
    return Alpha(value, float(low), float(high), len(whole), scores.shape[1])


def _correlation(a: Floats, b: Floats) -> float:
    if np.ptp(a) < 1e-12 or np.ptp(b) < 1e-12:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def _halves(mine: Floats, rest: Floats) -> float:
    """Mean score of the upper half by `rest`, less that of the lower; the middle one of an odd number is in neither."""
    order = np.argsort(rest, kind="stable")
    half = len(mine) // 2
    return float(mine[order[-half:]].mean() - mine[order[:half]].mean())
