"""Mixtures: a group of people made of profiles with shares. Two things can be mixed, and they differ.

A mixed profile averages what people hold important and is weighed afterwards, as if they agreed on one profile. Mixed
weights average the weights that each profile gives by itself, as if each kept its own vote; since the softmax is not
linear the results are not the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.errors import UserError
from core.values.weighting import Floats, Numbers

How = Literal["profile", "weights"]
LABELS: dict[How, str] = {"profile": "Mixed profile", "weights": "Mixed weights"}


@dataclass(frozen=True)
class Part:
    """One profile of a mixture. `numbers` (V): its centred means for a mixed profile, its weights for mixed weights.
    `share` is not negative and on any scale; `sds` (V): standard deviations between its persons, if known."""

    name: str
    share: float
    numbers: Numbers
    sds: Numbers | None = None


@dataclass(frozen=True)
class Mixture:
    """`numbers` (V) are centred means when `how` is "profile", weights summing to 1 when it is "weights". `shares` sum
    to 1. `sds` (V) are the standard deviations between all persons of a mixed profile, None where a part's are not
    known."""

    how: How
    names: tuple[str, ...]
    shares: tuple[float, ...]
    numbers: tuple[float, ...]
    sds: tuple[float, ...] | None = None

    @property
    def label(self) -> str:
        """What was mixed, and how: "Mixed profile: 60 % Sweden, 40 % Greece"."""
        parts = (f"{100 * share:.3g} % {name}" for name, share in zip(self.names, self.shares, strict=True))
        return f"{LABELS[self.how]}: {', '.join(parts)}"


def mix_profiles(parts: Sequence[Part]) -> Mixture:
    """The average of the parts' centred means by their shares.

    The spread is that of all persons together: the parts' variances plus the variance of their means (law of total
    variance). Raises UserError for no part, a share that is negative or not finite, shares that are all 0, and parts
    that differ in their number of values.
    """
    shares, table = normalised(parts), _table(parts)
    means = shares @ table
    known = [part.sds for part in parts if part.sds is not None]
    sds = None
    if len(known) == len(parts):
        variance = shares @ (np.square(np.asarray(known, dtype=float)) + np.square(table - means))
        sds = tuple(np.sqrt(variance).tolist())
    return Mixture("profile", _names(parts), tuple(shares.tolist()), tuple(means.tolist()), sds)


def mix_weights(parts: Sequence[Part]) -> Mixture:
    """The average of the parts' weights by their shares, summing to 1. Raises UserError as `mix_profiles` does, and
    for weights of a part that are negative or all 0."""
    shares, table = normalised(parts), _table(parts)
    for part, row in zip(parts, table, strict=True):
        if (row < 0).any() or row.sum() <= 0:
            raise UserError(f"The weights of {part.name} must not be negative, and one of them must be above 0.")
    weights = shares @ (table / table.sum(axis=1, keepdims=True))
    return Mixture("weights", _names(parts), tuple(shares.tolist()), tuple(weights.tolist()))


def normalised(parts: Sequence[Part]) -> Floats:
    """The parts' shares made to sum to 1; raises UserError as `mix_profiles` does."""
    if not parts:
        raise UserError("A mixture needs at least one profile.")
    shares = np.array([float(part.share) for part in parts])
    for part, share in zip(parts, shares, strict=True):
        if not 0 <= share < np.inf:
            raise UserError(f"The share of {part.name} must be a number of 0 or more, got {share:g}.")
    if shares.max() == 0:
        raise UserError("All shares of the mixture are 0; give at least one profile a share.")
    scaled = shares / shares.max()  # shares near the largest number would not sum to a finite one
    return np.asarray(scaled / scaled.sum())


def _table(parts: Sequence[Part]) -> Floats:
    sizes = {len(part.numbers) for part in parts}
    if len(sizes) > 1:
        raise UserError(f"Profiles of different value systems cannot be mixed: they have {sorted(sizes)} values.")
    table = np.asarray([part.numbers for part in parts], dtype=float)
    for part, row in zip(parts, table, strict=True):
        if not np.isfinite(row).all():
            raise UserError(f"The profile {part.name} lacks a number for one of the values; it cannot be mixed.")
    return table


def _names(parts: Sequence[Part]) -> tuple[str, ...]:
    return tuple(part.name for part in parts)
