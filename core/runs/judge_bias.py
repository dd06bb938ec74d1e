"""How the judges of a run read: do they favour their own family, and does length move them?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analysis.bootstrap import Floats
from core.analysis.estimates import Estimate
from core.analysis.judge_bias import length_slope, preference_gap
from core.runs.exams import model_of
from core.runs.judging import family
from core.runs.plan import JUDGE
from core.store import queries, readings
from core.store.database import Store
from core.values.system import system

WORDS = 100.0  # slopes are for so many
KEY = ["model", "item_id", "trial_id"]


@dataclass(frozen=True)
class Preference:
    """A judge that read its own family and others, on one value. `gap`: mean strength of its own less that of the
    others. `beyond`: the same of the difference to the mean of the other judges; None where there are none."""

    judge: str
    value: str
    own: tuple[str, ...]
    gap: Estimate
    beyond: Estimate | None


@dataclass(frozen=True)
class Slope:
    """What `WORDS` more words bring an answer of one model by one judge: `stances`, values on which a stance is taken;
    `strength`, the mean strength over all values."""

    judge: str
    model: str
    stances: Estimate
    strength: Estimate


def judges_of(store: Store, run_id: str) -> list[str]:
    """The single judges that have read a run."""
    found = readings.readings_of(store, run_id)
    return [one.recogniser for one in found if one.read and one.recogniser.startswith(JUDGE)]


def preferences(store: Store, run_id: str) -> list[Preference]:
    """Every judge that read answers of its own family and of others, value by value in the system's order."""
    judges = judges_of(store, run_id)
    table = readings.read_values(store, run_id, judges)
    models = sorted(table["model"].unique())
    found: list[Preference] = []
    for judge in judges:
        own = tuple(model for model in models if family(model) == family(model_of(judge)))
        if own and len(own) < len(models):
            found += _preferences(table, judge, own, _values(store, run_id, table))
    return found


def _values(store: Store, run_id: str, table: pd.DataFrame) -> list[str]:
    there = set(table["value"])
    return [value for value in system(queries.run(store, run_id).system).ids if value in there]


def _preferences(table: pd.DataFrame, judge: str, own: Sequence[str], values: Sequence[str]) -> list[Preference]:
    found = []
    for value in values:
        part = table[table["value"] == value]
        wide = part.pivot_table(index=KEY, columns="recogniser", values="strength", aggfunc="first")
        given = _floats(wide[judge]) if judge in wide else np.full(len(wide), np.nan)
        mine = wide.index.get_level_values("model").isin(own)
        items = wide.index.get_level_values("item_id").to_numpy()
        others = wide.drop(columns=judge, errors="ignore")
        beyond = None
        if len(others.columns):
            beyond = preference_gap(given - _floats(others.mean(axis=1)), mine, items, widest=4.0)
        found.append(Preference(judge, value, tuple(own), preference_gap(given, mine, items), beyond))
    return found


def slopes(store: Store, run_id: str) -> list[Slope]:
    """How length and reading go together, for every judge and model of a run."""
    table = readings.read_values(store, run_id, judges_of(store, run_id))
    if table.empty:
        return []
    table = table.assign(taken=(table["stance"] != "neutral").astype(float))
    each = table.groupby(["recogniser", *KEY], as_index=False).agg(
        taken=("taken", "sum"), strength=("strength", "mean"), values=("value", "size")
    )
    each = each.merge(readings.lengths(store, run_id), on="trial_id")
    return [_slope(str(judge), str(model), part) for (judge, model), part in each.groupby(["recogniser", "model"])]


def _slope(judge: str, model: str, part: pd.DataFrame) -> Slope:
    words, items = _floats(part["words"]) / WORDS, part["item_id"].to_numpy()
    stances = length_slope(words, _floats(part["taken"]), items, span=float(part["values"].max()))
    return Slope(judge, model, stances, length_slope(words, _floats(part["strength"]), items))


def _floats(column: "pd.Series[float]") -> Floats:
    found: Floats = column.to_numpy(dtype=np.float64)
    return found
