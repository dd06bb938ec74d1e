"""Answers that one model gave in personas, in one array."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.bootstrap import Floats
from core.items.bank import ItemBank
from core.methods.personas import ORDERS, parts


@dataclass(frozen=True, eq=False)
class PersonaAnswers:
    """`values` (P x I x W x 2): 1 (not like me at all) to 6, or the answer expected under the model's probabilities,
    for each persona, item of the bank, wording and order of the options; NaN where there is none. `squares`: the
    expected square of the answer. `outcomes`: the calls of each persona (rows) by how they ended (columns)."""

    personas: tuple[str, ...]
    wordings: tuple[str, ...]
    values: Floats
    squares: Floats
    outcomes: pd.DataFrame

    def of(self, persona: str) -> int:
        """The place of a persona."""
        return self.personas.index(persona)


def persona_answers(bank: ItemBank, table: pd.DataFrame, personas: Sequence[str]) -> PersonaAnswers:
    """Answers from a long table with columns item_id, variation, outcome, value, square (NaN = no answer), personas in
    the order of `personas`. Items that are not the bank's stay out; several answers to one question are averaged."""
    used = table[table["item_id"].isin(bank.places)]
    found: Mapping[str, tuple[str, str, str]] = {
        name: (persona.id, wording.id, order)
        for name in used["variation"].unique()
        for persona, wording, order in (parts(str(name)),)
    }
    names = tuple(name for name in personas if name in {persona for persona, _, _ in found.values()})
    wordings = tuple(dict.fromkeys(wording for _, wording, _ in found.values()))
    used = used[[found[name][0] in names for name in used["variation"]]]
    spread = pd.DataFrame([found[name] for name in used["variation"]], columns=["persona", "wording", "order"])
    shape = (len(names), len(bank.items), len(wordings), len(ORDERS))
    cell = np.ravel_multi_index(
        (
            _codes(spread["persona"], names),
            used["item_id"].map(bank.places).to_numpy(dtype=np.int64),
            _codes(spread["wording"], wordings),
            _codes(spread["order"], tuple(ORDERS)),
        ),
        shape,
    )
    values, squares = (_means(cell, used[name].to_numpy(dtype=np.float64), shape) for name in ("value", "square"))
    outcomes = pd.crosstab(spread["persona"].to_numpy(), used["outcome"].to_numpy()).reindex(list(names))
    outcomes.index.name, outcomes.columns.name = "persona", None
    return PersonaAnswers(names, wordings, values, squares, outcomes)


def _codes(column: "pd.Series[str]", names: Sequence[str]) -> NDArray[np.int64]:
    places: NDArray[np.int64] = column.map({name: at for at, name in enumerate(names)}).to_numpy(dtype=np.int64)
    return places


def _means(cell: NDArray[np.int64], numbers: Floats, shape: tuple[int, ...]) -> Floats:
    known, size = ~np.isnan(numbers), int(np.prod(shape))
    count = np.bincount(cell[known], minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        means: Floats = np.bincount(cell[known], numbers[known], minlength=size) / count
    return means.reshape(shape)
