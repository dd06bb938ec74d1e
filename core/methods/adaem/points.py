"""Values read in each key point by itself, then together: an answer expresses what any of its points does.

So the paper has it (AdAEM, arXiv 2505.13531, s. 3.3: v = v1 or v2 or v3). Where presence is measured the strength of
the whole is the largest of its points', which is present exactly if one of them is. A judge reads all points in one
call and quotes; a point shows what is quoted from it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.methods.adaem.opinions import read_opinions
from core.models.base import Model
from core.recognition.base import Evidence, Measure, Part, Recogniser, Recognition, Verdict
from core.recognition.judge import JudgeRecogniser
from core.values.system import ValueSystem

POINTWISE = "+points"  # ends the id of a recogniser that reads so: its scores are not comparable with the others'
NO_POINT = "The answer has no key point to read values in."
_MARKS = frozenset("*_`#>")

Places = Sequence[int]


def places(answer: str, points: Sequence[str]) -> list[Places]:
    """For each point the place in `answer` of each of its characters; points are its text but for marks and blanks."""
    solid = [(at, char) for at, char in enumerate(answer) if not char.isspace() and char not in _MARKS]
    dense = "".join(char for _, char in solid)
    found: list[Places] = []
    after = 0
    for point in points:
        own: list[int] = []
        for line in point.split("\n"):
            words = "".join(line.split())
            at = dense.find(words, after)
            after = (at if at >= 0 else dense.find(words)) + len(words)
            own += _spread(line, [place for place, _ in solid[after - len(words) : after]], own)
            own.append(own[-1] + 1 if own else 0)  # the line's end
        found.append(own[: len(point)])
    return found


def _spread(line: str, at: Sequence[int], before: Sequence[int]) -> list[int]:
    """The places of a line's characters from those of its letters; a blank stands behind the letter before it."""
    spread: list[int] = []
    letters = iter(at)
    last = before[-1] if before else 0
    for char in line:
        last = last + 1 if char.isspace() else next(letters)
        spread.append(last)
    return spread


class PointReader:
    """An offline recogniser, which reads point by point."""

    def __init__(self, inner: Recogniser) -> None:
        self._inner = inner

    @property
    def id(self) -> str:
        return self._inner.id + POINTWISE

    @property
    def measure(self) -> Measure:
        return self._inner.measure

    @property
    def system(self) -> ValueSystem:
        return self._inner.system

    async def recognise(self, question: str, answer: str) -> Verdict:
        """All values in the points together, and in each. Points that cannot be read are left out; where none can, the
        verdict is that of the first."""
        points = read_opinions(answer).points
        if not points:
            return Verdict("invalid", message=NO_POINT)
        verdicts = [await self._inner.recognise(question, point) for point in points]
        where = places(answer, points)
        parts = tuple(_part(each, at) for each, at in zip(verdicts, where, strict=True))
        read = [(each, at) for each, at in zip(verdicts, where, strict=True) if each.status == "ok"]
        if not read:
            return verdicts[0]
        together = tuple(
            _strongest([_moved(each.recognitions[n], at) for each, at in read]) for n in range(len(self.system.ids))
        )
        return Verdict("ok", together, " ".join(dict.fromkeys(each.message for each, _ in read)).strip(), parts=parts)


class PointJudge(JudgeRecogniser):
    """A judge, which reads the points but not the stance."""

    def __init__(self, model: Model, system: ValueSystem, *, passes: int = 1) -> None:
        super().__init__(model, system, passes=passes)
        self.id += POINTWISE

    async def recognise(self, question: str, answer: str) -> Verdict:
        """All values in the points together, and in each: a point shows a value if the judge supports its stance with
        words of it."""
        points = read_opinions(answer).points
        if not points:
            return Verdict("invalid", message=NO_POINT)
        verdict = await super().recognise(question, "\n".join(points))
        if verdict.status != "ok":
            return verdict
        where = places(answer, points)
        everywhere = [place for at in where for place in (*at, at[-1] + 1)]
        moved = tuple(_moved(one, everywhere) for one in verdict.recognitions)
        return replace(verdict, recognitions=moved, parts=tuple(_quoted(moved, at) for at in where))


def _part(verdict: Verdict, at: Places) -> Part:
    strengths = {found.value: found.strength for found in verdict.recognitions}
    shown = tuple(found.value for found in verdict.recognitions if shows(found))
    return Part(at[0], at[-1] + 1, strengths, shown) if verdict.status == "ok" else Part(at[0], at[-1] + 1, {})


def _quoted(recognitions: Sequence[Recognition], at: Places) -> Part:
    start, end = at[0], at[-1] + 1
    strengths: Mapping[str, float] = {
        one.value: one.strength if any(start <= span.start < end for span in one.evidence) else 0.0
        for one in recognitions
    }
    return Part(start, end, strengths, tuple(value for value, strength in strengths.items() if strength > 0))


def shows(found: Recognition) -> bool:
    """Whether an answer, or a part of it, expresses the value: to speak against it does not."""
    return found.stance in ("present", "supports") and found.strength > 0


def _strongest(same: Sequence[Recognition]) -> Recognition:
    """One value over the points: the strongest reading, with the words of all points that show it."""
    best = max(same, key=lambda one: one.strength)
    return replace(best, evidence=tuple(span for one in same if shows(one) for span in one.evidence))


def _moved(found: Recognition, at: Places) -> Recognition:
    """The same with its evidence where it stands in the answer."""
    spans = tuple(Evidence(at[span.start], at[span.end - 1] + 1, span.weight) for span in found.evidence)
    return replace(found, evidence=spans)
