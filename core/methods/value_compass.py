"""Value Compass (arXiv 2501.07071): situations answered freely, values recognised in what is said.

Beside the free answer an item with two courses of action can be asked as a closed question in both orders: the two
answers of a model that reads agree, those of one that picks by position do not (see analysis.quality).
"""

import hashlib
import re
import tomllib
from collections.abc import Sequence

from core.items.item import Item, Option
from core.methods.base import Asking, Outcome, Reading, Scale
from core.models.base import Message, Reply, Request
from core.paths import DATA
from core.recognition.refusals import is_refusal

CLOSED = ("closed-ab", "closed-ba")
LABELS = ("A", "B")
_PROMPTS = DATA / "prompts" / "value_compass.toml"


class ValueCompass:
    """The method, with the prompts in data/prompts/value_compass.toml."""

    id = "value_compass"
    name = "Value Compass"
    free = True
    pointwise = False
    scale: Scale | None = None
    probes = CLOSED

    def __init__(self) -> None:
        raw = _PROMPTS.read_bytes()
        self._prompts = tomllib.loads(raw.decode())
        self.prompt_hash = hashlib.sha256(raw).hexdigest()[:12]

    @property
    def variations(self) -> tuple[str, ...]:
        """The wordings of the open question."""
        return tuple(self._prompts["open"])

    @property
    def usual(self) -> tuple[str, ...]:
        """The first wording."""
        return self.variations[:1]

    def calls(self, variation: str) -> int:
        """Always one."""
        return 1

    def request(self, item: Item, variation: str, asking: Asking, said: Sequence[str] = ()) -> Request:
        """One call. A closed question needs an item with two options (ValueError otherwise)."""
        if variation in CLOSED:
            return self._closed(item, variation, asking)
        question = self._prompts["open"][variation].format(text=item.text)
        messages = (Message("system", self._prompts["system"]), Message("user", question))
        return Request(messages, asking.max_tokens, asking.temperature, asking.seed, stakes=item.values)

    def _closed(self, item: Item, variation: str, asking: Asking) -> Request:
        if len(item.options) != 2:
            raise ValueError(f"item {item.id} has no two courses of action to choose from")
        first, second = _ordered(item, variation)
        closed = self._prompts["closed"]
        question = closed["question"].format(text=item.text, a=first.text, b=second.text)
        messages = (Message("system", closed["system"]), Message("user", question))
        return Request(messages, 8, 0.0, asking.seed, options=LABELS, stakes=(first.value, second.value))

    def read(self, item: Item, variation: str, reply: Reply) -> Reading:
        """Blank text is `unparsed`; a refusal, cut off or not, is told by core.recognition.refusals."""
        if reply.finish == "filtered":
            return Reading("filtered", False)
        if variation in CLOSED:
            return _read_closed(item, variation, reply)
        if not reply.text.strip():
            return Reading("unparsed", False)
        if is_refusal(reply.text):
            return Reading("refused", False)
        return Reading("truncated" if reply.finish == "length" else "ok", True)


def _ordered(item: Item, variation: str) -> tuple[Option, ...]:
    return item.options if variation == "closed-ab" else item.options[::-1]


def _read_closed(item: Item, variation: str, reply: Reply) -> Reading:
    label = parse_label(reply.text)
    values = dict(zip(LABELS, (option.value for option in _ordered(item, variation)), strict=True))
    probs = {values[key]: p for key, p in reply.option_probs.items()} if reply.option_probs else None
    if label is None:
        return Reading(_without_choice(reply), False, probs=probs)
    return Reading("ok", False, values[label], probs)


def _without_choice(reply: Reply) -> Outcome:
    if is_refusal(reply.text):
        return "refused"
    return "truncated" if reply.finish == "length" else "unparsed"


# The letter alone, perhaps after "the answer is", and nothing but its own explanation after it.
_HEAD = re.compile(
    r"\W*(?:(?:the\s+)?(?:answer|option|choice)\W*(?:is\W*)?)?([AB])(?=$|[^\w\s'’/&]|\s*$|\s*[.:)\n–—]|\s+because\b)",
    re.I,
)
# Further on only a capital counts: "I choose a middle way" names nothing.
_NAMED = re.compile(r"(?<!not )(?<!n.t )(?<!never )\b(?i:answer|option|choice|choose|pick)\W+(?:is\W+)?\(?([AB])\b")


def parse_label(text: str) -> str | None:
    """The letter an answer to a closed question names, None when it names none or both.

    The letter must stand alone, so the article in "A friend" at the start is not taken for a choice.
    """
    if head := _HEAD.match(text):
        return head.group(1).upper()
    named = set(_NAMED.findall(text))
    return named.pop() if len(named) == 1 else None
