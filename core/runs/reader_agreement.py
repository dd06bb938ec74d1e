"""How far the readings of one run agree, value by value."""

from collections.abc import Sequence
from dataclasses import dataclass

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
    """One value: agreement over `answers` read by two or more. `kappa` is linearly weighted and there with exactly two
    readings only. `verdict` is alpha's in words."""

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
    """Per value of the run's system, in its order, how far these readings' stances agree; intervals resample scenarios.
    Raises UserError when they cannot be compared."""
    measure = comparable(chosen(store, run_id, recognisers))
    table = readings.read_values(store, run_id, recognisers)
    return of_readers(table, measure, system(queries.run(store, run_id).system).ids)


def of_readers(table: pd.DataFrame, measure: str, values: Sequence[str]) -> list[ValueAgreement]:
    """The same for any who read: rows of trial_id, item_id, recogniser, value, stance."""
    scale = {stance: place for place, stance in enumerate(SCALES[measure])}
    table = table.assign(code=table["stance"].map(scale).astype(float))
    wide = table.pivot_table(
        index=["value", "item_id", "trial_id"], columns="recogniser", values="code", aggfunc="first"
    )
    return [_of_value(value, wide, len(scale)) for value in values if value in wide.index.get_level_values("value")]


def _of_value(value: str, wide: pd.DataFrame, size: int) -> ValueAgreement:
    part = wide.xs(value, level="value")
    ratings: Floats = part.to_numpy(dtype=np.float64)
    items = part.index.get_level_values("item_id").to_numpy()
    places = tuple(float(place) for place in range(size))
    alpha = krippendorff_alpha(ratings, "ordinal", items)
    both = ratings.shape[1] == 2
    kappa = cohen_kappa(ratings[:, 0], ratings[:, 1], "linear", places, items) if both else None
    twice = int(((~np.isnan(ratings)).sum(axis=1) >= 2).sum())
    others = gwet_ac1(ratings, places, items), percent_agreement(ratings, items)
    return ValueAgreement(value, twice, alpha, *others, kappa, verdict(alpha.value))
