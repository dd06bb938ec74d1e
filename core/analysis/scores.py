"""Scores per model and value, raw and ipsatised, with n and interval."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.bootstrap import Floats, intervals, mean_draws, resampling_weights

Kind = Literal["raw", "ipsatised"]


@dataclass(frozen=True)
class Scores:
    """Scores of M models on V values from B bootstrap draws clustered by item.

    `mean`, `low`, `high`: M x V. Raw scores lie in [-100, 100] where stance was measured, in [0, 100] where presence
    was; ipsatised ones are differences from the model's own mean over the values. M x V too: `n_items` and `n_answers`
    scored, and `n_asked`, the questions asked to get them. `draws`: B x M x V. NaN: nothing scored, or (low, high)
    fewer than MIN_ITEMS items.
    """

    models: tuple[str, ...]
    values: tuple[str, ...]
    measure: str
    kind: Kind
    mean: Floats
    low: Floats
    high: Floats
    n_items: NDArray[np.int64]
    n_answers: NDArray[np.int64]
    draws: Floats
    n_asked: NDArray[np.int64]

    @property
    def bounds(self) -> tuple[float, float]:
        """The range a score can take."""
        low = -100.0 if self.measure == "stance" else 0.0
        return (low - 100.0, 100.0 - low) if self.kind == "ipsatised" else (low, 100.0)

    @property
    def fingerprint(self) -> str:
        """Equal for equal scores: what a cache may go by."""
        held = b"".join(array.tobytes() for array in (self.mean, self.low, self.high, self.n_answers))
        names = repr((self.models, self.values, self.measure, self.kind))
        return hashlib.sha256(names.encode() + held).hexdigest()

    def frame(self) -> pd.DataFrame:
        """One row per model and value: model, value, score, low, high, n_items, n_answers, n_asked."""
        index = pd.MultiIndex.from_product([self.models, self.values], names=["model", "value"])
        columns = {
            "score": self.mean,
            "low": self.low,
            "high": self.high,
            "n_items": self.n_items,
            "n_answers": self.n_answers,
            "n_asked": self.n_asked,
        }
        return pd.DataFrame({name: array.reshape(-1) for name, array in columns.items()}, index=index).reset_index()

    def only(self, models: Sequence[str]) -> "Scores":
        """The scores of some of the models, in the order given; unknown names are left out."""
        keep = [self.models.index(model) for model in models if model in self.models]
        cut = {name: getattr(self, name)[keep] for name in ("mean", "low", "high", "n_items", "n_answers", "n_asked")}
        return replace(self, models=tuple(self.models[i] for i in keep), draws=self.draws[:, keep], **cut)


def score(
    items: pd.DataFrame, values: Sequence[str], measure: str, seed: int = 0, due: pd.DataFrame | None = None
) -> Scores:
    """Raw scores from mean strengths per model x item x value (columns model, item_id, value, strength, n). `due` (one
    row a model x value, see analysis.bounds) says how many questions were asked; without it, those that were scored.

    Every item counts once, however many answers it has. All models share the resamples of items, so their
    differences are paired on the items they have in common. The order of the rows does not matter.
    """
    models = tuple(sorted(items["model"].unique()))
    cells, answers = _cube(items, models, values)
    weights = resampling_weights(len(cells), np.random.default_rng(seed))
    columns = cells.reshape(len(cells), len(models) * len(values))
    draws = mean_draws(columns, weights).reshape(len(weights), len(models), len(values))
    n_items = (~np.isnan(cells)).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.nansum(cells, axis=0, dtype=np.float64) / np.where(n_items == 0, np.nan, n_items)
    bounds = (-100.0, 100.0) if measure == "stance" else (0.0, 100.0)
    low, high = intervals(mean, draws, n_items, bounds)
    asked = answers if due is None else grid(due, "asked", models, values).astype(np.int64)
    return Scores(models, tuple(values), measure, "raw", mean, low, high, n_items, answers, draws, asked)


def in_common(items: pd.DataFrame) -> tuple[int, int]:
    """How many items every model was scored on, and how many the model with the fewest was; rows as for `score`."""
    pairs = items[["model", "item_id"]].drop_duplicates().astype({"model": "category"})
    of_models = pairs["model"].cat.remove_unused_categories().value_counts()
    everywhere = pairs["item_id"].value_counts() == len(of_models)
    return int(everywhere.sum()) if len(pairs) else 0, int(of_models.min()) if len(pairs) else 0


def grid(frame: pd.DataFrame, column: str, models: Sequence[str], values: Sequence[str]) -> Floats:
    """A column of a frame with one row a model x value, as M x V; 0 where there is no row."""
    cells = pd.Series(frame[column].to_numpy(np.float64), pd.MultiIndex.from_frame(frame[["model", "value"]]))
    every = pd.MultiIndex.from_product([models, values])
    found: Floats = cells.reindex(every, fill_value=0.0).to_numpy().reshape(len(models), len(values))
    return found


def ipsatised(raw: Scores) -> Scores:
    """The scores centred within each model (and each draw): what it expresses more or less than its own average.

    A model that has no score on one of the values has no ipsatised scores: its average is not comparable.
    """
    mean = raw.mean - raw.mean.mean(axis=1, keepdims=True)
    draws = raw.draws - raw.draws.mean(axis=2, keepdims=True)
    spread = raw.bounds[1] - raw.bounds[0]
    low, high = intervals(mean, draws, raw.n_items, (-spread, spread))
    return replace(raw, kind="ipsatised", mean=mean, low=low, high=high, draws=draws)


def _cube(
    items: pd.DataFrame, models: Sequence[str], values: Sequence[str]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Strengths as items x models x values (NaN = missing), times 100, and answers counted per model x value."""
    kept = items[items["value"].isin(list(values))]
    names = sorted(kept["item_id"].unique())  # sorted: the same rows in any order give the same draws
    item = pd.Categorical(kept["item_id"], categories=names).codes
    model = pd.Categorical(kept["model"], categories=list(models)).codes
    value = pd.Categorical(kept["value"], categories=list(values)).codes
    cells = np.full((len(names), len(models), len(values)), np.nan, dtype=np.float32)
    cells[item, model, value] = 100.0 * kept["strength"].to_numpy(dtype=np.float32)
    answers = np.zeros((len(models), len(values)), dtype=np.int64)
    np.add.at(answers, (model, value), kept["n"].to_numpy(dtype=np.int64))
    return cells, answers
