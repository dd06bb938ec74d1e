"""What a person reads in an answer: for each value a stance, how clear it is, and the words that show it.

A label says more than a recogniser that measures presence only: how the answer stands to the value, or that this is
not clear. So one label can be held against every reading of the run, whichever of the two it measures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from core.errors import UserError
from core.recognition.base import Measure, Stance

PersonStance = Literal["supports", "opposes", "present", "neutral"]
STANCES: tuple[PersonStance, ...] = get_args(PersonStance)
DIRECTED = ("supports", "opposes")
CLEAR, MILD = 2, 1
MAX_NOTE = 2_000
MAX_SPANS = 50
MAX_NAME = 40


@dataclass(frozen=True)
class ValueLabel:
    """One value: it is supported, opposed, `present` without a clear direction, or not there (`neutral`). `intensity`
    is 2 for a clear stance, 1 for a mild or qualified one, 0 where there is no direction. `evidence`: spans
    `answer[start:end]`, in code points."""

    value: str
    stance: PersonStance
    intensity: int = 0
    evidence: tuple[tuple[int, int], ...] = ()


def in_measure(stance: str, intensity: int, measure: Measure) -> tuple[Stance, float]:
    """The label as a recogniser of this measure would say it, on the scale of its strengths: the sign of the stance
    times intensity / 2, as a judge's, in [-1, 1]; or whether the value is there at all, 0 or 1."""
    if measure == "presence":
        return ("absent", 0.0) if stance == "neutral" else ("present", 1.0)
    if stance not in DIRECTED:
        return "neutral", 0.0
    return cast(Stance, stance), (1 if stance == "supports" else -1) * intensity / CLEAR


def labeller_name(given: str) -> str:
    """The name under which a person labels, its blanks trimmed; raises UserError when it is none."""
    name = " ".join(given.split())
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise UserError(f"A labeller needs a name of 1 to {MAX_NAME} letters, such as a pseudonym.")
    return name


def checked(stated: object, values: Sequence[str], length: int) -> tuple[ValueLabel, ...]:
    """A label for each of `values` out of what a browser or a file stated: by value its `stance`, `intensity` and
    `evidence`; those left out are neutral. `length` is the answer's, in code points. Raises UserError saying what of it
    is no label."""
    if not isinstance(stated, Mapping):
        raise UserError("A label must name values with their stances.")
    if unknown := [value for value in stated if value not in values]:
        raise UserError(f"There is no value {str(unknown[0])[:60]!r}; there are {', '.join(values)}.")
    return tuple(_one(value, stated.get(value, {"stance": "neutral"}), length) for value in values)


def _one(value: str, stated: Any, length: int) -> ValueLabel:
    stance = stated.get("stance") if isinstance(stated, Mapping) else None
    if stance not in STANCES:
        raise UserError(f"The stance on {value} must be {', '.join(STANCES)}, got {str(stance)[:60]!r}.")
    intensity = stated.get("intensity", CLEAR) if stance in DIRECTED else 0
    if stance in DIRECTED and (type(intensity) is not int or intensity not in (MILD, CLEAR)):
        raise UserError(f"The intensity on {value} must be {MILD} or {CLEAR}, got {str(intensity)[:60]!r}.")
    spans = stated.get("evidence", [])
    if stance == "neutral" and spans:
        raise UserError(f"The label says that {value} is not there, yet names words that show it.")
    return ValueLabel(value, stance, intensity, _spans(value, spans, length))


def _spans(value: str, spans: object, length: int) -> tuple[tuple[int, int], ...]:
    if not isinstance(spans, list | tuple) or len(spans) > MAX_SPANS:
        raise UserError(f"The evidence on {value} must be a list of at most {MAX_SPANS} spans.")
    found = set()
    for span in spans:
        ends = tuple(span) if isinstance(span, list | tuple) else ()
        if len(ends) != 2 or any(type(end) is not int for end in ends) or not 0 <= ends[0] < ends[1] <= length:
            raise UserError(
                f"The evidence on {value}, {str(span)[:60]}, is no span of an answer of {length:,} letters."
            )
        found.add((ends[0], ends[1]))
    return tuple(sorted(found))
