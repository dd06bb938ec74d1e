"""The page Rate: from consent to thanks, left and taken up again, and nothing of others on it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browsing import button, everything, labels, leave, manager, markup, one, press, session, texts, visit
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash
from study_made import people, says, sit, study

from core.items.sitting import Sitting, next_step, rate, shown_code, steps, words
from core.items.study import CLOSED, Study, StudyItem
from core.store import studies
from core.store.database import ENVIRONMENT, Store
from pages.shared import raters_only

MADE = study(10)
OTHER = "ZZZZZZZZ"
NASTY = "<script>alert(1)</script> **bold** :material/home: $x$ [link](http://example.org)"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An open study that one other person has finished."""
    path = tmp_path / "store.duckdb"
    monkeypatch.setenv(ENVIRONMENT, str(path))
    made = Store(path)
    studies.save_study(made, MADE)
    (person,) = people(7, 1, 40)
    studies.add_sittings(made, [(replace(sit(MADE, person), code=OTHER), True)], "hash")
    made.close()
    yield path
    leave(path)


def code_of(at: AppTest) -> str:
    return str(at.session_state["rate_codes"][MADE.id])


def begin(at: AppTest) -> AppTest:
    one(at.checkbox, "I have read this, I am of age, and I agree to take part.").check().run()
    return press(at, "Begin")


def answer(at: AppTest, number: int) -> AppTest:
    return press(at, words().labels[number - 1])


def kept(code: str, made: Study = MADE) -> Sitting:
    found = studies.sitting(manager().store, made.id, code)
    assert found is not None
    return found


def test_without_a_study_the_page_says_where_one_is_made(empty_app: Path) -> None:
    at = visit("rate")
    assert "No study is open" in texts(at)
    press(at, "Make a study", "items")


def test_nobody_begins_without_agreeing(app: Path) -> None:
    at = visit("rate")
    assert button(at, "Begin").disabled and all(paragraph in texts(at) for paragraph in words().consent)
    assert len(studies.sittings(manager().store, MADE.id)) == 1
    begin(at)
    assert shown_code(code_of(at)) in texts(at) and "Text 1 of 15" in at.get("progress")[0].proto.text
    assert len(studies.sittings(manager().store, MADE.id)) == 2


def test_a_whole_sitting_from_consent_to_thanks(app: Path) -> None:
    at = begin(visit("rate"))
    code = code_of(at)
    (person,) = people(1, 1, 40)
    sitting = Sitting(MADE.id, code)
    for step in steps(MADE, code):
        shown = texts(at)
        assert OTHER not in shown and "ρ" not in shown
        rating = says(MADE, person, step)
        sitting = rate(MADE, sitting, step, rating)
        answer(at, rating)
    assert [(g.kind, g.item_id, g.rating) for g in kept(code).given] == [
        (g.kind, g.item_id, g.rating) for g in sitting.given
    ]
    assert button(at, "Finish").disabled
    for group, rating in zip(at.get("button_group"), person.cards, strict=True):
        group.set_value(rating)
    at.run()
    press(at, "Finish")
    assert words().thanks in texts(at)
    assert kept(code).scores == sit(MADE, person).scores
    assert [head.finished for head in studies.studies(manager().store)] == [2]


def test_a_sitting_is_taken_up_again_with_its_code(app: Path) -> None:
    at = begin(visit("rate"))
    code = code_of(at)
    for number in (3, 4, 5):
        answer(at, number)
    press(at, "Leave for now")
    assert "Before you begin" in [each.value for each in at.subheader]
    again = visit("rate")
    one(again.text_input, "You have begun before? Your code").set_value(shown_code(code).lower())
    press(again, "Go on with this code")
    assert "Text 4 of 15" in again.get("progress")[0].proto.text
    assert next_step(MADE, kept(code)) == steps(MADE, code)[3]


@pytest.mark.parametrize(("typed", "said"), [("Maria", "eight letters and digits"), ("KX7M-2PQD", "no such code")])
def test_a_wrong_code_opens_nothing(app: Path, typed: str, said: str) -> None:
    at = visit("rate")
    one(at.text_input, "You have begun before? Your code").set_value(typed)
    assert said in texts(press(at, "Go on with this code"))


def test_a_stale_button_changes_nothing(app: Path) -> None:
    """Another tab has answered meanwhile: the first answer stands."""
    at = begin(visit("rate"))
    code = code_of(at)
    store, step = manager().store, steps(MADE, code)[0]
    studies.keep(store, rate(MADE, kept(code), step, 6), False)
    answer(at, 1)
    assert [g.rating for g in kept(code).given] == [6]
    assert "Text 2 of 15" in at.get("progress")[0].proto.text


def test_a_person_can_delete_all_that_was_said(app: Path) -> None:
    at = begin(visit("rate"))
    code = code_of(at)
    answer(at, 2)
    assert button(at, "Delete").disabled
    one(at.checkbox, "Delete all that I said, for good").check().run()
    press(at, "Delete")
    assert studies.sitting(manager().store, MADE.id, code) is None
    assert [each.code for each in studies.sittings(manager().store, MADE.id)] == [OTHER]
    assert "Begin" in labels(at.button)


def test_a_closed_study_takes_nothing_but_still_lets_people_leave(app: Path) -> None:
    at = begin(visit("rate"))
    studies.save_study(manager().store, replace(MADE, stage=CLOSED))
    at.run()
    assert "takes no more ratings" in texts(at) and "Delete" in labels(at.button)
    assert "Begin" not in labels(visit("rate").button)


def test_numbers_of_a_questionnaire_take_the_cards_place(app: Path) -> None:
    at = begin(visit("rate"))
    code, store = code_of(at), manager().store
    studies.save_study(store, replace(MADE, questionnaire="pvq21"))
    (person,) = people(1, 1, 40)
    sitting = kept(code)
    for step in steps(MADE, code):
        sitting = rate(MADE, sitting, step, says(MADE, person, step))
    studies.keep(store, sitting, False)
    at.run()
    one(at.text_area, "Your numbers").set_value("1 2 3").run()
    assert "PVQ-21 has 21 answers" in texts(at) and button(at, "Finish").disabled
    one(at.text_area, "Your numbers").set_value(", ".join(str(1 + place % 6) for place in range(21))).run()
    press(at, "Finish")
    assert len(kept(code).scores) == 10


def test_hostile_items_are_shown_letter_for_letter(app: Path) -> None:
    items = tuple(StudyItem(replace(each.item, title=NASTY, text=NASTY, response=NASTY)) for each in MADE.items)
    studies.save_study(manager().store, replace(MADE, items=items, name=NASTY))
    at = begin(visit("rate"))
    assert NASTY in [each.value for each in at.text]
    for kind, carried in everything(at):
        if kind in ("markdown", "caption", "info", "success"):
            assert "<script>" not in markup(carried)


def test_a_server_for_raters_has_no_other_page_and_shows_nothing_of_others(
    app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(raters_only.ENVIRONMENT, "1")
    for page in ("overview", "items", "scenarios", "runs"):
        at = session()
        at.query_params["study"] = MADE.id
        at._page_hash = calc_hash(page)  # as typed into the address bar
        assert not at.run().exception
        assert [title.value for title in at.title] == ["Rate responses"]
        assert not at.get("page_link") and not at.dataframe and not at.sidebar.children
        assert "Begin" in labels(at.button) and OTHER not in texts(at)
    at = begin(visit("rate", study=MADE.id))
    assert "Text 1 of" in str(at.get("progress")[0].proto.text)
    other = replace(MADE, id="secret", name="A study for others")
    studies.save_study(manager().store, other)
    assert "Follow the link" in texts(visit("rate")) and other.name not in texts(visit("rate"))
    at = visit("rate", study=other.id)
    assert "Before you begin" in str([each.value for each in at.subheader]) and not at.selectbox


@pytest.mark.parametrize(("word", "on"), [("", False), ("0", False), ("No", False), ("1", True), ("raters", True)])
def test_a_word_that_does_not_plainly_say_no_closes_the_other_pages(
    monkeypatch: pytest.MonkeyPatch, word: str, on: bool
) -> None:
    monkeypatch.setenv(raters_only.ENVIRONMENT, word)
    assert raters_only.raters_only() is on
