"""An answer with its evidence marked: everything from outside is text, never markup."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.charts.evidence import Mark, highlighted

_STYLE = r'style="[a-z0-9:;.,()\- ]+"'
OURS = re.compile(rf'<div dir="auto" {_STYLE}>|</div>|</mark>|<mark title="[^"<>]*" {_STYLE}>')
hostile = st.text("ab <>&\"'/=;\né漢😀\u202e", max_size=40) | st.text(max_size=40)
marks = st.lists(
    st.builds(
        Mark,
        st.integers(-5, 50),
        st.integers(-5, 50),
        hostile,
        st.sampled_from(["supports", "opposes", "present", "neutral", '"><script>']),
        st.floats(-1, 2),
    ),
    max_size=5,
)


def recovered(shown: str) -> str:
    return html.unescape(OURS.sub("", shown))


def marked(shown: str) -> list[tuple[str, str]]:
    """Title and text of each marked piece."""
    pieces = re.findall(r'<mark title="([^"]*)"[^>]*>([^<]*)</mark>', shown)
    return [(html.unescape(title), html.unescape(text)) for title, text in pieces]


@given(hostile, marks)
def test_nothing_but_our_tags_and_not_a_character_lost(text: str, found: list[Mark]) -> None:
    shown = highlighted(text, found)
    assert recovered(shown) == text
    left = OURS.sub("", shown)
    assert "<" not in left and ">" not in left and '"' not in left


def test_markup_in_the_answer_is_shown_not_run() -> None:
    shown = highlighted("<script>alert(1)</script> & <b>", [Mark(0, 8, "<img onerror=x>", '" onclick="x')])
    assert "<script" not in shown and "<img" not in shown and '" onclick' not in shown
    assert marked(shown) == [('<img onerror=x>: " onclick="x', "<script>")]


def test_a_mark_covers_exactly_its_span() -> None:
    assert marked(highlighted("I help others first", [Mark(2, 13, "Benevolence", "supports")])) == [
        ("Benevolence: supports", "help others")
    ]


def test_overlapping_marks_share_a_piece_that_names_both() -> None:
    shown = highlighted("abcdef", [Mark(0, 4, "Power", "opposes", 0.2), Mark(2, 6, "Security", "supports", 0.9)])
    assert marked(shown) == [
        ("Power: opposes", "ab"),
        ("Power: opposes, Security: supports", "cd"),
        ("Security: supports", "ef"),
    ]


def test_the_strongest_mark_gives_the_colour() -> None:
    weak, strong = Mark(0, 3, "A", "opposes", 0.1), Mark(0, 3, "B", "supports", 1.0)
    assert "rgba(51,119,204,0.50)" in highlighted("abc", [weak, strong])
    assert "rgba(224,123,0,0.18)" in highlighted("abc", [Mark(0, 3, "A", "opposes", 0.1)])


@pytest.mark.parametrize("weight", [-3.0, 0.0, 1.0, 7.0])
def test_the_ground_stays_readable(weight: float) -> None:
    found = re.search(r"rgba\(\d+,\d+,\d+,([\d.]+)\)", highlighted("abc", [Mark(0, 3, "A", "supports", weight)]))
    assert found and 0.15 <= float(found.group(1)) <= 0.5


@pytest.mark.parametrize(
    ("mark", "covered"),
    [((-9, 2), ["ab"]), ((2, 99), ["c"]), ((50, 60), []), ((2, 2), []), ((3, 1), []), ((-4, -2), [])],
)
def test_marks_are_cut_to_the_text(mark: tuple[int, int], covered: list[str]) -> None:
    assert [text for _, text in marked(highlighted("abc", [Mark(*mark, "A", "present")]))] == covered


def test_an_answer_keeps_its_own_direction_and_line_breaks() -> None:
    shown = highlighted("שלום\nעולם", [])
    assert shown.startswith('<div dir="auto"') and "white-space:pre-wrap" in shown
    assert recovered(shown) == "שלום\nעולם"


def test_an_empty_answer_is_an_empty_block() -> None:
    assert recovered(highlighted("", [Mark(0, 3, "A", "present")])) == ""
