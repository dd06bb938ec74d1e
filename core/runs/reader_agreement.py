"""How far the readings of one run agree, value by value."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from core.analysis.agreement import cohen_kappa, gwet_ac1, krippendorff_alpha, percent_agreement
from core.analysis.bootstrap import Floats
from core.analysis.estimates import Estimate
from core.errors import UserError
from core.store import queries, readings
from core.store.database import Store
from core.store.readings import ReadingOf
from core.values.system import system

SCALES = {"stance": ("opposes", "neutral", "supports"), "presence": ("absent", "present")}
GOOD, TENTATIVE = 0.8, 0.667


@dataclass(frozen=True)
class ValueAgreement:
    """One value, or "" for all of them pooled: agreement over `answers` read by two or more. `kappa` is linearly
    weighted and there with exactly two readings only. `verdict` is alpha's in words."""

    value: str
    answers: int
    alpha: Estimate
    ac1: Estimate
    percent: Estimate
    kappa: Estimate | None
    verdict: str


def comparable(found: Sequence[ReadingOf]) -> str:
    """The measure these readings share; raises UserError when there are too few of them or they measure two things."""
    if len(found) < 2:
        raise UserError("Choose at least two readings that have values.")
    measures = {one.measure for one in found}
    if len(measures) > 1:
        raise UserError(
            "Readings that measure presence and readings that measure stance say different things and are not mixed: "
            "choose readings of one kind."
        )
    return measures.pop()


def chosen(store: Store, run_id: str, recognisers: Sequence[str]) -> list[ReadingOf]:
    """These readings of a run; raises UserError where one is unknown or has no values."""
    known = {one.recogniser: one for one in readings.readings_of(store, run_id) if one.read}
    if missing := [name for name in recognisers if name not in known]:
        raise UserError(f"The run {run_id} has no reading {missing[0]!r} with values.")
    return [known[name] for name in dict.fromkeys(recognisers)]


def verdict(alpha: float) -> str:
    """Krippendorff's (2004) customary thresholds: .8 to rely on, .667 for tentative conclusions."""
    if np.isnan(alpha):
        return "undefined"
    if alpha >= GOOD:
        return "good"
    return "tentative" if alpha >= TENTATIVE else "too low to rely on"


def agreement(store: Store, run_id: str, recognisers: Sequence[str]) -> list[ValueAgreement]:
    """Per value of the run's system, in its order, and over all of them pooled, how far these readings' stances agree;
    intervals resample scenarios. Raises UserError when they cannot be compared."""
    measure = comparable(chosen(store, run_id, recognisers))
    table = readings.read_values(store, run_id, recognisers)
    return of_readers(table, measure, system(queries.run(store, run_id).system).ids)


def of_readers(table: pd.DataFrame, measure: str, values: Sequence[str]) -> list[ValueAgreement]:
    """The same for any who read: rows of trial_id, item_id, recogniser, value, stance."""
    wide, size = _codes(table, measure)
    there = set(wide.index.get_level_values("value"))
    parts = [_of_value(value, wide.xs(value, level="value"), size) for value in values if value in there]
    return [*parts, _of_value("", wide, size)]


@dataclass(frozen=True)
class PairAgreement:
    """Two readings of a run, over all values pooled: linearly weighted kappa, and the share of same stances."""

    one: str
    other: str
    kappa: Estimate
    percent: Estimate


def pairs(store: Store, run_id: str, recognisers: Sequence[str]) -> list[PairAgreement]:
    """Every two of these readings compared. Raises UserError when they cannot be."""
    measure = comparable(chosen(store, run_id, recognisers))
    wide, size = _codes(readings.read_values(store, run_id, recognisers), measure)
    items = wide.index.get_level_values("item_id").to_numpy()
    found = []
    for one, other in combinations(wide.columns, 2):
        ratings: Floats = wide[[one, other]].to_numpy(dtype=np.float64)
        kappa = cohen_kappa(ratings[:, 0], ratings[:, 1], "linear", _places(size), items)
        found.append(PairAgreement(one, other, kappa, percent_agreement(ratings, items)))
    return found


def _codes(table: pd.DataFrame, measure: str) -> tuple[pd.DataFrame, int]:
    """The place of each stance on its scale, answers and values x readings, and how many places there are."""
    scale = {stance: place for place, stance in enumerate(SCALES[measure])}
    table = table.assign(code=table["stance"].map(scale).astype(float))
    index = ["value", "item_id", "trial_id"]
    return table.pivot_table(index=index, columns="recogniser", values="code", aggfunc="first"), len(scale)


def _places(size: int) -> tuple[float, ...]:
    return tuple(float(place) for place in range(size))


def _of_value(value: str, part: pd.DataFrame, size: int) -> ValueAgreement:
    ratings: Floats = part.to_numpy(dtype=np.float64)
    items = part.index.get_level_values("item_id").to_numpy()
    places = _places(size)
    alpha = krippendorff_alpha(ratings, "ordinal", items)
    both = ratings.shape[1] == 2
    kappa = cohen_kappa(ratings[:, 0], ratings[:, 1], "linear", places, items) if both else None
    twice = int(part.index.get_level_values("trial_id")[(~np.isnan(ratings)).sum(axis=1) >= 2].nunique())
    others = gwet_ac1(ratings, places, items), percent_agreement(ratings, items)
    return ValueAgreement(value, twice, alpha, *others, kappa, verdict(alpha.value))
