"""What the search for telling questions is made of: who writes questions, who answers, who reads values in both."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np

from core.methods.adaem.objective import Floats

Pair = tuple[()] | tuple[str, str]  # ids of two values, or none
Origin = Literal["seed", "explore", "refine"]
Status = Literal["scored", "duplicate", "invalid", "unanswered", "confirmed", "unconfirmed"]


@dataclass(frozen=True)
class Seed:
    """A controversial yes/no question to start from; `values` are those that a yes, and then a no, tends to serve."""

    id: str
    text: str
    category: str
    region: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """A question of the search. `parent` is the id of the one it was made from, `why` the reason of a status that drops
    it. Scored on the first panel: `score` is the objective, of which `divergence` and `distance` are the parts, and
    `rates` (K x d) the values its answers showed. Confirmed on fresh answers: `across` is the variance between models
    across paraphrases, `p` its permutation p, `wordings` the paraphrases asked, its own words first. `published` is
    the paper's black-box score, shown beside the objective; `pair` the two values it was written for, if any, as
    "power+universalism"."""

    id: str
    topic: str
    text: str
    origin: Origin
    parent: str = ""
    status: Status = "scored"
    why: str = ""
    score: float = float("nan")
    divergence: float = float("nan")
    distance: float = float("nan")
    across: float = float("nan")
    p: float = float("nan")
    published: float = float("nan")
    pair: str = ""
    wordings: tuple[str, ...] = ()
    rates: Floats = field(default_factory=lambda: np.empty((0, 0)), compare=False)

    @property
    def lead(self) -> int:
        """The place of the value on which the models differ most."""
        return int(np.argmax(self.rates.var(axis=0)))


@dataclass(frozen=True)
class Said:
    """One model's opinions: their words, and the probabilities (opinions x d) that each shows a value."""

    points: tuple[str, ...]
    shows: Floats


@dataclass(frozen=True)
class Answered:
    """One round of answers of K models: `shown` (K x d) sums the probabilities that an opinion shows a value,
    `opinions` (K) counts the opinions: 0 for a refusal, or an answer that could not be read. `said` has the opinions
    themselves where there are any."""

    shown: Floats
    opinions: Floats
    said: "tuple[Said, ...]" = ()

    @property
    def answered(self) -> int:
        """How many models gave an opinion."""
        return int(np.sum(self.opinions > 0))


class Panel(Protocol):
    """The models whose differences are looked for."""

    @property
    def models(self) -> tuple[str, ...]: ...

    async def answer(self, question: str, draw: int) -> Answered:
        """Their opinions on a question; another `draw` is another sample, the same one gives the same again."""
        ...


class Author(Protocol):
    """Who writes questions. All chance comes from `rng`, so that a search can be repeated."""

    async def explore(
        self, seed: Seed, shots: Sequence[Question], parent: Question, rng: np.random.Generator, pair: Pair = ()
    ) -> str:
        """A new question on a topic, shown its best `shots` with their scores; "" if none came. Given a `pair` of
        values, it makes people choose between these two."""
        ...

    async def refine(self, seed: Seed, question: Question, rng: np.random.Generator) -> str:
        """The question rewritten so that it may tell the models further apart, given what their answers showed."""
        ...

    async def paraphrases(self, question: str, count: int) -> list[str]:
        """The question in so many wordings, its own first; fewer where no more came."""
        ...


class Reader(Protocol):
    """Who reads values in a question itself."""

    async def shows(self, question: str) -> Floats:
        """The probability that the question shows each value (d)."""
        ...


class Similarity(Protocol):
    """What is near to what was asked before: see core.methods.adaem.similarity."""

    def add(self, text: str) -> None: ...

    def nearness(self, text: str) -> float: ...
