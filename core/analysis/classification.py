"""How well a recogniser's readings match labels: confusion, precision, recall, F1, AUC, Brier score, calibration.

Rows are answers, columns values (n x V): labels are 1 or 0, NaN = not labelled, and count only where the recogniser,
too, gave something. Where to cut a score is not decided here. Figures are NaN, with the reason, where there is nothing
to divide by; they are never set to 0. Intervals are bootstrapped over items. A figure about one kind of row (recall:
about the positives) rests on the items of that kind only, however many others there are.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from core.analysis.bootstrap import LEVEL, Floats
from core.analysis.estimates import Codes, Estimate, estimates, item_codes, one, resampled, undefined

Flags = NDArray[np.bool_]
SHARE = (0.0, 1.0)
BINS = 10


@dataclass(frozen=True)
class ByValue:
    """A figure for each of the V values and their unweighted mean. `macro` leaves out values without a figure, saying
    how many it has; its n_items are all items."""

    values: tuple[Estimate, ...]
    macro: Estimate


@dataclass(frozen=True)
class Detection:
    """Precision: the share of what was found that is true; recall: the share of what is true that was found; F1: their
    harmonic mean, 2 tp / (2 tp + fp + fn). All in [0, 1]."""

    precision: ByValue
    recall: ByValue
    f1: ByValue


@dataclass(frozen=True)
class Bin:
    """Rows of about the same probability: how many, their mean probability, the share that is true and its Wilson
    interval."""

    n: int
    probability: float
    share: float
    low: float
    high: float


def wilson(successes: ArrayLike, n: ArrayLike, level: float = LEVEL) -> tuple[Floats, Floats]:
    """The score interval of a share (Wilson 1927, Journal of the American Statistical Association 22(158)) of
    independent rows: (low, high) in [0, 1]; NaN for n = 0."""
    hits, size = np.asarray(successes, dtype=np.float64), np.asarray(n, dtype=np.float64)
    z2 = ndtri((1 + level) / 2) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = np.where(size > 0, (hits + z2 / 2) / (size + z2), np.nan)
        reach = np.sqrt(z2) / (size + z2) * np.sqrt(hits * (size - hits) / size + z2 / 4)
    return np.clip(middle - reach, 0, 1), np.clip(middle + reach, 0, 1)


def confusion(truth: Codes, predicted: Codes, n_categories: int) -> Codes:
    """K x K counts, true categories in rows, predicted ones in columns, from codes 0 to K - 1; rows with a -1 (none) in
    either are left out."""
    known = (truth >= 0) & (predicted >= 0)
    cells = truth[known] * n_categories + predicted[known]
    return np.bincount(cells, minlength=n_categories**2).reshape(n_categories, n_categories)


def detection(truth: Floats, predicted: Floats, items: ArrayLike | None = None, seed: int = 0) -> Detection:
    """Precision, recall and F1 of found values; `predicted` is 1 or 0 (n x V), NaN = the recogniser failed."""
    known = ~np.isnan(truth) & ~np.isnan(predicted)
    true, found = known & (truth == 1), known & (predicted == 1)
    codes = item_codes(items, len(truth))
    counts = np.hstack([true & found, found, true]).astype(np.float64)
    values = resampled(lambda weights: weights @ counts, codes, seed)
    hits, n_found, n_true = np.split(values, 3, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        precision, recall, f1 = hits / n_found, hits / n_true, 2 * hits / (n_found + n_true)
    total = _total(known, codes)
    return Detection(
        _by_value(precision, _n_items(found, codes), total, "Never found, so nothing can be said of what is found."),
        _by_value(recall, _n_items(true, codes), total, "Never true, so there was nothing to find."),
        _by_value(f1, _n_items(found | true, codes), total, "Neither true nor found in any answer."),
    )


def base_rate(truth: Floats, items: ArrayLike | None = None, seed: int = 0) -> ByValue:
    """The share of rows in which a value is true, in [0, 1]."""
    known = ~np.isnan(truth)
    true = (known & (truth == 1)).astype(np.float64)
    codes = item_codes(items, len(truth))
    with np.errstate(invalid="ignore"):
        values = resampled(lambda weights: (weights @ true) / (weights @ known), codes, seed)
    return _by_value(values, _n_items(known, codes), _total(known, codes), "No answer is labelled.")


def f1_gain(truth: Floats, predicted: Floats, items: ArrayLike | None = None, seed: int = 0) -> ByValue:
    """F1 minus the F1 of one who always finds the value (the "1-baseline", 2 p / (1 + p) at base rate p), paired: both
    on the same resamples. In [-1, 1]; above 0 the verdicts are better than none."""
    known = ~np.isnan(truth) & ~np.isnan(predicted)
    true, found = known & (truth == 1), known & (predicted == 1)
    codes = item_codes(items, len(truth))
    counts = np.hstack([true & found, found, true, known]).astype(np.float64)
    values = resampled(lambda weights: weights @ counts, codes, seed)
    hits, n_found, n_true, n_known = np.split(values, 4, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        gain = 2 * hits / (n_found + n_true) - 2 * n_true / (n_known + n_true)
    counted, reason = _n_items(found | true, codes), "Neither true nor found in any answer."
    return _by_value(gain, counted, _total(known, codes), reason, (-1.0, 1.0))


def auc(truth: Floats, scores: Floats, items: ArrayLike | None = None, seed: int = 0) -> ByValue:
    """The area under the ROC curve: the probability that a true row scores higher than an untrue one, ties counting one
    half (Hanley & McNeil 1982, Radiology 143(1)); 0.5 = as by chance, in [0, 1]. `scores`: n x V, any scale. It rests
    on the rarer of true and untrue items."""
    known = ~np.isnan(truth) & ~np.isnan(scores)
    codes = item_codes(items, len(truth))
    columns = [_ordered(known[:, v], truth[:, v], scores[:, v]) for v in range(truth.shape[1])]
    values = resampled(lambda weights: np.column_stack([_area(weights, *column) for column in columns]), codes, seed)
    true, untrue = known & (truth == 1), known & (truth == 0)
    n_items = np.minimum(_n_items(true, codes), _n_items(untrue, codes))
    total = _total(known, codes)
    return _by_value(values, n_items, total, "All labels are alike: nothing to tell apart.")


def brier(truth: Floats, probability: Floats, items: ArrayLike | None = None, seed: int = 0) -> ByValue:
    """The mean squared error of probabilities (Brier 1950, Monthly Weather Review 78(1)); 0 = perfect, in [0, 1]."""
    known = ~np.isnan(truth) & ~np.isnan(probability)
    errors = np.where(known, truth - probability, 0.0) ** 2
    codes = item_codes(items, len(truth))
    with np.errstate(invalid="ignore"):
        values = resampled(lambda weights: (weights @ errors) / (weights @ known), codes, seed)
    total = _total(known, codes)
    return _by_value(values, _n_items(known, codes), total, "No labelled answer has a probability.")


def calibration(truth: Floats, probability: Floats, n_bins: int = BINS) -> tuple[Bin, ...]:
    """The calibration curve of one value or of several pooled (arrays of one shape): bins with as equal numbers of rows
    as ties allow, cut at quantiles, lowest first. Equal probabilities share a bin, so there may be fewer than
    `n_bins`. The intervals take rows for independent."""
    label, chance, _ = _paired(truth, probability)
    bins = _bins(chance, n_bins)
    n = np.bincount(bins)
    hits, mass = np.bincount(bins, label), np.bincount(bins, chance)
    low, high = wilson(hits, n)
    return tuple(
        Bin(int(n[b]), float(mass[b] / n[b]), float(hits[b] / n[b]), float(low[b]), float(high[b]))
        for b in np.flatnonzero(n)
    )


def calibration_error(
    truth: Floats, probability: Floats, n_bins: int = BINS, items: ArrayLike | None = None, seed: int = 0
) -> Estimate:
    """Expected calibration error (Naeini, Cooper & Hauskrecht 2015, AAAI) over the bins of `calibration`: the mean gap
    between share and mean probability, weighted by rows; 0 = none, in [0, 1]. Chance alone makes gaps, so it lies too
    high, the more the fewer rows a bin has: its interval is mirrored (`bootstrap.intervals`). `items`: one a row."""
    label, chance, kept = _paired(truth, probability)
    if not len(label):
        return undefined("No labelled answer has a probability.")
    rows = np.broadcast_to(item_codes(items, len(truth)).reshape(-1, *[1] * (truth.ndim - 1)), truth.shape)[kept]
    bins = _bins(chance, n_bins)
    gaps = (bins[:, None] == np.arange(bins.max() + 1)) * (label - chance)[:, None]

    def error(weights: Floats) -> Floats:
        gap: Floats = np.abs(weights @ gaps).sum(axis=1) / weights.sum(axis=1)
        return gap[:, None]

    codes = np.unique(rows, return_inverse=True)[1].reshape(-1)
    return one(resampled(error, codes, seed), int(codes.max()) + 1, SHARE, mirrored=True)


def _paired(truth: Floats, probability: Floats) -> tuple[Floats, Floats, Flags]:
    """Labels and probabilities where both are known, flat, and where that is."""
    known = ~np.isnan(truth) & ~np.isnan(probability)
    return truth[known], probability[known], known


def _bins(probability: Floats, n_bins: int) -> Codes:
    """The bin of each row, from 0; a bin that ties leave without rows keeps its number."""
    if not len(probability):
        return np.arange(0)
    edges = np.percentile(probability, np.linspace(0, 100, n_bins + 1)[1:-1])
    return np.searchsorted(edges, probability)


def _n_items(rows: Flags, items: Codes) -> Codes:
    """How many items have a row of the kind, per column."""
    return np.array([len(np.unique(items[column])) for column in rows.T], dtype=np.int64)


def _total(rows: Flags, items: Codes) -> int:
    """How many items have a row of the kind in any column."""
    return len(np.unique(items[rows.any(axis=1)]))


def _by_value(values: Floats, n_items: Codes, total: int, reason: str, bounds: tuple[float, float] = SHARE) -> ByValue:
    """The estimates of each column, and of the mean of those that have a figure."""
    each = estimates(values, n_items, bounds, [reason] * values.shape[1])
    defined = ~np.isnan(values[0])
    if not defined.any():
        return ByValue(each, undefined(reason, total))
    mean = one(values[:, defined].mean(axis=1, keepdims=True), total, bounds)
    if not defined.all():
        note = f"Mean of {defined.sum()} of {len(defined)} values: the others have no figure."
        mean = Estimate(mean.value, mean.low, mean.high, mean.n_items, " ".join(filter(None, [note, mean.reason])))
    return ByValue(each, mean)


def _ordered(known: Flags, truth: Floats, scores: Floats) -> tuple[Codes, Flags, Codes]:
    """The known rows by ascending score, which of them are true, and where each run of equal scores starts."""
    rows = np.flatnonzero(known)
    rows = rows[np.argsort(scores[rows], kind="stable")]
    steps = np.flatnonzero(np.diff(scores[rows]) != 0) + 1
    return rows, truth[rows] == 1, np.concatenate([[0], steps]) if len(rows) else steps


def _area(weights: Floats, rows: Codes, true: Flags, starts: Codes) -> Floats:
    """The AUC in each resample (B), NaN where one kind of row is missing."""
    if not len(rows):
        return np.full(len(weights), np.nan)
    drawn = weights[:, rows]
    positive, negative = (np.add.reduceat(drawn * kind, starts, axis=1) for kind in (true, ~true))
    below = negative.cumsum(axis=1) - negative / 2
    with np.errstate(invalid="ignore"):
        area: Floats = (positive * below).sum(axis=1) / (positive.sum(axis=1) * negative.sum(axis=1))
    return area
