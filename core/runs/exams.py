"""What exams say of judges: figures with their intervals, what changed since the one before, and who took none."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.analysis.classification import wilson
from core.recognition.exam import PASS, SIDES
from core.runs.plan import JUDGE
from core.store import exams
from core.store.database import Store
from core.store.exams import Count, ExamHead
from core.values.system import SCHWARTZ

_JUDGE = re.compile(rf"{JUDGE}[^,()]+@[0-9a-f]+(?:x\d+)?")


@dataclass(frozen=True)
class Share:
    """`count` of `of`, as a share with its Wilson interval (95 %), which takes them for independent; NaN for none."""

    count: int
    of: int
    share: float
    low: float
    high: float

    def __str__(self) -> str:
        if not self.of:
            return "–"
        return f"{self.count} of {self.of} ({self.share:.0%} [{self.low:.0%}, {self.high:.0%}])"


def share(count: int, of: int) -> Share:
    low, high = wilson(count, of)
    return Share(count, of, count / of if of else math.nan, float(low), float(high))


@dataclass(frozen=True)
class Result:
    """One exam. `right`: of the triples' answers, those read as they are, an unread one being not right; the same
    `by_value` and `by_side` ("supports", "opposes", "neutral"). `invented`: stances on values in answers that take
    none, of those read. `moved`: answers in which a hidden order moved a stance, of those that can be compared.
    `unread`: readings of triples that there are none of."""

    head: ExamHead
    right: Share
    by_value: dict[str, Share]
    by_side: dict[str, Share]
    invented: Share
    moved: Share
    unread: int

    @property
    def passed(self) -> bool:
        return self.right.share >= PASS

    @property
    def sentence(self) -> str:
        """How it ended, in one line."""
        moved = f"; orders hidden in answers moved it {self.moved.count} times in {self.moved.of}"
        verb = "passed" if self.passed else "failed"
        return (
            f"{self.head.recogniser} {verb} the judges' exam ({self.head.taken_at:%Y-%m-%d}): {self.right} right, "
            f"{PASS:.0%} needed{moved if self.moved.count else ''}."
        )


def result(store: Store, head: ExamHead) -> Result:
    """What a stored exam says."""
    found = exams.counts(store, head.exam_id)
    triples = [one for one in found if one.kind == "triple"]
    controls = [one for one in found if one.kind == "control"]
    read = sum(one.read for one in controls)
    return Result(
        head,
        _right(triples),
        {value: _right([one for one in triples if one.value == value]) for value in _values(triples)},
        {side: _right([one for one in triples if one.expected == side]) for side in SIDES},
        share(sum(one.read - one.right for one in controls), read),
        share(*exams.moved(store, head.exam_id)),
        sum(one.asked - one.read for one in triples),
    )


def _values(found: Sequence[Count]) -> list[str]:
    return list(dict.fromkeys(one.value for one in found))


def _right(found: Sequence[Count]) -> Share:
    return share(sum(one.right for one in found), sum(one.asked for one in found))


@dataclass(frozen=True)
class Taken:
    """One exam in the history of a model as judge. `changed`: of the stances it shares with the exam before it by the
    same model, those that are others; None for the first. `anew`: whether its replies were asked for, not stored."""

    result: Result
    changed: Share | None

    @property
    def anew(self) -> bool:
        head = self.result.head
        return head.calls >= head.tasks


def history(store: Store, model: str = "") -> list[Taken]:
    """All exams, or those of one model as judge, under whatever prompt and in however many passes; newest first."""
    heads = [one for one in exams.exams(store) if model in ("", model_of(one.recogniser))]
    found = []
    for place, head in enumerate(heads):
        before = next(
            (one for one in heads[place + 1 :] if model_of(one.recogniser) == model_of(head.recogniser)), None
        )
        changed = share(*exams.changed(store, head.exam_id, before.exam_id)) if before else None
        found.append(Taken(result(store, head), changed))
    return found


def model_of(recogniser: str) -> str:
    """The model behind a judge's id: "judge:openai/m@0123abcdx2" is "openai/m"."""
    return recogniser.removeprefix(JUDGE).rpartition("@")[0]


def judges_in(recogniser: str) -> list[str]:
    """The judges' ids behind a reading, be it one judge's or put together of several."""
    return _JUDGE.findall(recogniser)


def doubts(store: Store, recogniser: str, system: str) -> list[str]:
    """A sentence for each judge behind a reading that failed its newest exam, was moved by orders, or took none."""
    judges = judges_in(recogniser)
    if judges and system != SCHWARTZ:
        return ["The judges' exam covers Schwartz's ten values only: how the judge reads these is not examined."]
    newest = {one.recogniser: one for one in reversed(exams.exams(store)) if one.recogniser in judges}
    said = []
    for judge in judges:
        if judge not in newest:
            said.append(f"{judge} never took the judges' exam.")
            continue
        found = result(store, newest[judge])
        if not found.passed or found.moved.count:
            said.append(found.sentence)
    return said
