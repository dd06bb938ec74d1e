"""Every chart leaves as a figure for a paper: vector text, the data beside it, and a script that redraws it."""

import csv
import io
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import plotly.graph_objects as go
import pypdf
import pytest
from chart_samples import SAMPLES, TRICK, charts

from core.charts.export import FORMATS, kit, pdf, png, svg
from core.charts.paper import colour, plain, take_apart
from core.charts.redraw import short


def texts(picture: bytes) -> set[str]:
    """What an SVG says, as selectable text; entities are not expanded from anywhere else."""
    assert b"<!ENTITY" not in picture
    return {(node.text or "").strip("\u2009") for node in ET.fromstring(picture).iter() if node.tag.endswith("text")}


def said(figure: go.Figure) -> set[str]:
    """The titles, labels and legend names that a reader of the figure must find."""
    layout = figure.layout
    words = set(plain(layout.title.text).split("\n"))
    for axis in (layout.xaxis, layout.yaxis):
        if axis.visible is not False and axis.showticklabels is not False:
            words |= {short(plain(str(text))) for text in axis.ticktext or ()}
            words |= set(plain(axis.title.text or "").split("\n"))
    for trace in figure.data:
        if trace.type == "scatterpolar":
            words |= {plain(name) for name in trace.theta}
        if trace.type in ("scatter", "scatterpolar", "scattergeo", "bar") and trace.showlegend is not False:
            words |= {short(plain(trace.name))} if trace.name and layout.showlegend is not False else set()
    return words - {""}


def test_there_is_a_sample_of_every_chart() -> None:
    assert set(SAMPLES) == charts(), "add one to tests/charts/chart_samples.py"


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_chart_says_as_text_what_it_says_on_the_page(name: str) -> None:
    figure = SAMPLES[name]()
    missing = said(figure) - texts(svg(figure))
    assert said(figure) and not missing


def test_a_pdf_has_selectable_text_in_an_embedded_font_and_a_png_is_dense() -> None:
    figure = SAMPLES["ranking.ranking"]()
    page = pypdf.PdfReader(io.BytesIO(pdf(figure))).pages[0]
    assert TRICK in page.extract_text() and "Alignment with the profile: Weighted sum" in page.extract_text()
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    inner = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert fonts and all("/FontFile2" in descriptor for descriptor in inner)  # TrueType, whole glyphs
    assert "/XObject" not in page["/Resources"] or not page["/Resources"]["/XObject"]  # nothing is a picture
    dense = png(figure)
    assert dense.startswith(b"\x89PNG") and int.from_bytes(dense[16:20]) > 1500


def test_the_kit_redraws_the_very_same_figure_on_its_own(tmp_path: Path) -> None:
    figure = SAMPLES["ranking.ranking"]()
    made = kit(figure)
    assert made == kit(figure)  # the same figure, the same bytes
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        archive.extractall(tmp_path)
    exported = (tmp_path / "figure.svg").read_bytes()
    (tmp_path / "figure.svg").unlink()
    clean = {"PATH": "/usr/bin:/bin", "PYTHONPATH": ""}
    done = subprocess.run([sys.executable, "-P", "redraw.py"], cwd=tmp_path, env=clean, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "figure.svg").read_bytes() == exported
    assert (tmp_path / "figure.pdf").read_bytes().startswith(b"%PDF")
    rows = list(csv.DictReader((tmp_path / "data.csv").open(encoding="utf-8")))
    trick = next(row for row in rows if row["y_label"] == TRICK)
    assert float(trick["x_low"]) < float(trick["x"]) < float(trick["x_high"]) and "n = 16 scenarios" in trick["note"]
    at = figure.data[0].customdata.index(TRICK)
    assert float(trick["x"]) == figure.data[0].x[at]  # to the last digit


def test_a_name_is_never_markup_or_a_formula() -> None:
    assert plain("a<br>b <sup>c</sup> &lt;b&gt;d&lt;/b&gt; &amp;lt;") == "a\nb c <b>d</b> &lt;"
    figure = go.Figure(go.Scatter(x=[1, 2], y=["$x$", "&lt;script&gt;alert(1)&lt;/script&gt;"], mode="markers"))
    picture = svg(figure.update_layout(title="t"))
    assert {"$x$", "<script>alert(1)</script>"} <= texts(picture)
    assert b"<script" not in picture
    long = go.Figure(go.Scatter(x=[1], y=["y" * 5000], mode="markers", name="a\x07b\x00\ud800"))
    assert {short("y" * 5000), "a\ufffdb\ufffd\ufffd"} <= texts(svg(long))


def test_what_cannot_be_drawn_is_refused_and_not_left_out() -> None:
    with pytest.raises(ValueError, match="pie"):
        take_apart(go.Figure(go.Pie(values=[1])))
    with pytest.raises(ValueError, match="circle"):
        take_apart(go.Figure(layout={"shapes": [{"type": "circle", "x0": 0, "x1": 1, "y0": 0, "y1": 1}]}))
    with pytest.raises(ValueError, match="neither"):
        colour("papayawhip")
    assert colour("rgba(68, 119, 170, 0.5)") == "#4477aa80" and colour("#4477AA") == "#4477aaff"
    assert set(FORMATS) == {"SVG", "PDF", "PNG", "Data and script"}


def test_a_gap_stays_a_gap() -> None:
    figure = go.Figure(go.Scatter(x=[0.1, None, 0.3], y=[1, 2, float("nan")], mode="lines", line={"color": "#4477AA"}))
    rows = take_apart(figure).rows
    assert [row["x"] for row in rows] == ["0.1", "", "0.3"] and rows[2]["y"] == ""
    line = re.search(rb'id="line2d_[^"]*">\s*<path d="([^"]*)"', svg(figure))
    assert line is None or b"nan" not in line[1].lower()
