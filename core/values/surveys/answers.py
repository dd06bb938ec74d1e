"""From the cells of a survey file to how important each person finds each portrait, 1 to 6, higher = more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import UserError
from core.values.surveys.codebooks import Codebook
from core.values.surveys.packaged import Labels
from core.values.surveys.recognise import Format
from core.values.surveys.result import Choice, Question

Floats = NDArray[np.float64]

# The answers as files name them, nearest first. Both surveys' English files write them so, but for the last.
_LIKE = ("very much like me", "like me", "somewhat like me", "a little like me", "not like me", "not like me at all")
_WORDS = {word: code for code, word in enumerate(_LIKE, 1)} | {"not at all like me": 6}
_NO_ANSWER = frozenset(
    ("refusal", "refused", "don't know", "dont know", "dk", "no answer", "not applicable", "not available", "not asked")
) | {"missing", "na", "n/a", "nap", "iap", "inap", ".", ".a", ".b", ".c", ".d", ".i", ".n"}
_NOT_ASKED = -4.0
_ONE_IS_NEAREST, _SIX_IS_NEAREST = "one", "six"


@dataclass(frozen=True)
class Codes:
    """One column: `numbers` from 1 to 6 as they stand in the file, `words` where labels stand there instead (1 = very
    much like me), `not_asked` where it says so. NaN elsewhere."""

    numbers: Floats
    words: Floats
    not_asked: NDArray[np.bool_]


def read_codes(cells: pd.Series, column: str, book: Codebook, filename: str) -> Codes:
    """The answers in one column; raises UserError for codes and labels that no codebook knows."""
    numbers = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    words = np.full(len(cells), np.nan)
    strange = cells.notna().to_numpy() & np.isnan(numbers)
    if strange.any():
        labels = cells[strange].astype(str).str.strip().str.replace("’", "'").str.casefold()
        _refuse_words(sorted(set(labels) - _WORDS.keys() - _NO_ANSWER), column, filename)
        words[strange] = labels.map(_WORDS).to_numpy(dtype=np.float64)
    valid = (numbers >= 1) & (numbers <= 6) & (numbers == np.floor(numbers))
    missing = np.isnan(numbers) | np.isin(numbers, list(book.missing))
    if book.negative_missing:
        missing |= (numbers < 0) & (numbers == np.floor(numbers))
    _refuse_numbers(sorted(set(numbers[~valid & ~missing])), column, book, filename)
    return Codes(np.where(valid, numbers, np.nan), words, numbers == _NOT_ASKED)


def _refuse_words(unknown: Sequence[str], column: str, filename: str) -> None:
    if unknown:
        raise UserError(
            f"{filename}, {column}: holds the label {unknown[0][:40]!r}; expected the codes 1 to 6 or the English "
            f"labels from {_LIKE[0]!r} to {_LIKE[-1]!r}. Export codes instead of labels."
        )


def _refuse_numbers(unknown: Sequence[float], column: str, book: Codebook, filename: str) -> None:
    if unknown:
        codes = ", ".join(f"{code:g}" for code in unknown[:5])
        known = ", ".join(map(str, sorted(book.missing))) or "negative codes"
        raise UserError(
            f"{filename}, {column}: holds {codes}; expected answers from 1 to 6 and, for no answer, {known}. "
            "Export the answers as the survey codes them."
        )


def merged(parts: Sequence[Codes]) -> Codes:
    """One item out of several columns: the first with an answer counts."""
    found = parts[0]
    for part in parts[1:]:
        empty = np.isnan(found.numbers) & np.isnan(found.words)
        found = Codes(
            np.where(empty, part.numbers, found.numbers),
            np.where(empty, part.words, found.words),
            found.not_asked & part.not_asked,
        )
    return found


def with_stand_in(item: Codes | None, stand_in: Codes, places: NDArray[np.intp]) -> tuple[Codes, NDArray[np.bool_]]:
    """`item` with `stand_in` in the rows where it was not asked: where its code says so, or where nobody of the same
    place (country) answered it. Who was asked and did not answer stays without answer. And which rows were filled."""
    if item is None:
        return stand_in, ~(np.isnan(stand_in.numbers) & np.isnan(stand_in.words))
    empty = np.isnan(item.numbers) & np.isnan(item.words)
    answered = np.bincount(places, weights=~empty) > 0
    fill = empty & (item.not_asked | ~answered[places])
    filled = Codes(
        np.where(fill, stand_in.numbers, item.numbers), np.where(fill, stand_in.words, item.words), item.not_asked
    )
    return filled, fill & ~(np.isnan(filled.numbers) & np.isnan(filled.words))


def importance(codes: Sequence[Codes], one_is_nearest: bool) -> Floats:
    """(persons, items), 1 to 6, higher = more important: 7 - code, or the code where 6 is "very much like me"."""
    numbers = np.column_stack([each.numbers for each in codes])
    words = np.column_stack([each.words for each in codes])
    return np.where(np.isnan(words), 7 - numbers if one_is_nearest else numbers, 7 - words)


def one_is_nearest(
    found: Format,
    codes: Sequence[Codes],
    value_labels: Mapping[str, Labels],
    answers: Mapping[str, str] | None,
    filename: str,
) -> bool | Question:
    """Whether code 1 is "very much like me": as the file's own labels say, else as the codebook says, else a question
    called "direction". Labels that contradict each other raise UserError."""
    assert found.codebook is not None
    said = {_direction(value_labels.get(name, {})) for names in (found.columns or {}).values() for name in names}
    said.discard(None)
    if len(said) > 1:
        raise UserError(
            f"{filename}: in some items 1 is labelled {_LIKE[0]!r}, in others 6. Code all items in one direction."
        )
    if said:
        return said == {1}
    if found.codebook.direction_known or all(np.isnan(each.numbers).all() for each in codes):
        return True
    question = _ask_direction(found.codebook, codes, filename)
    chosen = question.answered(answers)
    return chosen == _ONE_IS_NEAREST if chosen else question


def _direction(labels: Labels) -> int | None:
    """1 or 6, whichever code bears the label of the nearest answer."""
    for code, label in labels.items():
        if label.strip().casefold() == _LIKE[0] and _is_end(code):
            return int(code)
    return None


def _is_end(code: Any) -> bool:
    return isinstance(code, int | float) and code in (1, 6)


def _ask_direction(book: Codebook, codes: Sequence[Codes], filename: str) -> Question:
    """The contents do not prove the direction, but nearly everywhere people find Benevolence nearer than Power."""
    near, far = (_mean_code(book, codes, value) for value in ("benevolence", "power"))
    guess = "1" if near < far else "6"
    text = (
        f"{filename} gives answers as numbers, and files of the {book.name} exist in both directions. Which number "
        f"stands for {_LIKE[0]!r}? Here helping others has the mean code {near:.1f} and being rich and obeyed "
        f"{far:.1f}; nearly everywhere helping others is the nearer of the two, which speaks for {guess}."
    )
    both = {
        "1": Choice(_ONE_IS_NEAREST, f"1 is {_LIKE[0]!r}, 6 is {_LIKE[-1]!r}"),
        "6": Choice(_SIX_IS_NEAREST, f"6 is {_LIKE[0]!r}, 1 is {_LIKE[-1]!r}"),
    }
    return Question("direction", text, (both.pop(guess), *both.values()))


def _mean_code(book: Codebook, codes: Sequence[Codes], value: str) -> float:
    numbers = np.concatenate(
        [each.numbers for each, item in zip(codes, book.items, strict=True) if item.value == value]
    )
    return float(np.nanmean(numbers)) if not np.isnan(numbers).all() else np.nan
