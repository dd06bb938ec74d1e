"""How decisions are put to a model, and how its replies are read."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from core.items.item import Item
from core.items.shipped import shipped_suite, starter
from core.methods.base import Asking
from core.methods.hvae.answers import parse_label, parse_place
from core.methods.hvae.conditions import Condition, conditions, parse, spelled
from core.methods.hvae.method import Hvae
from core.methods.hvae.payoffs import decisions
from core.methods.hvae.wording import faces
from core.models.base import ModelSpec, Reply
from core.runs.manager import RunManager
from core.runs.orientation import orientation_plan, suite_of
from core.store.database import Store

LETTERS, NUMBERS = "ABCDEFGHI", "123456789"
ITEMS = shipped_suite("svo").by_id


def asked(item: str, variation: str, *said: str) -> str:
    return Hvae().request(ITEMS[item], variation, Asking(), said).messages[-1].content


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("C", "C"),
        ("C.", "C"),
        ("(C)", "C"),
        ("**C**", "C"),
        ("C: 85/68", "C"),
        ("C. 85/68", "C"),
        ("C) because it is even", "C"),
        ("C because it is even", "C"),
        ("Answer: C", "C"),
        ("My answer is (C).", "C"),
        ("The answer is C.", "C"),
        ("I choose C.", "C"),
        ("I would go with option C, as it is fair.", "C"),
        ("I think (C) is best", "C"),
        ("I", "I"),
        ("I.", "I"),
        ("(I)", "I"),
        ("I: 85/15", "I"),
        ("Option I", "I"),
        ("I think C", None),
        ("I think that all are fine.", None),
        ("I, for one, would not choose.", None),
        ("Answer: I choose C", "C"),
        ("I choose I", None),
        ("A friend would take more.", None),
        ("A or B", None),
        ("Between (A) and (B) I take neither", None),
        ("I don't choose C", None),
        ("", None),
        ("J", None),
        ("85/68", None),
    ],
)
def test_a_letter_counts_only_where_it_is_a_label(text: str, label: str | None) -> None:
    assert parse_label(text, LETTERS) == label


@pytest.mark.parametrize(
    ("text", "label"),
    [("3", "3"), ("3.", "3"), ("3: 85/68", "3"), ("Option 3", "3"), ("85/68", None), ("I take 3 coins", None)],
)
def test_a_number_counts_only_where_it_is_a_label(text: str, label: str | None) -> None:
    assert parse_label(text, NUMBERS) == label


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    assert parse_label(text, LETTERS) in (None, *LETTERS)
    assert parse_place(text) in (None, *range(101))


@pytest.mark.parametrize(
    ("text", "place"),
    [("37", 37), ("37.", 37), ("Slider: 37", 37), ("37 %", 37), ("0", 0), ("100", 100), ("101", None), ("3.7", None)],
)
def test_a_place_is_a_whole_number_alone(text: str, place: int | None) -> None:
    assert parse_place(text) == place
    assert parse_place(f"{text} or 40") is None


def test_every_variation_can_be_taken_apart_and_asked() -> None:
    method = Hvae()
    assert len(set(method.variations)) == len(conditions()) * len(faces()) * 2 == 17 * 6 * 2
    for variation in method.variations:
        assert parse(variation).id == variation
        said = ["One who shares.", "I want a fair split."][: method.calls(variation) - 1]
        request = method.request(ITEMS["svo-3"], variation, Asking(), said)
        assert bool(request.options) == ("slider" not in variation)
        assert len(request.stakes) == (101 if "slider" in variation else 9)
    assert set(method.usual) <= set(method.variations)
    with pytest.raises(ValueError, match="no way to ask"):
        parse("selfish/coins/forward")
    with pytest.raises(ValueError, match="no order"):
        parse("natural/coins/sideways")


def test_orders_labels_and_payoffs_of_a_face() -> None:
    forward = asked("svo-1", "natural/coins/forward").splitlines()
    backward = asked("svo-1", "natural/coins/reversed").splitlines()
    assert forward[1:10] == ["A: 85/85", "B: 85/76", *forward[3:9], "I: 85/15"]
    assert [line[3:] for line in backward[1:10]] == [line[3:] for line in forward[9:0:-1]]
    points = asked("svo-1", "natural/points/forward").splitlines()
    assert points[1] == "C: 170/170"
    assert "A slider" in asked("svo-1", "natural/slider/forward")
    assert "hand over 30" in asked("dictator", "natural/slider/forward")  # games have no continuous form


def test_a_chain_of_calls() -> None:
    variation = "prosocial-self-goal/coins/forward"
    assert Hvae().calls(variation) == 3
    first = asked("svo-1", variation)
    assert "prosocial" in first and first == asked("svo-6", "prosocial-self/minutes/reversed")
    second = asked("svo-1", variation, "One who shares.")
    assert "One who shares." in second and "85/85" not in second
    third = asked("svo-1", variation, "One who shares.", "I want a fair split.")
    assert "One who shares." in third and "I want a fair split." in third and "85/85" in third
    given_words = asked("svo-1", "prosocial-goal/coins/forward")
    assert "equal parts" in given_words and "85/85" not in given_words


def test_what_differs_by_condition_comes_last() -> None:
    texts = [asked("svo-2", f"{name}/coins/forward") for name in ("natural", "altruistic", "competitive")]
    rows = texts[0][: texts[0].index("I: ")]
    assert all(text.startswith(rows) for text in texts)


def test_choices_are_told_by_what_was_offered() -> None:
    method, item = Hvae(), ITEMS["svo-1"]
    for variation in spelled((Condition(),), ("coins", "numbers", "shuffled", "points", "minutes")):
        request = method.request(item, variation, Asking())
        for label, worth in zip(request.options, request.stakes, strict=True):
            reading = method.read(item, variation, Reply(label))
            chosen = int(str(reading.choice))
            decision = decisions()["svo-1"]
            assert worth == f"{decision.own[chosen]:g}/{decision.other[chosen]:g}"
    reversed_place = method.read(item, "natural/slider/reversed", Reply("25"))
    assert reversed_place.choice == "6"


def test_the_natural_condition_shows_values_and_others_do_not() -> None:
    method, item = Hvae(), ITEMS["svo-1"]
    reading = method.read(item, "natural/coins/forward", Reply("A"))
    assert {each.value: each.strength for each in reading.values} == {
        "altruistic": 1.0,
        "prosocial": 1.0,
        "competitive": -1.0,
    }
    even = Reply("A", option_probs=dict.fromkeys(LETTERS, 1 / 9), option_mass=0.9)
    assert [each.strength for each in method.read(item, "natural/coins/forward", even).values] == pytest.approx([0] * 3)
    assert not method.read(item, "altruistic/coins/forward", Reply("A")).values
    assert not method.read(ITEMS["dictator"], "natural/coins/forward", Reply("A")).values


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply("I'm sorry, but I can't help with that."), "refused"),
        (Reply("Well, it depends"), "unparsed"),
        (Reply("Well, it dep", finish="length"), "truncated"),
        (Reply("", finish="filtered"), "filtered"),
    ],
)
def test_what_is_no_choice_is_told_apart(reply: Reply, outcome: str) -> None:
    for variation in ("natural/coins/forward", "natural/slider/forward"):
        reading = Hvae().read(ITEMS["svo-1"], variation, reply)
        assert (reading.outcome, reading.choice, reading.values) == (outcome, None, ())


def test_only_its_own_items_can_be_asked() -> None:
    with pytest.raises(UserError, match="no slider and no game"):
        Hvae().request(Item("x", "You decide.", ("altruistic",)), "natural/coins/forward", Asking())


def test_the_shipped_suite_is_what_the_method_asks() -> None:
    suite = shipped_suite("svo")
    assert [item.id for item in suite.items] == list(decisions())
    assert len(starter(suite).items) == 6
    for item in suite.items:
        decision = decisions()[item.id]
        for number in {*decision.own[:1], *decision.own[-1:]} if decision.kind != "game" else ():
            assert f"{number:g} for you" in item.text
        assert all(option in item.text for option in decision.options)


def test_equal_earlier_calls_are_made_once_and_counted_once(tmp_path: Path) -> None:
    asked = [
        Condition(target, own, goal)
        for target in ("prosocial", "competitive")
        for own, goal in product((False, True), repeat=2)
    ]
    plan = orientation_plan([ModelSpec("simulated/obedient")], asked, suite_of(), ("coins", "numbers"), epochs=2)
    assert plan.calls == plan.size + 2 * 2 * 3  # epochs, orientations; a description, and a goal for either description
    manager = RunManager(Store(tmp_path / "store.duckdb"))
    run_id = manager.start(plan)
    assert manager.wait(run_id, 60)
    ((made,),) = manager.store.rows("SELECT count(*) FROM calls WHERE run_id = ?", [run_id])
    manager.close()
    assert made == plan.calls
