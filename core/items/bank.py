"""Item banks: what people answered, and how their answers to each item go with their own values.

A bank is validated when people rated its items; one that was only written to express values says so in `validated`
and has no correlations.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.items.dimensions import IDS

Floats = NDArray[np.float64]
# Three wordings, each with the options in both orders; the published names.
WORDINGS = ("v1", "v2", "v3")
REVERSED = "_reversed"
VARIATIONS = tuple(name for wording in WORDINGS for name in (wording, wording + REVERSED))
# The sets of correlations a bank can have.
PUBLISHED, RATINGS, IPSATISED = "published", "ratings", "ipsatised"
PROMOTED = "promoted"  # of a study of one's own: what a rule did not promote is left out (core.runs.freezing)


@dataclass(frozen=True)
class BankItem:
    """One response to one query: "how much is this like you?" `query` groups the responses that depend on each other;
    `text` is the situation or message and may have a `title`; texts are empty where only figures were imported.
    `group` is the group of people who rated it, `expresses` the dimensions it was written to express."""

    query: str
    option: str
    title: str = ""
    text: str = ""
    response: str = ""
    source: str = ""
    group: str = ""
    expresses: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.query}-{self.option}"


@dataclass(frozen=True, eq=False)
class Correlations:
    """Spearman's rho and its two-sided p for each item and dimension (I x D, NaN where unknown), over `n` people (I, 0
    where unknown)."""

    rho: Floats
    p: Floats
    n: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ItemBank:
    """A frozen set of items with their correlations by kind (PUBLISHED, RATINGS recomputed, IPSATISED raters);
    columns follow core.items.dimensions.DIMENSIONS. `lost` are items whose tags the published pipeline lost, by model
    (see core.analysis.portrait.scorers). `licence` says who may do what with the texts."""

    id: str
    name: str
    items: tuple[BankItem, ...]
    validated: bool
    correlations: Mapping[str, Correlations] = field(default_factory=dict)
    lost: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    source: str = ""
    licence: str = ""

    @cached_property
    def places(self) -> dict[str, int]:
        """Each item's row by id."""
        return {item.id: place for place, item in enumerate(self.items)}

    @cached_property
    def queries(self) -> NDArray[np.int64]:
        """The number, from 0, of each item's query."""
        codes: NDArray[np.int64] = np.unique([item.query for item in self.items], return_inverse=True)[1].reshape(-1)
        return codes

    @property
    def askable(self) -> bool:
        """Whether its texts are here, so that a model can be asked."""
        return bool(self.items) and all(item.text and item.response for item in self.items)

    @cached_property
    def hash(self) -> str:
        """First 12 hex digits of the SHA-256 of all that is asked or used in scoring."""
        digest = hashlib.sha256()
        cells = [[item.query, item.option, item.title, item.text, item.response, item.expresses] for item in self.items]
        digest.update(json.dumps([self.validated, IDS, cells], ensure_ascii=False).encode())
        for kind in sorted(self.correlations):
            found = self.correlations[kind]
            digest.update(kind.encode() + found.rho.tobytes() + found.p.tobytes() + found.n.tobytes())
        return digest.hexdigest()[:12]

    def best(self) -> Correlations | None:
        """The correlations that speak for the bank: the published or promoted ones, else those of its own ratings."""
        kinds = (PUBLISHED, PROMOTED, RATINGS)
        return next((self.correlations[kind] for kind in kinds if kind in self.correlations), None)


def unknown(n_items: int) -> Correlations:
    """Correlations of which nothing is known yet, to be filled in."""
    shape = (n_items, len(IDS))
    return Correlations(np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(n_items, dtype=np.int64))
