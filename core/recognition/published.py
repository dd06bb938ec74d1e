"""Labelled texts in published formats, from a person's own copy: ValueEval'23 and '24 (Touché), Value FULCRA.

ValueEval'23 labels arguments for 20 categories (presence), ValueEval'24 sentences for 19 refined values, attained or
constrained (direction), FULCRA whole answers with +1 or -1. All become Schwartz's ten values: Face counts as Power,
Humility as Tradition, the others by their first word; a value is there when any part of it is.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import RowProblem, UserError
from core.recognition.base import Stance
from core.recognition.labelled import Labelled, LabelledText, digest, read_labelled, table
from core.text import clean
from core.values.system import SCHWARTZ, system

OTHER_VALUE = {"face": "power", "humility": "tradition"}
ARGUMENT, SENTENCE = "Argument ID", ("Text-ID", "Sentence-ID")
SCHWARTZ_ONLY = "is labelled for Schwartz's values: leave out --system, or name schwartz."

_SPLIT = re.compile(r"(training|validation|test)(?:-english)?")
_TYPE = re.compile(r"\s*([A-Za-z][A-Za-z _-]*?)\s*:\s*(\S*)\s*")
_SIGNS: Mapping[str, Stance] = {"+1": "supports", "1": "supports", "=1": "supports", "1+": "supports", "-1": "opposes"}
_TURN = re.compile(r"\AHuman:\s*(.*?)\n\s*[A-Z]\w*:\s*(.*)\Z", re.DOTALL)


def read_any_labelled(
    path: Path, data: bytes, labels: Path | None, labels_data: bytes | None, system_id: str
) -> Labelled:
    """The labelled texts of a file in any format known here, by its ending and columns. ValueEval keeps labels in a
    file of their own: `labels`, or the one that lies beside `path`. Raises UserError when the file as a whole cannot be
    used."""
    kind = path.suffix.lower()
    if kind == ".csv":
        return read_labelled(data, path.name, system_id)
    if kind not in (".tsv", ".jsonl"):
        raise UserError(f"{path.name}: labelled texts are read from .csv, and published ones from .tsv or .jsonl.")
    if system_id != SCHWARTZ:
        raise UserError(f"{path.name} {SCHWARTZ_ONLY}")
    if kind == ".jsonl":
        return read_fulcra(data, path.name)
    beside = labels or _beside(path)
    return read_valueeval(data, path.name, labels_data or _load(beside), beside.name, split_of(path))


def split_of(path: Path) -> str:
    """The split that a file's or its folder's name tells: training, validation or test; "" for none."""
    found = _SPLIT.search(path.stem) or _SPLIT.search(path.resolve().parent.name)
    return found[1] if found else ""


def _beside(path: Path) -> Path:
    name = path.name.replace("arguments", "labels").replace("sentences", "labels")
    if name == path.name:
        raise UserError(f"{path.name} does not tell where its labels are: name their file with --labels.")
    return path.with_name(name)


def _load(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(
            f"The labels {path.name} cannot be opened ({error.strerror}): name them with --labels."
        ) from error


def value_of(category: str) -> str | None:
    """Schwartz's value of a category or refined value: `Self-direction: thought` -> `self_direction`; None if none."""
    name = category.split(":")[0].strip().casefold().replace("-", "_").replace(" ", "_")
    value = OTHER_VALUE.get(name, name)
    return value if value in system(SCHWARTZ).ids else None


def read_valueeval(data: bytes, filename: str, labels: bytes, labels_name: str, split: str = "") -> Labelled:
    """ValueEval'23 arguments (the premise is the text, the conclusion with its stance the question; those of one
    conclusion are a group) or ValueEval'24 sentences (those of one text are a group) with their labels."""
    header, rows = table(data, filename, "\t", quoted=False)
    marks = _marks(labels, labels_name)
    form = _arguments if ARGUMENT in header else _sentences if set(SENTENCE) <= set(header) else None
    if form is None or marks.sentences != (form is _sentences):
        raise UserError(
            f"{filename} and {labels_name} are not the arguments (or sentences) and labels of ValueEval: "
            f"their first columns should be {ARGUMENT!r}, or {SENTENCE[0]!r} and {SENTENCE[1]!r}."
        )
    texts, problems = [], list(marks.problems)
    for line, cells in rows:
        row = dict(zip(header, cells, strict=False))
        key, text, question, group = form(row)
        if len(cells) != len(header) or not text.strip():
            problems.append(
                RowProblem(line, "row", "The row has no text, or another number of fields than the header.")
            )
        elif key not in marks.by_id:
            problems.append(RowProblem(line, " ".join(key), f"{labels_name} has no labels for this text."))
        else:
            texts.append(LabelledText(clean(text.strip()), marks.by_id[key], question, split, group))
    return Labelled(filename, digest(data, labels), system(SCHWARTZ), tuple(texts), tuple(problems))


Key = tuple[str, ...]


def _arguments(row: Mapping[str, str]) -> tuple[Key, str, str, str]:
    conclusion, stance = clean(row.get("Conclusion", "")).strip(), clean(row.get("Stance", "")).strip()
    return (row.get(ARGUMENT, ""),), row.get("Premise", ""), f"{conclusion} ({stance})", conclusion


def _sentences(row: Mapping[str, str]) -> tuple[Key, str, str, str]:
    key = (row.get(SENTENCE[0], ""), row.get(SENTENCE[1], ""))
    return key, row.get("Text", ""), "", key[0]


@dataclass(frozen=True)
class _Marks:
    by_id: Mapping[Key, Mapping[str, Stance]]
    problems: Sequence[RowProblem]
    sentences: bool


def _marks(data: bytes, filename: str) -> _Marks:
    """The labels by the id of their argument or sentence."""
    header, rows = table(data, filename, "\t", quoted=False)
    sentences = set(SENTENCE) <= set(header)
    ids = SENTENCE if sentences else (ARGUMENT,)
    columns = [name for name in header if name not in ids]
    unknown = [name for name in columns if value_of(_refined(name)[0]) is None]
    if unknown or not set(ids) <= set(header):
        raise UserError(f"{filename} is no file of ValueEval's labels: it has the columns {', '.join(header)[:300]}.")
    found: dict[Key, Mapping[str, Stance]] = {}
    problems = []
    for line, cells in rows:
        row = dict(zip(header, cells, strict=False))
        try:
            numbers = {name: float(row[name] or 0) for name in columns}
        except (KeyError, ValueError):
            problems.append(RowProblem(line, "labels", f"Every label in {filename} must be a number from 0 to 1."))
            continue
        found[tuple(row[name] for name in ids)] = _by_value(numbers, sentences)
    return _Marks(found, problems, sentences)


def _refined(column: str) -> tuple[str, str]:
    """`Security: personal attained` -> its value and "attained"; a category of 2023 has no second part."""
    name, _, way = column.rpartition(" ")
    return (name, way) if way in ("attained", "constrained") else (column, "")


def _by_value(numbers: Mapping[str, float], directed: bool) -> dict[str, Stance]:
    """Each of the ten values. Where parts of it are attained and others constrained, or which is unclear (0.5 each), it
    is there, without a direction."""
    ways: dict[str, set[str]] = {value: set() for value in system(SCHWARTZ).ids}
    for column, number in numbers.items():
        name, way = _refined(column)
        value = value_of(name)
        if number > 0 and value:
            ways[value].add(way if number > 0.5 else "unclear")
    if not directed:
        return {value: "present" if found else "absent" for value, found in ways.items()}
    return {value: _stance(found) for value, found in ways.items()}


def _stance(ways: set[str]) -> Stance:
    if not ways:
        return "neutral"
    if ways == {"attained"}:
        return "supports"
    return "opposes" if ways == {"constrained"} else "present"


def read_fulcra(data: bytes, filename: str) -> Labelled:
    """Value FULCRA: one JSON object a line with `dialogue` ("Human: ..." and an answer) and `value_types`, such as
    ["security: -1"]. Values that are not named are neutral; one named with both signs is there without a direction."""
    read = [_fulcra(line, raw) for line, raw in enumerate(_lines(data, filename), 1) if raw.strip()]
    texts = tuple(one for one in read if isinstance(one, LabelledText))
    problems = tuple(one for one in read if isinstance(one, RowProblem))
    return Labelled(filename, digest(data), system(SCHWARTZ), texts, problems)


def _lines(data: bytes, filename: str) -> Iterable[str]:
    try:
        return data.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UserError(f"{filename} is not UTF-8 text (line {line}). Save it as UTF-8.") from error


def _fulcra(line: int, raw: str) -> LabelledText | RowProblem:
    try:
        row = json.loads(raw)
        dialogue, types = row["dialogue"], row["value_types"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return RowProblem(line, "line", "The line is no JSON object with 'dialogue' and 'value_types'.")
    if not isinstance(dialogue, str) or not isinstance(types, list) or not dialogue.strip():
        return RowProblem(line, "dialogue", "The dialogue must be text, and the value types a list.")
    turn = _TURN.match(dialogue.strip())
    question, answer = (turn[1], turn[2]) if turn else ("", dialogue)
    ways: dict[str, set[Stance]] = {value: set() for value in system(SCHWARTZ).ids}
    for each in types:
        named = _TYPE.fullmatch(str(each))
        value, sign = (value_of(named[1]), _SIGNS.get(named[2])) if named else (None, None)
        if value is None or sign is None:
            return RowProblem(line, "value_types", f"{str(each)[:60]!r} is no value with +1 or -1.")
        ways[value].add(sign)
    labels: dict[str, Stance] = {
        value: "neutral" if not found else found.pop() if len(found) == 1 else "present"
        for value, found in ways.items()
    }
    return LabelledText(clean(answer.strip()), labels, clean(question.strip()))
