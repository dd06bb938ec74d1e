"""The method: sliders and games put to a model in a condition, the answer read as a place on the slider."""

from collections.abc import Mapping, Sequence

from core.errors import UserError
from core.items.item import Item
from core.methods.base import Asking, Outcome, Reading, Scale
from core.methods.hvae.angles import ORIENTATIONS
from core.methods.hvae.answers import parse_label, parse_place
from core.methods.hvae.conditions import NATURAL, Variation, conditions, parse, spelled
from core.methods.hvae.payoffs import STEPS, Decision, decisions
from core.methods.hvae.rationality import closeness
from core.methods.hvae.wording import (
    PLACES,
    chain,
    continuous,
    description_of,
    faces,
    goal_of,
    labels,
    prompt_hash,
    question,
    system_words,
)
from core.models.base import Message, Reply, Request
from core.recognition.base import Recognition, Stance
from core.recognition.refusals import is_refusal

SYSTEM = "svo"
CHAIN_TOKENS = 120
ANSWER_TOKENS = 16
PAYOFFS = "{own:g}/{other:g}"  # what an option is worth, for respondents that cannot read


class Hvae:
    """Sliders and games in the conditions of `core.methods.hvae.conditions`.

    The choice of a response is the number of the option in the order of data/games, from 0, whatever it was called on
    the screen and wherever it stood; on a continuous slider it is the place, from 0 to 8. `probs` has the options'
    numbers as keys.
    """

    id = "hvae"
    name = "HVAE"
    free = False
    pointwise = False
    probes: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.prompt_hash = prompt_hash()
        self.scale: Scale | None = Scale(f"hvae@{self.prompt_hash}", "stance", SYSTEM)

    @property
    def variations(self) -> tuple[str, ...]:
        return spelled(conditions(), tuple(faces()))

    @property
    def usual(self) -> tuple[str, ...]:
        """Natural and induced by our descriptions, with letters, in both orders."""
        told = tuple(each for each in conditions() if not each.own_words and not each.goal)
        return spelled(told, ("coins",))

    def calls(self, variation: str) -> int:
        return parse(variation).condition.calls

    def request(self, item: Item, variation: str, asking: Asking, said: Sequence[str] = ()) -> Request:
        """The next call. Only the last shows the decision: the earlier ones are the same for all of a condition."""
        asked = parse(variation)
        condition = asked.condition
        earlier = chain(condition, said)
        system = Message("system", system_words())
        if earlier is not None:
            messages = (system, Message("user", earlier))
            return Request(messages, CHAIN_TOKENS, asking.temperature, asking.seed, role=condition.target)
        decision = decision_of(item)
        text = question(decision, asked, description_of(condition, said), goal_of(condition, said))
        return Request(
            (system, Message("user", text)),
            ANSWER_TOKENS,
            asking.temperature,
            asking.seed,
            options=() if continuous(decision, asked) else tuple(labels(decision, asked)),
            stakes=_stakes(decision, asked),
            role=condition.target,
        )

    def read(self, item: Item, variation: str, reply: Reply) -> Reading:
        """The option that a reply names, and in the natural condition what it shows of each orientation."""
        asked, decision = parse(variation), decision_of(item)
        if reply.finish == "filtered":
            return Reading("filtered", False)
        if continuous(decision, asked):
            place = parse_place(reply.text)
            if place is None:
                return Reading(_lost(reply), False)
            share = (100 - place if asked.order == "reversed" else place) / 100
            return Reading("ok", False, f"{share * (STEPS - 1):g}", None, _shown(decision, asked, _spread(share)))
        names = labels(decision, asked)
        probs = {str(names[label]): p for label, p in reply.option_probs.items()} if reply.option_probs else None
        label = parse_label(reply.text, tuple(names))
        if label is None:
            return Reading(_lost(reply), False, probs=probs)
        weights = [0.0] * decision.size
        for option, p in (probs or {str(names[label]): 1.0}).items():
            weights[int(option)] = p
        return Reading("ok", False, str(names[label]), probs, _shown(decision, asked, weights))


def decision_of(item: Item) -> Decision:
    """The decision that an item stands for; raises UserError for items of other methods."""
    found: Mapping[str, Decision] = decisions()
    if item.id not in found:
        raise UserError(f"The item {item.id!r} is no slider and no game; HVAE asks the suite 'svo' or a part of it.")
    return found[item.id]


def _stakes(decision: Decision, asked: Variation) -> tuple[str, ...]:
    """What each option on the screen is worth; on a continuous slider each whole number from 0 to 100."""
    if continuous(decision, asked):
        places = [place / (PLACES - 1) for place in range(PLACES)]
        worth = [decision.at(place) for place in (places[::-1] if asked.order == "reversed" else places)]
    else:
        worth = [(decision.own[option], decision.other[option]) for option in labels(decision, asked).values()]
    return tuple(PAYOFFS.format(own=own, other=other) for own, other in worth)


def _spread(share: float) -> list[float]:
    """A place between two options, as weights on both."""
    below, rest = divmod(share * (STEPS - 1), 1)
    weights = [0.0] * STEPS
    weights[int(below)] = 1 - rest
    if rest:
        weights[int(below) + 1] = rest
    return weights


def _shown(decision: Decision, asked: Variation, weights: Sequence[float]) -> tuple[Recognition, ...]:
    """Only what a model does by itself says whose values it holds, and only sliders set the orientations apart."""
    if asked.condition.id != NATURAL or decision.kind != "primary":
        return ()
    found = [(name, closeness(decision, name, weights)) for name in ORIENTATIONS]
    return tuple(Recognition(name, _stance(strength), strength) for name, strength in found if strength is not None)


def _stance(strength: float) -> Stance:
    return "supports" if strength > 0 else "opposes" if strength < 0 else "neutral"


def _lost(reply: Reply) -> Outcome:
    if is_refusal(reply.text):
        return "refused"
    return "truncated" if reply.finish == "length" and reply.text.strip() else "unparsed"
