"""Running an item bank in personas: whose, in how many wordings, and the plan that asks them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import UserError
from core.items.bank import ItemBank
from core.methods.base import Asking
from core.methods.personas import NONE, ORDERS, PLACEBO, PortraitPersonas, attributes, variation, wordings
from core.models.base import ModelSpec
from core.runs.plan import Plan
from core.runs.portrait import OWN, bank_suite
from core.store.database import Store


@dataclass(frozen=True)
class PersonaMode:
    """How much is asked: which items (core.runs.portrait.SELECTIONS), in how many of the wordings, always in both
    orders of the options."""

    id: str
    name: str
    selection: str
    wordings: int
    about: str


MODES: Mapping[str, PersonaMode] = {
    mode.id: mode
    for mode in (
        PersonaMode(
            "full",
            "Full",
            "values",
            3,
            "every item that stands for a value, three wordings of each persona, both orders",
        ),
        PersonaMode(
            "cheap",
            "Cheap",
            "few",
            1,
            "at most ten items a value, one wording in both orders: wider intervals, and what hangs on the wording is "
            "unknown",
        ),
    )
}


def cast(chosen: Sequence[str], placebos: bool = True) -> tuple[str, ...]:
    """The ids of the personas that a run of some attributes needs: none, every level, and the placebos. Raises
    UserError for an attribute that does not exist, or for none at all."""
    unknown = [name for name in chosen if name not in attributes()]
    if unknown or not chosen:
        said = f"got {', '.join(unknown)}" if unknown else "none was named"
        raise UserError(f"Name one or more attributes of {', '.join(attributes())}; {said}.")
    wanted = [*(name for name in chosen if name != PLACEBO), *([PLACEBO] if placebos or PLACEBO in chosen else [])]
    return (NONE, *(level.id for name in wanted for level in attributes()[name].levels))


def variations_of(personas: Sequence[str], n_wordings: int) -> tuple[str, ...]:
    """The variations that ask these personas in the first `n_wordings` wordings, both orders each."""
    used = tuple(wordings())[:n_wordings]
    return tuple(variation(persona, wording, order) for persona in personas for wording in used for order in ORDERS)


def plan_of(
    store: Store,
    bank: ItemBank,
    models: Sequence[ModelSpec],
    chosen: Sequence[str],
    mode: PersonaMode,
    placebos: bool = True,
    words: str = OWN,
    asking: Asking | None = None,
) -> Plan:
    """The plan that asks `models` a bank's items in the personas of the attributes `chosen`, as none, and in the
    placebos. Raises UserError when the bank has no texts or an attribute does not exist."""
    asked = variations_of(cast(chosen, placebos), mode.wordings)
    return Plan(
        name=f"Personas on {bank.name}: {', '.join(attributes()[name].name.lower() for name in chosen)}"[:120],
        suite=bank_suite(store, bank, mode.selection, words),
        models=tuple(models),
        variations=asked,
        probes=0,
        recogniser="",
        asking=asking or Asking(max_tokens=64),
        method=PortraitPersonas.id,
    )
