"""A panel with known values in a world of numbers: what a search should find is known there, so it can be tested.

Models have priorities on a circle of values, as in Schwartz's theory; a question makes some values matter, more or less
to each model. Changing a question changes its numbers at random, without drift, so that only selection can help.
"""

from collections.abc import Sequence

import numpy as np

from core.methods.adaem.objective import Floats, gjs_marginal
from core.methods.adaem.parts import Answered, Pair, Question, Seed

VALUES = 10
OPINIONS = 3
BASE = -1.4  # log-odds: an opinion shows a value every fifth time where nothing else matters


class World:
    """Topics, questions and models. It writes questions (Author) and reads them (Reader); `panel` gives its models."""

    def __init__(
        self, models: int, seed: int = 0, apart: float = 1.0, wording: float = 0.4, mutation: float = 0.5
    ) -> None:
        """`apart` scales the differences between models (0: none), `wording` is the standard deviation, in log-odds,
        that another wording brings, `mutation` that of a change of a question, in logarithms of its sensitivities."""
        self._rng = np.random.default_rng([seed, 7])
        place = 2 * np.pi * np.arange(VALUES) / VALUES
        centre = self._rng.uniform(0, 2 * np.pi, (models, 1))
        own = np.cos(place - centre) + 0.5 * self._rng.standard_normal((models, VALUES))
        self.priorities: Floats = apart * own
        self._wording, self._mutation, self._seed = wording, mutation, seed
        self._questions: dict[str, tuple[Floats, Floats]] = {}

    def seeds(self, count: int) -> list[Seed]:
        """So many topics, most of which hardly tell models apart."""
        found = []
        for number in range(count):
            text = f"Should case {number} be allowed?"
            base = BASE + 0.5 * self._rng.standard_normal(VALUES)
            self._questions[text] = (base, np.exp(self._rng.normal(-1.6, 0.5, VALUES)))
            found.append(Seed(str(number), text, str(number % 9)))
        return found

    def truth(self, text: str, models: Sequence[int] | None = None) -> float:
        """The true divergence of a question, averaged over wordings, in nats."""
        base, sensitivity = self._questions[text]
        chosen = self.priorities if models is None else self.priorities[list(models)]
        noise = np.random.default_rng(1).normal(0, self._wording, (40, 1, VALUES))
        return gjs_marginal(_logistic(base + sensitivity * chosen + noise).mean(axis=0))

    def panel(self, models: Sequence[int]) -> "Respondents":
        """Some of the models, by number."""
        return Respondents(self, tuple(models))

    def odds(self, text: str, draw: int) -> Floats:
        """Probabilities (models x values) in one wording: the wording moves all models alike and each a little."""
        base, sensitivity = self._questions[text.partition(" /")[0]]
        rng = np.random.default_rng([self._seed, draw, *text.encode()])
        shift = rng.normal(0, self._wording, (1, VALUES)) + rng.normal(0, self._wording / 2, self.priorities.shape)
        return _logistic(base + sensitivity * self.priorities + shift)

    async def explore(
        self, seed: Seed, shots: Sequence[Question], parent: Question, rng: np.random.Generator, pair: Pair = ()
    ) -> str:
        """A change of the parent; given a `pair` (numbers, as text), the two values that mattered most change places
        with these, so that nothing is gained in all."""
        text = self._changed(parent.text, self._mutation, rng)
        if pair:
            sensitivity = self._questions[text][1]
            for place, value in zip(np.argsort(-sensitivity)[:2], map(int, pair), strict=True):
                sensitivity[[place, value]] = sensitivity[[value, place]]
        return text

    async def refine(self, seed: Seed, question: Question, rng: np.random.Generator) -> str:
        """A smaller change of the question."""
        return self._changed(question.text, self._mutation / 2, rng)

    async def paraphrases(self, question: str, count: int) -> list[str]:
        """The same question, marked by a number."""
        return [question, *(f"{question} /{n}" for n in range(1, count))]

    async def shows(self, question: str) -> Floats:
        """Questions show no value of their own here."""
        return np.zeros(VALUES)

    def _changed(self, text: str, size: float, rng: np.random.Generator) -> str:
        base, sensitivity = self._questions[text]
        new = f"Should case {len(self._questions)} be allowed?"
        moved = np.log(sensitivity) + rng.normal(0, size, VALUES)
        self._questions[new] = (base + rng.normal(0, 0.2, VALUES), np.exp(np.clip(moved, -6, 1.0)))
        return new


class Respondents:
    """Some of a world's models. `asked` counts their answers."""

    def __init__(self, world: World, chosen: tuple[int, ...]) -> None:
        self._world, self._chosen = world, chosen
        self.asked = 0

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(f"simulated {number}" for number in self._chosen)

    async def answer(self, question: str, draw: int) -> Answered:
        """Three opinions of each model."""
        self.asked += len(self._chosen)
        odds = self._world.odds(question, draw)[list(self._chosen)]
        rng = np.random.default_rng([draw, *self._chosen, *question.encode()])
        shown = rng.binomial(OPINIONS, odds).astype(np.float64)
        return Answered(shown, np.full(len(self._chosen), float(OPINIONS)))


class Distinct:
    """A Similarity for which nothing is like anything else."""

    def add(self, text: str) -> None:
        """Nothing to remember."""

    def nearness(self, text: str) -> float:
        return 0.0


def _logistic(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)), dtype=np.float64)
