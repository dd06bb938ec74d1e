"""Which items of a study tell people with different values apart: correlations with all that they rest on, the rule
that promotes, and the validity of the bank that would come of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analysis.bootstrap import Floats
from core.analysis.portrait.chance import PERMUTATIONS, Chance, by_chance
from core.analysis.portrait.correlate import adjusted, interval, ipsatised, spearman
from core.analysis.portrait.raters import FEWEST_ITEMS
from core.analysis.portrait.shrink import Shrunken, shrunken
from core.analysis.portrait.tags import Bools, tagged
from core.analysis.portrait.validity import FOLDS, Validity, pooled, tag_scores, weight_scores
from core.items.bank import IPSATISED, RATINGS, Correlations
from core.items.dimensions import IDS, PLACE, VALUES, of_system

TEN = list(of_system(VALUES))


@dataclass(frozen=True)
class Rule:
    """When an item stands for a value: rho >= `min_rho`, BH q <= `max_q` over all items and values, the lower end of
    the `level` interval > `above`, at least `min_n` raters, and rho by `gap` or more above that with every value that
    is not next to it on the circle. `few` raters are the fewest for which a look is worth anything."""

    min_rho: float = 0.3
    max_q: float = 0.1
    level: float = 0.9
    above: float = 0.1
    min_n: int = 80
    gap: float = 0.1
    few: int = 30

    @property
    def sentence(self) -> str:
        """The rule in words."""
        return (
            f"ρ ≥ {self.min_rho:g}, BH q ≤ {self.max_q:g}, the {self.level:.0%} interval begins above {self.above:g}, "
            f"n ≥ {self.min_n}, and ρ is {self.gap:g} above that with every value not next to it"
        )


RULE = Rule()
_SHARED_WEDGE = (("security", "tradition"), ("conformity", "benevolence"))  # conformity and tradition lie side by side


def _adjacent() -> Bools:
    n = len(TEN)
    beside = np.eye(n, dtype=bool) | np.eye(n, k=1, dtype=bool) | np.eye(n, k=-1, dtype=bool)
    beside[0, -1] = beside[-1, 0] = True
    for one, other in _SHARED_WEDGE:
        beside[PLACE[one], PLACE[other]] = beside[PLACE[other], PLACE[one]] = True
    return beside


ADJACENT: Bools = _adjacent()  # the values' neighbours on the circle (10 x 10), each its own


@dataclass(frozen=True, eq=False)
class Validation:
    """Everything by item and value (I x 10). `kind` is IPSATISED, or RATINGS where raters had too few items for that.
    `low` and `high`: the rule's interval; `q` and `q_by`: false discovery rates after Benjamini-Hochberg and, under any
    dependence, -Yekutieli; `gap`: rho less the greatest with a value not adjacent. `passes`: all of the rule but its
    number of raters. `tags`: rho > .3 and p < .05, as published, to be held against `chance`."""

    kind: str
    found: Correlations
    low: Floats
    high: Floats
    q: Floats
    q_by: Floats
    gap: Floats
    fair: Shrunken
    passes: Bools
    tags: Bools
    chance: Chance | None
    raters: int


def validation(
    ratings: Floats, scales: Floats, rule: Rule = RULE, permutations: int = PERMUTATIONS, seed: int = 0
) -> Validation:
    """`ratings` (P x I) and the ten `scales` (P x 10) of the people whose ratings are used, NaN where missing. Each
    person's mean is taken off if everyone rated `FEWEST_ITEMS` or more. No `permutations`: no chance level."""
    kind, used = levelled(ratings)
    found = spearman(used, scales)
    low, high = interval(found.rho, found.n[:, None].astype(float), rule.level)
    q = adjusted(found.p)
    gap = gaps(found.rho)
    chance = None
    if permutations and len(used):
        chance = by_chance(used, scales, np.zeros(len(used), dtype=np.int64), permutations, seed)
    return Validation(
        kind,
        found,
        low,
        high,
        q,
        adjusted(found.p, "by"),
        gap,
        shrunken(found.rho, found.n, rule.level),
        _passes(found, low, q, gap, rule),
        tagged(found).positive,
        chance,
        len(ratings),
    )


def levelled(ratings: Floats) -> tuple[str, Floats]:
    """The ratings as differences from each person's mean, or as they are where somebody rated too few items."""
    enough = len(ratings) > 0 and (~np.isnan(ratings)).sum(axis=1).min() >= FEWEST_ITEMS
    return (IPSATISED, ipsatised(ratings)) if enough else (RATINGS, ratings)


def gaps(rho: Floats) -> Floats:
    """rho (I x 10) less the greatest rho of the same item with a value that is not adjacent."""
    others = np.where(ADJACENT[None, :, :], -np.inf, rho[:, None, :])
    rest: Floats = rho - np.nanmax(np.where(np.isnan(others), -np.inf, others), axis=2)
    return np.where(np.isinf(rest), np.nan, rest)


def _passes(found: Correlations, low: Floats, q: Floats, gap: Floats, rule: Rule) -> Bools:
    with np.errstate(invalid="ignore"):
        passes: Bools = ((found.rho >= rule.min_rho) & (q <= rule.max_q) & (low > rule.above) & (gap >= rule.gap)) & (
            found.n[:, None] >= rule.few
        )
    return passes


def promoted(ratings: Floats, scales: Floats, rule: Rule = RULE) -> Bools:
    """Which item stands for which of the ten values by the whole rule (I x 10)."""
    found = spearman(levelled(ratings)[1], scales)
    low, _ = interval(found.rho, found.n[:, None].astype(float), rule.level)
    whole: Bools = _passes(found, low, adjusted(found.p), gaps(found.rho), rule) & (found.n[:, None] >= rule.min_n)
    return whole


def held_out_bank(ratings: Floats, scales: Floats, rule: Rule = RULE, folds: int = FOLDS, seed: int = 0) -> Validity:
    """K-fold over raters of the whole way to a bank. In every fold the others' ratings promote the items and give their
    correlations; the score of a person left out, over these items, is held against the person's own scale. Picking
    items outside the folds would let everyone speak for the items that they helped to pick. The rule's number of raters
    is lowered by the share that a fold leaves out. `scales` is P x 19, in the order of core.items.dimensions."""
    people = len(ratings)
    fold_of = np.random.default_rng(seed).permutation(people) % folds
    by_tags, by_weight = np.full(scales.shape, np.nan), np.full(scales.shape, np.nan)
    _, used = levelled(ratings)
    for fold in range(folds):
        out = fold_of == fold
        if not out.any() or out.all():
            continue
        fewer = Rule(**vars(rule) | {"min_n": int(rule.min_n * (1 - 1 / folds))})
        picked = promoted(ratings[~out], scales[~out][:, TEN], fewer)
        positive = np.zeros((ratings.shape[1], len(IDS)), dtype=bool)
        positive[:, TEN] = picked
        learned = spearman(used[~out], scales[~out]).rho
        by_tags[out] = tag_scores(ratings[out], positive)
        by_weight[out] = weight_scores(ratings[out], np.nan_to_num(learned) * np.any(picked, axis=1, keepdims=True))
    alone = np.zeros(people, dtype=np.int64)
    tags, n_tags = pooled(by_tags, scales, alone)
    weighted, n_weighted = pooled(by_weight, scales, alone)
    return Validity(tags, weighted, n_tags, n_weighted)


def summary(seen: Validation, rule: Rule = RULE) -> Mapping[str, NDArray[np.int64]]:
    """By value (10): how many items are tagged as published ("tags"), and how many pass the rule ("passes")."""
    return {"tags": seen.tags.sum(axis=0), "passes": (seen.passes & (seen.found.n[:, None] >= rule.min_n)).sum(axis=0)}
