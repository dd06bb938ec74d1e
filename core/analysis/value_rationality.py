"""How far models follow the values they are told to hold (our definition: core.methods.hvae.rationality), and what
telling them, and letting them set a goal first, changes."""

import numpy as np
import pandas as pd

from core.analysis.bootstrap import Floats
from core.analysis.classification import wilson
from core.analysis.estimates import Estimate, one, resampled, undefined
from core.analysis.orientation import position
from core.analysis.sheets import Sheets, mean, paired
from core.methods.hvae.angles import ORIENTATIONS, angle, reach
from core.methods.hvae.conditions import Condition, condition_of, conditions
from core.methods.hvae.payoffs import STEPS, of_kind
from core.methods.hvae.rationality import above_chance, picks
from core.methods.hvae.sheets import chance, chance_types

UNPAIRED = "No repetition was asked in both conditions."


def value_rationality(sheets: Sheets) -> pd.DataFrame:
    """One row a model, condition and target (in the natural condition all four, as what is there to begin with):
    `rationality` in [0, 1], and `above`, the same over chance (0 what random answers reach, 1 perfect), with interval;
    `hits`, the share of `n` repetitions of the target's type, with its Wilson interval; `consistent`, the share of
    choices that are just what the target likes best; and what each is by chance. Where choices are made by position
    there are no types, so no hits."""
    rows = []
    for model, condition in sheets.groups:
        of = sheets.of(model, condition)
        target = condition_of(condition).target
        rows += [_row(of, model, condition, each) for each in ([target] if target else ORIENTATIONS)]
    return pd.DataFrame(rows)


def _row(of: Sheets, model: str, condition: str, target: str) -> dict[str, object]:
    found = mean(of.rationality(target), (0.0, 1.0))
    above = [float(above_chance(x, chance()[target])) for x in (found.value, found.low, found.high)]
    n = len(of.about)
    hits = np.nan if position(of).flagged else float(of.hits(target).sum())
    low, high = wilson(hits, n)
    return {
        "model": model,
        "condition": condition,
        "target": target,
        "n": n,
        "rationality": found.value,
        "low": found.low,
        "high": found.high,
        "by_chance": chance()[target],
        "above": above[0],
        "above_low": above[1],
        "above_high": above[2],
        "hits": hits / n if n else np.nan,
        "hits_low": float(low),
        "hits_high": float(high),
        "hits_by_chance": chance_types()[target],
        "consistent": float(of.consistent(target).mean()) if n else np.nan,
        "consistent_by_chance": float(np.mean([len(picks(s, target)) / STEPS for s in of_kind("primary")])),
    }


def contrasts(sheets: Sheets) -> pd.DataFrame:
    """What the conditions change, each paired by repetition: `kind` "shift" (degrees from natural to induced), "span"
    (from competitive to altruistic, as a share of all there is to reach) and "goal" (value rationality over chance with
    the goal less that without), with `value`, `low`, `high` and `n` pairs."""
    rows = []
    for model in dict.fromkeys(model for model, _ in sheets.groups):
        for condition in conditions():
            if condition.target:
                rows.append(_entry(model, "shift", condition, _angles_apart(sheets, model, condition, Condition())))
            if condition.target == ORIENTATIONS[0]:
                other = Condition(ORIENTATIONS[-1], condition.own_words, condition.goal)
                share = _angles_apart(sheets, model, condition, other, reach()[1] - reach()[0])
                rows.append(_entry(model, "span", condition, share))
            if condition.goal:
                rows.append(_entry(model, "goal", condition, _goal_effect(sheets, model, condition)))
    found = [row for row in rows if row["n"]]
    return pd.DataFrame(found, columns=["model", "kind", "condition", "target", "value", "low", "high", "n"])


def _entry(model: str, kind: str, condition: Condition, found: Estimate) -> dict[str, object]:
    about = {"model": model, "kind": kind, "condition": condition.id, "target": condition.target}
    return {**about, "value": found.value, "low": found.low, "high": found.high, "n": found.n_items}


def _angles_apart(sheets: Sheets, model: str, condition: Condition, base: Condition, unit: float = 1.0) -> Estimate:
    first, second = paired(sheets.of(model, condition.id), sheets.of(model, base.id))
    if not len(first.about):
        return undefined(UNPAIRED)
    means = [first.divisions(), second.divisions()]

    def apart(weights: Floats) -> Floats:
        total = [weights @ each / weights.sum(axis=1, keepdims=True) for each in means]
        angles = [angle(each[:, 0], each[:, 1]) for each in total]
        return ((angles[0] - angles[1]) / unit)[:, None]

    most = (reach()[1] - reach()[0]) / unit
    return one(resampled(apart, np.arange(len(first.about)), 0), len(first.about), (-most, most))


def _goal_effect(sheets: Sheets, model: str, condition: Condition) -> Estimate:
    base = Condition(condition.target, condition.own_words)
    first, second = paired(sheets.of(model, condition.id), sheets.of(model, base.id))
    gained = (first.rationality(condition.target) - second.rationality(condition.target)) if len(first.about) else None
    if gained is None:
        return undefined(UNPAIRED)
    most = 1 / (1 - chance()[condition.target])
    return mean(gained * most, (-most, most))
