"""How far a model's answers can be read as values: sensitivity to wording and order, response style, split halves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from core.analysis.bootstrap import Floats
from core.analysis.portrait.answers import Answers
from core.analysis.portrait.scorers import SCORERS, combine, parts
from core.analysis.quality import Finding
from core.items.bank import VARIATIONS, WORDINGS, ItemBank
from core.items.dimensions import SYSTEMS, VALUES, of_system

COVERAGE, REFUSED, SPREAD, MODAL, SHIFT, HALVES = 0.95, 0.05, 0.35, 0.85, 0.5, 0.5
SPLITS = 100
FLAT = 1e-12


@dataclass(frozen=True)
class Reliability:
    """One model. Shares in [0, 1], scale points from 1 to 6, NaN where it was not asked so.

    `prompt`: share of items with different answers to the three wordings (options in the first order); `order`: share
    of answers that change when the options' order is reversed; `gap`: mean absolute difference between the variations,
    in points; `shift`: mean answer with reversed options less the mean with the first order, in points; `mean`: all
    answers'; `spread`: standard deviation of the items' means; `modal`: share of the commonest answer; `modal_answer`;
    `halves`: correlation of the values' profiles of two halves of the queries; `coverage`: answered of asked, `refused`
    of asked; `asked`: calls, `items`: those with an answer."""

    model: str
    prompt: float
    order: float
    gap: float
    shift: float
    mean: float
    spread: float
    modal: float
    modal_answer: int
    halves: float
    coverage: float
    refused: float
    asked: int
    items: int


def reliability(bank: ItemBank, answers: Answers, scorer: str, seed: int = 0) -> tuple[Reliability, ...]:
    """Of every model, `halves` by the scores of `scorer`. Expected values count as the answer they are nearest to."""
    made = SCORERS[scorer].make(bank, answers)
    halves = split_half(parts(bank, made), seed) if made else np.full(len(answers.models), np.nan)
    return tuple(_of(answers, row, float(halves[row])) for row in range(len(answers.models)))


def _of(answers: Answers, row: int, halves: float) -> Reliability:
    values, asked = answers.values[row], answers.asked[row]
    nearest = np.floor(np.round(values, 9) + 0.5)  # the sum of probabilities has a last digit of its own
    known = values[~np.isnan(values)]
    counts = np.bincount(nearest[~np.isnan(nearest)].astype(int), minlength=7)
    forward, backward = values[:, 0::2], values[:, 1::2]
    n_asked = int(asked.sum())
    item_means = answers.available[row][~np.isnan(answers.available[row])]
    return Reliability(
        model=answers.models[row],
        prompt=_varies(nearest[:, 0::2]),
        order=_mean([_varies(nearest[:, [2 * k, 2 * k + 1]]) for k in range(len(WORDINGS))]),
        gap=_mean([_mean(np.abs(values[:, a] - values[:, b])) for a, b in combinations(range(len(VARIATIONS)), 2)]),
        shift=_mean(backward - forward),
        mean=_mean(known),
        spread=float(item_means.std()) if len(item_means) else np.nan,
        modal=float(counts.max() / counts.sum()) if len(known) else np.nan,
        modal_answer=int(counts.argmax()),
        halves=halves,
        coverage=float((~np.isnan(values) & asked).sum() / n_asked) if n_asked else np.nan,
        refused=float(answers.refused[row].sum() / n_asked) if n_asked else np.nan,
        asked=n_asked,
        items=len(item_means),
    )


def _varies(columns: Floats) -> float:
    """The share of items whose answers are not all the same, over items with two answers or more (as published)."""
    several = columns[(~np.isnan(columns)).sum(axis=1) >= 2]
    return float((np.nanmax(several, axis=1) != np.nanmin(several, axis=1)).mean()) if len(several) else np.nan


def _mean(cells: Floats | Sequence[float]) -> float:
    """The mean of what is known, NaN where nothing is."""
    numbers = np.asarray(cells, dtype=np.float64)
    known = numbers[~np.isnan(numbers)]
    return float(known.mean()) if len(known) else np.nan


def split_half(found: Floats, seed: int = 0, splits: int = SPLITS) -> Floats:
    """For each model (M) how reliable its profile of the ten values is, in (-inf, 1]: r between the profiles of two
    halves of the queries, the mean over random `splits`, stepped up to the whole by 2r / (1 + r) (Spearman 1910, Brown
    1910), as half as many items say less. NaN where a half leaves fewer than three values, or a profile is flat."""
    rng = np.random.default_rng(seed)
    n_queries, n_models = found.shape[1:3]
    first = np.zeros((splits, n_queries))
    for row in first:
        row[rng.permutation(n_queries)[: n_queries // 2]] = 1.0
    columns = list(of_system(VALUES))
    left, right = (combine(np.einsum("bq,pqmd->pbmd", half, found))[..., columns] for half in (first, 1 - first))
    together = _correlations(left, right)
    whole = np.array([_mean(together[:, model]) for model in range(n_models)])
    lifted: Floats = np.where(whole > -1, 2 * whole / (1 + whole), np.nan)
    return lifted


def _correlations(left: Floats, right: Floats) -> Floats:
    """Pearson's r along the last axis over what both know; NaN below three, or where either side is flat."""
    both = ~np.isnan(left) & ~np.isnan(right)
    n = both.sum(axis=-1, keepdims=True)
    a, b = (np.where(both, side, 0.0) for side in (left, right))
    with np.errstate(invalid="ignore", divide="ignore"):
        a, b = (np.where(both, side - side.sum(axis=-1, keepdims=True) / n, 0.0) for side in (a, b))
        spread = np.sqrt((a**2).sum(axis=-1) * (b**2).sum(axis=-1))
        usable = (n[..., 0] >= 3) & (spread > FLAT)
        found: Floats = np.where(usable, (a * b).sum(axis=-1) / spread, np.nan)
    return found


def gates(found: Reliability) -> tuple[Finding, ...]:
    """The reasons why a profile carries low information, gates first; then notes. Empty for one that may be read."""
    one, n = found.model, found.asked
    checks = (
        (
            found.coverage < COVERAGE,
            "coverage",
            f"answers: only {found.coverage:.0%} of {n:,} calls gave one",
            found.coverage,
        ),
        (found.refused > REFUSED, "refusals", f"refusals: {found.refused:.0%} of {n:,} calls", found.refused),
        (
            found.spread < SPREAD,
            "flat",
            f"flat answers: items differ by a standard deviation of {found.spread:.2f} points, below {SPREAD}",
            found.spread,
        ),
        (
            found.modal > MODAL,
            "modal",
            f"one answer to all: {found.modal:.0%} of the answers are “{found.modal_answer}”",
            found.modal,
        ),
        (
            abs(found.shift) > SHIFT,
            "order",
            f"option-order bias: reversing the options moves the mean answer by {found.shift:+z.2f} points",
            abs(found.shift),
        ),
        (
            found.halves < HALVES,
            "halves",
            f"unstable: two halves of the situations give a reliability of {found.halves:.2f}, below {HALVES}",
            found.halves,
        ),
    )
    failed = [Finding(one, name, True, sentence, float(share), n) for hit, name, sentence, share in checks if hit]
    if np.isnan(found.halves) and found.items:
        sentence = "unstable: two halves of the situations give no profiles that could be compared"
        failed.append(Finding(one, "halves", True, sentence, 0.0, n))
    if np.isnan(found.shift) and found.items:
        failed.append(Finding(one, "one order", False, "asked in one order only: order bias is unknown", 0.0, n))
    return tuple(failed)


def alphas(answers: Answers, masks: NDArray[np.bool_]) -> Floats:
    """Cronbach's alpha of each dimension's items (`masks`, I x D) over the models: whether models that lean to one of
    them lean to the others. Answers are taken as differences from the model's mean over all tagged items of the system,
    as scores are. Over models that answered them all; NaN below three models or two items."""
    found = np.full(masks.shape[1], np.nan)
    for kind in SYSTEMS:
        columns = list(of_system(kind))
        known = answers.paired[:, masks[:, columns].any(axis=1)]
        centre = np.array([_mean(row) for row in known])[:, None]
        for column in columns:
            found[column] = _alpha(answers.paired[:, masks[:, column]] - centre)
    return found


def _alpha(x: Floats) -> float:
    x = x[~np.isnan(x).any(axis=1)]
    k = x.shape[1]
    if len(x) < 3 or k < 2 or x.sum(axis=1).var(ddof=1) < FLAT:
        return np.nan
    return float(k / (k - 1) * (1 - x.var(axis=0, ddof=1).sum() / x.sum(axis=1).var(ddof=1)))


def low_information(every: tuple[Reliability, ...]) -> Mapping[str, tuple[Finding, ...]]:
    """The findings of each model, by name."""
    return {each.model: gates(each) for each in every}
