"""A report as a PDF: text set by reportlab, figures put in as vectors, so that all text can be selected."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from core.charts.export import pdf
from core.reports.document import Block, Chart, Code, Points, Report, Table, Text

FONT, BOLD, MONO = "DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono"
MARGIN = 56.0  # points: 2 cm
LONGEST_CELL = 400


@dataclass(frozen=True)
class _Place:
    """Where a figure goes: the page from 0, its lower left corner and its size in points."""

    page: int
    x: float
    y: float
    scale: float
    picture: bytes


def to_pdf(report: Report) -> bytes:
    """The file: A4, headings as bookmarks, tables that go on over pages with their heads. Letters that the font lacks
    (DejaVu Sans: no Chinese, Japanese or Korean) are boxes; scripts from right to left are not shaped. The HTML file
    has neither limit."""
    from reportlab.platypus import SimpleDocTemplate

    _fonts()
    places: list[_Place] = []
    buffer = io.BytesIO()
    document = SimpleDocTemplate(
        buffer,
        title=report.title,
        author="Polycompass",
        subject=report.subtitle[:300],
        invariant=1,  # the same report, the same file
        **dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), MARGIN),
    )
    story = _story(report, document.width, document.height, places)
    document.build(story, onFirstPage=_foot, onLaterPages=_foot)
    return _with_figures(buffer.getvalue(), places)


def _fonts() -> None:
    import matplotlib
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    for name in (FONT, BOLD, MONO):
        pdfmetrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))


def _foot(canvas: Any, document: Any) -> None:
    canvas.setFont(FONT, 8)
    canvas.setFillGray(0.4)
    canvas.drawRightString(document.pagesize[0] - MARGIN, MARGIN / 2, str(canvas.getPageNumber()))


def _styles() -> dict[str, Any]:
    from reportlab.lib.styles import ParagraphStyle

    def style(name: str, size: float, font: str = FONT, **more: Any) -> Any:
        usual = {"fontName": font, "fontSize": size, "leading": 1.4 * size, "splitLongWords": 1, "spaceAfter": 6}
        return ParagraphStyle(name, **{**usual, **more})

    return {
        "title": style("title", 17, BOLD),
        "heading": style("heading", 12, BOLD, spaceBefore=14, keepWithNext=1),
        "text": style("text", 9.2),
        "caption": style("caption", 8, textColor="#555555", spaceBefore=4, keepWithNext=1),
        "below": style("below", 8, textColor="#555555", spaceAfter=10),
        "cell": style("cell", 7.3, spaceAfter=0),
        "head": style("head", 7.3, BOLD, spaceAfter=0),
        "code": style("code", 6.6, MONO, leading=8.6, spaceAfter=0),
    }


def _story(report: Report, width: float, height: float, places: list[_Place]) -> list[Any]:
    from reportlab.platypus import KeepTogether, Paragraph

    styles = _styles()
    story: list[Any] = [
        Paragraph(_plain(report.title), styles["title"]),
        Paragraph(_plain(report.subtitle), styles["text"]),
    ]
    number = 0
    for section in report.sections:
        flow: list[Any] = []
        for block in section.blocks:
            number += isinstance(block, Chart)
            flow.append(_flow(block, number, styles, (width, height), places))
        heading = _heading(section.id, section.title, styles["heading"])
        first = flow[0] if flow else []
        # A heading stays with the figure below it, and with the first lines of what is no figure.
        story += [KeepTogether([heading, *first])] if isinstance(section.blocks[0], Chart) else [heading, *first]
        story += [one for some in flow[1:] for one in some]
    return story


def _plain(text: str) -> str:
    """Text for reportlab's paragraphs, which read markup."""
    return escape("".join(char if char.isprintable() or char == "\n" else " " for char in text), quote=False)


def _heading(key: str, title: str, style: Any) -> Any:
    from reportlab.platypus import Paragraph

    class Heading(Paragraph):  # type: ignore[misc]
        def draw(self) -> None:
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(title, key, 0)
            super().draw()

    return Heading(_plain(title), style)


def _flow(
    block: Block, number: int, styles: dict[str, Any], room: tuple[float, float], places: list[_Place]
) -> list[Any]:
    from reportlab.platypus import Paragraph

    if isinstance(block, Text):
        return [Paragraph(_plain(block.text), styles["text"])]
    if isinstance(block, Points):
        return [Paragraph(_plain(point), styles["text"], bulletText="•") for point in block.points]
    if isinstance(block, Code):
        return [
            Paragraph(_plain(line).replace("  ", "\u00a0\u00a0") or "\u00a0", styles["code"])
            for line in block.text.split("\n")
        ]
    if isinstance(block, Table):
        return [Paragraph(_plain(block.caption[:LONGEST_CELL]), styles["caption"]), _grid(block, styles, room[0])]
    said = Paragraph(_plain(f"Figure {number}. {block.caption}"), styles["below"])
    return [_picture(pdf(block.figure), room, places.append), said]


def _picture(picture: bytes, room: tuple[float, float], placed: Callable[[_Place], None]) -> Any:
    """A flowable that keeps room for a figure and notes where it fell."""
    from pypdf import PdfReader
    from reportlab.platypus import Flowable

    box = PdfReader(io.BytesIO(picture)).pages[0].mediabox
    scale = min(1.0, room[0] / float(box.width), 0.8 * room[1] / float(box.height))

    class Picture(Flowable):  # type: ignore[misc]
        keepWithNext = 1  # with its caption

        def wrap(self, width: float, height: float) -> tuple[float, float]:
            return scale * float(box.width), scale * float(box.height)

        def draw(self) -> None:
            x, y = self.canv.absolutePosition(0, 0)
            placed(_Place(self.canv.getPageNumber() - 1, x, y, scale, picture))

    return Picture()


def _grid(block: Table, styles: dict[str, Any], width: float) -> Any:
    from reportlab.lib import colors
    from reportlab.platypus import LongTable, Paragraph

    rows = [[Paragraph(_plain(cell), styles["head"]) for cell in block.columns]]
    rows += [[Paragraph(_plain(cell[:LONGEST_CELL]), styles["cell"]) for cell in row] for row in block.rows]
    grid = LongTable(rows, _widths(block, width), repeatRows=1, hAlign="LEFT", spaceAfter=10)
    line = ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.lightgrey)
    tight = [(f"{side}PADDING", (0, 0), (-1, -1), 2) for side in ("TOP", "BOTTOM", "LEFT", "RIGHT")]
    grid.setStyle([line, ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.grey), ("VALIGN", (0, 0), (-1, -1), "TOP"), *tight])
    return grid


def _widths(block: Table, width: float) -> list[float]:
    """Room by the longest cell of each column, up to a limit, and never more than the page has."""
    cells = list(zip(block.columns, *block.rows, strict=True)) if block.rows else [(one,) for one in block.columns]
    wanted = [min(190.0, 14 + 5.0 * max(len(cell) for cell in column)) for column in cells]
    return [one * min(1.0, width / sum(wanted)) for one in wanted]


def _with_figures(data: bytes, places: list[_Place]) -> bytes:
    """The document with each figure at its place."""
    from pypdf import PdfReader, PdfWriter, Transformation

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    for place in places:
        figure = PdfReader(io.BytesIO(place.picture)).pages[0]
        where = Transformation().scale(place.scale).translate(place.x, place.y)
        writer.pages[place.page].merge_transformed_page(figure, where)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()
