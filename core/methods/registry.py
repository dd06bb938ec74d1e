"""The methods there are, by the id that a plan names."""

from collections.abc import Mapping
from functools import cache

from core.extensions import objects
from core.methods.adaem.method import AdAEM
from core.methods.base import Method
from core.methods.hvae.method import Hvae
from core.methods.personas import PortraitPersonas
from core.methods.portrait import Portrait
from core.methods.value_compass import ValueCompass

USUAL = ValueCompass.id
FACE = (
    *("id", "name", "prompt_hash", "free", "scale", "variations", "usual", "probes"),
    *("calls", "request", "read"),
)


@cache
def methods() -> Mapping[str, Method]:
    """All methods by id: those that ship, then those in one's own folder."""
    own = objects("methods", "method", FACE)
    shipped = (ValueCompass(), Portrait(), PortraitPersonas(), Hvae(), AdAEM())
    return {method.id: method for method in (*shipped, *own.values())}


def method_of(named: str) -> Method:
    """The method that a plan names; "" is that of answers from a file, which count as freely given. Raises KeyError for
    an id that no method has."""
    return methods()[named or USUAL]
