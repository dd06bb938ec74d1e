"""Answers to a bank's items in one array, whether they were imported or given in one's own runs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.bootstrap import Floats
from core.errors import UserError
from core.items.bank import VARIATIONS, ItemBank

LOW, HIGH = 1.0, 6.0


@dataclass(frozen=True, eq=False)
class Answers:
    """`values` (M x I x V): 1 (not like me at all) to 6 (very much like me), or the expected value of the six under the
    probabilities a model gave them; NaN where there is none. Items are the bank's, in its order, variations VARIATIONS.
    `refused` (M x I x V) marks those missing because the model declined, `asked` all that were asked."""

    models: tuple[str, ...]
    values: Floats
    refused: NDArray[np.bool_]
    asked: NDArray[np.bool_]

    @cached_property
    def available(self) -> Floats:
        """M x I: the mean over whatever variations were answered. Where they are not balanced it leans to one order."""
        return _mean(self.values)

    @cached_property
    def paired(self) -> Floats:
        """M x I: the mean over the wordings that were answered in both orders; where no wording was asked in both,
        over what was asked."""
        forward, backward = self.values[..., 0::2], self.values[..., 1::2]
        both = _mean((forward + backward) / 2)
        never = ~(self.asked[..., 0::2] & self.asked[..., 1::2]).any(axis=(1, 2))
        both[never] = self.available[never]
        return both

    def only(self, models: Sequence[str]) -> "Answers":
        """The same of some models, in this order."""
        rows = [self.models.index(model) for model in models]
        return replace(
            self, models=tuple(models), values=self.values[rows], refused=self.refused[rows], asked=self.asked[rows]
        )


def _mean(values: Floats) -> Floats:
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        means: Floats = np.where(known, values, 0.0).sum(axis=-1) / known.sum(axis=-1)
    return means


def answers_of(bank: ItemBank, table: pd.DataFrame) -> Answers:
    """Answers from a long table with columns model, item_id, variation, value (1..6 or NaN) and refused (bool).

    Rows of other items or variations stay out. Several answers of one model to one item and variation (epochs) are
    averaged. Raises UserError naming the first value outside 1..6.
    """
    used = table[table["item_id"].isin(bank.places) & table["variation"].isin(VARIATIONS)]
    wrong = used[~used["value"].between(LOW, HIGH) & used["value"].notna()]
    if len(wrong):
        row = wrong.iloc[0]
        raise UserError(
            f"The answer of {row['model']} to {row['item_id']} ({row['variation']}) is {row['value']:g}; answers lie "
            f"between {LOW:g} and {HIGH:g}."
        )
    codes, names = pd.factorize(used["model"])
    models = tuple(str(name) for name in names)
    places = used["item_id"].map(bank.places).to_numpy(dtype=np.int64)
    columns = used["variation"].map({name: at for at, name in enumerate(VARIATIONS)}).to_numpy(dtype=np.int64)
    shape = (len(models), len(bank.items), len(VARIATIONS))
    cell = np.ravel_multi_index((codes, places, columns), shape) if len(used) else np.empty(0, dtype=np.int64)
    numbers = used["value"].to_numpy(dtype=np.float64)
    known, size = ~np.isnan(numbers), int(np.prod(shape))
    count = np.bincount(cell[known], minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = np.bincount(cell[known], numbers[known], minlength=size) / count
    declined = np.bincount(cell[used["refused"].to_numpy(dtype=bool)], minlength=size) > 0
    asked = np.bincount(cell, minlength=size) > 0
    return Answers(
        models,
        values.reshape(shape),
        (declined & np.isnan(values)).reshape(shape),
        asked.reshape(shape),
    )


def joined(first: Answers, second: Answers) -> Answers:
    """The models of both; of a name in both the first one's answers count."""
    rest = second.only([model for model in second.models if model not in first.models])
    return Answers(
        first.models + rest.models,
        np.concatenate([first.values, rest.values]),
        np.concatenate([first.refused, rest.refused]),
        np.concatenate([first.asked, rest.asked]),
    )
