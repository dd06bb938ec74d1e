"""All figures of one recogniser on one set of labelled texts, by value and over all values.

`label`, `found` and `strength` are texts x values. Where direction was labelled and read, labels and verdicts are 1
(supports), -1 (opposes) or 0; else 1 (present) or 0. NaN: not labelled, or not read. `strength` is the recogniser's
own, of any scale, more meaning more of the value (or more support).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from core.analysis.bootstrap import Floats
from core.analysis.classification import ByValue, auc, base_rate, brier, calibration_error, detection, f1_gain
from core.analysis.estimates import Estimate

Kind = Literal["present", "supports", "opposes", "direction", "leaning"]
OVERALL = ""


@dataclass(frozen=True)
class Cases:
    """What people said and what the recogniser found, row by row. `directed`: labels and verdicts tell a direction.
    `probability`: `strength` is one, so that it can be calibrated. `groups`: rows of one are drawn together.
    `leaning`: an offline recogniser's estimate of direction beside its verdicts, and `sign` the labels' direction (1,
    -1, NaN where it has none); both None where there is no such estimate, or no direction to compare it with."""

    values: tuple[str, ...]
    label: Floats
    found: Floats
    strength: Floats
    directed: bool
    probability: bool
    groups: ArrayLike
    leaning: Floats | None = None
    sign: Floats | None = None


@dataclass(frozen=True)
class Figure:
    """One figure of one value, or over all (OVERALL). `kind` says what is told from what: a value's presence, support
    or opposition from all else, or support from opposition (by verdicts: direction; by an offline estimate: leaning).
    `name`: n (texts labelled and read; over all: readings),
    base_rate, auc, precision, recall, f1, f1_always (of a recogniser that always finds it), f1_gain (f1 minus that),
    brier or ece."""

    value: str
    kind: Kind
    name: str
    estimate: Estimate


def figures(cases: Cases, seed: int = 0) -> list[Figure]:
    """Every figure that the labels allow; undefined ones say why."""
    found: list[Figure] = []
    for kind in ("present", "supports", "opposes", "direction") if cases.directed else ("present",):
        found += _of_kind(cases, kind, seed)
    if cases.leaning is not None and cases.sign is not None:
        truth = np.where(np.isnan(cases.leaning) | (cases.sign == 0), np.nan, _is(cases.sign, 1))
        found += _ranked(cases, "leaning", truth, cases.leaning, seed)
    return found


def told_apart(cases: Cases, kind: Kind) -> tuple[Floats, Floats, Floats]:
    """Truth (1, 0, NaN), verdict and score of one question asked of every row and value: is it `kind`?"""
    label, found, strength = cases.label, cases.found, cases.strength
    if kind == "direction":
        return np.where(label == 0, np.nan, _is(label, 1)), _is(found, 1), strength
    if kind == "present":
        return np.abs(label), np.abs(found), np.abs(strength) if cases.directed else strength
    sign = 1 if kind == "supports" else -1
    return _is(label, sign), _is(found, sign), sign * strength


def _is(codes: Floats, sign: int) -> Floats:
    return np.where(np.isnan(codes), np.nan, (codes == sign).astype(np.float64))


def _of_kind(cases: Cases, kind: Kind, seed: int) -> Iterator[Figure]:
    truth, verdict, score = told_apart(cases, kind)
    truth = np.where(np.isnan(verdict), np.nan, truth)
    items = cases.groups
    yield from _ranked(cases, kind, truth, score, seed)
    if kind == "direction":
        return
    hits = detection(truth, verdict, items, seed)
    yield from _figures(cases.values, kind, "precision", hits.precision)
    yield from _figures(cases.values, kind, "recall", hits.recall)
    yield from _figures(cases.values, kind, "f1", hits.f1)
    yield from _figures(cases.values, kind, "f1_always", detection(truth, np.ones_like(truth), items, seed).f1)
    yield from _figures(cases.values, kind, "f1_gain", f1_gain(truth, verdict, items, seed))
    if cases.probability:
        yield from _figures(cases.values, kind, "brier", brier(truth, score, items, seed))
        yield from _errors(cases.values, kind, truth, score, items, seed)


def _ranked(cases: Cases, kind: Kind, truth: Floats, score: Floats, seed: int) -> Iterator[Figure]:
    """How many there are, how common the truth is, and how well `score` ranks it."""
    known = ~np.isnan(truth)
    for value, count in zip((*cases.values, OVERALL), (*known.sum(axis=0), known.sum()), strict=True):
        yield Figure(value, kind, "n", Estimate(float(count), np.nan, np.nan, int(count)))
    yield from _figures(cases.values, kind, "base_rate", base_rate(truth, cases.groups, seed))
    yield from _figures(cases.values, kind, "auc", auc(truth, score, cases.groups, seed))


def _figures(values: Sequence[str], kind: Kind, name: str, by: ByValue) -> Iterator[Figure]:
    for value, estimate in zip((*values, OVERALL), (*by.values, by.macro), strict=True):
        yield Figure(value, kind, name, estimate)


def _errors(
    values: Sequence[str], kind: Kind, truth: Floats, score: Floats, items: ArrayLike, seed: int
) -> Iterator[Figure]:
    """Expected calibration errors; the one over all pools the values."""
    for column, value in enumerate(values):
        yield Figure(value, kind, "ece", calibration_error(truth[:, column], score[:, column], items=items, seed=seed))
    yield Figure(OVERALL, kind, "ece", calibration_error(truth, score, items=items, seed=seed))
