"""What a suite is made of, and what would spoil it: words that give the value away, and items asked twice."""

import re
from collections import Counter
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
from scipy import sparse

from core.items.item import Item, Suite
from core.values.system import ValueSystem, system

# Scripts written without spaces: each character is a token of its own.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")
_CHUNK = 256


class Twin(NamedTuple):
    """Two items that read alike; `similarity` is the Jaccard index of their shingles, in (0, 1]."""

    item: str
    earlier: str
    similarity: float


def value_words(suite: Suite, system: ValueSystem) -> list[tuple[str, str]]:
    """Each (item id, word in lower case) where a text or option uses a word that names one of the system's values."""
    stems = [re.escape(word) for value in system.values for word in value.words]
    if not stems:
        return []
    pattern = re.compile(rf"\b(?:{'|'.join(stems)})\w*", re.IGNORECASE)
    return [
        (item.id, word.lower())
        for item in suite.items
        for text in (item.text, *(option.text for option in item.options))
        for word in pattern.findall(text)
    ]


def pair_counts(suite: Suite) -> Counter[tuple[str, str]]:
    """How many items set two values against each other, by pair of value ids in alphabetical order."""
    return Counter(pair for item in suite.items for pair in combinations(sorted(item.values), 2))


def coverage(suite: Suite) -> dict[str, dict[str, int]]:
    """Items by "value" (every value of the system in its order, 0 included), by "domain" and by "region" (those named,
    most frequent first). An item counts once for each of its values."""
    by_value = Counter(value for item in suite.items for value in item.values)
    return {
        "value": {value: by_value[value] for value in system(suite.system).ids},
        "domain": dict(Counter(item.domain for item in suite.items if item.domain).most_common()),
        "region": dict(Counter(item.region for item in suite.items if item.region).most_common()),
    }


def near_duplicates(suite: Suite, threshold: float = 0.25) -> list[Twin]:
    """Each item whose text is at least `threshold` like an earlier one, with the earlier item it is most like.

    Likeness is the Jaccard index of the sets of three successive words (of all words where there are fewer; texts
    without words are like none). At most one twin an item, so that many copies give a short list.
    """
    incidence = _incidence(suite.items)
    sizes = np.asarray(incidence.sum(axis=1), dtype=float).ravel()
    twins: list[Twin] = []
    for start in range(0, len(suite.items), _CHUNK):
        stop = min(start + _CHUNK, len(suite.items))
        shared = (incidence[start:stop] @ incidence[:stop].T).toarray()
        likeness = shared / np.maximum(sizes[start:stop, None] + sizes[None, :stop] - shared, 1.0)
        likeness = np.tril(likeness, start - 1)
        best = likeness.argmax(axis=1)
        for row, (column, like) in enumerate(zip(best, likeness.max(axis=1), strict=True), start):
            if like >= threshold and like > 0:
                twins.append(Twin(suite.items[row].id, suite.items[column].id, float(like)))
    return twins


def _incidence(items: tuple[Item, ...]) -> sparse.csr_array:
    """Items by shingles, 1 where the item has the shingle: read by column, it is an inverted index."""
    numbers: dict[tuple[str, ...], int] = {}
    rows: list[int] = []
    columns: list[int] = []
    for row, item in enumerate(items):
        for shingle in _shingles(item.text):
            rows.append(row)
            columns.append(numbers.setdefault(shingle, len(numbers)))
    ones = np.ones(len(rows), dtype=np.int32)
    return sparse.csr_array((ones, (rows, columns)), shape=(len(items), max(len(numbers), 1)))


def _shingles(text: str) -> set[tuple[str, ...]]:
    tokens = _TOKEN.findall(text.casefold())
    if len(tokens) < 3:
        return {tuple(tokens)} if tokens else set()
    return {(*pair, third) for pair, third in zip(pairwise(tokens), tokens[2:], strict=False)}
