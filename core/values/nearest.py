"""Whose profile is closest to a person's, and how little that says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan, pi, sqrt

import numpy as np

from core.errors import UserError
from core.values.cultures import CultureProfile
from core.values.weighting import Floats, Numbers, ranks

# Mean |z| of a normal variable: how far, in standard deviations, an inhabitant lies from the mean on average.
TYPICAL = sqrt(2 / pi)
HARDLY = 1.1


@dataclass(frozen=True)
class Near:
    """How near one culture is. `distance`: root mean square difference over the values, PVQ points. `spearman`: of the
    two orders of values, -1 to 1, NaN when one is flat. `strangeness`: mean over the values of |difference| / standard
    deviation between that culture's inhabitants, NaN when not known; an inhabitant of it has about `TYPICAL` (.80)."""

    id: str
    name: str
    distance: float
    spearman: float
    strangeness: float


def nearest(means: Numbers, profiles: Iterable[CultureProfile], k: int | None = None) -> list[Near]:
    """The `k` (None: all) profiles closest to `means` (10, Schwartz's order, centred PVQ points), by distance.

    Both sides are first centred on their mean over the ten values, so that it does not matter over which items a person
    or a survey was centred. Raises UserError for `means` that are not ten finite numbers.
    """
    person = np.asarray(means, dtype=float)
    if person.shape != (10,) or not np.isfinite(person).all():
        raise UserError(f"A profile has a finite number for each of the ten values, got {person.tolist()}.")
    found = [_near(person - person.mean(), profile) for profile in profiles]
    return sorted(found, key=lambda near: (near.distance, near.id))[:k]


def _near(person: Floats, profile: CultureProfile) -> Near:
    theirs = np.asarray(profile.means) - np.mean(profile.means)
    apart = np.abs(person - theirs)
    return Near(
        id=profile.id,
        name=profile.name,
        distance=float(np.sqrt(np.mean(apart**2))),
        spearman=spearman(person, theirs),
        strangeness=float("nan") if profile.sds is None else float(np.mean(apart / np.asarray(profile.sds))),
    )


def spearman(one: Numbers, other: Numbers) -> float:
    """Spearman's rank correlation, ties sharing their mean rank, in [-1, 1]; NaN when either side is constant."""
    a, b = (x - x.mean() for x in (ranks(one), ranks(other)))
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(np.clip(a @ b / size, -1, 1)) if size > 0 else float("nan")


def how_weak(found: Sequence[Near]) -> str:
    """What the first of `found` (all that were compared, nearest first, at least one) is worth, in sentences."""
    first, *others = found
    said = f"Closest of {len(found)}: {first.name}, {first.distance:.2f} points away (root mean square)."
    if not isnan(first.strangeness):
        said += (
            f" That is {first.strangeness:.2f} standard deviations between the people there, on average;"
            f" they themselves lie about {TYPICAL:.2f} from their own mean."
        )
    rivals = [near.name for near in others if near.distance <= HARDLY * first.distance]
    if rivals:
        said += f" Hardly further, by a tenth at most: {', '.join(rivals)}."
    return said
