"""Who belongs to which group, and what the groups are called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import UserError
from core.text import clean
from core.values.surveys.packaged import Labels
from core.values.surveys.table import SurveyFile

MAX_GROUPS = 2_000
_JOIN = " / "


@dataclass(frozen=True)
class Grouping:
    """`places`: each person's group as an index into `codes` and `labels`, -1 for none."""

    places: NDArray[np.intp]
    codes: tuple[str, ...]
    labels: tuple[str, ...]


def grouping(frame: pd.DataFrame, columns: Sequence[str], file: SurveyFile, everyone: tuple[str, str]) -> Grouping:
    """The groups that the columns' codes form together, in the order of the codes; without columns one group called
    `everyone` (code, label). Raises UserError when there are more than `MAX_GROUPS`."""
    if not columns:
        return Grouping(np.zeros(len(frame), dtype=np.intp), (everyone[0],), (everyone[1],))
    keys = pd.DataFrame({column: _codes(frame[column]) for column in columns})
    known = keys.notna().all(axis=1).to_numpy()
    combined = keys[known].drop_duplicates()
    if len(combined) > MAX_GROUPS:
        raise UserError(
            f"{file.name}: {' and '.join(columns)} form {len(combined):,} groups; the limit is {MAX_GROUPS:,}. "
            "Group by columns such as country, gender or age band."
        )
    rows = sorted((tuple(row) for row in combined.itertuples(index=False)), key=lambda row: [_order(x) for x in row])
    index = {row: place for place, row in enumerate(rows)}
    places = np.full(len(frame), -1, dtype=np.intp)
    places[known] = [index[tuple(row)] for row in keys[known].itertuples(index=False)]
    codes = tuple(_JOIN.join(row) for row in rows)
    names = [_names(file.value_labels.get(column, {})) for column in columns]
    labels = tuple(_JOIN.join(name.get(x, x) for name, x in zip(names, row, strict=True)) for row in rows)
    return Grouping(places, codes, labels)


def _codes(cells: pd.Series) -> pd.Series:
    """Codes as text, so that 276, 276.0 and "276" are the same; blank is nothing."""
    numbers = pd.to_numeric(cells, errors="coerce")
    text = cells.astype("string").str.strip().map(clean, na_action="ignore")
    text = text.where(numbers.isna(), numbers.map(_code, na_action="ignore").astype("string"))
    return text.where(text.ne(""))


def _code(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:g}"


def _order(code: str) -> tuple[bool, float, str]:
    try:
        return False, float(code), code
    except ValueError:
        return True, 0.0, code


def _names(labels: Labels) -> Mapping[str, str]:
    return {_label_code(code): clean(label).strip() or _label_code(code) for code, label in labels.items()}


def _label_code(code: Any) -> str:
    return _code(code) if isinstance(code, int | float) else str(code).strip()


def span(cells: pd.Series | None, members: NDArray[np.bool_]) -> str:
    """The whole numbers of the members from least to greatest, "2018" or "2010-2014", "" if there are none."""
    if cells is None:
        return ""
    numbers = pd.to_numeric(cells[members], errors="coerce")
    numbers = numbers[numbers > 0]
    if numbers.empty:
        return ""
    first, last = int(numbers.min()), int(numbers.max())
    return str(first) if first == last else f"{first}-{last}"
