"""Texts that people labelled with values: the yardstick for a recogniser. Read from a person's own file.

A CSV file has one row a label: `text`, `value` (its id or name), `label`, and may have `question`, `split` and `group`.
1 and 0 say whether the value is there; supports, opposes and neutral (or +1, -1) how the text stands to it. `group`
names what belongs together, such as the document that sentences come from: intervals draw groups, not texts.
"""

import hashlib
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.csv_records import csv_records, utf8
from core.errors import RowProblem, UserError
from core.recognition.base import Measure, Stance
from core.text import clean
from core.values.system import ValueSystem, system

REQUIRED = ("text", "value", "label")
OPTIONAL = ("question", "split", "group")
MAX_BYTES = 200_000_000
MAX_TEXTS = 20_000
LABELS: Mapping[str, Stance] = {
    **{"1": "present", "1.0": "present", "0": "absent", "0.0": "absent", "+1": "supports", "-1": "opposes"},
    **{"supports": "supports", "opposes": "opposes", "neutral": "neutral", "present": "present", "absent": "absent"},
}
DIRECTED: tuple[Stance, ...] = ("supports", "opposes")


@dataclass(frozen=True)
class LabelledText:
    """One text with what people said of some or all values, by value id; `group` says with which others it is drawn."""

    text: str
    labels: Mapping[str, Stance]
    question: str = ""
    split: str = ""
    group: str = ""


@dataclass(frozen=True)
class Labelled:
    """What a file gave. `digest`: sha256 of the file or files, hexadecimal; `split`: the part that was asked for, ""
    for all; `problems`: rows that cannot be used."""

    name: str
    digest: str
    system: ValueSystem
    texts: tuple[LabelledText, ...]
    problems: tuple[RowProblem, ...] = ()
    split: str = ""

    @property
    def measure(self) -> Measure:
        """What the labels tell: a direction as soon as one has any."""
        return "stance" if any(label in DIRECTED for one in self.texts for label in one.labels.values()) else "presence"

    def part(self, split: str) -> "Labelled":
        """The texts of one split; raises UserError naming those there are when it has none."""
        chosen = tuple(one for one in self.texts if one.split == split)
        if not chosen:
            there = ", ".join(sorted({one.split for one in self.texts if one.split})) or "none"
            raise UserError(f"{self.name} has no text of the split {split!r}; its splits: {there}.")
        return replace(self, texts=chosen, split=split)

    def sample(self, count: int, seed: int = 0) -> "Labelled":
        """`count` texts drawn at random, in the order of the file; all of them where there are no more."""
        if count >= len(self.texts):
            return self
        places = sorted(random.Random(seed).sample(range(len(self.texts)), count))
        name = f"{self.split} {count:,} drawn".strip()
        return replace(self, texts=tuple(self.texts[place] for place in places), split=name)


def digest(*files: bytes) -> str:
    """The sha256 of the files one after another."""
    return hashlib.sha256(b"".join(files)).hexdigest()


def checked(found: Labelled) -> Labelled:
    """The same; raises UserError when there is no text, or more than can be measured at once."""
    if not found.texts:
        first = f" The first problem: {found.problems[0]}" if found.problems else ""
        raise UserError(f"{found.name} has no labelled text that can be used.{first}")
    if len(found.texts) > MAX_TEXTS:
        raise UserError(
            f"{found.name} has {len(found.texts):,} texts; {MAX_TEXTS:,} are the most. Take one --split or a --sample."
        )
    return found


def read_labelled(data: bytes, filename: str, system_id: str) -> Labelled:
    """The labelled texts of a CSV file; raises UserError when the file as a whole cannot be used."""
    values = system(system_id)
    header, records = table(data, filename, ",", quoted=True)
    columns = [name.strip().casefold() for name in header]
    if missing := [name for name in REQUIRED if name not in columns]:
        raise UserError(
            f"{filename} lacks the column {', '.join(missing)}; labelled texts need {', '.join(REQUIRED)}, "
            f"and may have {', '.join(OPTIONAL)}."
        )
    if twice := [name for name, n in Counter(columns).items() if n > 1 and name in (*REQUIRED, *OPTIONAL)]:
        raise UserError(f"{filename} names the column {twice[0]} more than once; keep one.")
    gathered = _Gathered(values)
    for line, cells in records:
        gathered.add(line, cells, columns)
    return Labelled(filename, digest(data), values, gathered.texts(), tuple(gathered.problems))


class _Gathered:
    """Texts put together of rows with one label each."""

    def __init__(self, values: ValueSystem) -> None:
        self._ids = {name.casefold(): value for value, name in values.names.items()} | {v: v for v in values.ids}
        self._known = ", ".join(values.ids)
        self._labels: dict[tuple[str, str, str], dict[str, Stance]] = {}
        self._groups: dict[tuple[str, str, str], str] = {}
        self._lines: dict[tuple[tuple[str, str, str], str], int] = {}
        self.problems: list[RowProblem] = []

    def add(self, line: int, cells: Sequence[str], columns: Sequence[str]) -> None:
        if len(cells) != len(columns):
            return self._fault(line, "row", f"The row has {len(cells)} fields, the header {len(columns)}.")
        row = dict(zip(columns, cells, strict=True))
        value, label = self._ids.get(row["value"].strip().casefold()), LABELS.get(row["label"].strip().casefold())
        if not row["text"].strip():
            return self._fault(line, "text", "The text is empty.")
        if value is None:
            return self._fault(line, "value", f"There is no value {row['value'][:60]!r}; there are {self._known}.")
        if label is None:
            words = "1 or 0, or supports, opposes or neutral"
            return self._fault(line, "label", f"The label must be {words}, got {row['label'][:60]!r}.")
        key = (clean(row.get("question", "").strip()), clean(row["text"].strip()), clean(row.get("split", "").strip()))
        if before := self._lines.get((key, value)):
            return self._fault(line, "value", f"Line {before} has labelled this text for {value} already.")
        self._lines[key, value] = line
        self._labels.setdefault(key, {})[value] = label
        self._groups.setdefault(key, clean(row.get("group", "").strip()) or key[1])
        return None

    def _fault(self, line: int, field: str, sentence: str) -> None:
        self.problems.append(RowProblem(line, field, sentence))

    def texts(self) -> tuple[LabelledText, ...]:
        return tuple(
            LabelledText(text, labels, question, split, self._groups[question, text, split])
            for (question, text, split), labels in self._labels.items()
        )


def table(
    data: bytes, filename: str, delimiter: str, quoted: bool
) -> tuple[list[str], Iterable[tuple[int, list[str]]]]:
    """The header of a table in UTF-8, and its rows that are not empty, each with the line at which it starts. Raises
    UserError when it is none."""
    if len(data) > MAX_BYTES:
        raise UserError(f"{filename} is larger than {MAX_BYTES // 1_000_000} MB. Split it.")
    records = csv_records(utf8(data, filename), filename, MAX_BYTES, delimiter, quoted)
    header = next(records, None)
    if header is None:
        raise UserError(f"{filename} is empty.")
    return header[1], records
