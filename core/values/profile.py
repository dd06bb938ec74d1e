"""Profiles: whose values count, as a weight for each value. Weights here are on the sliders' scale, 0 to 100."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from core.errors import UserError
from core.values.cultures import cultures, mean_of_countries
from core.values.system import SCHWARTZ, ValueSystem, system
from core.values.weighting import Basis, sliders, weigh

EVEN = 50.0
MOST = 100.0
REST = 20.0

# Rank order of the ten values over samples from many countries, most important first. Schwartz, S. H. & Bardi, A.
# (2001). Journal of Cross-Cultural Psychology 32(3), 268-290. Only the order: the means are not used.
_PAN_CULTURAL = (
    "benevolence",
    "self_direction",
    "universalism",
    "security",
    "conformity",
    "achievement",
    "hedonism",
    "stimulation",
    "tradition",
    "power",
)


@dataclass(frozen=True)
class SavedProfile:
    """A row of the store: `weights`, `means` and `sds` are JSON, "" where there are none."""

    name: str
    system: str
    weights: str
    means: str = ""
    sds: str = ""
    source: str = ""


@dataclass(frozen=True)
class Profile:
    """`weights` are on the scale 0 to 100 by value id; `source` says where they come from. A profile measured on people
    has `means` (centred PVQ points, in the system's order), from which its weights are made, and where known `sds`
    between persons and `top_share`, the shares of persons whose highest value each is;
    `scheme` is how its weights were made."""

    id: str
    name: str
    system: str
    weights: Mapping[str, float]
    source: str
    means: tuple[float, ...] | None = None
    sds: tuple[float, ...] | None = None
    top_share: tuple[float, ...] | None = None
    scheme: str = ""


def of_means(
    id: str,
    name: str,
    means: Sequence[float],
    source: str,
    sds: Sequence[float] | None = None,
    top_share: Sequence[float] | None = None,
) -> Profile:
    """A profile of Schwartz's ten values made from means, weighed by the softmax."""
    plain = Profile(
        id,
        name,
        SCHWARTZ,
        {},
        source,
        tuple(means),
        tuple(sds) if sds else None,
        tuple(top_share) if top_share else None,
    )
    return weighed(plain, "softmax")


def weighed(profile: Profile, scheme: str, T: float | None = None) -> Profile:
    """The profile with its weights made from its means by a scheme of core.values.weighting; a profile without means
    stays as it is. Raises UserError when the scheme needs what the profile has not."""
    if profile.means is None:
        return profile
    basis = Basis(profile.means, profile.top_share, mean_of_countries(cultures().values()))
    scaled = sliders(weigh(scheme, basis, T)).tolist()
    return replace(profile, weights=dict(zip(system(profile.system).ids, scaled, strict=True)), scheme=scheme)


@cache
def surveyed() -> tuple[Profile, ...]:
    """The profiles that ship with survey means: countries, then regions, ages, genders, and all together."""
    return tuple(
        of_means(
            one.id,
            one.name,
            one.means,
            f"{one.instrument}, {one.year}, n = {one.n:,}. {one.citation}",
            one.sds,
            one.top_share,
        )
        for one in cultures().values()
    )


def presets(of: ValueSystem) -> tuple[Profile, ...]:
    """The profiles every system has: equal weights, then one for each higher-order value; for Schwartz's system also
    the order in which people of many countries rank the values."""
    equal = Profile("equal", "Equal weights", of.id, dict.fromkeys(of.ids, EVEN), "Every value counts the same.")
    emphases = tuple(
        Profile(
            group.id,
            group.name,
            of.id,
            {value: MOST if value in group.values else REST for value in of.ids},
            f"{MOST:.0f} for the values of {group.name}, {REST:.0f} for the others.",
        )
        for group in of.groups
    )
    return (equal, *emphases, *((_pan_cultural(),) if of.id == SCHWARTZ else ()))


def _pan_cultural() -> Profile:
    last = len(_PAN_CULTURAL)
    weights = {value: MOST * (last - place) / last for place, value in enumerate(_PAN_CULTURAL)}
    source = (
        "Linear rank weights (100 for the first, 10 for the last) of the order found over many countries by"
        " Schwartz & Bardi (2001), Journal of Cross-Cultural Psychology 32(3). No country's own profile."
    )
    return Profile("pan_cultural", "Pan-cultural order", SCHWARTZ, weights, source)


def saved(kept: SavedProfile) -> Profile:
    """A profile out of the store; raises UserError when it holds something else than means or weights."""
    name, id = kept.name, f"saved:{kept.name}"
    if kept.means:
        return of_means(id, name, json.loads(kept.means), kept.source, json.loads(kept.sds) if kept.sds else None)
    weights = json.loads(kept.weights)
    if not isinstance(weights, dict) or not all(
        isinstance(weight, int | float) and 0 <= weight <= MOST for weight in weights.values()
    ):
        raise UserError(f"The profile {name!r} holds something else than weights from 0 to 100. Delete it.")
    return Profile(id, name, kept.system, weights, kept.source or "Saved here.")
