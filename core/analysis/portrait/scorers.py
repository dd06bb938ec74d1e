"""The scorers side by side: from answers to a profile over values, higher-order values and the Big Five.

All are made of sums over items, and so of sums over queries: a draw of queries only weighs those sums anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analysis.bootstrap import Floats
from core.analysis.portrait.answers import Answers
from core.analysis.portrait.tags import Tags, published_tags, tagged, written_tags
from core.items.bank import IPSATISED, ItemBank
from core.items.dimensions import SYSTEMS, of_system


@dataclass(frozen=True, eq=False)
class Ingredients:
    """What a scorer adds up for a bank and answers. `answers` (M x I, NaN = missing), and either tags or, for scores
    that weigh every item, `weights` (I x D). `against` says what is taken off: "mean" of the system's tagged items,
    "negative" items, or for weights the "mean" of all items."""

    answers: Floats
    tags: Tags | None = None
    weights: Floats | None = None
    against: str = "mean"


@dataclass(frozen=True)
class Scorer:
    """`about` says in a sentence what is computed; `make` gives None where the bank has not what it takes, and `needs`
    says what that is."""

    id: str
    name: str
    about: str
    needs: str
    make: Callable[[ItemBank, Answers], Ingredients | None]


def _published(bank: ItemBank, answers: Answers) -> Ingredients | None:
    found = bank.best()
    return Ingredients(answers.available, published_tags(bank, found)) if found else None


def _legacy(bank: ItemBank, answers: Answers) -> Ingredients | None:
    made = _published(bank, answers)
    if made is None:
        return None
    kept = answers.available.copy()
    for row, model in enumerate(answers.models):
        kept[row, [bank.places[item] for item in bank.lost.get(model, ()) if item in bank.places]] = np.nan
    return Ingredients(kept, made.tags)


def _significant(bank: ItemBank, answers: Answers) -> Ingredients | None:
    found = bank.best()
    return Ingredients(answers.paired, tagged(found)) if found else None


def _ipsatised(bank: ItemBank, answers: Answers) -> Ingredients | None:
    found = bank.correlations.get(IPSATISED)
    return Ingredients(answers.paired, tagged(found)) if found else None


def _weighted(bank: ItemBank, answers: Answers) -> Ingredients | None:
    found = bank.best()
    return Ingredients(answers.paired, weights=np.nan_to_num(found.rho)) if found else None


def _bipolar(bank: ItemBank, answers: Answers) -> Ingredients | None:
    found = bank.best()
    return Ingredients(answers.paired, tagged(found), against="negative") if found else None


def _written(bank: ItemBank, answers: Answers) -> Ingredients | None:
    tags = written_tags(bank)
    return Ingredients(answers.paired, tags) if tags.positive.any() else None


_RATED = "It needs correlations with people's own values: import a validated bank."
_ALL = (
    Scorer(
        "published",
        "As published",
        "The mean of the items with ρ > .3, less the mean of all items so tagged for the same system; three items are "
        "left out by hand; each answer counts, however unbalanced the option orders are.",
        _RATED,
        _published,
    ),
    Scorer(
        "legacy",
        "As published, faults and all",
        "The same, without the tags that the published pipeline lost where a model's first answer failed.",
        _RATED,
        _legacy,
    ),
    Scorer(
        "significant",
        "Significant items only",
        "The same rule with p < .05 for every item instead of hand-picked exceptions; both option orders count alike.",
        _RATED,
        _significant,
    ),
    Scorer(
        "ipsatised",
        "Raters' style taken out",
        "Items tagged (ρ > .3, p < .05) after each rater's own mean rating is taken off, which balances the sets.",
        "It needs the people's single ratings: import them with the bank.",
        _ipsatised,
    ),
    Scorer(
        "weighted",
        "All items, by correlation",
        "Σ ρ (x - mean) / Σ |ρ| over all items: no threshold, and negative correlations count against.",
        _RATED,
        _weighted,
    ),
    Scorer(
        "bipolar",
        "For less against",
        "The mean of the items with ρ > .3 less the mean of those with ρ < -.3 (both p < .05): agreeing to everything "
        "cancels out.",
        _RATED,
        _bipolar,
    ),
    Scorer(
        "written",
        "As written (not validated)",
        "The mean of the responses written to express a value, less the mean of all: nobody has shown that people with "
        "this value agree with them.",
        "It needs items that say what they were written to express.",
        _written,
    ),
)
SCORERS: Mapping[str, Scorer] = {scorer.id: scorer for scorer in _ALL}


def offered(bank: ItemBank) -> tuple[str, ...]:
    """The scorers that a bank has the means for; `written` only where nothing better is known."""
    nobody = Answers((), *(np.empty((0, len(bank.items), 6), dtype=kind) for kind in (float, bool, bool)))
    able = tuple(scorer.id for scorer in _ALL if scorer.make(bank, nobody) is not None)
    return able if able == ("written",) else tuple(name for name in able if name != "written")


def parts(bank: ItemBank, made: Ingredients) -> Floats:
    """The sums by query of which scores are made, 5 x Q x M x D: see `combine`."""
    known = ~np.isnan(made.answers)
    x, held = np.where(known, made.answers, 0.0), known.astype(float)
    if made.weights is not None:
        every = np.ones_like(made.weights)
        masks = ((x, made.weights), (held, np.abs(made.weights)), (x, every), (held, every), (held, made.weights))
    else:
        assert made.tags is not None
        positive = made.tags.positive.astype(float)
        other = made.tags.negative.astype(float) if made.against == "negative" else _unions(made.tags)
        masks = ((x, positive), (held, positive), (x, other), (held, other), (held, positive))
    return np.stack([_sums(bank, cells, mask) for cells, mask in masks])


def combine(found: Floats) -> Floats:
    """Scores of summed parts (5 x ... x M x D) a, b, c, d, e: (a - e c/d) / b, NaN where nothing was summed. With e = b
    it is a mean less another mean; with e = sum of rho the other mean is taken off every answer before weighing."""
    top, bottom, other, count, factor = found
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = other / np.where(count > 0, count, np.nan)
        scores: Floats = (top - factor * mean) / np.where(bottom > 0, bottom, np.nan)
    return scores


def _unions(tags: Tags) -> Floats:
    """I x D: for each dimension all items tagged for any dimension of its system, each once."""
    found = np.zeros(tags.positive.shape)
    for kind in SYSTEMS:
        columns = list(of_system(kind))
        found[:, columns] = tags.positive[:, columns].any(axis=1, keepdims=True)
    return found


def _sums(bank: ItemBank, cells: Floats, weights: Floats) -> Floats:
    """Sums by query of `cells` (M x I) times `weights` (I x D): Q x M x D."""
    order = np.argsort(bank.queries, kind="stable")
    starts = np.flatnonzero(np.diff(bank.queries[order], prepend=-1))
    products = cells.T[order][:, :, None] * weights[order][:, None, :]
    found: Floats = np.add.reduceat(products, starts, axis=0)
    return found


@dataclass(frozen=True, eq=False)
class Points:
    """Scores without intervals (M x D): `score`, the `raw` mean of the items that count for it and their `sd` (ddof 0);
    `n_items` and `n_queries` on which each rests."""

    score: Floats
    raw: Floats
    sd: Floats
    n_items: NDArray[np.int64]
    n_queries: NDArray[np.int64]


def points(bank: ItemBank, made: Ingredients) -> Points:
    """The scores of all models. Of weighted scores `raw` and `sd` are over all items."""
    found = parts(bank, made)
    score = combine(found.sum(axis=1))
    known = ~np.isnan(made.answers)
    if made.weights is not None:
        mask = (made.weights != 0).astype(float)
    else:
        assert made.tags is not None
        mask = made.tags.positive.astype(float)
    x = np.where(known, made.answers, 0.0)
    count = known @ mask
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (x @ mask) / count
        # Taken about each mean, as a difference of squares would lose digits.
        gaps = (x[:, :, None] - mean[:, None, :]) ** 2 * known[:, :, None] * mask
        sd = np.sqrt(gaps.sum(axis=1) / count)
    queries = (_sums(bank, known.astype(float), mask) > 0).sum(axis=0)
    return Points(score, mean, sd, count.astype(np.int64), queries)
