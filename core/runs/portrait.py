"""Running an item bank: which of its items a plan asks, and what its answers come to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analysis.portrait.tags import Tags, tagged, written_tags
from core.errors import UserError
from core.items.bank import REVERSED, VARIATIONS, WORDINGS, ItemBank
from core.items.bank_suite import suite_of
from core.items.dimensions import DIMENSIONS, IDS, VALUES, of_system
from core.items.item import Suite
from core.items.shipped_banks import shipped_banks
from core.methods.base import Asking
from core.methods.portrait import Portrait
from core.models.base import ModelSpec
from core.runs.plan import Plan
from core.store import banks
from core.store.database import Store

PREFIX = "bank:"
OWN, PUBLISHED_WORDS = "own", "published"
BOTH_ORDERS = (WORDINGS[0], WORDINGS[0] + REVERSED)
# Which items are asked.
SELECTIONS: Mapping[str, str] = {
    "all": "all items",
    "tagged": "items that stand for a value, a higher-order value or a trait",
    "values": "items that stand for one of the ten values",
    "few": "at most ten items for each of the ten values, from different situations",
}
MOST_A_VALUE = 10


@dataclass(frozen=True)
class Mode:
    """A way to run a bank: which items, in which variations, and what it gives up."""

    id: str
    name: str
    selection: str
    variations: tuple[str, ...]
    about: str


MODES: Mapping[str, Mode] = {
    mode.id: mode
    for mode in (
        Mode("full", "Full", "all", VARIATIONS, "every item in six variations: all scorers, the narrowest intervals"),
        Mode("values", "The ten values", "values", VARIATIONS, "enough for the published scores of the ten values"),
        Mode("cheap", "Cheap", "values", BOTH_ORDERS, "one wording in both orders: wider intervals, wording unknown"),
    )
}


def open_bank(store: Store, bank_id: str) -> ItemBank:
    """A shipped bank or one of the person's own; raises UserError when there is none of that id."""
    return shipped_banks()[bank_id] if bank_id in shipped_banks() else banks.load_bank(store, bank_id)


def tags_of(bank: ItemBank) -> Tags:
    """What its items stand for: by correlation (rho > .3, p < .05), or what they were written for."""
    found = bank.best()
    return tagged(found) if found is not None else written_tags(bank)


def stakes(bank: ItemBank) -> dict[str, tuple[str, ...]]:
    """The values among the ten that each item stands for, by id."""
    positive = tags_of(bank).positive
    columns = of_system(VALUES)
    return {item.id: tuple(IDS[c] for c in columns if positive[row, c]) for row, item in enumerate(bank.items)}


def selected(bank: ItemBank, selection: str) -> frozenset[str]:
    """The ids of the items that a selection takes; raises UserError for one that does not exist."""
    if selection not in SELECTIONS:
        raise UserError(f"There is no selection of items {selection!r}; there are {', '.join(SELECTIONS)}.")
    positive = tags_of(bank).positive
    if selection == "few":
        return frozenset(bank.items[row].id for column in of_system(VALUES) for row in _few(bank, positive[:, column]))
    columns = list(of_system(VALUES)) if selection == "values" else list(range(len(DIMENSIONS)))
    taken = np.ones(len(bank.items), dtype=bool) if selection == "all" else np.any(positive[:, columns], axis=1)
    return frozenset(item.id for item, take in zip(bank.items, taken.tolist(), strict=True) if take)


def _few(bank: ItemBank, tagged_items: NDArray[np.bool_]) -> list[int]:
    """The first item of each query, of queries spread evenly over the bank."""
    rows = np.flatnonzero(tagged_items)
    firsts = rows[np.unique(bank.queries[rows], return_index=True)[1]]
    taken = np.linspace(0, len(firsts) - 1, min(MOST_A_VALUE, len(firsts))).round().astype(int)
    return [int(row) for row in firsts[taken]]


def bank_suite(store: Store, bank: ItemBank, selection: str = "all", words: str = OWN) -> Suite:
    """The suite that asks a bank's items, in our own words or the published ones. Raises UserError when the bank has no
    texts, or not the prompts."""
    if not bank.askable:
        raise UserError(f"The bank {bank.name!r} has no texts, only figures: import the file with the items as well.")
    templates = banks.templates(store, bank.id) if words == PUBLISHED_WORDS else []
    keep = selected(bank, selection)
    if words not in (OWN, PUBLISHED_WORDS):
        raise UserError(f"Prompts are {OWN!r} or {PUBLISHED_WORDS!r}, got {words!r}.")
    suite_id = f"{PREFIX}{bank.id}:{selection}:{words}"
    suite = suite_of(bank, bank.name, suite_id, stakes(bank), keep, templates)
    if words == PUBLISHED_WORDS and any(len(item.options) <= len(VARIATIONS) for item in suite.items):
        raise UserError(
            f"The bank {bank.name!r} has not all twelve published prompts, or they have blanks that are not "
            "understood. Ask in our own words."
        )
    return suite


def plan_of(
    store: Store,
    bank: ItemBank,
    models: Sequence[ModelSpec],
    mode: Mode,
    words: str = OWN,
    asking: Asking | None = None,
) -> Plan:
    """The plan that runs a bank on `models`."""
    suite = bank_suite(store, bank, mode.selection, words)
    return Plan(
        name=f"{bank.name}: {mode.name.lower()}",
        suite=suite,
        models=tuple(models),
        variations=mode.variations,
        probes=0,
        recogniser="",
        asking=asking or Asking(max_tokens=64),
        method=Portrait.id,
    )
