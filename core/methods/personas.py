"""Value Portrait asked of a persona: the model is told whom to answer as, by a message before the question.

What comes of it are the stereotypes a model plays, not its behaviour and not people. Placebos, personas that say
nothing about values, and none at all are asked in the same way: what shifts with any persona is not a level's doing.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from core.errors import UserError
from core.items.bank import REVERSED
from core.items.item import Item
from core.methods.base import Asking, Reading, Scale
from core.methods.portrait import Portrait
from core.models.base import Message, Reply, Request
from core.paths import DATA
from core.toml import field, read_toml, tables

NONE, PLACEBO = "none", "placebo"
ORDERS: Mapping[str, str] = {"forward": "", "reversed": REVERSED}
_PATH = DATA / "prompts" / "personas.toml"


@dataclass(frozen=True)
class Persona:
    """One level of an attribute: `who` and `cue` are filled into the wordings, `human` is the id of the survey profile
    of such people, "" where none ships."""

    id: str
    name: str
    attribute: str
    who: str
    cue: str
    human: str = ""


@dataclass(frozen=True)
class Attribute:
    """What personas differ in, with its levels in order."""

    id: str
    name: str
    levels: tuple[Persona, ...]


@dataclass(frozen=True)
class Wording:
    """A way to say a persona, and the wording of the question (core.items.bank.WORDINGS) that it goes with."""

    id: str
    question: str
    text: str


NOBODY = Persona(NONE, "No persona", "", "", "")


@cache
def attributes() -> Mapping[str, Attribute]:
    """The shipped attributes by id, the placebo last."""
    found = [_attribute(table) for table in tables(read_toml(_PATH), "attributes", _PATH.name)]
    return {attribute.id: attribute for attribute in found}


@cache
def wordings() -> Mapping[str, Wording]:
    """The shipped wordings by id."""
    found = tables(read_toml(_PATH), "wordings", _PATH.name)
    return {
        name: Wording(name, *(field(table, key, str, f"{_PATH.name}, {name}") for key in ("question", "text")))
        for table in found
        for name in (field(table, "id", str, _PATH.name),)
    }


@cache
def personas() -> Mapping[str, Persona]:
    """Every persona by id, none first."""
    every = [NOBODY, *(level for attribute in attributes().values() for level in attribute.levels)]
    return {persona.id: persona for persona in every}


def _attribute(table: Mapping[str, object]) -> Attribute:
    given = dict(table)
    name = field(given, "id", str, _PATH.name)
    where = f"{_PATH.name}, {name}"
    levels = tuple(
        Persona(
            id=field(level, "id", str, where),
            name=field(level, "name", str, where),
            attribute=name,
            who=field(level, "who", str, where),
            cue=field(level, "cue", str, where),
            human=level.get("human", ""),
        )
        for level in tables(given, "levels", where)
    )
    return Attribute(name, field(given, "name", str, _PATH.name), levels)


def variation(persona: str, wording: str, order: str) -> str:
    """The variation's name, "woman.you.forward"."""
    return f"{persona}.{wording}.{order}"


def parts(name: str) -> tuple[Persona, Wording, str]:
    """Persona, wording and order of a variation; raises UserError where there is none of that name."""
    persona, _, rest = name.partition(".")
    wording, _, order = rest.partition(".")
    if persona not in personas() or wording not in wordings() or order not in ORDERS:
        raise UserError(
            f"There is no variation {name!r}; write <persona>.<wording>.<order>, such as "
            f"{variation('woman', 'you', 'forward')}."
        )
    return personas()[persona], wordings()[wording], order


def told(persona: Persona, wording: Wording) -> str:
    """What the model is told before the question, "" for no persona."""
    return "" if persona.id == NONE else wording.text.format(who=persona.who, cue=persona.cue)


class PortraitPersonas:
    """The method, with the personas in data/prompts/personas.toml and the questions of `Portrait`."""

    id = "portrait_personas"
    name = "Personas"
    free = False
    pointwise = False
    scale: Scale | None = None
    probes: tuple[str, ...] = ()

    def __init__(self) -> None:
        self._portrait = Portrait()
        raw = self._portrait.prompt_hash.encode() + _PATH.read_bytes()
        self.prompt_hash = hashlib.sha256(raw).hexdigest()[:12]
        self.variations = tuple(
            variation(persona, wording, order) for persona in personas() for wording in wordings() for order in ORDERS
        )
        self.usual = tuple(
            name for name in self.variations if parts(name)[0].attribute in ("", PLACEBO, next(iter(attributes())))
        )

    def calls(self, variation: str) -> int:
        """Always one."""
        return 1

    def request(self, item: Item, variation: str, asking: Asking, said: Sequence[str] = ()) -> Request:
        """The question of `Portrait` after a system message with the persona. Raises ValueError for an item that has
        no response, which only a bank's has."""
        persona, wording, _ = parts(variation)
        asked = self._portrait.request(item, inner(variation), asking)
        before = told(persona, wording)
        messages = (Message("system", before), *asked.messages) if before else asked.messages
        return replace(asked, messages=messages, persona=persona.id)

    def read(self, item: Item, variation: str, reply: Reply) -> Reading:
        """As `Portrait` does."""
        return self._portrait.read(item, inner(variation), reply)


def inner(name: str) -> str:
    """The variation of `Portrait` in which the question itself is put."""
    _, wording, order = parts(name)
    return wording.question + ORDERS[order]
