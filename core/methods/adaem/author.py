"""A model as the author of questions: it explores a topic, reflects on what came of a question, and rewrites it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.methods.adaem.parts import Pair, Question, Seed
from core.methods.adaem.prompts import QUESTION_WORDS, prompts
from core.models.base import Model, ModelError
from core.values.system import ValueSystem

TOKENS = 300
TOP = 3
MARKS = " *_`\"'"


class ModelAuthor:
    """Asks `model` for questions. A call that fails gives no question, so a search outlives it."""

    def __init__(self, model: Model, system: ValueSystem, panel: Sequence[str], temperature: float = 1.0) -> None:
        """`panel` names the models whose answers are shown to it, in their order."""
        self.model, self.system, self.panel, self.temperature = model, system, tuple(panel), temperature

    async def explore(
        self, seed: Seed, shots: Sequence[Question], parent: Question, rng: np.random.Generator, pair: Pair = ()
    ) -> str:
        """A new question on the topic, given its best ones with their scores, and the pair of values to choose from."""
        lines = [f"{shot.score:.2f}  {shot.text}" for shot in shots if not np.isnan(shot.score)]
        shown = "\n".join(lines) or "(none)"
        topic = seed.text
        if pair:
            first, second = (self.system.names[value] for value in pair)
            topic += (
                f" Here the two things worth having must be {first} and {second}: who gains one gives up the other."
            )
        return await self._line("explore", rng, topic=topic, shots=shown, words=QUESTION_WORDS)

    async def refine(self, seed: Seed, question: Question, rng: np.random.Generator) -> str:
        """The question rewritten after reflection on what each model's answer showed."""
        advice = await self._said(
            *("reflect", rng),
            topic=seed.text,
            question=question.text,
            score=f"{question.score:.2f}",
            evidence="\n".join(self._evidence(question)),
        )
        if not advice:
            return ""
        return await self._line("refine", rng, question=question.text, advice=advice, words=QUESTION_WORDS)

    async def paraphrases(self, question: str, count: int) -> list[str]:
        """The question, then as many other wordings as the model gave."""
        if count < 2:
            return [question][:count]
        rng = np.random.default_rng([*question.encode()])
        said = await self._said("paraphrase", rng, question=question, count=count - 1)
        others = [line.strip(" -•*\"'0123456789.)") for line in said.splitlines() if line.strip().endswith("?")]
        return [question, *dict.fromkeys(one for one in others if one != question)][:count]

    def _evidence(self, question: Question) -> list[str]:
        names = self.system.names
        lines = []
        for place, (member, row) in enumerate(zip(self.panel, question.rates, strict=True), 1):
            top = [names[self.system.ids[n]] for n in np.argsort(-row)[:TOP]]
            lines.append(f"{place}. {member}: mostly {', '.join(top)}")
        return lines

    async def _line(self, name: str, rng: np.random.Generator, **filled: Any) -> str:
        """The last line that is a question."""
        said = await self._said(name, rng, **filled)
        lines = [line.strip(MARKS).removeprefix("Question:").strip(MARKS) for line in said.splitlines()]
        return next((line for line in reversed(lines) if line.endswith("?")), "")

    async def _said(self, name: str, rng: np.random.Generator, **filled: Any) -> str:
        request = prompts().request(name, TOKENS, self.temperature, int(rng.integers(2**31)), **filled)
        try:
            return (await self.model.complete(request)).text
        except ModelError:
            return ""
