"""Profiles: whose values count, as a weight for each value. Weights here are on the sliders' scale, 0 to 100."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import UserError
from core.values.system import SCHWARTZ, ValueSystem

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
class Profile:
    """`weights` are on the scale 0 to 100 by value id; `source` says where they come from."""

    id: str
    name: str
    system: str
    weights: Mapping[str, float]
    source: str


def presets(system: ValueSystem) -> tuple[Profile, ...]:
    """The profiles every system has: equal weights, then one for each higher-order value; for Schwartz's system also
    the order in which people of many countries rank the values."""
    equal = Profile(
        "equal", "Equal weights", system.id, dict.fromkeys(system.ids, EVEN), "Every value counts the same."
    )
    emphases = tuple(
        Profile(
            group.id,
            group.name,
            system.id,
            {value: MOST if value in group.values else REST for value in system.ids},
            f"{MOST:.0f} for the values of {group.name}, {REST:.0f} for the others.",
        )
        for group in system.groups
    )
    return (equal, *emphases, *((_pan_cultural(),) if system.id == SCHWARTZ else ()))


def _pan_cultural() -> Profile:
    last = len(_PAN_CULTURAL)
    weights = {value: MOST * (last - place) / last for place, value in enumerate(_PAN_CULTURAL)}
    source = (
        "Linear rank weights (100 for the first, 10 for the last) of the order found over many countries by"
        " Schwartz & Bardi (2001), Journal of Cross-Cultural Psychology 32(3). No country's own profile."
    )
    return Profile("pan_cultural", "Pan-cultural order", SCHWARTZ, weights, source)


def from_json(name: str, system: str, text: str) -> Profile:
    """A saved profile; raises UserError when its weights are not numbers from 0 to 100."""
    weights = json.loads(text)
    if not isinstance(weights, dict) or not all(
        isinstance(weight, int | float) and 0 <= weight <= MOST for weight in weights.values()
    ):
        raise UserError(f"The profile {name!r} holds something else than weights from 0 to 100. Delete it.")
    return Profile(f"saved:{name}", name, system, weights, "Saved here.")
