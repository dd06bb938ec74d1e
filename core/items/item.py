"""Items and suites: the situations put to a model, with the values at stake in each."""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property


@dataclass(frozen=True)
class Option:
    """One course of action in an item, and the value it serves (a value id)."""

    text: str
    value: str


@dataclass(frozen=True)
class Item:
    """One situation with a decision in it. `values` are the ids of the values at stake, `options` two courses of
    action (or none), `starter` says that it belongs to the short suite of the first click."""

    id: str
    text: str
    values: tuple[str, ...]
    domain: str = ""
    region: str = ""
    options: tuple[Option, ...] = ()
    starter: bool = False


@dataclass(frozen=True)
class Suite:
    """An ordered set of items that belong to one value system."""

    id: str
    name: str
    system: str
    items: tuple[Item, ...]
    description: str = ""
    source: str = ""
    licence: str = ""

    @cached_property
    def hash(self) -> str:
        """First 12 hex digits of the SHA-256 of everything that is put to a model or used in scoring."""
        body = json.dumps([self.system, [asdict(item) for item in self.items]], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(body.encode()).hexdigest()[:12]

    @cached_property
    def by_id(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}
