"""Groups of models that cannot be told apart, as letters: two that share a letter do not differ."""

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]


def letters(differ: Flags) -> tuple[str, ...]:
    """A compact letter display by "insert and absorb" (Piepho 2004, Journal of Computational and Graphical Statistics
    13(2)). `differ`: M x M, symmetric, the models best first. Two models share a letter exactly when they do not
    differ; letters run in the order of the best model that bears them: a..z, then aa, ab, ….
    """
    size = len(differ)
    groups = [frozenset(range(size))]
    for i, j in zip(*np.nonzero(np.triu(differ, 1)), strict=True):
        split = [group for group in groups if i in group and j in group]
        if split:
            pieces = [group - {drop} for group in split for drop in (int(i), int(j))]
            kept = [group for group in groups if group not in set(split)]
            groups = _absorbed(kept, pieces)
    groups = sorted((group for group in groups if group), key=sorted)
    names = [_name(place) for place in range(len(groups))]
    return tuple(
        " ".join(name for name, group in zip(names, groups, strict=True) if model in group) for model in range(size)
    )


def _absorbed(kept: list[frozenset[int]], pieces: list[frozenset[int]]) -> list[frozenset[int]]:
    """All groups but those that lie within another."""
    found = list(kept)
    for piece in sorted(set(pieces), key=len, reverse=True):
        if not any(piece <= group for group in found):
            found.append(piece)
    return found


def _name(place: int) -> str:
    letter = chr(ord("a") + place % 26)
    return letter if place < 26 else _name(place // 26 - 1) + letter
