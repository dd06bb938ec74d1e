"""Which items stand for which dimension: the rule by which correlations become tags."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.items.bank import Correlations, ItemBank
from core.items.dimensions import DIMENSIONS, PLACE

Bools = NDArray[np.bool_]

MIN_RHO = 0.3
MAX_P = 0.05
# The published scoring names these by hand: they have rho > .3 but p >= .05. A fourth one (1902-2 with openness to
# change) is of the same kind and was left in.
PUBLISHED_OUT = (("3902-4", "achievement"), ("1901-1", "universalism"), ("2901-4", "extraversion"))


@dataclass(frozen=True, eq=False)
class Tags:
    """`positive` and `negative` (I x D): the items that go with a dimension, and those that go against it."""

    positive: Bools
    negative: Bools

    @property
    def n(self) -> NDArray[np.int64]:
        """How many items stand for each dimension."""
        counts: NDArray[np.int64] = self.positive.sum(axis=0)
        return counts


def tagged(found: Correlations, min_rho: float = MIN_RHO, max_p: float | None = MAX_P) -> Tags:
    """|rho| > `min_rho`, and p < `max_p` unless that is None. Unknown correlations tag nothing."""
    with np.errstate(invalid="ignore"):
        sure = np.ones(found.rho.shape, dtype=bool) if max_p is None else found.p < max_p
        return Tags((found.rho > min_rho) & sure, (found.rho < -min_rho) & sure)


def published_tags(bank: ItemBank, found: Correlations) -> Tags:
    """The tags of the published scores: rho > .3 whatever its p, but for three items named by hand."""
    tags = tagged(found, max_p=None)
    for item, dimension in PUBLISHED_OUT:
        if item in bank.places:
            tags.positive[bank.places[item], PLACE[dimension]] = False
    return tags


def written_tags(bank: ItemBank) -> Tags:
    """What the items were written to express: all that a bank has which nobody rated."""
    positive = np.zeros((len(bank.items), len(DIMENSIONS)), dtype=bool)
    for place, item in enumerate(bank.items):
        positive[place, [PLACE[name] for name in item.expresses]] = True
    return Tags(positive, np.zeros_like(positive))
