"""An author of questions that needs no model: topics combined with contexts and with what two values gain and lose.

Small models cannot write questions that are worth asking, so offline the search chooses among combinations instead: a
topic's question, framed as a trade-off between two values, in a context. Changing a question changes one part of it.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from core.methods.adaem.parts import Pair, Question, Seed
from core.methods.adaem.validity import MOST_WORDS
from core.paths import DATA

TRIES = 12


@dataclass(frozen=True)
class Grammar:
    """`gains` and `costs` by value id: two phrases or more each, that follow "it"."""

    frames: tuple[str, ...]
    contexts: tuple[str, ...]
    gains: Mapping[str, Sequence[str]]
    costs: Mapping[str, Sequence[str]]


@cache
def grammar() -> Grammar:
    """The shipped one, for Schwartz's ten values."""
    raw = tomllib.loads((DATA / "adaem" / "grammar.toml").read_text(encoding="utf-8"))
    gains, costs = ({value: entry[kind] for value, entry in raw["values"].items()} for kind in ("gains", "costs"))
    return Grammar(tuple(raw["frames"]), tuple(raw["contexts"]), gains, costs)


@dataclass(frozen=True)
class Made:
    """What a question is made of. `gain` and `cost` are (value, number of the phrase); `frame` -1 is the bare topic,
    `context` -1 none."""

    frame: int = -1
    context: int = -1
    gain: tuple[str, int] = ("", 0)
    cost: tuple[str, int] = ("", 0)


class GrammarAuthor:
    """Writes questions by the grammar; for the same draws always the same. Knows only the questions it made."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[Seed, Made]] = {}

    async def explore(
        self, seed: Seed, shots: Sequence[Question], parent: Question, rng: np.random.Generator, pair: Pair = ()
    ) -> str:
        """The parent with another pair of values in another frame, mostly those of the seed; given a `pair`, with these
        two in a frame that has both."""
        _, made = self._made.get(parent.text, (seed, Made()))
        frames = [n for n, frame in enumerate(grammar().frames) if not pair or both(frame)]
        for _ in range(TRIES):
            gain, cost = self._of(pair, rng) if pair else self._pair(seed, rng)
            frame = frames[int(rng.integers(len(frames)))]
            new = replace(made, frame=frame, gain=gain, cost=cost)
            if text := self._written(seed, new):
                return text
        return ""

    async def refine(self, seed: Seed, question: Question, rng: np.random.Generator) -> str:
        """The question with one part changed: its context, its frame, a phrase, or the two values exchanged."""
        _, made = self._made.get(question.text, (seed, Made()))
        for _ in range(TRIES):
            if text := self._written(seed, self._changed(seed, made, rng, bool(question.pair))):
                return text
        return ""

    async def paraphrases(self, question: str, count: int) -> list[str]:
        """The question, and forms that ask the same: whether it is right, whether one agrees that, ..."""
        return [question, *(lead + _lowered(question) for lead in LEADS)][:count]

    def _pair(self, seed: Seed, rng: np.random.Generator) -> tuple[tuple[str, int], tuple[str, int]]:
        values = list(grammar().gains)
        if len(seed.values) == 2 and rng.random() < 0.5:
            gain, cost = seed.values
        else:
            gain, cost = (values[n] for n in rng.choice(len(values), 2, replace=False))
        return self._phrase(gain, rng), self._phrase(cost, rng)

    def _of(self, pair: tuple[str, str], rng: np.random.Generator) -> tuple[tuple[str, int], tuple[str, int]]:
        gain, cost = pair if rng.random() < 0.5 else pair[::-1]
        return self._phrase(gain, rng), self._phrase(cost, rng)

    def _phrase(self, value: str, rng: np.random.Generator) -> tuple[str, int]:
        return value, int(rng.integers(len(grammar().gains[value])))

    def _changed(self, seed: Seed, made: Made, rng: np.random.Generator, paired: bool) -> Made:
        frames = [n for n, frame in enumerate(grammar().frames) if not paired or both(frame)]
        if made.frame < 0:
            gain, cost = self._pair(seed, rng)
            return replace(made, frame=frames[int(rng.integers(len(frames)))], gain=gain, cost=cost)
        change = int(rng.integers(4))
        if change == 0:
            return replace(made, context=int(rng.integers(-1, len(grammar().contexts))))
        if change == 1:
            return replace(made, frame=frames[int(rng.integers(len(frames)))])
        if change == 2:
            return replace(made, gain=self._phrase(made.gain[0], rng), cost=self._phrase(made.cost[0], rng))
        return replace(made, gain=made.cost, cost=made.gain)

    def _written(self, seed: Seed, made: Made) -> str:
        """The question, "" if it is too long or was made before."""
        stem = seed.text.rstrip("? ")
        if made.context >= 0:
            stem += " " + grammar().contexts[made.context]
        gain, cost = (of[value][n] for of, (value, n) in ((grammar().gains, made.gain), (grammar().costs, made.cost)))
        text = grammar().frames[made.frame].format(stem=stem, gain=gain, cost=cost)
        if len(text.split()) > MOST_WORDS or text in self._made:
            return ""
        self._made[text] = (seed, made)
        return text


LEADS = ("In your view, ", "Put plainly, ", "All things considered, ", "To your mind, ")


def both(frame: str) -> bool:
    """Whether a frame says what is gained as well as what it costs."""
    return "{gain}" in frame and "{cost}" in frame


def _lowered(question: str) -> str:
    return question[:1].lower() + question[1:]
