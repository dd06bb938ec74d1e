"""Differences between models on the items they have in common: each with interval, p, effect size and power."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit
from scipy.stats import wilcoxon

from core.analysis.bootstrap import LEVEL, MIN_ITEMS, Floats, intervals, mean_draws, resampling_weights
from core.analysis.corrections import ALPHA, CORRECTIONS
from core.analysis.effect import detectable, items_needed, power, standardised_interval
from core.analysis.letters import letters

FLAT = 1e-9  # a standard deviation below this is rounding
AT_ONCE = 4_000  # columns of differences held at once


@dataclass(frozen=True, eq=False)
class Cells:
    """Scores of S subjects (a model in a run) on I items and V values: I x S x V in points of the score, NaN where an
    item was not scored. `bounds`: the least and greatest a score can be."""

    subjects: tuple[str, ...]
    items: tuple[str, ...]
    values: tuple[str, ...]
    scores: Floats
    bounds: tuple[float, float]

    @cached_property
    def fingerprint(self) -> str:
        """Equal for equal scores: what a cache may go by."""
        names = repr((self.subjects, self.items, self.values, self.bounds))
        return hashlib.sha256(names.encode() + self.scores.tobytes()).hexdigest()

    def only(self, subjects: Sequence[str]) -> "Cells":
        """Some of the subjects, in the order given."""
        keep = [self.subjects.index(name) for name in subjects]
        return Cells(tuple(subjects), self.items, self.values, self.scores[:, keep], self.bounds)


def cells_of(frame: pd.DataFrame, subjects: Sequence[str], values: Sequence[str], measure: str) -> Cells:
    """From one row a subject, item and value: columns subject, item_id, value, strength. Other subjects and values are
    left out."""
    kept = frame[frame["subject"].isin(list(subjects)) & frame["value"].isin(list(values))]
    items = tuple(sorted(kept["item_id"].unique()))
    scores = np.full((len(items), len(subjects), len(values)), np.nan)
    at = [_places(kept[name], order) for name, order in (("item_id", items), ("subject", subjects), ("value", values))]
    scores[tuple(at)] = 100.0 * kept["strength"].to_numpy(dtype=np.float64)
    return Cells(tuple(subjects), items, tuple(values), scores, (-100.0 if measure == "stance" else 0.0, 100.0))


def _places(column: pd.Series, order: Sequence[str]) -> NDArray[np.int64]:
    """Where each cell of a column stands in `order`."""
    known = column.astype("category")
    place = {name: at for at, name in enumerate(order)}
    of_category = np.array([place.get(name, -1) for name in known.cat.categories], dtype=np.int64)
    found: NDArray[np.int64] = of_category[known.cat.codes.to_numpy()]
    return found


def every_pair(n: int) -> NDArray[np.int64]:
    """All pairs of n subjects, P x 2."""
    return np.array(list(combinations(range(n), 2)), dtype=np.int64).reshape(-1, 2)


def against(baseline: int, n: int) -> NDArray[np.int64]:
    """Each subject against one of them: (n - 1) x 2, the baseline second."""
    return np.array([(i, baseline) for i in range(n) if i != baseline], dtype=np.int64).reshape(-1, 2)


@dataclass(frozen=True, eq=False)
class Tests:
    """First less second of P pairs on V values; all arrays P x V. `n`: the items both were scored on; `mean`, `sd`: of
    the differences, in points; `p`: two-sided paired t; NaN with fewer than MIN_ITEMS items. Where every item differs
    by the same (sd 0), t is undefined: p is NaN."""

    pairs: NDArray[np.int64]
    n: NDArray[np.int64]
    mean: Floats
    sd: Floats
    t: Floats
    p: Floats

    @property
    def effect(self) -> Floats:
        """d_z, the mean of the differences in their standard deviations; NaN where they do not vary."""
        return self.mean / np.where(self.sd > FLAT, self.sd, np.nan)


def paired_tests(cells: Cells, pairs: NDArray[np.int64]) -> Tests:
    """Student's paired t-test of each pair on each value, over the items that both were scored on."""
    shape = (len(pairs), len(cells.values))
    n, mean, sd = np.zeros(shape, dtype=np.int64), np.full(shape, np.nan), np.full(shape, np.nan)
    for first, part in _parts(pairs, len(cells.values)):
        gap = _gaps(cells, part)
        known = ~np.isnan(gap)
        count = known.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            middle = np.where(known, gap, 0.0).sum(axis=0) / count
            squares = (np.where(known, gap - middle, 0.0) ** 2).sum(axis=0)
            spread = np.sqrt(squares / np.where(count > 1, count - 1, np.nan))
        rows = slice(first, first + len(part))
        n[rows], mean[rows], sd[rows] = count, middle, spread
    with np.errstate(invalid="ignore", divide="ignore"):
        t = mean / np.where(sd > FLAT, sd, np.nan) * np.sqrt(n)
        p = 2 * stdtr(np.maximum(n - 1, 1), -np.abs(t))
    return Tests(pairs, n, mean, sd, t, np.where(n < MIN_ITEMS, np.nan, p))


def t_intervals(found: Tests, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Student's intervals of the mean differences, P x V each. NaN with fewer than MIN_ITEMS items."""
    reach = stdtrit(np.maximum(found.n - 1, 1), (1 + level) / 2) * found.sd / np.sqrt(np.maximum(found.n, 1))
    reach = np.where(found.n < MIN_ITEMS, np.nan, reach)
    return found.mean - reach, found.mean + reach


def bootstrap_intervals(cells: Cells, found: Tests, seed: int = 0) -> tuple[Floats, Floats]:
    """Intervals of the mean differences, P x V each, from items drawn again, as everywhere else: all pairs and values
    share the draws. See `bootstrap.intervals` for few items and for differences on which all items agree."""
    low, high = np.full(found.mean.shape, np.nan), np.full(found.mean.shape, np.nan)
    weights = resampling_weights(len(cells.items), np.random.default_rng(seed))
    reach = cells.bounds[1] - cells.bounds[0]
    for first, part in _parts(found.pairs, len(cells.values)):
        gap = _gaps(cells, part).astype(np.float32)
        rows = slice(first, first + len(part))
        draws = mean_draws(gap.reshape(len(gap), -1), weights).reshape(len(weights), *gap.shape[1:])
        low[rows], high[rows] = intervals(found.mean[rows], draws, found.n[rows], (-reach, reach))
    return low, high


def _gaps(cells: Cells, pairs: NDArray[np.int64]) -> Floats:
    gap: Floats = cells.scores[:, pairs[:, 0]] - cells.scores[:, pairs[:, 1]]
    return gap


def _parts(pairs: NDArray[np.int64], n_values: int) -> list[tuple[int, NDArray[np.int64]]]:
    step = max(1, AT_ONCE // max(n_values, 1))
    return [(first, pairs[first : first + step]) for first in range(0, len(pairs), step)]


def signed_ranks(cells: Cells, pairs: NDArray[np.int64]) -> Floats:
    """P x V: p of Wilcoxon's signed-rank test (Pratt's way with ties at 0) of the same differences, which asks less of
    their distribution than t. NaN with fewer than MIN_ITEMS items or where nothing differs."""
    found = np.full((len(pairs), len(cells.values)), np.nan)
    gap = _gaps(cells, pairs)
    for p, v in np.ndindex(found.shape):
        column = gap[:, p, v]
        column = column[~np.isnan(column)]
        if len(column) >= MIN_ITEMS and np.abs(column).max() > FLAT:
            found[p, v] = wilcoxon(column, zero_method="pratt").pvalue
    return found


def comparison_table(cells: Cells, found: Tests, chosen: float, seed: int = 0) -> pd.DataFrame:
    """One row a pair and value: first, second, value, n, first_score, second_score (means over the items in common),
    difference, low, high (bootstrap), t_low, t_high, t, p, holm, bh, wilcoxon, d_z, d_low, d_high, power (to find
    `chosen` points, uncorrected, with these n), items_observed and items_chosen (for 80 % power to find the observed
    and the chosen difference), detectable (points found with 80 % power). Corrections are over all rows."""
    low, high = bootstrap_intervals(cells, found, seed)
    t_low, t_high = t_intervals(found)
    effect = np.where(found.n < MIN_ITEMS, np.nan, found.effect)
    d_low, d_high = standardised_interval(effect, found.n)
    wanted = np.where(found.n < MIN_ITEMS, np.nan, chosen / np.where(found.sd > FLAT, found.sd, np.nan))
    first, second = _means(cells, found.pairs)
    index = pd.MultiIndex.from_arrays(
        [
            np.repeat([cells.subjects[i] for i in found.pairs[:, 0]], len(cells.values)),
            np.repeat([cells.subjects[i] for i in found.pairs[:, 1]], len(cells.values)),
            np.tile(cells.values, len(found.pairs)),
        ],
        names=["first", "second", "value"],
    )
    columns = {
        "n": found.n,
        **{"first_score": first, "second_score": second, "difference": found.mean, "low": low, "high": high},
        **{"t_low": t_low, "t_high": t_high, "t": found.t, "p": found.p},
        **{name: correct(found.p) for name, (_, correct) in CORRECTIONS.items()},
        "wilcoxon": signed_ranks(cells, found.pairs),
        **{"d_z": effect, "d_low": d_low, "d_high": d_high, "power": power(wanted, found.n)},
        **{"items_observed": items_needed(effect), "items_chosen": items_needed(wanted)},
        "detectable": detectable(found.n) * found.sd,
    }
    return pd.DataFrame({name: array.reshape(-1) for name, array in columns.items()}, index=index).reset_index()


def _means(cells: Cells, pairs: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """The means of both of each pair over the items they have in common, P x V."""
    first, second = cells.scores[:, pairs[:, 0]], cells.scores[:, pairs[:, 1]]
    both = ~np.isnan(first) & ~np.isnan(second)
    with np.errstate(invalid="ignore", divide="ignore"):
        one, other = (np.where(both, side, 0.0).sum(axis=0) / both.sum(axis=0) for side in (first, second))
    return one, other


def tied(cells: Cells, correction: str = "holm") -> pd.DataFrame:
    """Who cannot be told apart, by value: one row a value and subject: value, subject, score (mean over its items), n,
    letters. Two subjects of a value share a letter exactly when their difference is not below ALPHA after correction
    over all pairs and values. Those that cannot be tested (few items in common) count as not told apart. Highest
    first."""
    found = paired_tests(cells, every_pair(len(cells.subjects)))
    corrected = CORRECTIONS[correction][1](found.p)
    frames = [_tied(cells, found, corrected[:, v], v) for v in range(len(cells.values))]
    return pd.concat(frames, ignore_index=True)


def _tied(cells: Cells, found: Tests, corrected: Floats, v: int) -> pd.DataFrame:
    known = ~np.isnan(cells.scores[:, :, v])
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, cells.scores[:, :, v], 0.0).sum(axis=0) / known.sum(axis=0)
    order = np.argsort(-np.nan_to_num(mean, nan=-np.inf), kind="stable")
    differ = np.zeros((len(order), len(order)), dtype=bool)
    pairs = found.pairs
    differ[pairs[:, 0], pairs[:, 1]] = differ[pairs[:, 1], pairs[:, 0]] = corrected < ALPHA
    return pd.DataFrame(
        {
            "value": cells.values[v],
            "subject": [cells.subjects[i] for i in order],
            "score": mean[order],
            "n": known.sum(axis=0)[order],
            "letters": letters(differ[np.ix_(order, order)]),
        }
    )


def most_different(cells: Cells, first: str, second: str, value: str = "", most: int = 10) -> pd.DataFrame:
    """The items on which two subjects differ most, on one value or (value "") over all of them, by the root of the
    mean squared difference: item_id, first, second (the scores; NaN over all values), difference (its size)."""
    a, b = (cells.scores[:, cells.subjects.index(name)] for name in (first, second))
    if value:
        column = cells.values.index(value)
        one, other = a[:, column], b[:, column]
        gap = one - other
    else:
        gap = np.sqrt(((a - b) ** 2).mean(axis=1))
        one = other = np.full(len(gap), np.nan)
    frame = pd.DataFrame({"item_id": cells.items, "first": one, "second": other, "difference": gap})
    frame = frame.dropna(subset=["difference"])
    order = frame["difference"].abs().sort_values(ascending=False, kind="stable").index
    return frame.loc[order].head(most).reset_index(drop=True)
