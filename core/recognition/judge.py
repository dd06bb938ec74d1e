"""A language model as judge: for each value a direction, its strength, and the words of the answer that show it."""

import copy
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.errors import UserError
from core.models.base import Message, Model, ModelError, Reply, Request
from core.recognition.base import Evidence, Measure, Recognition, Verdict
from core.recognition.judge_output import Coding, OutputError, Reading, read_output, schema
from core.recognition.judge_prompt import answer_code, codebook, mask_names, prompt_text, repair, shuffled, task
from core.recognition.judge_view import shown
from core.recognition.quotes import Normalised, Span, locate, normalise
from core.values.system import ValueSystem

UNSUPPORTED = "unsupported"  # a stance none of whose quotes stands in the answer
UNSTABLE = "unstable"  # passes that differ only in the order of values disagree
REPAIRED = "repaired"  # a quote that was copied with small errors
NO_INTENSITY = "no intensity"  # a stance of intensity 0

MAX_INTENSITY = 2
TOKENS_BASE, TOKENS_PER_VALUE = 400, 120


class JudgeRecogniser:
    """Reads all values of `system` in one call to `model` for each answer and pass.

    A stance counts only with a quote of the same direction that stands in the answer. `strength` is the sign of the
    stance times intensity / 2: one of -1, -.5, 0, .5, 1, or between when passes agree in direction only. With several
    passes the order of the values differs, and a stance counts only if all passes share it.

    A reply that cannot be read is asked for once more, then the verdict is `invalid`; it is never taken for neutral.
    Retryable ModelErrors are raised for the caller to retry, the others become a verdict `error`. The `id` holds a hash
    over the prompt file and the codebook, so that a changed definition makes another judge.
    """

    measure: Measure = "stance"

    def __init__(self, model: Model, system: ValueSystem, *, passes: int = 1) -> None:
        if passes < 1:
            raise UserError(f"A judge needs at least one pass, got {passes}.")
        self.model = model
        self.system = system
        self.passes = passes
        self.first_turn = 0
        self.order_of: str | None = None
        self._text = prompt_text()
        self._codebook = Message("system", codebook(self._text, system))
        self._schema = schema(system.ids)
        several = f"x{passes}" if passes > 1 else ""
        digest = hashlib.sha256(f"{self._text.digest} {self._codebook.content}".encode()).hexdigest()
        self.id = f"judge:{model.name}@{digest[:8]}{several}"

    def asking(self, model: Model) -> "JudgeRecogniser":
        """The same judge, reached in another way."""
        other = copy.copy(self)
        other.model = model
        return other

    def probing(self, *, first_turn: int = 0, order_of: str | None = None) -> "JudgeRecogniser":
        """The same judge with the orders of the passes from `first_turn` on, or those of the answer `order_of`."""
        other = copy.copy(self)
        other.first_turn, other.order_of = first_turn, order_of
        return other

    async def recognise(self, question: str, answer: str) -> Verdict:
        if not answer.strip():
            return Verdict("invalid", message="The answer is empty: there is nothing to read.")
        bill: list[Reply] = []
        try:
            codings = [await self._coding(question, answer, turn, bill) for turn in self._turns]
        except OutputError as error:
            return _billed(Verdict("invalid", message=f"The judge's reply could not be read: {error}"), bill)
        except ModelError as error:
            if error.retryable:
                raise
            return _billed(Verdict("error", message=str(error)), bill)
        if all(coding.refusal for coding in codings):
            return _billed(Verdict("refused", message="The judge took the answer for a refusal."), bill)
        texts = _Texts(normalise(mask_names(self._text, answer)), normalise(question))
        return _billed(Verdict("ok", _agreed([_recognised(coding, texts) for coding in codings])), bill)

    @property
    def _turns(self) -> range:
        return range(self.first_turn, self.first_turn + self.passes)

    def request(self, question: str, answer: str, turn: int = 0) -> Request:
        """What the judge is asked about one answer in pass `turn` (0-based)."""
        code = answer_code(question, answer, self.id, turn)
        order_code = code if self.order_of is None else answer_code(question, self.order_of, self.id, turn)
        order = shuffled(self.system.ids, order_code)
        return Request(
            (self._codebook, task(self._text, question, shown(self._text, answer), order, code)),
            max_tokens=TOKENS_BASE + TOKENS_PER_VALUE * len(order),
            seed=turn - self.first_turn,
            schema=self._schema,
        )

    async def _coding(self, question: str, answer: str, turn: int, bill: list[Reply]) -> Coding:
        """The reply of one pass, read; `bill` gains every reply, whether it can be read or not."""
        request = self.request(question, answer, turn)
        first = await self.model.complete(request)
        bill.append(first)
        try:
            return read_output(first.text, self.system.ids)
        except OutputError as error:
            request = self._again(request, first, error)
        second = await self.model.complete(request)
        bill.append(second)
        return read_output(second.text, self.system.ids)

    def _again(self, request: Request, reply: Reply, error: OutputError) -> Request:
        """The request with the reply and what is wrong with it, and twice the room, since it may have been cut off."""
        said = Message("assistant", reply.text.strip() or "(no reply)")
        complaint = repair(self._text, str(error), len(self.system.ids))
        return replace(request, messages=(*request.messages, said, complaint), max_tokens=2 * request.max_tokens)


@dataclass(frozen=True)
class _Texts:
    answer: Normalised
    question: Normalised


def _recognised(coding: Coding, texts: _Texts) -> list[Recognition]:
    """One pass's recognitions; a refusal in one pass only bears on no value."""
    if coding.refusal:
        return [_neutral(reading.value) for reading in coding.readings]
    return [_recognition(reading, texts) for reading in coding.readings]


def _recognition(reading: Reading, texts: _Texts) -> Recognition:
    if reading.stance == "neutral":
        return _neutral(reading.value)
    if reading.intensity == 0:
        return _neutral(reading.value, NO_INTENSITY)
    quotes = [quote.text for quote in reading.quotes if quote.polarity == reading.stance]
    spans = [span for quote in quotes if (span := locate(quote, texts.answer, texts.question))]
    if not spans:
        return _neutral(reading.value, UNSUPPORTED)
    sign = 1 if reading.stance == "supports" else -1
    note = REPAIRED if any(span.repaired for span in spans) else ""
    return Recognition(reading.value, reading.stance, sign * reading.intensity / MAX_INTENSITY, _evidence(spans), note)


def _evidence(spans: Sequence[Span | Evidence]) -> tuple[Evidence, ...]:
    return tuple(Evidence(start, end) for start, end in sorted({(span.start, span.end) for span in spans}))


def _agreed(passes: Sequence[Sequence[Recognition]]) -> tuple[Recognition, ...]:
    return tuple(_agreement(same) for same in zip(*passes, strict=True))


def _agreement(same: Sequence[Recognition]) -> Recognition:
    """One value's recognitions over the passes as one."""
    first = same[0]
    if len({one.stance for one in same}) > 1:
        return _neutral(first.value, UNSTABLE)
    strength = sum(one.strength for one in same) / len(same)
    evidence = _evidence([span for one in same for span in one.evidence])
    return replace(first, strength=strength, evidence=evidence, note=max(one.note for one in same))


def _neutral(value: str, note: str = "") -> Recognition:
    return Recognition(value, "neutral", 0.0, note=note)


def _billed(verdict: Verdict, replies: Sequence[Reply]) -> Verdict:
    """`verdict` with what all calls said and took together; the cost is unknown as soon as one call's is."""
    costs = [reply.cost_usd for reply in replies]
    known = [cost for cost in costs if cost is not None]
    return replace(
        verdict,
        replies=tuple(reply.text for reply in replies),
        tokens_in=sum(reply.tokens_in or 0 for reply in replies),
        tokens_out=sum(reply.tokens_out or 0 for reply in replies),
        cost_usd=sum(known) if known and len(known) == len(costs) else None,
    )
