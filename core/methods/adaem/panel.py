"""Models as a panel: each gives its stance and points, and a recogniser reads values in the points."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.methods.adaem.objective import Floats
from core.methods.adaem.opinions import Opinions, read_opinions
from core.methods.adaem.parts import Answered, Said
from core.methods.adaem.prompts import prompts
from core.models.base import Model, ModelError
from core.recognition.base import Recogniser, Recognition


@dataclass(frozen=True)
class Member:
    """A model of the panel, perhaps in a role: `name` is how it is told from the others."""

    name: str
    model: Model
    role: str = ""
    temperature: float = 1.0
    max_tokens: int = 400


@dataclass(frozen=True)
class Answer:
    """What one member said to one question: `shows` (points x d) are the probabilities that a point shows a value,
    empty where nothing could be read, and then `fault` says why."""

    member: str
    question: str
    draw: int
    text: str
    opinions: Opinions
    shows: Floats
    fault: str = ""


class ModelPanel:
    """Asks its members side by side. `told` is given every answer, to be kept."""

    def __init__(
        self, members: Sequence[Member], recogniser: Recogniser, told: Callable[[Answer], None] = lambda answer: None
    ) -> None:
        self.members = tuple(members)
        self.recogniser = recogniser
        self._told = told

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(member.name for member in self.members)

    async def answer(self, question: str, draw: int) -> Answered:
        """One answer of each member; a call that fails counts as no answer."""
        answers = await asyncio.gather(*(self._answer(member, question, draw) for member in self.members))
        for answer in answers:
            self._told(answer)
        shown = np.array([answer.shows.sum(axis=0) for answer in answers])
        said = tuple(Said(answer.opinions.points, answer.shows) for answer in answers)
        return Answered(shown, np.array([float(len(answer.shows)) for answer in answers]), said)

    async def shows(self, question: str) -> Floats:
        """What the question itself shows (d); 0 where it cannot be read."""
        found = await self._read("", [question])
        return found[0] if len(found) else np.zeros(len(self.recogniser.system.ids))

    async def _answer(self, member: Member, question: str, draw: int) -> Answer:
        request = prompts().opinion(question, member.max_tokens, member.temperature, draw, member.role)
        none = np.zeros((0, len(self.recogniser.system.ids)))
        try:
            text = (await member.model.complete(request)).text
            opinions = read_opinions(text)
            shows = await self._read(question, opinions.points)
        except ModelError as error:
            return Answer(member.name, question, draw, "", Opinions("", (), False), none, str(error))
        fault = "" if len(shows) else "It gave no opinion, or none that could be read."
        return Answer(member.name, question, draw, text, opinions, shows, fault)

    async def _read(self, question: str, points: Sequence[str]) -> Floats:
        """The probabilities that each point shows a value: of all points in one reading where passages are quoted, as
        by a judge, else point by point. Points that cannot be read are left out."""
        values = {value: place for place, value in enumerate(self.recogniser.system.ids)}
        if not points:
            return np.zeros((0, len(values)))
        if self.recogniser.measure == "stance":
            return await self._quoted(question, points)
        rows = []
        for point in points:
            verdict = await self.recogniser.recognise(question, point)
            if verdict.status == "ok":
                row = np.zeros(len(values))
                for found in verdict.recognitions:
                    row[values[found.value]] = found.strength
                rows.append(row)
        return np.array(rows).reshape(-1, len(values))

    async def _quoted(self, question: str, points: Sequence[str]) -> Floats:
        values = {value: place for place, value in enumerate(self.recogniser.system.ids)}
        verdict = await self.recogniser.recognise(question, "\n".join(points))
        if verdict.status != "ok":
            return np.zeros((0, len(values)))
        found = np.zeros((len(points), len(values)))
        ends = np.cumsum([len(point) + 1 for point in points])
        for one in verdict.recognitions:
            if supported(one):
                for span in one.evidence:
                    found[int(np.searchsorted(ends, span.start, side="right")), values[one.value]] = 1.0
        return found


def supported(found: Recognition) -> bool:
    """Whether an answer that a judge read speaks for the value: to speak against it does not express it."""
    return found.stance == "supports" and found.strength > 0
