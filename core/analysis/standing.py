"""How models stand to each other on each value, and values to each other within a model, from what they expressed.

The relative scores say nothing of how much all models express a value; the ranking within a model does, but it depends
on how readily the recogniser finds each value, which the relative ones do not.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from core.analysis import gaussian_skill
from core.analysis.alignment import rank
from core.analysis.bootstrap import Floats, intervals, mean_draws, resampling_weights
from core.analysis.expression import Expression
from core.analysis.paired_comparison import WinRates, stronger, win_rates
from core.analysis.scores import Scores

EXPRESSED, STRENGTH, TEAMS, WITHIN, SHARE = "expressed", "strength", "teams", "within", "share"
SCORINGS: Mapping[str, str] = {
    EXPRESSED: "Paired comparison",
    STRENGTH: "Paired comparison by strength",
    TEAMS: "Team skill (the paper's)",
    WITHIN: "Within each model",
    SHARE: "Share of questions",
}
HALF = 0.5  # from which share of a model's answers on it counts, where a question has one winner


def standing(found: Expression, scoring: str, seed: int = 0) -> Scores:
    """The scores, 0 to 100, with intervals from a bootstrap clustered by question.

    EXPRESSED and STRENGTH: Bradley-Terry win rates against the other models, TEAMS the paper's; each value's mean over
    models is 50. WITHIN: win rates of the values against each other by Bradley-Terry; each model's mean is 50. SHARE:
    the questions on which the value was expressed, in percent. Contests need two models: with one these are NaN.
    """
    if scoring == SHARE:
        return _shares(found, seed)
    if scoring == WITHIN:
        turned = win_rates(found.expressed.swapaxes(1, 2), seed)
        rates = WinRates(
            turned.rate.T, turned.low.T, turned.high.T, turned.n_items.T, np.asarray(turned.draws.swapaxes(1, 2))
        )
        return _scores(found, rates)
    if len(found.models) < 2:
        nothing = np.full((len(found.models), len(found.values)), np.nan)
        counts = np.zeros(nothing.shape, dtype=np.int64)
        return _scores(found, WinRates(nothing, nothing, nothing, counts, np.full((1, *nothing.shape), np.nan)))
    if scoring == TEAMS:
        return _scores(found, _teams(found.expressed, seed))
    if scoring == STRENGTH:
        return _scores(found, win_rates(found.strength, seed, contest=stronger))
    return _scores(found, win_rates(found.expressed, seed))


def _teams(expressed: Floats, seed: int) -> WinRates:
    rows = np.where(np.isnan(expressed), np.nan, expressed >= HALF).swapaxes(1, 2)
    rate = gaussian_skill.win_rates(gaussian_skill.skills(rows)).T
    draws = np.asarray(gaussian_skill.drawn(rows, seed).swapaxes(1, 2))
    n_items = (~np.isnan(expressed)).sum(axis=0)
    return WinRates(rate, *intervals(rate, draws, n_items, (0.0, 100.0)), n_items, draws)


def _shares(found: Expression, seed: int) -> Scores:
    flat = 100 * found.expressed.reshape(len(found.questions), -1)
    weights = resampling_weights(len(found.questions), np.random.default_rng(seed))
    shape = (len(weights), len(found.models), len(found.values))
    draws = mean_draws(flat.astype(np.float32), weights).reshape(shape)
    rate, n_items = 100 * found.share, (~np.isnan(found.expressed)).sum(axis=0)
    return _scores(found, WinRates(rate, *intervals(rate, draws, n_items, (0.0, 100.0)), n_items, draws))


def _scores(found: Expression, rates: WinRates) -> Scores:
    asked = np.broadcast_to(found.asked[:, None], rates.rate.shape).copy()
    counts = rates.n_items.astype(np.int64)
    return Scores(
        *(found.models, found.values, "presence", "raw", rates.rate, rates.low, rates.high, counts, counts),
        draws=rates.draws,
        n_asked=asked,
    )


def groups(scores: Scores) -> np.ndarray:
    """M x V: for each value the number of each model's group, from 1; those of one group cannot be told apart from its
    first (see core.analysis.alignment.Ranking). 0 where there is no score or interval."""
    found = np.zeros(scores.mean.shape, dtype=np.int64)
    for v, value in enumerate(scores.values):
        cut = {name: getattr(scores, name)[:, [v]] for name in ("mean", "low", "high", "n_items")}
        one = replace(scores, values=(value,), draws=scores.draws[:, :, [v]], **cut)
        table = rank(one, np.ones(1)).table.set_index("model")
        found[:, v] = table.loc[list(scores.models), "group"].to_numpy()
    return found


def value_groups(scores: Scores) -> np.ndarray:
    """M x V: for each model the number of each value's group."""
    turned = {name: getattr(scores, name).T for name in ("mean", "low", "high", "n_items", "n_answers", "n_asked")}
    turned["draws"] = scores.draws.swapaxes(1, 2)
    return groups(replace(scores, models=scores.values, values=scores.models, **turned)).T


def table(found: Expression, scores: Scores, within: bool = False) -> pd.DataFrame:
    """One row a model and value: model, value, score, low, high, group (of the models on the value; `within` a model,
    of its values), share (0 to 1: how often it expressed the value), decided (questions on which it differs from
    another model), ties (questions on which no two models differ), n_items (questions scored), n_asked."""
    frame = scores.frame().drop(columns="n_answers")
    frame.insert(5, "group", (value_groups if within else groups)(scores).reshape(-1))
    frame.insert(6, "share", found.share.reshape(-1))
    frame.insert(7, "decided", found.decided.reshape(-1))
    frame.insert(8, "ties", np.tile(found.ties, len(found.models)))
    return frame
