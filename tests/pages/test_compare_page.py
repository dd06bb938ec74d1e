"""Compare, Reliability and Findings, as a person meets them."""

from pathlib import Path

import pytest
from browsing import figures, press, texts, visit
from streamlit.testing.v1 import AppTest


def tables(at: AppTest) -> list[set[str]]:
    return [set(map(str, each.value.columns)) for each in at.dataframe]


@pytest.mark.parametrize("page", ["compare", "reliability", "findings"])
def test_empty_they_say_what_fills_them(page: str, empty_app: Path) -> None:
    at = visit(page)
    assert "yet." in texts(at)
    press(at, "Choose models and scenarios", "launch")


def test_models_are_compared_with_the_first_one(small_app: Path) -> None:
    at = visit("compare")
    assert "Of 30 differences to simulated/" in texts(at)
    assert len(figures(at)[0]["data"]) == 3
    assert {"first", "value", "holm", "bh", "d_z", "power", "items_observed"} <= tables(at)[0]
    assert any("letters" in columns for columns in tables(at))
    chosen = at.multiselect(key="subjects").options[:2]
    at.multiselect(key="subjects").set_value(chosen).run()
    assert f"Of 10 differences to {chosen[0]}" in texts(at) and len(figures(at)[0]["data"]) == 1


def test_one_model_has_nobody_to_be_compared_with(small_app: Path) -> None:
    at = visit("compare", models=["simulated/even"])
    assert "Nothing to compare with" in texts(at) and not figures(at)


def test_a_profile_has_a_verdict_and_a_reason_for_each_gate(small_app: Path) -> None:
    at = visit("reliability")
    said = texts(at)
    assert "ranking values within this model" in said
    for gate in ("split halves", "Cronbach's alpha over items", "wording", "order of options", "Schwartz's circle"):
        assert gate in said
    assert "not known: asked in one wording only" in said
    assert "All models share that level" in texts(at)


def test_a_finding_says_its_conditions_and_opens_its_table(small_app: Path) -> None:
    at = visit("findings")
    said = texts(at)
    assert "100 comparisons were made" in said and "4 models in 1 run," in said and "In these " in said
    at.button(key="claim-0").click().run()
    assert any({"item_id", "first", "second", "difference"} <= columns for columns in tables(at))
    assert not at.exception


def test_hostile_names_stay_text(hostile_app: Path) -> None:
    for page in ("compare", "reliability", "findings"):
        assert not visit(page).exception
