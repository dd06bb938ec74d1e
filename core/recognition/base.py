"""The protocol every recogniser follows: values out of one answer, each with the words that show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from core.values.system import ValueSystem

Stance = Literal["supports", "opposes", "neutral", "present", "absent"]
Measure = Literal["stance", "presence"]


@dataclass(frozen=True)
class Evidence:
    """A verbatim span of the answer: `answer[start:end]`. `weight` is its share of the reading: for presence the exact
    contribution to the log-odds, for a judge 1."""

    start: int
    end: int
    weight: float = 1.0


@dataclass(frozen=True)
class Recognition:
    """One value read in one answer. `strength` lies in [-1, 1] where stance is measured (sign = direction) and in
    [0, 1] where presence is (a calibrated probability). `leaning` in [-1, 1] is an offline estimate of the direction
    beside a presence; None where the recogniser makes none."""

    value: str
    stance: Stance
    strength: float
    evidence: tuple[Evidence, ...] = ()
    note: str = ""
    leaning: float | None = None


@dataclass(frozen=True)
class Part:
    """A part of an answer that was read by itself, `answer[start:end]`: the strength of every value in it, and those
    it shows. One that could not be read has neither."""

    start: int
    end: int
    strengths: Mapping[str, float]
    shown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What a recogniser made of one answer: all values of its system, or the reason why there are none.
    `invalid`: the judge's output could not be read; `error`: it could not be reached; `refused`: it judged the answer
    to be a refusal. `replies`: what a judge replied in each call, word by word. `parts`: what each part of the answer
    shows, if it was read in parts."""

    status: Literal["ok", "refused", "invalid", "error"]
    recognitions: tuple[Recognition, ...] = ()
    message: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float | None = None
    replies: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


class Recogniser(Protocol):
    """`id` names the recogniser and its version (weights' or prompt's hash), so that stored recognitions say what made
    them. `measure` says what `strength` means."""

    @property
    def id(self) -> str: ...

    @property
    def measure(self) -> Measure: ...

    @property
    def system(self) -> ValueSystem: ...

    async def recognise(self, question: str, answer: str) -> Verdict:
        """All values of `system` read in `answer`; `question` is context only and never quoted as evidence."""
        ...
