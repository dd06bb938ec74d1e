"""From a number back to the words: scenarios, filters, answers with their evidence."""

from pathlib import Path

import pytest
from browsing import frame, labels, manager, press, texts, visit
from stores import PANEL, TRICKS
from streamlit.testing.v1 import AppTest


def listed(at: AppTest) -> list[str]:
    """The ids of the scenarios in the list."""
    return [] if at.info and "No scenario passes" in at.info[0].value else at.selectbox(key="item").options


def shown(at: AppTest) -> list[str]:
    """Whose answers are shown, by the headings of their cards."""
    return [text.value for text in at.text if text.value in PANEL]


def test_empty_it_says_what_fills_it(empty_app: Path) -> None:
    at = visit("scenarios")
    assert "There are no answers to read yet." in texts(at)
    press(at, "Choose models and scenarios", "launch")


def test_one_scenario_with_the_answer_of_every_model(small_app: Path) -> None:
    at = visit("scenarios")
    assert len(listed(at)) == 30 and shown(at) == sorted(PANEL)
    assert "At stake: " in texts(at)
    assert len(at.get("html")) == 4
    marked = [element.value for element in at.get("html") if "<mark title=" in element.value]
    assert marked, "no answer has evidence marked"


def test_what_a_judge_replied_can_be_read_as_it_is(own_app: Path) -> None:
    store = manager().store
    said = "{not JSON} <b>![x](http://evil.example/x.png)</b>"
    store.writer.run(lambda con: con.execute("UPDATE recognised SET replies = [?, 'again']", [said]))
    codes = [code.value for code in visit("scenarios").code]
    assert codes.count(said) == codes.count("again") == 4


def test_simulated_answers_are_labelled(small_app: Path) -> None:
    at = visit("scenarios")
    cards = [caption.value for caption in at.caption if "epoch" in caption.value]
    assert len(cards) == 4 and all("simulated" in caption for caption in cards)


def test_the_closed_questions_are_beside_the_open_one(small_app: Path) -> None:
    table = frame(visit("scenarios"), "order of the options", "chose")
    assert set(table["model"]) == set(PANEL)
    assert set(table["order of the options"]) == {"as written", "swapped"}


def test_choosing_another_scenario_shows_its_text(small_app: Path) -> None:
    at = visit("scenarios")
    first, second = at.selectbox(key="item").value, listed(at)[5]
    before = texts(at)
    at.selectbox(key="item").set_value(second).run()
    assert at.selectbox(key="item").value == second != first and texts(at) != before


def test_a_row_of_the_list_opens_its_scenario(small_app: Path) -> None:
    at = visit("scenarios")
    at.session_state["scenario-list"] = {"selection": {"rows": [7], "columns": [], "cells": []}}
    at.run()
    assert at.selectbox(key="item").value == listed(at)[7]


def test_a_value_orders_the_list_by_its_strength(small_app: Path) -> None:
    at = visit("scenarios")
    at.selectbox(key="value").set_value("tradition").run()
    strengths = frame(at, "item_id", "strength")["strength"]
    assert len(strengths) and strengths.is_monotonic_decreasing


def test_value_and_stance_narrow_the_list(small_app: Path) -> None:
    at = visit("scenarios")
    assert at.selectbox(key="stance").disabled
    at.selectbox(key="value").set_value("hedonism").run()
    both = len(listed(at))
    counts = []
    for stance in ("present", "absent"):
        at.selectbox(key="stance").set_value(stance).run()
        counts.append(len(listed(at)))
    assert 0 < counts[0] < both and 0 < counts[1] <= both


def test_an_outcome_narrows_list_and_answers(small_app: Path) -> None:
    at = visit("scenarios")
    at.multiselect(key="outcome").set_value(["refused"]).run()
    assert 0 < len(listed(at)) < 30
    closed = [table.value for table in at.dataframe if "chose" in table.value]
    refused = shown(at) + [model for table in closed for model in table["model"]]
    assert set(refused) == {"simulated/reticent"}


def test_the_chosen_models_are_the_ones_shown(small_app: Path) -> None:
    assert shown(visit("scenarios", models=[PANEL[1]])) == [PANEL[1]]


@pytest.mark.parametrize("query", ["100% _sure_", "%", "'; DROP TABLE responses; --", "🤝🏽", '"He" said', "\\"])
def test_search_takes_every_character_as_it_is(query: str, hostile_app: Path) -> None:
    at = visit("scenarios", models=["lab/" + TRICKS["emoji"]])
    every = len(listed(at))
    at.text_input(key="q").set_value(query).run()
    assert 0 < len(listed(at)) < every
    at.text_input(key="q").set_value("").run()
    assert len(listed(at)) == every


def test_a_search_without_hits_says_so_and_can_be_taken_back(small_app: Path) -> None:
    at = visit("scenarios")
    at.text_input(key="q").set_value("zzz %' nothing").run()
    assert listed(at) == [] and "No scenario passes these filters. Clear one of them." in texts(at)
    at.text_input(key="q").set_value("").run()
    assert len(listed(at)) == 30


def test_the_address_restores_filters_and_scenario(small_app: Path) -> None:
    some = visit("scenarios", value="Tradition")
    item = listed(some)[3]
    at = visit("scenarios", profile="Self-Transcendence", value="Tradition", stance="present", item=item)
    assert at.selectbox(key="value").value == "tradition" and at.selectbox(key="stance").value == "present"
    assert at.selectbox(key="profile").value == "self_transcendence"
    assert at.selectbox(key="item").value == item and item in listed(at)
    assert visit("scenarios", outcome=["refused"]).multiselect(key="outcome").value == ["refused"]
    assert visit("scenarios", q="mother").text_input(key="q").value == "mother"


def test_a_thousand_scenarios_are_cut_to_a_list_that_can_be_read(large_app: Path) -> None:
    at = visit("scenarios")
    assert len(listed(at)) == 500
    seen: list[str] = []
    for part in (1, 2, 3):  # the answers of fifty models come in parts
        if part > 1:
            at.number_input(key="part").set_value(part).run()
        cards = [text.value for text in at.text if text.value.startswith("lab/model-")]
        assert not at.exception and len(cards) <= 24
        seen += cards
    assert len(seen) == len(set(seen)) == 50


def test_the_list_downloads(small_app: Path) -> None:
    assert labels(visit("scenarios").get("download_button")) == ["CSV", "Parquet"]
