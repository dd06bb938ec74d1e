"""Which survey a file comes from, and which of its columns hold what; where that is open, a question."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import pandas as pd

from core.errors import UserError
from core.values.surveys.codebooks import CODEBOOKS, ESS, GSS, WVS5, WVS6, WVS_SERIES, Codebook, SurveyId
from core.values.surveys.result import Choice, Question
from core.values.surveys.table import shown

AGGREGATE_COLUMNS = ("country_code", "value", "mean")
# Columns whose contents, besides the names of all columns, tell the waves apart.
EVIDENCE = ("v1", "s002", "s002vs", "v262")
_ENOUGH = 3
_WAVE6_YEARS = range(2010, 2017)


@dataclass(frozen=True)
class Format:
    """What a file is, and why. `columns`: for each item of the codebook the columns that hold it, the first with an
    answer counts (ESS rounds put together have one for each spelling); empty, without codebook, for aggregates."""

    id: SurveyId | Literal["aggregates"]
    name: str
    reasons: tuple[str, ...]
    codebook: Codebook | None = None
    columns: Mapping[str, tuple[str, ...]] | None = None


def recognise(
    columns: Sequence[str],
    sample: pd.DataFrame,
    *,
    labels: Mapping[str, str] | None = None,
    answers: Mapping[str, str] | None = None,
    filename: str = "The file",
) -> Format | Question:
    """The format of a file with these columns.

    `sample` holds those of the columns `EVIDENCE` that the file has; `labels` what it calls its columns, if anything.
    Where several formats fit, a question called "format" comes back, unless `answers` has its answer.
    Raises UserError when no format fits, when items are missing, or when a column that is needed stands twice.
    """
    names = [column.casefold() for column in columns]
    if set(AGGREGATE_COLUMNS) <= set(names):
        return Format("aggregates", "aggregated means", ("It has the columns country_code, value and mean.",))
    fitting, reasons = _fitting(names, columns, sample, labels or {}, filename)
    if len(fitting) > 1:
        question = _which(fitting, filename)
        chosen = question.answered(answers)
        if not chosen:
            return question
        fitting, reasons = [CODEBOOKS[chosen]], ("It was chosen by hand.",)
    book = fitting[0]
    return Format(book.id, book.name, reasons, book, _item_columns(book, columns, filename))


def spellings(book: Codebook, name: str) -> tuple[str, ...]:
    """The names, in lower case, that a column of the survey goes by."""
    return tuple(name + suffix for suffix in book.suffixes)


def _fitting(
    names: list[str], columns: Sequence[str], sample: pd.DataFrame, labels: Mapping[str, str], filename: str
) -> tuple[list[Codebook], tuple[str, ...]]:
    """The surveys of which the file has items: those complete, else the nearest, so that what it lacks can be said."""
    hits = {book.id: _hits(book, names) for book in (ESS, GSS, WVS_SERIES)}
    found = [CODEBOOKS[each] for each, n in hits.items() if n == len(CODEBOOKS[each].items)]
    reasons = tuple(f"It has all {len(book.items)} items of the {book.name}." for book in found)
    if max(_hits(WVS5, names), _hits(WVS6, names)) >= _ENOUGH:
        waves, why = _waves(names, sample, labels)
        found, reasons = found + waves, reasons + why
    if not found:
        near = max(hits, key=lambda each: hits[each])
        if hits[near] < _ENOUGH:
            raise UserError(_unknown(columns, filename))
        found = [CODEBOOKS[near]]
    return found, reasons


def _hits(book: Codebook, names: Sequence[str]) -> int:
    return sum(any(spelling in names for spelling in spellings(book, item.name)) for item in book.items)


def _waves(
    names: Sequence[str], sample: pd.DataFrame, labels: Mapping[str, str]
) -> tuple[list[Codebook], tuple[str, ...]]:
    """Files of waves 5 and 6 both have V70 to V89, with other meanings: one wave if all that is known speaks for it,
    else both."""
    evidence = [*_by_names(names), *_by_contents(sample), *_by_labels(labels)]
    waves = {wave for wave, _ in evidence}
    if len(waves) != 1:
        return [WVS6, WVS5], ()
    return [WVS6 if waves == {6} else WVS5], tuple(reason for _, reason in evidence)


def _by_names(names: Sequence[str]) -> list[tuple[int, str]]:
    return [(6, "It has the column V74B, which only wave 6 has.")] if "v74b" in names else []


def _by_contents(sample: pd.DataFrame) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for column in sample.columns:
        codes = pd.to_numeric(sample[column], errors="coerce")
        seen = {int(code) for code in codes[codes >= 0].dropna().unique()}
        if column.casefold() != "v262":
            found += [(wave, f"{column} says wave {wave}.") for wave in (5, 6) if wave in seen]
        elif seen and all(year in _WAVE6_YEARS for year in seen):
            found.append((6, f"{column} holds years of wave 6."))
    return found


def _by_labels(labels: Mapping[str, str]) -> list[tuple[int, str]]:
    """What the file calls the column of each wave's first portrait."""
    firsts = {"v80": 5, "v70": 6}
    return [
        (firsts[column.casefold()], f"{column} is called {label[:60]!r}.")
        for column, label in labels.items()
        if column.casefold() in firsts and ("schwartz" in label.casefold() or "this person" in label.casefold())
    ]


def _which(fitting: Sequence[Codebook], filename: str) -> Question:
    choices = tuple(
        Choice(book.id, f"{book.name} (items {book.items[0].name.upper()} to {book.items[-1].name.upper()})")
        for book in fitting
    )
    text = (
        f"{filename} could come from more than one survey: waves of the World Values Survey use the same column names "
        "for different questions, and nothing in the file says for certain which it is. Which one is it?"
    )
    return Question("format", text, choices)


def _item_columns(book: Codebook, columns: Sequence[str], filename: str) -> dict[str, tuple[str, ...]]:
    by_name: dict[str, list[str]] = {}
    for column in columns:
        by_name.setdefault(column.casefold(), []).append(column)
    wanted = list(chain.from_iterable((item.name, item.stand_in) for item in book.items))
    found = {
        name: tuple(chain.from_iterable(by_name.get(each, ()) for each in spellings(book, name)))
        for name in wanted
        if name
    }
    twice = [column for column, n in Counter(c.casefold() for c in chain(*found.values())).items() if n > 1]
    if twice:
        raise UserError(f"{filename} has the columns {shown(twice)} more than once; keep one of each.")
    lacking = [item.name for item in book.items if not found[item.name] and not found.get(item.stand_in)]
    if lacking:
        raise UserError(
            f"{filename} looks like the {book.name}, but {len(lacking)} of its {len(book.items)} value items are "
            f"missing: {', '.join(lacking)}. Export them too."
        )
    return found


def _unknown(columns: Sequence[str], filename: str) -> str:
    return (
        f"{filename} is none of the files known here: expected columns of the European Social Survey (ipcrtiv, "
        "imprich, …), the General Social Survey (valorig, valrich, …), the World Values Survey (V70 to V79 with V74B, "
        "V80 to V89, or A189 to A198), or country_code, value and mean; its first columns are "
        f"{shown(columns)}."
    )
