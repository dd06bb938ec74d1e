"""The method: a question put to a model, which takes a stance and gives key points; values are read in the points."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace

from core.items.item import Item
from core.methods.adaem.opinions import read_opinions
from core.methods.adaem.prompts import POINTS, WORDS, prompts
from core.methods.base import Asking, Reading, Scale
from core.models.base import Reply, Request
from core.recognition.refusals import is_refusal

OPINION = "opinion"
TOKENS = 400


class AdAEM:
    """Evaluation with questions that were made to tell models apart (arXiv 2505.13531, s. 3.3).

    A model is asked in the words in which the search scores its panel. `prompt_hash` covers those words only, not the
    prompts that write questions: they can change without making another evaluation.
    """

    id = "adaem"
    name = "AdAEM"
    free = True
    pointwise = True
    scale: Scale | None = None
    probes: tuple[str, ...] = ()
    variations = (OPINION,)
    usual = (OPINION,)

    def __init__(self) -> None:
        body = json.dumps([prompts().templates[OPINION], POINTS, WORDS], sort_keys=True)
        self.prompt_hash = hashlib.sha256(body.encode()).hexdigest()[:12]

    def calls(self, variation: str) -> int:
        """Always one."""
        return 1

    def request(self, item: Item, variation: str, asking: Asking, said: Sequence[str] = ()) -> Request:
        """One call, on an item of any suite."""
        asked = prompts().opinion(item.text, asking.max_tokens, asking.temperature, asking.seed)
        return replace(asked, stakes=item.values)

    def read(self, item: Item, variation: str, reply: Reply) -> Reading:
        """A reply without a point to read values in, such as a bare "yes", is `unparsed`; points in another form than
        asked for are taken as they are (see core.methods.adaem.opinions)."""
        if reply.finish == "filtered":
            return Reading("filtered", False)
        if is_refusal(reply.text):
            return Reading("refused", False)
        cut = reply.finish == "length"
        if not read_opinions(reply.text).points:
            return Reading("truncated" if cut and reply.text.strip() else "unparsed", False)
        return Reading("truncated" if cut else "ok", True)
