"""A report as one HTML file: no script, no network, readable in light and dark, and on paper."""

import re
from html import escape

from core.charts.export import INK, svg
from core.reports.document import Block, Chart, Code, Points, Report, Section, Table, Text

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 16px/1.55 system-ui, "DejaVu Sans", sans-serif; max-width: 58rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.8rem; margin-bottom: .2rem } h2 { font-size: 1.3rem; margin-top: 2.4rem }
p, li, td, th, figcaption, caption { overflow-wrap: anywhere; unicode-bidi: plaintext; text-align: start }
nav ol { columns: 2; padding-left: 1.4rem } a { color: inherit }
figure { margin: 1.4rem 0 } figure svg { width: 100%; height: auto; max-width: 46rem }
figcaption, caption { font-size: .9rem; opacity: .85; margin: .3rem 0 }
.wide { overflow-x: auto; margin: 1.2rem 0 }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; min-width: 60% }
caption { caption-side: top } th, td { padding: .25rem .7rem .25rem 0; border-bottom: 1px solid var(--line) }
thead th { overflow-wrap: normal; border-bottom-width: 2px; vertical-align: bottom }
td { min-width: 3.2rem; max-width: 26rem }
pre { background: var(--soft); padding: .8rem; overflow-x: auto; font-size: .8rem; white-space: pre-wrap }
@media print {
  body { max-width: none; margin: 0; font-size: 10pt } nav { display: none }
  figure, tr { break-inside: avoid } h2, caption { break-after: avoid } thead { display: table-header-group }
}
"""
# Even if something slipped through, the file could fetch nothing and run nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def to_html(report: Report) -> bytes:
    """The file. All text of models, files and people is escaped; figures are SVG in the page's own colours."""
    contents = "".join(f'<li><a href="#{one.id}">{escape(one.title)}</a></li>' for one in report.sections)
    figures = _Numbers()
    body = "".join(_section(one, figures) for one in report.sections)
    page = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(report.title)}</title><style>{_STYLE}</style></head><body>"
        f'<header><h1>{escape(report.title)}</h1><p dir="auto">{escape(report.subtitle)}</p></header>'
        f'<nav aria-label="Contents"><ol>{contents}</ol></nav><main>{body}</main></body></html>\n'
    )
    # A lone surrogate could not be written, and a browser would show it as this mark anyway.
    return page.encode("utf-8", "replace")


class _Numbers:
    """Figures are counted through the whole report."""

    def __init__(self) -> None:
        self.last = 0

    def next(self) -> int:
        self.last += 1
        return self.last


def _section(section: Section, figures: _Numbers) -> str:
    blocks = "".join(_block(block, figures) for block in section.blocks)
    return f'<section id="{section.id}"><h2>{escape(section.title)}</h2>{blocks}</section>'


def _block(block: Block, figures: _Numbers) -> str:
    if isinstance(block, Text):
        return f'<p dir="auto">{escape(block.text)}</p>'
    if isinstance(block, Points):
        return "<ul>" + "".join(f'<li dir="auto">{escape(point)}</li>' for point in block.points) + "</ul>"
    if isinstance(block, Code):
        return f"<pre>{escape(block.text)}</pre>"
    if isinstance(block, Table):
        return _table(block)
    return _figure(block, figures.next())


def _table(block: Table) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in block.columns)
    rows = "".join(
        "<tr>" + "".join(f'<td dir="auto">{escape(cell)}</td>' for cell in row) + "</tr>" for row in block.rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(block.caption[:120])}"><table>'
        f"<caption>{escape(block.caption)}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _figure(block: Chart, number: int) -> str:
    said = f"Figure {number}. {block.caption}"
    return (
        f"<figure>{_inline(svg(block.figure).decode(), number, said)}<figcaption>{escape(said)}</figcaption></figure>"
    )


def _inline(picture: str, number: int, said: str) -> str:
    """An SVG for the middle of a page: no head of a file, no name twice in the page, ink in the text's colour."""
    picture = picture[picture.index("<svg") :]
    picture = re.sub(r"<metadata>.*?</metadata>", "", picture, flags=re.DOTALL)
    picture = re.sub(r'(\bid="|href="#|url\(#)', rf"\1f{number}-", picture)
    picture = picture.replace(INK, "currentColor")
    return picture.replace("<svg", f'<svg role="img" aria-label="{escape(said)}"', 1)
