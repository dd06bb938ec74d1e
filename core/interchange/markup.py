"""The passage that a text marks with <i>…</i>, found without ever rendering it."""

import re
from html.parser import HTMLParser

_BREAK = re.compile("\n")


class _Marks(HTMLParser):
    """Where tags <i> and </i> stand in a text, as offsets. All other markup is text like any other."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self._lines = [0, *(found.end() for found in _BREAK.finditer(text))]
        self.found: list[tuple[bool, int, int]] = []
        self._text = text
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "i":
            self._add(True, len(self.get_starttag_text() or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "i":
            start = self._here()
            self._add(False, self._text.find(">", start) + 1 - start)

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _add(self, opens: bool, length: int) -> None:
        start = self._here()
        self.found.append((opens, start, start + length))


def marked(text: str) -> tuple[str, tuple[int, int] | None]:
    """`text` without its tags <i> and </i>, and the passage between the first pair as (start, stop) in what is left;
    None where no pair stands. Every other tag, known or not, stays in the text as it was written."""
    tags = _Marks(text).found
    plain, at, open_at, span = "", 0, None, None
    for opens, start, stop in tags:
        plain += text[at:start]
        at = stop
        if opens:
            open_at = len(plain) if open_at is None else open_at
        elif span is None and open_at is not None and len(plain) > open_at:
            span = (open_at, len(plain))
    return plain + text[at:], span
