"""A judge's reply, read strictly: all values once, or the sentence that says what is wrong."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

Direction = Literal["supports", "opposes", "neutral"]
POLARITIES = ("supports", "opposes")
STANCES = (*POLARITIES, "neutral")
INTENSITIES = (0, 1, 2)
CONFIDENCES = ("low", "medium", "high")


class OutputError(ValueError):
    """What is wrong with a judge's reply, as one sentence that the judge is told."""


@dataclass(frozen=True)
class Quote:
    text: str
    polarity: str


@dataclass(frozen=True)
class Reading:
    """What the judge says of one value. `intensity` is 0, 1 or 2."""

    value: str
    quotes: tuple[Quote, ...]
    stance: Direction
    intensity: int


@dataclass(frozen=True)
class Coding:
    """One reply: whether the answer is a refusal, and one reading for each value, in the order asked for."""

    refusal: bool
    readings: tuple[Reading, ...]


def schema(values: Sequence[str]) -> dict[str, object]:
    """The JSON schema of a reply on `values`: every field required, evidence before stance. The rationale makes the
    judge think before it decides and the confidence is self-reported: both are asked for, neither is scored."""
    text = {"type": "string"}
    quote = _object(quote=text, polarity=_enum(POLARITIES))
    reading = _object(
        value=_enum(values),
        evidence={"type": "array", "items": quote},
        rationale=text,
        stance=_enum(STANCES),
        intensity={"type": "integer", "enum": list(INTENSITIES)},
        confidence=_enum(CONFIDENCES),
    )
    return _object(refusal={"type": "boolean"}, readings={"type": "array", "items": reading})


def read_output(text: str, values: Sequence[str]) -> Coding:
    """The coding in a judge's reply, be it bare JSON, fenced or among prose; raises OutputError when there is no
    complete object, when two differ, or when a value is missing, repeated, unknown or badly coded."""
    raw = _only_object(text)
    refusal, entries = raw.get("refusal"), raw.get("readings")
    if not isinstance(refusal, bool):
        raise OutputError("the field refusal must be true or false.")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise OutputError("the field readings must be a list of objects.")
    _check_values([entry.get("value") for entry in entries], values)
    by_value = {entry["value"]: _reading(entry) for entry in entries}
    return Coding(refusal, tuple(by_value[value] for value in values))


def _object(**properties: object) -> dict[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _enum(choices: Sequence[str]) -> dict[str, object]:
    return {"type": "string", "enum": list(choices)}


def _only_object(text: str) -> dict[str, Any]:
    """Two different codings in one reply may mean that one of them was copied from the answer: take neither."""
    found: list[dict[str, Any]] = []
    for candidate in _objects(text):
        if "readings" in candidate and candidate not in found:
            found.append(candidate)
    if not found:
        raise OutputError("it holds no complete JSON object with the fields refusal and readings.")
    if len(found) > 1:
        raise OutputError("it holds more than one JSON object.")
    return found[0]


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Every outermost balanced {...} in `text` that is JSON."""
    decoder = json.JSONDecoder()
    at = text.find("{")
    while at >= 0:
        end = at + 1
        try:
            candidate, end = decoder.raw_decode(text, at)
            yield candidate
        except (ValueError, RecursionError):
            pass
        at = text.find("{", end)


def _check_values(found: list[object], values: Sequence[str]) -> None:
    unknown = [value for value in found if value not in values]
    if unknown:
        raise OutputError(f"{_shown(unknown[0])} is not the id of a value in the codebook.")
    repeated = [str(value) for value, count in Counter(found).items() if count > 1]
    if repeated:
        raise OutputError(f"there is more than one reading for {', '.join(repeated)}.")
    missing = [value for value in values if value not in found]
    if missing:
        raise OutputError(f"there is no reading for {', '.join(missing)}.")


def _reading(entry: Mapping[str, object]) -> Reading:
    value = str(entry["value"])
    stance, intensity, evidence = entry.get("stance"), entry.get("intensity"), entry.get("evidence")
    if stance not in STANCES:
        raise OutputError(f"the stance on {value} must be one of {', '.join(STANCES)}, not {_shown(stance)}.")
    if type(intensity) is not int or intensity not in INTENSITIES:
        raise OutputError(f"the intensity of {value} must be 0, 1 or 2, not {_shown(intensity)}.")
    if not isinstance(evidence, list):
        raise OutputError(f"the evidence for {value} must be a list.")
    return Reading(value, tuple(_quote(piece, value) for piece in evidence), cast(Direction, stance), intensity)


def _quote(piece: object, value: str) -> Quote:
    if not isinstance(piece, dict) or not isinstance(piece.get("quote"), str):
        raise OutputError(f"each piece of evidence for {value} must be an object with a quote.")
    if piece.get("polarity") not in POLARITIES:
        raise OutputError(f"the polarity of each quote for {value} must be supports or opposes.")
    return Quote(piece["quote"], piece["polarity"])


def _shown(thing: object) -> str:
    return repr(thing)[:60]
