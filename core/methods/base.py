"""What a method is: it puts an item to a model, and says how the reply ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from core.items.item import Item
from core.models.base import Reply, Request

Outcome = Literal["ok", "truncated", "refused", "unparsed", "filtered", "error"]
# What each is called wherever it is shown.
OUTCOMES: Mapping[str, str] = {
    "ok": "answered",
    "truncated": "truncated",
    "refused": "refused",
    "unparsed": "unparsed",
    "filtered": "filtered",
    "error": "failed",
}


@dataclass(frozen=True)
class Asking:
    """The parameters that every call of a run shares."""

    max_tokens: int = 256
    temperature: float = 0.0
    seed: int = 0


@dataclass(frozen=True)
class Reading:
    """How a reply ended: "truncated" is one that the length limit cut off, with words in it but no choice. `choice` is
    the value id chosen in a closed question and `probs` the probability of each option's value; `recognise` says
    whether values are to be read in the text."""

    outcome: Outcome
    recognise: bool
    choice: str | None = None
    probs: Mapping[str, float] | None = None


class Method(Protocol):
    """`prompt_hash` changes whenever the words put to a model do. `variations` are the ways to ask an item."""

    id: str
    prompt_hash: str

    @property
    def variations(self) -> tuple[str, ...]: ...

    def request(self, item: Item, variation: str, asking: Asking) -> Request:
        """The call that asks `item` in this `variation`."""
        ...

    def read(self, item: Item, variation: str, reply: Reply) -> Reading:
        """How the reply to that call ended."""
        ...
