import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import BertWordPieceTokenizer

from core.errors import UserError
from core.recognition.lexicon import FOLDER
from core.recognition.wordpiece import WordPiece

VOCABULARY = FOLDER / "vocab.txt"
OURS = WordPiece(VOCABULARY)
THEIRS = BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)

TEXTS = [
    "",
    " \t\n ",
    "The family went to church.",
    "don't STOP-now (or $5,000 + 3^2)!",
    "Straße İstanbul ΣΊΣΥΦΟΣ ﬁne",
    "cafe\u0301s and cafés, na\u0308ive; e\u0301",
    "漢字とかな 中文混English",
    "한국어 조선말",
    "👩‍👩‍👧 family ❤️ yes",
    "שלום עולם مرحبا",
    "zero\u200bwidth soft\u00adhyphen nbsp\u00a0here line\u2028sep\x1cunit\x85next",
    "a" * 100 + " " + "b" * 101 + " " + "unbelievably" * 9,
    "<b onclick='x'>DROP TABLE values;--</b>",
    "\x00nul\ufffd",
]


def theirs(text: str) -> list[tuple[int, int, int]]:
    found = THEIRS.encode(text, add_special_tokens=False)
    return [(row, start, end) for row, (start, end) in zip(found.ids, found.offsets, strict=True)]


def known_alike(char: str) -> bool:
    """Leaves out what the other tokeniser's older Unicode tables do not know and a block of ideographs it misses."""
    old = unicodedata.ucd_3_2_0.category(char) != "Cn"
    return old and unicodedata.category(char) == unicodedata.ucd_3_2_0.category(char)


@pytest.mark.parametrize("text", TEXTS)
def test_pieces_and_offsets_equal_the_reference(text: str) -> None:
    assert [tuple(piece) for piece in OURS.encode(text)] == theirs(text)


@given(st.text(st.characters(exclude_categories=["Cs", "Cn"]).filter(known_alike), max_size=60))
def test_any_text_equals_the_reference(text: str) -> None:
    assert [tuple(piece) for piece in OURS.encode(text)] == theirs(text)


@given(
    st.lists(
        st.sampled_from(["Peace", "liberty", "ß", "É", "e\u0301", "İ", "-", "'", "。", "漢", " ", "\n", "ing", "#"])
    )
)
def test_mixtures_equal_the_reference(parts: list[str]) -> None:
    text = "".join(parts)
    assert [tuple(piece) for piece in OURS.encode(text)] == theirs(text)


@given(st.text(st.characters(exclude_categories=[])))
def test_offsets_lie_in_the_text_in_order(text: str) -> None:
    pieces = OURS.encode(text)
    assert all(0 <= piece.start < piece.end <= len(text) for piece in pieces)
    assert all(a.start <= b.start and a.end <= b.end for a, b in pairwise(pieces))


def test_a_lone_surrogate_vanishes() -> None:
    assert [tuple(p) for p in OURS.encode("a\ud800b peace")] == theirs("ab peace".replace("ab", "a\x00b"))


def test_a_long_word_is_unknown_and_whole() -> None:
    assert OURS.encode("x" * 101) == [(OURS.unknown, 0, 101)]
    assert all(piece.id != OURS.unknown for piece in OURS.encode("x" * 100))


def test_a_file_that_is_no_vocabulary_is_named(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("one\ntwo\n")
    with pytest.raises(UserError, match=r"words\.txt"):
        WordPiece(tmp_path / "words.txt")
    with pytest.raises(UserError, match=r"none\.txt"):
        WordPiece(tmp_path / "none.txt")
