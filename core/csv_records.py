"""CSV as records, each with the line at which it starts: read alike wherever a person gives a file."""

import csv
import io
from collections.abc import Iterator

from core.errors import UserError


def utf8(data: bytes, filename: str) -> str:
    """The text of a file in UTF-8, without a byte order mark; raises UserError naming the line that is not."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UserError(f"{filename} is not UTF-8 text (line {line}). Save it as UTF-8.") from error


def csv_records(
    text: str, filename: str, most: int, delimiter: str = ",", quoted: bool = True
) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not blank, its first line counted from 1; no field is longer than `most` characters. Raises
    UserError naming the line of a record that cannot be read."""
    csv.field_size_limit(most)  # it is the whole process's, and others set it too
    lines = io.StringIO(text, newline="")
    if quoted:
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
    else:
        reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=True)
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise UserError(
            f"{filename}, the row that starts at line {start}: its quotation marks do not pair up ({error}). Put "
            "quoted fields between two marks and double every mark inside."
        ) from error
