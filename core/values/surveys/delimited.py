"""Survey data as text: CSV with commas, semicolons or tabs, in UTF-8, UTF-16 or Latin-1."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv

from core.errors import UserError

_SEPARATORS = ",;\t|"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BLOCK = 16_000_000


@dataclass(frozen=True)
class Delimited:
    """Columns and the way to the rows, every cell as text; `separator` stands between the cells."""

    columns: tuple[str, ...]
    separator: str
    load: Callable[[Sequence[str]], pd.DataFrame] = field(repr=False)
    notes: tuple[str, ...] = ()


def open_delimited(data: bytes, filename: str) -> Delimited:
    """The table in `data`; raises UserError if it is not text, a web page, or has no rows."""
    text, notes = decode(data, filename)
    if text[:1] == "<":
        raise UserError(
            f"{filename} is a web page, not data: it begins with {text[:20]!r}. Expected CSV, SPSS (.sav) or Stata "
            "(.dta); the download may have led to a log-in page."
        )
    first = _first_record(text, filename)
    separator = max(_SEPARATORS, key=lambda mark: len(_split(first, mark)))
    columns = tuple(name.strip() for name in _split(first, separator))
    body = text[len(first) :].lstrip("\r\n").encode()
    if not body.strip():
        raise UserError(f"{filename} has a header but no rows; expected one row for each person or each value.")

    def load(wanted: Sequence[str]) -> pd.DataFrame:
        return _rows(body, columns, separator, wanted, filename)

    return Delimited(columns, separator, load, notes)


def decode(data: bytes, filename: str) -> tuple[str, tuple[str, ...]]:
    """The text of a file without its byte order mark and leading blank lines, and a note if its encoding was guessed;
    raises UserError for what is no text."""
    notes: tuple[str, ...] = ()
    try:
        text = data.decode("utf-16" if data.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
        notes = (f"{filename} is not UTF-8 and was read as Latin-1; names may look odd.",)
    # Every byte is a letter in Latin-1; control characters are what gives binary data away.
    if "\x00" in text or (notes and len(re.findall(r"[\x00-\x08\x0e-\x1f]", text[:10_000])) > 5):
        raise UserError(
            f"{filename} is binary data of a kind that is not known here. Expected CSV, SPSS (.sav) or Stata (.dta); a "
            "file of these kinds may be damaged: download it again."
        )
    return text.lstrip(), notes


def _first_record(text: str, filename: str) -> str:
    """The header as it stands in the file, with line breaks in quoted names."""
    start = text[:_BLOCK]
    reader = csv.reader(io.StringIO(start, newline=""))
    try:
        next(reader, None)
    except csv.Error as error:
        raise UserError(f"{filename}: the header cannot be read ({error}); expected column names.") from error
    return "".join(islice(io.StringIO(start, newline=""), reader.line_num))


def _split(record: str, separator: str) -> list[str]:
    return next(csv.reader([record.rstrip("\r\n")], delimiter=separator), [])


def _rows(body: bytes, columns: tuple[str, ...], separator: str, wanted: Sequence[str], filename: str) -> pd.DataFrame:
    """Only the wanted columns are kept; the number of cells is checked in every row, so that none is shifted."""
    places = [columns.index(name) for name in wanted]
    names = [str(place) for place in range(len(columns))]
    kept = [names[place] for place in places]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(body),
            arrow_csv.ReadOptions(use_threads=False, column_names=names, block_size=_BLOCK),
            arrow_csv.ParseOptions(delimiter=separator, newlines_in_values=True),
            arrow_csv.ConvertOptions(include_columns=kept, column_types=dict.fromkeys(kept, pa.string())),
        )
    except pa.ArrowInvalid as error:
        raise UserError(f"{filename}{_arrow_reason(str(error))}") from error
    frame = table.to_pandas()
    frame.columns = pd.Index(list(wanted))
    return _plain(frame, decimal_comma=separator != ",")


def _arrow_reason(message: str) -> str:
    """The reader's message without the cells that it quotes."""
    found = re.search(r"(?:Row #(\d+): )?Expected (\d+) columns, got (\d+)", message)
    if not found:
        return ": its rows cannot be told apart; check that quotation marks pair up."
    row = f", row {int(found[1]) + 1}:" if found[1] else ": in one row"
    return (
        f"{row} there are {found[3]} cells where the header names {found[2]} columns; check that quotation marks pair "
        "up and that numbers do not hold the separator."
    )


def _plain(frame: pd.DataFrame, decimal_comma: bool) -> pd.DataFrame:
    """Blank cells as nothing; with semicolons or tabs "1,5" is a number, as spreadsheets in many countries write it."""
    for name in frame.columns:
        cells = frame[name].str.strip()
        if decimal_comma:
            cells = cells.str.replace(r"^(-?\d*),(\d+)$", r"\1.\2", regex=True)
        frame[name] = cells.where(cells.ne("") & cells.notna())
    return frame
