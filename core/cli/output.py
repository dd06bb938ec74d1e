"""What is printed: tables of plain text, in which nothing a model or a file said can steer the terminal."""

import re
import sys
import unicodedata
from collections.abc import Sequence

_UNSAFE = {"Cc", "Cs", "Zl", "Zp"}
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NUMBER = re.compile(r"[$-]?[\d,.]*")
UNKNOWN = "unknown"


def safe(text: str, keep: str = "") -> str:
    """`text` with its control characters, line ends and direction marks written out as escapes, such as \\x1b; those
    in `keep` stay. A terminal would obey them."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if char in keep or not _steers(char) else _escaped(char) for char in text)


def _steers(char: str) -> bool:
    return unicodedata.category(char) in _UNSAFE or char in _BIDI


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def say(line: str = "") -> None:
    """One line of result."""
    print(safe(line), flush=True)


def complain(line: str) -> None:
    """One line about what goes on or went wrong, apart from the results."""
    print(safe(line), file=sys.stderr, flush=True)


def say_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows under a header, columns as wide as their widest cell; columns of numbers are set to the right."""
    cells = [[safe(str(cell)) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(header, *cells, strict=True)]
    right = [all(map(_NUMBER.fullmatch, column)) for column in zip(*cells, strict=True)]
    for line in (list(header), *cells):
        print(
            "  ".join(_padded(*cell) for cell in zip(line, widths, right or [False] * len(line), strict=True)).rstrip()
        )
    sys.stdout.flush()


def _padded(cell: str, width: int, right: bool) -> str:
    gap = " " * (width - _width(cell))
    return gap + cell if right else cell + gap


def _width(text: str) -> int:
    """Columns of a terminal that `text` takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def duration(seconds: float) -> str:
    """About how long, in the units one would say it in."""
    if seconds < 1:
        return "under 1 s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def dollars(amount: float | None) -> str:
    """A cost; unknown is said, and nothing is free that only rounds to zero."""
    if amount is None:
        return UNKNOWN
    return "under $0.01" if 0 < amount < 0.01 else f"${amount:,.2f}"
