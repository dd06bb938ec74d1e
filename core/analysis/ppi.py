"""Prediction-powered inference: people read some answers, a machine reads all, and the mean is as people would have it.

A machine that reads a value too often puts every mean off by the same amount. On the answers people read, too, this
amount is seen, and taken off: the estimate is right on average however bad the machine is, and the better the machine,
the narrower the interval. The answers people read must be a random part of all of them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from core.analysis.bootstrap import LEVEL, MIN_ITEMS, Floats, unseen
from core.analysis.estimates import FEW, Codes, Estimate, item_codes, undefined

NOTHING = 1e-9  # deviations below this are rounding


@dataclass(frozen=True)
class PredictionPowered:
    """`mean`: the prediction-powered estimate. `people`: the estimate from people's readings alone. `machine`: the mean
    of all the machine's readings as they are, NaN without any. `power`: lambda, how far the machine is trusted, from 0
    (not at all: `mean` is `people`) to 1."""

    mean: Estimate
    people: Estimate
    machine: float
    power: float


@dataclass(frozen=True)
class _Readings:
    """Of people's readings, the machine's of the same answers (n_items items) and the machine's of the others (n_others
    items): the means (3), and by item the summed deviations whose squares sum to the means' variance (3 x items)."""

    means: Floats
    deviations: Floats
    n_items: int
    n_others: int


def ppi_mean(
    people: Floats,
    machine: Floats,
    unlabelled: Floats,
    bounds: tuple[float, float],
    items: ArrayLike | None = None,
    unlabelled_items: ArrayLike | None = None,
    power: float | None = None,
) -> PredictionPowered:
    """The mean people would give to all answers: mean(y) + lambda (mean of f over the unlabelled - mean of f over the
    labelled) (Angelopoulos, Bates, Fannjiang, Jordan & Zrnic 2023, Science 382, 669-674; lambda: Angelopoulos, Duchi &
    Zrnic 2023, "PPI++", arXiv 2311.01453).

    `people`, `machine`: y and f of the answers that people read (rows with a NaN are left out); `unlabelled`: f of the
    others; all within `bounds`, to which estimate and interval are cut. `items`, `unlabelled_items`: the item of each
    answer, in one naming, so that answers to one item count as dependent, also across the two parts; name both or
    neither. `power`: lambda; by default the one in [0, 1] with the least estimated variance. It is 0 where either part
    has fewer than MIN_ITEMS items.

    The variance is cluster-robust, the quantile Student's with as many degrees of freedom as the smaller part has items
    less one. No interval below MIN_ITEMS labelled items. Where people never differ from what the machine foretells, as
    many items may as `bootstrap.unseen` says.

    Raises ValueError when only one part has its items named, or not one for each answer.
    """
    readings = _readings(people, machine, unlabelled, items, unlabelled_items)
    everything = np.concatenate([machine, unlabelled])
    known = ~np.isnan(everything)
    naive = float(everything[known].mean()) if known.any() else np.nan
    if min(readings.n_items, readings.n_others) < MIN_ITEMS:
        power = 0.0
    elif power is None:
        power = _best_power(readings.deviations)
    return PredictionPowered(_estimate(readings, power, bounds), _estimate(readings, 0.0, bounds), naive, power)


def _readings(
    people: Floats, machine: Floats, unlabelled: Floats, items: ArrayLike | None, unlabelled_items: ArrayLike | None
) -> _Readings:
    if (items is None) != (unlabelled_items is None):
        raise ValueError("Name the items of labelled and unlabelled answers, or of neither.")
    named = None if items is None else np.concatenate([np.asarray(items), np.asarray(unlabelled_items)])
    codes = item_codes(named, len(people) + len(unlabelled))
    labelled, others = ~np.isnan(people) & ~np.isnan(machine), ~np.isnan(unlabelled)
    first, second = codes[: len(people)][labelled], codes[len(people) :][others]
    parts = [(people[labelled], first), (machine[labelled], first), (unlabelled[others], second)]
    means = np.array([values.mean() if len(values) else np.nan for values, _ in parts])
    deviations = np.stack([_deviations(values, rows, len(codes)) for values, rows in parts])
    return _Readings(means, deviations, len(np.unique(first)), len(np.unique(second)))


def _deviations(values: Floats, items: Codes, size: int) -> Floats:
    """How much each item moves the mean, scaled so that the squares sum to its variance, as with n - 1 for n."""
    n_items = len(np.unique(items))
    if n_items < 2:
        return np.zeros(size)
    scale = np.sqrt(n_items / (n_items - 1)) / len(values)
    moved: Floats = np.bincount(items, scale * (values - values.mean()), size).astype(np.float64)
    return moved


def _best_power(deviations: Floats) -> float:
    """The lambda in [0, 1] at which the squares of y + lambda (f of the others - f) sum to the least; 0 if the machine
    always says the same. For independent answers cov(y, f) / ((1 + n / N) var(f)), the variance of f estimated in each
    part by itself."""
    people, machine, others = deviations
    moved = others - machine
    spread = float(moved @ moved)
    return float(np.clip(-(people @ moved) / spread, 0, 1)) if spread > NOTHING**2 else 0.0


def _estimate(readings: _Readings, power: float, bounds: tuple[float, float]) -> Estimate:
    """The estimate at `power` and its 95 % interval."""
    if not readings.n_items:
        return undefined("No answer was read by people.")
    people, machine, others = readings.deviations
    value, low_gap, high_gap = readings.means[0], 0.0, 0.0
    if power:
        value += power * (readings.means[2] - readings.means[1])
    if np.abs(people - power * machine).max() < NOTHING:
        correction = readings.means[0] - power * readings.means[1]
        share = float(unseen(np.array(readings.n_items)))
        low_gap = share * (correction - (bounds[0] - power * bounds[1]))
        high_gap = share * (bounds[1] - power * bounds[0] - correction)
    error = np.linalg.norm(people + power * (others - machine))
    n_items = min(readings.n_items, readings.n_others) if power else readings.n_items
    reach = stdtrit(n_items - 1, (1 + LEVEL) / 2) * error
    value, low, high = np.clip([value, value - reach - low_gap, value + reach + high_gap], *bounds)
    if readings.n_items < MIN_ITEMS:
        return Estimate(float(value), np.nan, np.nan, readings.n_items, FEW)
    return Estimate(float(value), float(low), float(high), readings.n_items)
