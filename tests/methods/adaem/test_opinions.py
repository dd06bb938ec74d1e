import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.methods.adaem.opinions import read_opinions
from core.methods.adaem.validity import unfit

ASKED = "Stance: Yes\nKey Points:\n1. Safety: fewer crimes.\n2. Trust: people feel at ease.\n3. Order: rules are kept."
THREE = ("Safety: fewer crimes.", "Trust: people feel at ease.", "Order: rules are kept.")


@pytest.mark.parametrize(
    ("text", "stance", "points"),
    [
        (ASKED, "yes", THREE),
        (ASKED.replace("Stance: Yes", "**Stance:** *No*").replace("1. Safety:", "1. **Safety**:"), "no", THREE),
        (ASKED.replace("1.", "1)").replace("2.", "(2)").replace("3.", "3 -"), "yes", THREE),
        (ASKED.replace("1.", "-").replace("2.", "•").replace("3.", "–"), "yes", THREE),
        (ASKED.replace("\n2.", "\n\n\n2."), "yes", THREE),
        (ASKED.replace("fewer crimes.", "fewer\n   crimes."), "yes", THREE),
        (ASKED.replace("Stance: Yes\n", ""), "", THREE),
        ("## Stance\nyes\n" + ASKED.split("\n", 1)[1], "yes", THREE),
        ("My stance: it depends.\nReasons:\na) One.\nb) Two.", "neutral", ("One.", "Two.")),
        ("Stance: neutral\nBoth sides have a point.", "neutral", ("Both sides have a point.",)),
        ("Yes, because it keeps people safe.", "yes", ("Yes, because it keeps people safe.",)),
        ("No. 1 reason is fear.", "no", ("No. 1 reason is fear.",)),
        ("I am in two minds.", "", ("I am in two minds.",)),
        ("Stance: Against\nKey Points:", "no", ()),
        ("I'm sorry, but I can't help with that.", "", ()),
        (" \n\t", "", ()),
    ],
)
def test_opinions_are_read_out_of_many_forms(text: str, stance: str, points: tuple[str, ...]) -> None:
    found = read_opinions(text)
    assert (found.stance, found.points) == (stance, points)
    assert found.formed == (len(points) > 1)


def test_no_more_points_than_asked_for() -> None:
    assert read_opinions(ASKED, most=2).points == THREE[:2]


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    found = read_opinions(text)
    assert all(point.strip() for point in found.points) and len(found.points) <= 8


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Should cities ban cars from their centres?", ""),
        ("If a firm thrives, should its workers own a part of it?", ""),
        ("Should cities ban cars?", ""),
        ("Why should cities ban cars?", "yes or no"),
        ("When it rains, which way should we go?", "yes or no"),
        ("Should we? Or not?", "not one question"),
        ("Cities should ban cars.", "not one question"),
        ("Should we?", "2 words"),
        ("Should " + "very " * 30 + "old people drive?", "34 words"),
        ("Should cars\nbe banned here?", "more than one line"),
        ("Следует ли запретить машины в городах?", "not in English"),
        ("Should people lynch thieves in the street?", "incite"),
    ],
)
def test_what_cannot_be_asked_is_told_why(text: str, why: str) -> None:
    assert why in unfit(text) and bool(why) == bool(unfit(text))
