"""Sentences with their place in the text: `text[start:end]` is the sentence, as it was written."""

import re

MAX_CHARS = 400
"""Longest sentence (about 60 words); a longer one is cut at the last white space before."""

# Possessive (++) and looking back, so that a million full stops or spaces take linear time.
_ENDS = re.compile(
    r"""(?P<stop>(?<![.!?…])[.!?…]++["'”’»)\]*_]*+)(?=\s)  # a full stop with its closing marks, before white space
    |   (?P<wide>[。！？]++[」』”’）]*+)                     # CJK stops need no space
    |   (?P<line>\n\s*+)
    """,
    re.VERBOSE,
)
_ABBREVIATION = re.compile(
    r"(?<![^\W_])(?:mr|mrs|ms|dr|prof|st|vs|etc|cf|no|fig|jr|sr|approx|al|dept|e\.g|i\.e|u\.s|u\.k|[a-z])\.$", re.IGNORECASE
)
_LIST_NUMBER = re.compile(r"^\W*(?:\d{1,3}|[a-zA-Z])\.$")
_SPACE = re.compile(r"\s")


def sentences(text: str) -> list[tuple[int, int]]:
    """The sentences of `text` as (start, end), in order, apart, stripped of white space, at most `MAX_CHARS` long.

    Every character that is not white space lies in exactly one. A full stop ends one unless it belongs to an
    abbreviation, an initial or a list's number, or is an ellipsis before a small letter; a line's end does unless a
    small letter follows (wrapped prose).
    """
    found = []
    start = 0
    for match in _ENDS.finditer(text):
        if _is_end(text, start, match):
            found += _capped(text, start, match.end())
            start = match.end()
    return found + _capped(text, start, len(text))


def _is_end(text: str, start: int, match: re.Match[str]) -> bool:
    if match.lastgroup == "wide":
        return True
    if match.lastgroup == "line" or match.group().startswith(("...", "…")):
        return not text[match.end() : match.end() + 2].lstrip()[:1].islower()
    # No abbreviation here is longer, and a short look back keeps the whole linear.
    said = text[max(start, match.end() - 12) : match.end()]
    return not (_ABBREVIATION.search(said) or _LIST_NUMBER.match(said))


def _capped(text: str, start: int, end: int) -> list[tuple[int, int]]:
    pieces = []
    while end - start > MAX_CHARS:
        spaces = [space.start() for space in _SPACE.finditer(text, start + 1, start + MAX_CHARS + 1)]
        cut = spaces[-1] if spaces else start + MAX_CHARS
        pieces += _stripped(text, start, cut)
        start = cut
    return pieces + _stripped(text, start, end)


def _stripped(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """(start, end) without the white space at both ends; nothing when only that is there."""
    piece = text[start:end]
    left, right = len(piece) - len(piece.lstrip()), len(piece.rstrip())
    return [(start + left, start + right)] if left < right else []
