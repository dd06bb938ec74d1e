"""BERT's uncased WordPiece in plain Python, with every piece's place in the text as it was written."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from core.errors import UserError

UNKNOWN = "[UNK]"
MAX_WORD = 100
"""Characters (after normalisation) of the longest word that is looked up; a longer one is `[UNK]`, as in BERT."""

# What BERT takes for white space. `\s` will not do: it holds controls (\x1c, \x85, …) that BERT drops without a gap.
_RUN = re.compile("[^\t\n\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_DROPPED = frozenset({"Cc", "Cf", "Co", "Cs"})
_CACHED_RUN = 100
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class Piece(NamedTuple):
    """Vocabulary row `id` stands at `text[start:end]`."""

    id: int
    start: int
    end: int


class _Letter(NamedTuple):
    """One normalised character and the place it came from; `alone` ends the word before it and after it."""

    char: str
    place: int
    alone: bool


class WordPiece:
    """Greedy longest-match-first pieces (Devlin et al. 2019) over a vocabulary file, one token a line, row = id."""

    def __init__(self, path: Path) -> None:
        """Raises UserError when `path` is not a vocabulary with an `[UNK]` token."""
        try:
            self.tokens = tuple(path.read_text(encoding="utf-8").removesuffix("\n").split("\n"))
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"The vocabulary {path.name} cannot be read ({error}); reinstall Polycompass.") from error
        self._ids = {token: row for row, token in enumerate(self.tokens)}
        if UNKNOWN not in self._ids:
            raise UserError(f"The vocabulary {path.name} has no {UNKNOWN} token; reinstall Polycompass.")
        self.unknown = self._ids[UNKNOWN]
        self._cached = lru_cache(maxsize=50_000)(self._run)

    def encode(self, text: str) -> list[Piece]:
        """The pieces of `text` in order, no [CLS] or [SEP]. Any string will do; controls and lone surrogates vanish."""
        pieces = []
        for match in _RUN.finditer(text):
            run, shift = match.group(), match.start()
            # Very long runs hardly come twice and would only fill the cache.
            found = self._cached(run) if len(run) <= _CACHED_RUN else self._run(run)
            pieces += [Piece(id_, start + shift, end + shift) for id_, start, end in found]
        return pieces

    def _run(self, run: str) -> tuple[Piece, ...]:
        return tuple(piece for word in _words(run) for piece in self._word(word))

    def _word(self, word: list[_Letter]) -> list[Piece]:
        text = "".join(letter.char for letter in word)
        pieces: list[Piece] = []
        start = 0
        while start < len(text) <= MAX_WORD:
            end = self._longest(text, start)
            if end == start:
                break
            token = text[start:end] if start == 0 else "##" + text[start:end]
            pieces.append(Piece(self._ids[token], word[start].place, word[end - 1].place + 1))
            start = end
        return pieces if start == len(text) else [Piece(self.unknown, word[0].place, word[-1].place + 1)]

    def _longest(self, text: str, start: int) -> int:
        """End of the longest token that begins at `start`; `start` when there is none."""
        prefix = "" if start == 0 else "##"
        return next((end for end in range(len(text), start, -1) if prefix + text[start:end] in self._ids), start)


def _words(run: str) -> Iterator[list[_Letter]]:
    word: list[_Letter] = []
    for letter in _letters(run):
        if letter.alone:
            if word:
                yield word
            yield [letter]
            word = []
        else:
            word.append(letter)
    if word:
        yield word


def _letters(run: str) -> Iterator[_Letter]:
    """Lower-cased, accents stripped. One character may give several or none, so each keeps its place."""
    for place, char in enumerate(run):
        for normal, alone in _normal(char):
            yield _Letter(normal, place, alone)


@lru_cache(maxsize=10_000)
def _normal(char: str) -> tuple[tuple[str, bool], ...]:
    if char in "\x00\ufffd" or unicodedata.category(char) in _DROPPED:
        return ()
    ideograph = any(low <= ord(char) <= high for low, high in _IDEOGRAPHS)
    bare = [part for part in unicodedata.normalize("NFD", char) if unicodedata.category(part) != "Mn"]
    return tuple((low, ideograph or _is_punctuation(low)) for part in bare for low in part.lower())


def _is_punctuation(char: str) -> bool:
    """BERT counts every printable ASCII mark ($, +, ^, …) as punctuation, not only Unicode's P categories."""
    ascii_mark = char.isascii() and char.isprintable() and not char.isalnum() and char != " "
    return ascii_mark or unicodedata.category(char).startswith("P")
