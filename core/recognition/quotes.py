"""Where a quote stands in an answer: judges copy almost, not quite, letter by letter."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

MIN_RATIO = 0.9
MIN_WORD_CHARS = 2  # "No" may be evidence, a single letter is not
FUZZY_LENGTHS = range(12, 601)  # below, one letter is a tenth of the quote; above, it is no short passage any more
SEED = 4
DIAGONALS = 6
MARKS = frozenset("*_`~#>")
PLAIN = str.maketrans("‘’‚‛′´“”„‟″«»‐‑‒–—―−", "''''''" + '"' * 7 + "-" * 7)
_NO_MARKS = {ord(mark): None for mark in MARKS}
NEGATION = re.compile(r"\b(?:not|no|never|nor|none|nobody|nothing|without|cannot|hardly)\b|n't\b")


@dataclass(frozen=True)
class Normalised:
    """`text` made comparable; its character i comes from `original[starts[i]:ends[i]]`."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        return self.starts[start], self.ends[end - 1]

    def whole(self, start: int, end: int) -> bool:
        """Whether `text[start:end]` cuts through neither a Latin word nor a character of the original."""
        return not (self._joined(start) or self._joined(end))

    def widened(self, start: int, end: int) -> tuple[int, int]:
        """`start` and `end` moved outwards until they cut through nothing."""
        while self._joined(start):
            start -= 1
        while self._joined(end):
            end += 1
        return start, end

    def _joined(self, at: int) -> bool:
        if not 0 < at < len(self.text):
            return False
        return self.starts[at - 1] == self.starts[at] or (_latin(self.text[at - 1]) and _latin(self.text[at]))


@dataclass(frozen=True)
class Span:
    """`original[start:end]` carries the quote; `repaired` says that it is like the quote, not the same."""

    start: int
    end: int
    repaired: bool = False


def normalise(text: str) -> Normalised:
    """`text` in NFKC and case-folded, with plain quotes and dashes, runs of white space as one blank, and without
    markdown marks and invisible characters, every character with its place in `text`."""
    chars: list[str] = []
    places: list[tuple[int, int]] = []
    for start, end in _clusters(text):
        for char in unicodedata.normalize("NFKC", text[start:end].translate(PLAIN)).casefold():
            kept = " " if char.isspace() else char
            if _dropped(kept) or (kept == " " and (not chars or chars[-1] == " ")):
                continue
            chars.append(kept)
            places.append((start, end))
    if chars and chars[-1] == " ":
        chars.pop()
        places.pop()
    return Normalised("".join(chars), tuple(start for start, _ in places), tuple(end for _, end in places))


def plain(text: str) -> str:
    """`normalise(text).text`, a hundred times faster where all is ASCII but quotes and dashes."""
    ascii_ = text.translate(PLAIN)
    return " ".join(ascii_.translate(_NO_MARKS).lower().split()) if ascii_.isascii() else normalise(text).text


def locate(quote: str, answer: Normalised, question: Normalised | None = None) -> Span | None:
    """Where `quote` stands in the answer: exactly (after `normalise`) or else, unless it is the question's words, in
    the one stretch of the same length whose difflib ratio reaches `MIN_RATIO`. None when it stands nowhere."""
    wanted = normalise(quote).text
    if sum(char.isalnum() for char in wanted) < MIN_WORD_CHARS:
        return None
    for start in _occurrences(wanted, answer.text):
        if answer.whole(start, start + len(wanted)):
            return Span(*answer.span(start, start + len(wanted)))
    if question is not None and wanted in question.text:
        return None
    return _similar(wanted, answer) if len(wanted) in FUZZY_LENGTHS else None


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of `text` that compose to one character: a base with its combining marks."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not unicodedata.combining(text[at]):
            yield start, at
            start = at


def _dropped(char: str) -> bool:
    return char in MARKS or unicodedata.category(char) == "Cf"


def _latin(char: str) -> bool:
    """Only scripts that put blanks between words have word edges to respect."""
    return char.isalnum() and char < "\u0250"


def _occurrences(wanted: str, text: str) -> Iterator[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def _similar(wanted: str, answer: Normalised) -> Span | None:
    best: tuple[float, int, int] = (0.0, 0, 0)
    for start in _candidates(wanted, answer.text):
        window = answer.text[start : start + len(wanted)]
        matcher = SequenceMatcher(None, wanted, window, autojunk=False)
        if matcher.quick_ratio() < MIN_RATIO or not _same_negations(wanted, window):
            continue
        ratio = matcher.ratio()
        if ratio >= MIN_RATIO and ratio > best[0]:
            blocks = [block for block in matcher.get_matching_blocks() if block.size]
            best = ratio, start + blocks[0].b, start + blocks[-1].b + blocks[-1].size
    return Span(*answer.span(*answer.widened(best[1], best[2])), repaired=True) if best[0] else None


def _candidates(wanted: str, text: str) -> list[int]:
    """The few window starts with the most four-letter pieces in line with the quote's: one pass over the text."""
    pieces: dict[str, int] = {}
    for at in range(len(wanted) - SEED + 1):
        pieces.setdefault(wanted[at : at + SEED], at)
    votes: Counter[int] = Counter()
    for at in range(len(text) - SEED + 1):
        place = pieces.get(text[at : at + SEED])
        if place is not None:
            votes[min(max(at - place, 0), max(len(text) - len(wanted), 0))] += 1
    return [start for start, _ in votes.most_common(DIAGONALS)]


def _same_negations(wanted: str, window: str) -> bool:
    """A quote that gained or lost a "not" says the opposite, however alike the letters are."""
    return sorted(NEGATION.findall(wanted)) == sorted(NEGATION.findall(window))
