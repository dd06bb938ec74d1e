"""From the files of an item bank to the bank: its correlations, what can be recomputed, and what was reproduced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.bootstrap import Floats
from core.analysis.portrait.answers import Answers, answers_of
from core.analysis.portrait.chance import PERMUTATIONS, by_chance
from core.analysis.portrait.correlate import ipsatised, spearman
from core.analysis.portrait.tags import MIN_RHO
from core.analysis.portrait.validity import held_out
from core.items.bank import IPSATISED, PUBLISHED, RATINGS, VARIATIONS, Correlations, ItemBank, unknown
from core.items.bank_read import BankRead
from core.items.dimensions import IDS, PLACE

LICENCE = (
    "The repository is under the MIT licence, which cannot cover its texts: posts from Reddit, letters to Dear Abby "
    "and messages from ShareGPT and LMSYS-Chat-1M belong to their authors and have terms of their own. They are kept "
    "in this store for your own work only: do not pass them on. Ratings are of pseudonymous people: do not try to "
    "identify them."
)
SOURCE = "Value Portrait (arXiv 2505.01015), imported from your own copy"
# Where the averaged files do not show it: the published pipeline took an item's tags from the answer to the first
# variation, and failed calls carried none.
LOST: Mapping[str, tuple[str, ...]] = {
    "gemini-2.0-flash-thinking-exp-01-21": ("1038-2",),
    "llama-3.1-8b-instruct": ("2011-1",),
}


@dataclass(frozen=True, eq=False)
class Rated:
    """What people said, a row a sitting: `ratings` (P x I), `scales` (P x D) with NaN where missing; `groups` and
    `people` (P) name each sitting's."""

    ratings: Floats
    scales: Floats
    groups: NDArray[np.object_]
    people: NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Figures:
    """By dimension (D): items that chance would tag, `chance_high` its 97.5 % point, and the held-out validity of tags
    and of weights with the number of people; NaN where they were not computed."""

    chance: Floats
    chance_high: Floats
    validity_tags: Floats
    validity_weighted: Floats
    people: Floats


def rated(read: BankRead) -> Rated | None:
    """The ratings by sitting: someone who sat in two groups has a row in each. None without ratings or scales."""
    if not read.ratings or not read.raters:
        return None
    places = {item.id: place for place, item in enumerate(read.items)}
    used = [row for row in read.ratings if row[1] in places]
    sittings = list(dict.fromkeys((group, person) for group, _, person, _ in used))
    row_of = {sitting: row for row, sitting in enumerate(sittings)}
    ratings = np.full((len(sittings), len(read.items)), np.nan)
    for group, item, person, rating in used:
        ratings[row_of[group, person], places[item]] = rating
    nothing = (None,) * len(IDS)
    scales = np.array([read.raters.get(person, nothing) for _, person in sittings], dtype=np.float64)
    groups = np.array([group for group, _ in sittings], dtype=object)
    return Rated(ratings, scales, groups, np.array([person for _, person in sittings], dtype=object))


def build(read: BankRead, bank_id: str, people: Rated | None) -> ItemBank:
    """The bank with every set of correlations that its files allow."""
    found: dict[str, Correlations] = {}
    if read.correlations:
        found[PUBLISHED] = _published(read, people)
    if people is not None:
        found[RATINGS] = spearman(people.ratings, people.scales)
        found[IPSATISED] = spearman(ipsatised(people.ratings), people.scales)
    return ItemBank(bank_id, read.name, read.items, bool(found), found, _lost(read), SOURCE, LICENCE)


def _published(read: BankRead, people: Rated | None) -> Correlations:
    places = {item.id: place for place, item in enumerate(read.items)}
    table = unknown(len(read.items))
    for (item, dimension), (rho, p) in read.correlations.items():
        if item in places:
            at = places[item], PLACE[dimension]
            table.rho[at], table.p[at] = rho, np.nan if p is None else p
    if people is not None:
        table.n[:] = (~np.isnan(people.ratings)).sum(axis=0)
    return table


def _lost(read: BankRead) -> dict[str, tuple[str, ...]]:
    """Items with tags by their correlations that stand bare in a model's averaged file; the known ones of models whose
    files, a CSV or one without any tags, do not show it."""
    tagged = {item for (item, _), (rho, _) in read.correlations.items() if abs(rho) > MIN_RHO}
    models = dict.fromkeys(each[0] for each in read.answers)
    bare = {model: read.lost.get(model, LOST.get(model, ())) for model in models}
    lost = {model: tuple(item for item in items if item in tagged) for model, items in bare.items()}
    return {model: items for model, items in lost.items() if items}


def figures(people: Rated | None, permutations: int = PERMUTATIONS, seed: int = 0) -> Figures:
    """What takes seconds and is therefore computed once, when a bank is imported."""
    if people is None:
        none = np.full(len(IDS), np.nan)
        return Figures(none, none, none, none, none)
    groups, who = (np.unique(names.astype(str), return_inverse=True)[1] for names in (people.groups, people.people))
    chance = by_chance(people.ratings, people.scales, groups, permutations, seed)
    valid = held_out(people.ratings, people.scales, groups, who, seed=seed)
    return Figures(chance.expected, chance.high, valid.tags, valid.weighted, valid.n_tags.astype(float))


def published_answers(bank: ItemBank, answers: Sequence[tuple[str, str, str, float | None]]) -> Answers:
    """The imported answers; a variation in which a model answered nothing at all was not asked."""
    table = pd.DataFrame(answers, columns=["model", "item_id", "variation", "value"]).astype({"value": float})
    table = table[table["variation"].isin(VARIATIONS)]
    asked = table.groupby(["model", "variation"])["value"].transform("count") > 0
    return answers_of(bank, table[asked].assign(refused=False))
