"""A survey file, opened but not yet read: its columns and labels are known, its rows come when asked for."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from core.errors import UserError
from core.values.surveys.delimited import open_delimited
from core.values.surveys.packaged import Labels, is_packaged, open_packaged

MAX_BYTES = 2_000_000_000
SHOWN = 6

_FOREIGN = {
    b"PK\x03\x04": "a zip or Excel file; unpack it, or save the sheet as CSV",
    b"\x1f\x8b": "a gzip or R data file; unpack it, or export it as CSV",
    b"%PDF": "a PDF document; download the data file itself",
    b"\xd0\xcf\x11\xe0": "an old Excel file; save the sheet as CSV",
    b"PAR1": "a Parquet file; export it as CSV",
}


@dataclass(frozen=True)
class SurveyFile:
    """`columns` as the file spells them. `labels`: what it calls a column; `value_labels`: what it calls a column's
    codes (SPSS and Stata only). The rows stay in memory and are dropped with this object."""

    name: str
    columns: tuple[str, ...]
    load: Callable[[Sequence[str]], pd.DataFrame] = field(repr=False)
    labels: Mapping[str, str] = field(default_factory=dict)
    value_labels: Mapping[str, Labels] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def find(self, name: str) -> str:
        """The column called `name` whatever its case, "" if there is none; raises UserError if there are several."""
        found = [column for column in self.columns if name and column.casefold() == name.casefold()]
        if len(found) > 1:
            raise UserError(f"{self.name} has the column {name!r} {len(found)} times; keep one of them.")
        return found[0] if found else ""

    def read(self, columns: Sequence[str]) -> pd.DataFrame:
        """All rows of these columns and no others, each column text or numbers with nothing as NaN.

        Raises UserError for a column that is not there once, and for rows that do not fit the header.
        """
        wanted = list(dict.fromkeys(columns))
        counts = Counter(self.columns)
        for column in wanted:
            if counts[column] != 1:
                raise UserError(
                    f"{self.name} has the column {column!r} {counts[column]} times, once was expected; "
                    f"its first columns are {shown(self.columns)}."
                )
        return self.load(wanted) if wanted else pd.DataFrame()


def shown(columns: Sequence[str]) -> str:
    """The first columns for a sentence, none of them long, control characters escaped."""
    return ", ".join(repr(column[:40]) for column in columns[:SHOWN]) + (", …" if len(columns) > SHOWN else "")


def open_survey(source: Path | bytes, filename: str) -> SurveyFile:
    """The survey file in `source`: SPSS (.sav, .zsav), Stata (.dta), or text separated by commas, semicolons or tabs.

    What the file begins with decides, not its extension. Raises UserError when it is none of these.
    """
    data = _bytes(source, filename)
    if not data.strip():
        raise UserError(f"{filename} is empty; expected a survey's data as CSV, SPSS (.sav) or Stata (.dta).")
    for mark, what in _FOREIGN.items():
        if data.startswith(mark):
            raise UserError(f"{filename} is {what}; expected CSV, SPSS (.sav) or Stata (.dta).")
    if is_packaged(data):
        packaged = open_packaged(data, filename)
        return SurveyFile(
            filename, packaged.columns, packaged.load, packaged.labels, packaged.value_labels, packaged.notes
        )
    if Path(filename).suffix.lower() in (".sav", ".zsav", ".dta"):
        raise UserError(
            f"{filename} is no SPSS or Stata file, although it is called one: it begins with {data[:12]!r}. "
            "Download or export it again."
        )
    text = open_delimited(data, filename)
    return SurveyFile(filename, text.columns, text.load, notes=text.notes)


def _bytes(source: Path | bytes, filename: str) -> bytes:
    try:
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        if size > MAX_BYTES:
            raise UserError(
                f"{filename} has {size / 1e9:.1f} GB; the limit is {MAX_BYTES / 1e9:.0f} GB. Keep only the columns "
                "of the value items, the country and the weights."
            )
        return source if isinstance(source, bytes) else source.read_bytes()
    except OSError as error:
        raise UserError(f"{filename} cannot be opened ({error.strerror}).") from error
