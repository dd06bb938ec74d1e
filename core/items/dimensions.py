"""What items of a bank are correlated with: the ten values, the four higher-order values, the Big Five."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.values.system import SCHWARTZ, system

VALUES, HIGHER, BIG_FIVE = "values", "higher", "big_five"
SYSTEMS: Mapping[str, str] = MappingProxyType(
    {VALUES: "Ten values", HIGHER: "Higher-order values", BIG_FIVE: "Big Five"}
)
# As the published files of Value Portrait (arXiv 2505.01015) call the three.
PUBLISHED: Mapping[str, str] = MappingProxyType({"pvq": VALUES, "higher_pvq": HIGHER, "bfi": BIG_FIVE})


@dataclass(frozen=True)
class Dimension:
    """One scale. `id` is its published name in lower case; `system` a key of SYSTEMS."""

    id: str
    name: str
    system: str


def _all() -> tuple[Dimension, ...]:
    values = [Dimension(value.id, value.name, VALUES) for value in system(SCHWARTZ).values]
    higher = ("Openness to Change", "Self-Enhancement", "Conservation", "Self-Transcendence")
    five = ("Openness", "Conscientiousness", "Extraversion", "Agreeableness", "Neuroticism")
    named = [(name, HIGHER) for name in higher] + [(name, BIG_FIVE) for name in five]
    return (*values, *(Dimension(name.lower().replace("-", "_").replace(" ", "_"), name, kind) for name, kind in named))


# The order of the columns of every array over dimensions: 10 + 4 + 5.
DIMENSIONS: tuple[Dimension, ...] = _all()
IDS: tuple[str, ...] = tuple(dimension.id for dimension in DIMENSIONS)
PLACE: Mapping[str, int] = MappingProxyType({name: place for place, name in enumerate(IDS)})


def of_system(kind: str) -> tuple[int, ...]:
    """The columns of one system, in order."""
    return tuple(place for place, dimension in enumerate(DIMENSIONS) if dimension.system == kind)
