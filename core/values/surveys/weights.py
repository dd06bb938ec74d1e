"""Which weight each person counts with."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import UserError
from core.values.surveys.codebooks import Codebook
from core.values.surveys.table import SurveyFile

Floats = NDArray[np.float64]

# Weights that make countries count by the size of their population.
SIZED = frozenset({"anweight", "pweight"})


@dataclass(frozen=True)
class Weights:
    """One weight a person, NaN where there is none above 0. `columns` were multiplied; none: everyone counts 1."""

    values: Floats
    columns: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def weight_columns(book: Codebook, file: SurveyFile) -> list[str]:
    """Every column of the file that may be a weight."""
    names = {name for choice in (*book.weights, *book.pooled_weights) for name in choice}
    return [column for name in sorted(names) if (column := file.find(name))]


def choose_weights(book: Codebook, file: SurveyFile, frame: pd.DataFrame, pooled: bool) -> Weights:
    """The first of the codebook's choices that the file holds; `pooled` says that a group holds several countries.

    Raises UserError for a weight that is no number.
    """
    choices = book.pooled_weights if pooled and book.pooled_weights else book.weights
    for choice in choices:
        columns = tuple(file.find(name) for name in choice)
        if not all(columns):
            continue
        values = np.ones(len(frame))
        for column in columns:
            values = values * _numbers(frame[column], column, file.name)
        usable = (values > 0) & np.isfinite(values)
        if not usable.any():
            continue
        doubt = _doubt(book, file, columns, values[usable])
        if doubt != "refuse":
            return Weights(np.where(usable, values, np.nan), columns, _warnings(doubt, pooled, choice))
    looked = ", then ".join(" × ".join(choice) for choice in choices)
    reason = f"none of {looked} can be used" if looked else f"no weight is known for the {book.name}"
    warning = f"Everyone counts the same: {reason}. Unweighted means can be off by some tenths of a point."
    return Weights(np.ones(len(frame)), (), (warning,))


def _warnings(doubt: str, pooled: bool, choice: tuple[str, ...]) -> tuple[str, ...]:
    found = [doubt] if doubt else []
    if pooled and not SIZED & set(choice):
        found.append(
            "Groups hold several countries and the weight does not know how large these are: each country counts "
            "by the size of its sample."
        )
    return tuple(found)


def _numbers(cells: pd.Series, column: str, filename: str) -> Floats:
    numbers: Floats = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    words = cells[cells.notna().to_numpy() & np.isnan(numbers)]
    if len(words) and not words.astype(str).str.fullmatch(r"\.[a-z]?|NA").all():
        raise UserError(f"{filename}, {column}: the weight {str(words.iloc[0])[:40]!r} is no number.")
    return numbers


def _doubt(book: Codebook, file: SurveyFile, columns: tuple[str, ...], values: Floats) -> str:
    """Nothing if the columns surely are weights, a warning if they look like weights, "refuse" if they do not."""
    if not any(column.casefold() in book.unchecked_weights for column in columns):
        return ""
    if any("weight" in file.labels.get(column, "").casefold() for column in columns):
        return ""
    looks = 0.5 <= values.mean() <= 2 and values.max() <= 50
    return f"{columns[0]} is taken for the weight because its numbers look like one; check it." if looks else "refuse"
