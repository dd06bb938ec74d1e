"""Reading an answer on the six-point scale of Value Portrait: what stands at its start counts, nothing is guessed.

The published parser took the longest known phrase anywhere, so that "some like me" became "like me" and refusals became
answers; here they are unparsed and refused.
"""

import re
from collections.abc import Mapping, Sequence

from core.recognition.refusals import is_refusal

# The published answers, which are also those of our own prompts, from 6 to 1.
LABELS: Mapping[str, int] = {
    "very much like me": 6,
    "like me": 5,
    "somewhat like me": 4,
    "a little like me": 3,
    "not like me": 2,
    "not like me at all": 1,
}
_LEAD = re.compile(
    r"[\W_]*(?:(?:my|the|final)\s+)*"
    r"(?:(?:answer|choice|response|option)\b\W*(?:is\b|would be\b)?"
    r"|(?:this|it) is\b|it's\b|i(?:'d| would) (?:say|choose|answer)\b)?[\W_]*",
    re.I,
)
_PHRASES = sorted((r"\s+".join(label.split()) for label in LABELS), key=len, reverse=True)
_PHRASE = re.compile(f"(?:{'|'.join(_PHRASES)})", re.I)
_NUMBER = re.compile(r"(?:option\s*)?([1-6])(?![\d\w]|[.,/]\d|\s*(?:-|\u2013|to|or|out of|of)\s*\d)", re.I)
# What may follow an answer: its end, a mark, a reason. "Like me when I was young" is no answer.
_END = re.compile(r"['\u2019]?[ \t]*(?:$|[^\w\s'\u2019]|\n|because\b|since\b|as\b)", re.I)
_CANNOT = r"(?:can(?:not| not|['\u2019]t)|won['\u2019]t|will not|must decline)"
_DECLINES = re.compile(
    r"^\W*(?:i(?:'m| am)\s+(?:\w+\s+)?(?:sorry|afraid)|sorry|i\s+apologi[sz]e|my\s+apologies|unfortunately)\b"
    rf"|\bi\s+{_CANNOT}\b|\bi(?:['\u2019]m| am)\s+(?:unable|not\s+able|not\s+comfortable)\b"
    r"|\bi(?:['\u2019]d| would)?\s+(?:rather|prefer)\s+not\b"
    r"|\bas an? (?:ai|language model|assistant)\b[^.]*\b(?:do not|don't|cannot|can't)\b",
    re.I,
)


def parse(text: str, numbered: Sequence[int] = ()) -> int | None:
    """The answer, 6 (very much like me) to 1, that `text` begins with; None where it begins with none.

    `numbered` are the answers that the numbers 1, 2, ... stood for in the question; without it no number is an answer.
    A number with another answer's words beside it is none.
    """
    start = text[_lead(text) :]
    number = _NUMBER.match(start) if numbered else None
    if number is None:
        return _phrase(start)
    rest = start[number.end() :]
    answer = numbered[int(number.group(1)) - 1] if int(number.group(1)) <= len(numbered) else None
    named = _phrase(re.sub(r"^[\W_]+", "", rest))
    return answer if named in (None, answer) else None


def _lead(text: str) -> int:
    """Where the answer proper begins, after "My answer is:" and the like."""
    found = _LEAD.match(text)
    return found.end() if found else 0


def _phrase(text: str) -> int | None:
    found = _PHRASE.match(text)
    if found is None or not _END.match(text[found.end() :]):
        return None
    return LABELS[" ".join(found.group().lower().split())]


def declines(text: str) -> bool:
    """Whether an answer without a choice is a refusal: any that says it cannot or will not choose."""
    return bool(_DECLINES.search(text[:300])) or is_refusal(text)
