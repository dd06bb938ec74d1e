"""Value Portrait (arXiv 2505.01015): how much is this response like you? Six answers, three wordings, both orders.

Where a model gives the probabilities of the answers' numbers the expected answer counts, otherwise what it wrote. An
item that carries a prompt of its own for a variation (see core.items.bank_suite) is asked in those words exactly.
"""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence

from core.items.bank import REVERSED, VARIATIONS
from core.items.bank_suite import RESPONSE
from core.items.item import Item
from core.methods.base import Asking, Outcome, Reading, Scale
from core.methods.portrait_answer import LABELS, declines, parse
from core.models.base import Message, Reply, Request
from core.paths import DATA

NUMBERS = tuple(str(number) for number in range(1, len(LABELS) + 1))
_PROMPTS = DATA / "prompts" / "portrait.toml"


class Portrait:
    """The method, with the prompts in data/prompts/portrait.toml."""

    id = "portrait"
    name = "Value Portrait"
    free = False
    pointwise = False
    scale: Scale | None = None
    probes: tuple[str, ...] = ()
    variations = VARIATIONS
    usual = VARIATIONS

    def __init__(self) -> None:
        raw = _PROMPTS.read_bytes()
        self._prompts = tomllib.loads(raw.decode())
        self.prompt_hash = hashlib.sha256(raw).hexdigest()[:12]

    def calls(self, variation: str) -> int:
        """Always one."""
        return 1

    def request(self, item: Item, variation: str, asking: Asking, said: Sequence[str] = ()) -> Request:
        """One call. Raises ValueError for an item that has no response, which only a bank's has."""
        parts = {option.value: option.text for option in item.options}
        if RESPONSE not in parts:
            raise ValueError(f"item {item.id} has no response to rate")
        given = parts.get(variation)
        question = self._own(item, parts[RESPONSE], variation) if given is None else given
        return Request(
            (Message("user", question),),
            *(asking.max_tokens, asking.temperature, asking.seed),
            options=NUMBERS if given is None else (),
            stakes=item.values,
            levels=numbered(variation),
        )

    def _own(self, item: Item, response: str, variation: str) -> str:
        names: Mapping[int, str] = {answer: label for label, answer in LABELS.items()}
        lines = "\n".join(f"{n}. {names[answer]}" for n, answer in enumerate(numbered(variation), 1))
        wording: str = self._prompts["wordings"][variation.removesuffix(REVERSED)]
        name = self._prompts["names"].get(item.domain, self._prompts["names"]["situation"])
        return wording.strip().format(name=name, text=item.text, response=response, options=lines)

    def read(self, item: Item, variation: str, reply: Reply) -> Reading:
        """`choice` is "1" (not like me at all) to "6" (very much like me), `probs` the probability of each of these."""
        if reply.finish == "filtered":
            return Reading("filtered", False)
        order = numbered(variation)
        own = variation not in {option.value for option in item.options}
        probs = {str(order[int(n) - 1]): p for n, p in reply.option_probs.items()} if reply.option_probs else None
        answer = parse(reply.text, order if own else ())
        if answer is None:
            return Reading(_without_answer(reply), False)
        return Reading("ok", False, str(answer), probs)


def numbered(variation: str) -> tuple[int, ...]:
    """The answers that the numbers 1 to 6 stand for in this variation."""
    return tuple(LABELS.values())[:: -1 if variation.endswith(REVERSED) else 1]


def _without_answer(reply: Reply) -> Outcome:
    if declines(reply.text):
        return "refused"
    return "truncated" if reply.finish == "length" else "unparsed"
