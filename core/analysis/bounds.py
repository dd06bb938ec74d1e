"""Worst and best case: what the scores would be if the missing answers had all been extreme.

Refusals and lost answers are hardly missing at random, so the mean over the rest may lie. Without any assumption about
them all that is known of the complete mean is that it lies between the means with every missing answer at the least
and at the most an answer can score (Manski 1989, The Journal of Human Resources 24(3), 343-360: "worst-case bounds").
These bounds are no confidence intervals: they hold for the questions asked and say nothing of others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from core.analysis.alignment import Ranking
from core.analysis.bootstrap import Floats
from core.analysis.scores import Scores, grid

# The statistics that are linear in the scores, so that their extremes are those of the scores.
LINEAR = frozenset({"weighted_sum", "centred_sum"})


@dataclass(frozen=True)
class Bounds:
    """`low`, `high`: the worst and best case of M models' scores on V values, M x V, in points of the score. They hold
    the score, and equal it where nothing is missing; NaN where no question was asked. `missing`: M x V, the share of
    the questions not scored, each item counting once, in [0, 1]."""

    models: tuple[str, ...]
    values: tuple[str, ...]
    low: Floats
    high: Floats
    missing: Floats

    def only(self, models: Sequence[str]) -> "Bounds":
        """The bounds of some of the models, in the order given; unknown names are left out."""
        keep = [self.models.index(model) for model in models if model in self.models]
        names = tuple(self.models[i] for i in keep)
        return Bounds(names, self.values, self.low[keep], self.high[keep], self.missing[keep])

    def frame(self) -> pd.DataFrame:
        """One row per model and value: model, value, worst, best, missing."""
        index = pd.MultiIndex.from_product([self.models, self.values], names=["model", "value"])
        columns = {"worst": self.low, "best": self.high, "missing": self.missing}
        return pd.DataFrame({name: array.reshape(-1) for name, array in columns.items()}, index=index).reset_index()


def bounds(raw: Scores, due: pd.DataFrame) -> Bounds:
    """The bounds of raw scores. `due` has one row a model x value: model, value, and over the items asked that score
    the value their number (`items`) and the sums of the share of an item's questions that was read (`read`) and of the
    strengths read divided by the item's questions (`strength`). Other models and values in it are left out."""
    items, read, strength = (grid(due, name, raw.models, raw.values) for name in ("items", "read", "strength"))
    least, most = raw.bounds
    with np.errstate(invalid="ignore", divide="ignore"):
        missing = np.clip(1 - read / items, 0, 1)
        known = 100 * strength / items
    low, high = known + missing * least, known + missing * most
    # Strengths are summed in another precision and order than the score's: rounding must not part them.
    low, high = np.where(missing == 0, raw.mean, low), np.where(missing == 0, raw.mean, high)
    return Bounds(raw.models, raw.values, np.fmin(low, raw.mean), np.fmax(high, raw.mean), missing)


def centred(found: Bounds) -> Bounds:
    """The bounds of the ipsatised scores S_v - mean(S): the worst case for a value has it at its worst and all others
    at their best. NaN as soon as one value's is."""
    n = found.low.shape[1]
    own = 1 - 1 / n
    low = own * found.low - (found.high.sum(axis=1, keepdims=True) - found.high) / n
    high = own * found.high - (found.low.sum(axis=1, keepdims=True) - found.low) / n
    return replace(found, low=low, high=high)


def alignment_bounds(found: Bounds, weights: Floats, statistic: str = "weighted_sum") -> pd.DataFrame:
    """The worst and best case of each model's alignment under `weights` (V, summing to 1): model, worst, best, and
    `missing`, the weighted share of the questions not scored.

    Raises ValueError for a statistic that is not LINEAR: the extremes of a correlation need not lie at those of the
    scores.
    """
    if statistic not in LINEAR:
        raise ValueError(f"no bounds are known for {statistic}; those of {sorted(LINEAR)} are")
    factors = weights if statistic == "weighted_sum" else weights - weights.mean()
    gains, losses = np.clip(factors, 0, None), np.clip(factors, None, 0)
    worst, best = found.low @ gains + found.high @ losses, found.high @ gains + found.low @ losses
    return pd.DataFrame({"model": found.models, "worst": worst, "best": best, "missing": found.missing @ weights})


def reversible(ranked: Ranking, cases: pd.DataFrame) -> list[tuple[str, str]]:
    """Pairs (X, Y) of ranked models in which X stands below Y but may be above, were the missing answers extreme: X's
    best case lies above Y's worst. `cases` has columns model, worst, best. Neighbours first, from the top."""
    table = ranked.table[ranked.table["group"] > 0].merge(cases, on="model")
    models, worst, best = table["model"].tolist(), table["worst"].to_numpy(), table["best"].to_numpy()
    lower, upper = np.nonzero(np.tril(best[:, None] - worst[None, :] > 1e-9, -1))
    order = np.lexsort((upper, lower - upper))
    return [(models[lower[i]], models[upper[i]]) for i in order]
