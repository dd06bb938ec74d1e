"""A figure as files for a paper: SVG, PDF and PNG with text as text, and a zip with its data and a script that redraws
it. Drawn by core.charts.redraw, which goes into the zip as it is: what it redraws is what was exported."""

import csv
import io
import json
import threading
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import plotly.graph_objects as go

from core.charts.paper import COLUMNS, Taken, take_apart

INK = "#3d4451"  # of text and axes, as core.charts.redraw draws them
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of zip files: the same content, the same bytes
SCRIPT = Path(__file__).with_name("redraw.py")
README = """A figure of Polycompass with what it is made of.

  data.csv      the numbers: one row a point, bar, cell or area; `note` is what the page says on hover
  figure.json   titles, labels, ranges, colours
  redraw.py     draws figure.svg, figure.pdf and figure.png from these two: pip install matplotlib, python redraw.py

Change either file and run the script again to change the figure.
"""
# matplotlib's settings belong to the process.
_drawing = threading.Lock()


def svg(figure: go.Figure) -> bytes:
    """Vector graphics with selectable text, in the reader's fonts."""
    return _rendered(take_apart(figure), "svg")


def pdf(figure: go.Figure) -> bytes:
    """Vector graphics with selectable text; the fonts are embedded."""
    return _rendered(take_apart(figure), "pdf")


def png(figure: go.Figure) -> bytes:
    """300 points an inch on white."""
    return _rendered(take_apart(figure), "png")


def kit(figure: go.Figure) -> bytes:
    """A zip with the figure, its data and the script."""
    taken = take_apart(figure)
    files = {
        "README.txt": README.encode(),
        "data.csv": _table(taken).encode(),
        "figure.json": json.dumps(taken.settings, ensure_ascii=False, indent=1).encode(),
        "redraw.py": SCRIPT.read_bytes(),
        "figure.svg": _rendered(taken, "svg"),
    }
    return _zipped(files)


FORMATS: Mapping[str, tuple[str, str, Callable[[go.Figure], bytes]]] = {
    "SVG": (".svg", "image/svg+xml", svg),
    "PDF": (".pdf", "application/pdf", pdf),
    "PNG": (".png", "image/png", png),
    "Data and script": (".zip", "application/zip", kit),
}


def _rendered(taken: Taken, kind: str) -> bytes:
    from core.charts import redraw  # a second to import

    with _drawing:
        return redraw.render(taken.rows, taken.settings, kind)


def _table(taken: Taken) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(taken.rows)
    return text.getvalue()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, FIRST_DAY), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
