"""The page Items: a study made, written, opened, rated, promoted and frozen, and what an empty one says."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browsing import button, everything, frame, labels, leave, manager, markup, one, press, texts, visit
from streamlit.testing.v1 import AppTest
from study_made import draft, item, people, sit, study

from core.interchange.study_csv import bundle, write_items, write_ratings, write_values
from core.items.study import CLOSED, FROZEN, OPEN, VALIDATED, Study, with_items
from core.store import studies
from core.store.database import ENVIRONMENT, Store

NASTY = "<script>alert(1)</script> **bold** :material/home: $x$"
MADE = study(planned=100)


@pytest.fixture(scope="module")
def rated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A study of 40 items that 100 people have rated."""
    path = tmp_path_factory.mktemp("study") / "store.duckdb"
    made = Store(path)
    studies.save_study(made, MADE)
    studies.add_sittings(made, [(sit(MADE, person), True) for person in people(11, 100)], "hash")
    made.close()
    yield path
    leave(path)


@pytest.fixture
def app(rated: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(ENVIRONMENT, str(rated))
    return rated


def items(part: str = "Items") -> AppTest:
    return visit("items", study_part=part)


def load(study_id: str = "mine") -> Study:
    return studies.load_study(manager().store, study_id)


def test_from_nothing_to_an_open_study(empty_app: Path) -> None:
    at = items()
    assert "There is no study yet" in texts(at)
    one(at.text_input, "Name of the study").set_value("Mine")
    press(at, "Make this study")
    assert "No item yet" in texts(at) and button(at, "Open for raters").disabled
    one(at.text_input, "Short name of the situation").set_value("job")
    one(at.text_input, "Number or name of the response").set_value("1")
    one(at.text_area, "Situation, as somebody tells it").set_value("A friend asks.")
    one(at.text_area, "Response").set_value("Go.")
    one(at.multiselect, "Written to express (raters do not see it)").set_value(["stimulation"])
    press(at, "Keep the item")
    (kept,) = load().items
    assert kept.item.response == "Go." and kept.item.expresses == ("stimulation",)
    one(at.selectbox, "Edit").set_value("job-1").run()
    one(at.text_area, "Response").set_value("")
    assert "response: is empty" in texts(press(at, "Keep the item"))
    one(at.text_area, "Response").set_value("Stay.")
    press(at, "Keep the item")
    assert [each.item.response for each in load().items] == ["Stay."]
    at.file_uploader[0].set_value(("more.csv", write_items(item(n) for n in range(12)), "text/csv")).run()
    press(at, "Add these items")
    assert len(load().items) == 13
    press(at, "Open for raters")
    assert load().stage == OPEN and "stay as they are" in texts(at)
    assert "Keep the item" not in labels(at.button)


def test_a_draft_and_an_unrated_study_say_what_comes_next(empty_app: Path) -> None:
    studies.save_study(manager().store, draft(10))
    for part in ("Raters", "Validation"):
        assert "Items" in texts(items(part)) and not items(part).dataframe
    studies.save_study(manager().store, study(10))
    assert "Nobody has begun yet" in texts(items("Raters"))
    assert "0 raters can be used so far" in texts(items("Validation"))


def test_rows_that_cannot_be_used_are_listed(empty_app: Path) -> None:
    studies.save_study(manager().store, draft(0))
    at = items()
    data = b"query,option,text,response\nq,1,t,r\nq,2,,r\n"
    at.file_uploader[0].set_value(("more.csv", data, "text/csv")).run()
    assert frame(at, "row", "problem")["row"].tolist() == [3]
    press(at, "Add the good rows")
    assert load("made").item_ids == ("q-1",)


def test_a_copy_is_a_draft_and_a_deleted_study_is_gone(empty_app: Path) -> None:
    studies.save_study(manager().store, study(10))
    at = items()
    press(at, "Copy its items to a new draft")
    assert {head.name: head.stage for head in studies.studies(manager().store)} == {"Made": OPEN, "Made 2": "draft"}
    one(at.checkbox, "Delete it with everything that raters said").check().run()
    press(at, "Delete the study")
    assert [head.name for head in studies.studies(manager().store)] == ["Made"]


def test_raters_are_listed_without_what_they_said_and_can_be_deleted(app: Path) -> None:
    at = items("Raters")
    rows = frame(at, "code", "reasons")
    assert len(rows) == 100 and not {"rating", "power"} & set(rows.columns)
    codes = one(at.selectbox, "Code")
    first = codes.value
    press(at, "Delete this rater")
    assert len(frame(at, "code", "reasons")) == 99
    assert studies.sitting(manager().store, MADE.id, first) is None
    whole = {person.code: sit(MADE, person) for person in people(11, 100)}
    ratings, values = write_ratings([whole[first]]), write_values([whole[first]])
    at.file_uploader[0].set_value(("ratings.csv", ratings, "text/csv"))
    at.file_uploader[1].set_value(("values.csv", values, "text/csv"))
    at.run()
    assert button(at, "Add these raters").disabled
    one(at.checkbox, "These people have agreed to this use of their answers.").check().run()
    press(at, "Add these raters")
    assert studies.sitting(manager().store, MADE.id, first) == whole[first]
    assert bundle(MADE, studies.sittings(manager().store, MADE.id))[:2] == b"PK"


def test_promoting_and_freezing_ends_in_a_bank_that_models_can_be_asked(app: Path) -> None:
    at = items("Validation")
    figures = frame(at, "item", "rho", "low", "q", "fair")
    assert figures["passes"].all() and len(figures) >= 11
    by_value = frame(at, "pass the rule", "of these by chance")
    assert by_value["people"].max() == 100 and by_value["pass the rule"].sum() == len(figures)
    press(at, "Promote what passes")
    states = [each.state for each in load("made").items]
    assert states.count(VALIDATED) >= 11
    press(at, f"Freeze {states.count(VALIDATED)} validated items into a bank")
    assert load("made").stage == CLOSED and FROZEN in {each.state for each in load("made").items}
    assert "The bank is frozen" in texts(at)
    press(at, "Ask models", "portrait")
    assert "How this bank was made" in texts(at) and "100 raters of 40 items" in texts(at)
    assert "nobody has shown" not in texts(at)  # what is said of banks that are not validated


def test_the_planner_warns_of_few_raters(empty_app: Path) -> None:
    at = items("How many raters?")
    assert {each.label: each.value for each in at.metric} == {
        "Raters, in points of ρ": "149",
        "Raters, on Fisher's z": "195",
    }
    assert "47 raters" in texts(at) and "± 0.27" in texts(at)


def test_hostile_texts_stay_text(empty_app: Path) -> None:
    bad = [replace(item(n), text=NASTY, response=NASTY, title=NASTY) for n in range(10)]
    made = replace(with_items(draft(0), bad), name=NASTY)
    studies.save_study(manager().store, made)
    for part in ("Items", "Raters", "Validation"):
        for kind, carried in everything(items(part)):
            if kind in ("markdown", "caption", "info", "success", "warning", "error"):
                assert "<script>" not in markup(carried)
