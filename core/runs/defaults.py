"""The plan of the first click: the embedded model on the starter scenarios, read offline."""

from collections.abc import Sequence

from core.items.shipped import shipped_suite, starter
from core.methods.base import Asking
from core.models.base import ModelSpec
from core.models.embedded import NAMES
from core.runs.plan import Plan

EMBEDDED = next(iter(NAMES))
EMBEDDED_TOKENS = 48


def first_plan() -> Plan:
    """Needs no key and no network, and takes about a minute on one core."""
    suite = starter(shipped_suite("everyday"))
    asking = Asking(max_tokens=EMBEDDED_TOKENS)
    return Plan("First look at the embedded model", suite, (ModelSpec(EMBEDDED),), asking=asking)


def usual_asking(models: Sequence[ModelSpec]) -> Asking:
    """The parameters of calls that nobody chose. Long answers of the embedded model take long and loop."""
    embedded = all(spec.name.startswith("embedded/") for spec in models)
    return Asking(max_tokens=EMBEDDED_TOKENS) if embedded else Asking()
