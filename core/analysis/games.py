"""Whether behaviour in games is what the orientation shown on the sliders leads one to expect."""

import json
from collections.abc import Mapping

import numpy as np
import pandas as pd

from core.analysis.sheets import mean
from core.methods.hvae.conditions import parse
from core.methods.hvae.payoffs import Decision, of_kind
from core.methods.hvae.rationality import picks

COLUMNS = ["model", "condition", "game", "n", "giving", "low", "high", "type", "as_expected", "by_chance"]


def giving(game: Decision) -> list[float]:
    """What each option leaves to the other, as a share of the most that an option does: 0 nothing, 1 the most."""
    low, high = min(game.other), max(game.other)
    return [(other - low) / (high - low) for other in game.other]


def games(answers: pd.DataFrame, types: Mapping[tuple[str, str], str], expected: bool) -> pd.DataFrame:
    """One row a model, condition and game: `giving` (mean, 0 to 1) with its interval over `n` repetitions;
    `as_expected`, the share of choices that the slider's type (`types` by model and condition, "" for none) would make,
    and what that share is `by_chance`; both NaN without a type. Columns of `answers` as in core.analysis.sheets."""
    rows = []
    known = {game.id: game for game in of_kind("game")}
    asked = answers[answers["item_id"].isin(known)].copy()
    asked["condition"] = [parse(variation).condition.id for variation in asked["variation"]]
    for (model, condition, item), group in asked.groupby(["model", "condition", "item_id"], sort=False):
        game = known[item]
        answered = group[group["choice"].notna()]
        weights = [_weights(row, game, expected) for row in answered.itertuples(index=False)]
        found = mean(np.array([np.dot(each, giving(game)) for each in weights]), (0.0, 1.0))
        kind = types.get((model, condition), "")
        best = picks(game, kind) if kind else ()
        as_expected = [sum(each[option] for option in best) for each in weights] if kind else []
        row = (model, condition, game.name, found.n_items, found.value, found.low, found.high, kind)
        share = float(np.mean(as_expected)) if as_expected else np.nan
        rows.append((*row, share, len(best) / game.size if kind else np.nan))
    return pd.DataFrame(rows, columns=COLUMNS)


def _weights(row: object, game: Decision, expected: bool) -> list[float]:
    stored = getattr(row, "option_probs", None)
    chosen = {str(getattr(row, "choice", "")): 1.0}
    by_option = json.loads(stored) if expected and isinstance(stored, str) else chosen
    return [float(by_option.get(str(option), 0.0)) for option in range(game.size)]
