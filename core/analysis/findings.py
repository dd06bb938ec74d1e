"""Findings as sentences that tests have earned: what passed the correction and an interval that leaves out none."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.bootstrap import Floats, intervals, mean_draws, resampling_weights
from core.analysis.corrections import ALPHA, CORRECTIONS
from core.analysis.effect import standardised_interval
from core.analysis.paired import Cells, Tests, paired_tests

MOST = 200  # sentences written; a longer list nobody reads
OWN = "own average"


@dataclass(frozen=True)
class Claim:
    """One difference that holds: `first` less `second` on `value`, in points, with its interval (bootstrap by item).
    It is positive, but where `second` is OWN, the model's mean over all values, which a value may also lie below. `p`
    is uncorrected, `corrected` after it; `effect` is d_z with its interval; `n`, the items in common."""

    first: str
    second: str
    value: str
    difference: float
    low: float
    high: float
    p: float
    corrected: float
    effect: float
    effect_low: float
    effect_high: float
    n: int


@dataclass(frozen=True)
class Findings:
    """`claims`, the largest effects first, MOST at most. `tested`: comparisons made; `kept`: those below ALPHA after
    the correction; `dropped`: of those written out, how many had an interval that includes none; `untested`:
    comparisons with too few items in common or no variation."""

    claims: tuple[Claim, ...]
    tested: int
    kept: int
    dropped: int
    untested: int
    correction: str


def findings(cells: Cells, pairs: NDArray[np.int64], correction: str = "holm", seed: int = 0) -> Findings:
    """Each subject's values against its own average, and each of `pairs` (P x 2) on every value: one family of
    comparisons, all corrected together."""
    size = len(cells.subjects)
    widened = with_own_average(cells)
    own = np.column_stack([np.arange(size), np.arange(size) + size])
    found = paired_tests(widened, np.vstack([own, pairs]).astype(np.int64))
    corrected = CORRECTIONS[correction][1](found.p)
    kept = np.argwhere(corrected < ALPHA)
    order = np.argsort(-np.abs(found.effect[kept[:, 0], kept[:, 1]]), kind="stable")
    rows, columns = kept[order[:MOST]].T
    low, high = _intervals(widened, found, rows, columns, seed)
    sure = (low > 0) | (high < 0)
    d_low, d_high = standardised_interval(found.effect[rows, columns], found.n[rows, columns])
    claims = [
        _claim(widened, found, corrected, int(r), int(c), ends)
        for r, c, ends, ok in zip(rows, columns, zip(low, high, d_low, d_high, strict=True), sure, strict=True)
        if ok
    ]
    known = int((~np.isnan(found.p)).sum())
    return Findings(tuple(claims), known, len(kept), int((~sure).sum()), found.p.size - known, correction)


def with_own_average(cells: Cells) -> Cells:
    """The cells with a second half of subjects: each one's mean over the values, item by item, on every value."""
    own = np.repeat(cells.scores.mean(axis=2, keepdims=True), len(cells.values), axis=2)
    scores = np.concatenate([cells.scores, own], axis=1)
    return replace(cells, subjects=cells.subjects + tuple(OWN for _ in cells.subjects), scores=scores)


def _intervals(
    cells: Cells, found: Tests, rows: NDArray[np.int64], columns: NDArray[np.int64], seed: int
) -> tuple[Floats, Floats]:
    """Bootstrap intervals of some of the differences, (K,) each."""
    pairs = found.pairs[rows]
    gap = cells.scores[:, pairs[:, 0], columns] - cells.scores[:, pairs[:, 1], columns]
    weights = resampling_weights(len(cells.items), np.random.default_rng(seed))
    draws = mean_draws(gap.astype(np.float32), weights)
    reach = cells.bounds[1] - cells.bounds[0]
    return intervals(found.mean[rows, columns], draws, found.n[rows, columns], (-reach, reach))


def _claim(
    cells: Cells, found: Tests, corrected: Floats, row: int, column: int, ends: tuple[float, float, float, float]
) -> Claim:
    """The difference turned so that it is positive; but below a model's own average stays below."""
    first, second = (cells.subjects[i] for i in found.pairs[row])
    turned = found.mean[row, column] < 0 and second != OWN
    low, high, d_low, d_high = (float(end) for end in ends)
    sign = -1.0 if turned else 1.0
    if turned:
        first, second, low, high, d_low, d_high = second, first, -high, -low, -d_high, -d_low
    return Claim(
        first=first,
        second=second,
        value=cells.values[column],
        difference=sign * float(found.mean[row, column]),
        low=low,
        high=high,
        p=float(found.p[row, column]),
        corrected=float(corrected[row, column]),
        effect=sign * float(found.effect[row, column]),
        effect_low=d_low,
        effect_high=d_high,
        n=int(found.n[row, column]),
    )


def evidence(cells: Cells, claim: Claim) -> pd.DataFrame:
    """The table behind a claim, a row an item: item_id, first, second, difference, the largest first. By item that both
    were scored on."""
    v, one = cells.values.index(claim.value), cells.scores[:, cells.subjects.index(claim.first)]
    other = one.mean(axis=1) if claim.second == OWN else cells.scores[:, cells.subjects.index(claim.second), v]
    frame = pd.DataFrame({"item_id": cells.items, "first": one[:, v], "second": other})
    frame = frame.assign(difference=frame["first"] - frame["second"]).dropna()
    return frame.sort_values("difference", ascending=False, kind="stable", ignore_index=True)


def claims_table(found: Findings) -> pd.DataFrame:
    """One row a claim, with all its figures."""
    return pd.DataFrame([vars(claim) for claim in found.claims], columns=list(Claim.__dataclass_fields__))
