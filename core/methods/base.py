"""What a method is: it puts an item to a model, in one call or a chain of them, and says how the last reply ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from core.items.item import Item
from core.models.base import Reply, Request
from core.recognition.base import Measure, Recognition
from core.recognition.refusals import is_refusal

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
    what was chosen in a closed question (for Value Compass a value's id) and `probs` the probability of everything that
    could be; `recognise` says whether values are to be read in the text. `values` are those that the choice itself
    shows, for a method that has a `scale`."""

    outcome: Outcome
    recognise: bool
    choice: str | None = None
    probs: Mapping[str, float] | None = None
    values: tuple[Recognition, ...] = ()


@dataclass(frozen=True)
class Scale:
    """How a method reads values in choices, without a recogniser: `id` names it and its version as a recogniser's id
    does, `measure` says what the strengths mean, `system` is the id of the value system."""

    id: str
    measure: Measure
    system: str


class Method(Protocol):
    """`prompt_hash` changes whenever the words put to a model do. A plan chooses among `variations`, the ways to ask an
    item, and takes `usual` if nobody chose; `probes` are further ones, which a plan asks of some items with two options
    to measure order bias (none: it cannot). `free`: answers are texts in which a recogniser reads values; `pointwise`:
    in each of their key points by itself."""

    id: str
    name: str
    prompt_hash: str
    free: bool
    pointwise: bool
    scale: Scale | None

    @property
    def variations(self) -> tuple[str, ...]: ...

    @property
    def usual(self) -> tuple[str, ...]: ...

    @property
    def probes(self) -> tuple[str, ...]: ...

    def calls(self, variation: str) -> int:
        """How many calls a trial takes: 1, or more where later ones build on earlier replies."""
        ...

    def request(self, item: Item, variation: str, asking: Asking, said: Sequence[str] = ()) -> Request:
        """The next call of a trial, after the replies `said` to its earlier ones. Trials whose earlier calls are equal
        share them: the model is asked once."""
        ...

    def read(self, item: Item, variation: str, reply: Reply) -> Reading:
        """How the reply to the last call ended."""
        ...


def broken(reply: Reply) -> Outcome | None:
    """Why a chain of calls cannot go on after an earlier `reply`; None if it can."""
    if reply.finish == "filtered":
        return "filtered"
    if not reply.text.strip():
        return "unparsed"
    return "refused" if is_refusal(reply.text) else None
