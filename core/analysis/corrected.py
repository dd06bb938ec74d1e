"""Scores as people would give them: from the answers people read alone, or with the machine's readings of all answers
put right by how far it is off on those (prediction-powered inference, see analysis.ppi)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analysis.bootstrap import Floats, resampling_weights
from core.analysis.estimates import Codes
from core.analysis.ppi import PredictionPowered, ppi_mean
from core.analysis.scores import Scores

KEY = ["model", "value"]


def corrected(
    answers: pd.DataFrame, values: Sequence[str], measure: str, asked: Floats | None = None, alone: bool = False
) -> Scores:
    """Scores of the models that people read answers of. `answers`, one row an answer and value: model, item_id, value,
    `people` (what they read, NaN where nobody did) and `machine` (NaN where it could not read), both as strengths.
    The answers people read must be a random part of each model's. With `alone` the machine's are not used; else answers
    that the machine could not read are left out of both parts, as they are of its own scores.

    Unlike analysis.scores.score every answer counts once. Intervals are those of ppi_mean; `n_items` and `n_answers`
    count what people read: below MIN_ITEMS items there is no interval. `draws` are of the same estimator, its lambda
    held, over resampled items that all models share, so that differences are paired. `asked` (M x V, models by name):
    the questions asked; without it the answers in hand.
    """
    read = answers[answers["people"].notna()]
    models = tuple(sorted(read["model"].unique()))
    answers = answers[answers["model"].isin(models) & answers["value"].isin(list(values))]
    items, codes = np.unique(answers["item_id"].to_numpy(dtype=str), return_inverse=True)
    answers = answers.assign(code=codes.reshape(-1))
    groups = dict(iter(answers.groupby(KEY, observed=True)))
    shape = (len(models), len(values))
    mean, low, high = (np.full(shape, np.nan) for _ in range(3))
    n_items, n_answers, n_asked = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    weights = resampling_weights(len(items), np.random.default_rng(0))
    draws = np.full((len(weights), *shape), np.nan)
    bounds = (-1.0, 1.0) if measure == "stance" else (0.0, 1.0)
    for m, model in enumerate(models):
        for v, value in enumerate(values):
            rows = groups.get((model, value))
            if rows is None or rows["people"].isna().all():
                continue
            parts = _parts(rows, alone)
            people, machine, rest = parts.people, parts.machine, parts.rest
            power = 0.0 if alone else None
            found = ppi_mean(people, machine, rest, bounds, parts.labelled, parts.others, power)
            mean[m, v], low[m, v], high[m, v] = found.mean.value, found.mean.low, found.mean.high
            n_items[m, v], n_answers[m, v] = found.mean.n_items, len(parts.labelled)
            n_asked[m, v] = len(rows)
            draws[:, m, v] = _drawn(parts, found, weights).clip(*bounds)
    if asked is not None:
        n_asked = asked.astype(np.int64)
    scaled = 100 * mean, 100 * low, 100 * high
    return Scores(models, tuple(values), measure, "raw", *scaled, n_items, n_answers, 100 * draws, n_asked)


@dataclass(frozen=True)
class _Parts:
    """One model and value: people's and the machine's readings of the same answers, the machine's of the others, and
    the items (codes) of both."""

    people: Floats
    machine: Floats
    rest: Floats
    labelled: Codes
    others: Codes


def _parts(rows: pd.DataFrame, alone: bool) -> _Parts:
    known = rows["people"].notna()
    machine = rows["people"] if alone else rows["machine"]
    first, second = rows[known & machine.notna()], rows[~known & rows["machine"].notna()]
    chosen = (first["people"], machine[first.index], second["machine"])
    people, same, rest = (column.to_numpy(dtype=np.float64) for column in chosen)
    return _Parts(people, same, rest, first["code"].to_numpy(dtype=np.int64), second["code"].to_numpy(dtype=np.int64))


def _drawn(parts: _Parts, found: PredictionPowered, weights: Floats) -> Floats:
    """The estimate in each resample of items; itself where a resample lacks one of the parts."""
    size = weights.shape[1]
    sums = [
        np.bincount(parts.labelled, parts.people, size),
        np.bincount(parts.labelled, parts.machine, size),
        np.bincount(parts.labelled, minlength=size),
        np.bincount(parts.others, parts.rest, size),
        np.bincount(parts.others, minlength=size),
    ]
    people, machine, n, rest, n_rest = (weights @ np.column_stack(sums)).T
    with np.errstate(invalid="ignore", divide="ignore"):
        drawn = people / n
        if found.power:
            drawn = drawn + found.power * (rest / n_rest - machine / n)
    moved: Floats = np.where(np.isnan(drawn), found.mean.value, drawn)
    return moved
