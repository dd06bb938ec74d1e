"""A report before it is a file: sections of blocks, all text plain. Whoever writes it escapes it."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    points: tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """Words to be copied as they are."""

    text: str


@dataclass(frozen=True)
class Chart:
    """A figure; the caption says how to read it, for those too who cannot see it."""

    figure: go.Figure
    caption: str


@dataclass(frozen=True)
class Table:
    """Cells are text already: see `table`."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Text | Points | Code | Chart | Table


@dataclass(frozen=True)
class Section:
    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    title: str
    subtitle: str
    sections: tuple[Section, ...]


def table(caption: str, frame: pd.DataFrame, digits: int = 2) -> Table:
    """A frame as a table; what is not there is a dash."""
    rows = [tuple(_cell(cell, digits) for cell in row) for row in frame.itertuples(index=False)]
    return Table(caption, tuple(map(str, frame.columns)), tuple(rows))


def _cell(cell: object, digits: int) -> str:
    if cell is None or cell != cell:
        return "–"
    return f"{cell:.{digits}f}" if isinstance(cell, float) else str(cell)


def listed(names: Sequence[str]) -> str:
    """Names in a sentence."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else list(names))
