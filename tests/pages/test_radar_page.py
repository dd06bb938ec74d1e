"""The radar: models on the values' circle, and the way from a value to its scenarios."""

from pathlib import Path
from typing import Any

from browsing import calm, figures, frame, go, press, texts, visit
from stores import PANEL
from streamlit.testing.v1 import AppTest

from core.values.system import SCHWARTZ, system


def traces(at: AppTest) -> dict[str, Any]:
    return {trace["name"]: trace for trace in figures(at)[0]["data"]}


def test_empty_it_says_what_fills_it(empty_app: Path) -> None:
    at = visit("radar")
    assert "There is no radar yet." in texts(at) and not figures(at)
    press(at, "Choose models and scenarios", "launch")


def test_every_model_has_a_closed_line_over_the_ten_values(small_app: Path) -> None:
    at = visit("radar")
    for model in PANEL:
        line = traces(at)[model]
        assert line["theta"][:-1] == list(system(SCHWARTZ).names.values())
        assert len(line["r"]) == 11 and line["r"][0] == line["r"][-1]
    assert figures(at)[0]["layout"]["polar"]["radialaxis"]["range"] == [0, 100]


def test_the_scenarios_own_words_are_drawn_and_explained(small_app: Path) -> None:
    at = visit("radar")
    assert "the scenarios' own words" in traces(at)
    assert "The dashed line is the same reading of the scenarios themselves" in texts(at)


def test_the_table_has_n_and_interval_for_every_score(small_app: Path) -> None:
    table = frame(visit("radar"), "value", "n_items")
    assert len(table) == 40
    assert (table["low"] <= table["score"]).all() and (table["score"] <= table["high"]).all()
    assert (table["n_items"] >= 8).all()


def test_the_toggles_take_bands_and_profile_away(small_app: Path) -> None:
    at = visit("radar")
    assert f"{PANEL[0]} 95 % interval" in traces(at) and "profile (weights, scaled to the rim)" in traces(at)
    at.toggle(key="bands").set_value(False)
    at.toggle(key="polygon").set_value(False).run()
    assert not [name for name in traces(at) if "interval" in name or name.startswith("profile")]


def test_zoom_and_ipsatised_change_the_scale(small_app: Path) -> None:
    at = visit("radar", zoom="true")
    low, high = figures(at)[0]["layout"]["polar"]["radialaxis"]["range"]
    assert 0 < high - low < 100
    at = visit("radar", scores="ipsatised")
    low, high = figures(at)[0]["layout"]["polar"]["radialaxis"]["range"]
    assert low == -high
    assert abs(frame(at, "value", "score").groupby("model")["score"].mean()).max() < 1e-6


def test_more_models_than_can_be_read_are_cut_and_it_says_so(large_app: Path) -> None:
    at = visit("radar")
    assert "The first 5 of 50 models are drawn" in texts(at)
    assert len([name for name in traces(at) if name.startswith("lab/") and "interval" not in name]) == 5
    chosen = ["lab/model-40", "lab/model-07"]
    assert {name for name in traces(visit("radar", models=chosen)) if name in chosen} == set(chosen)


def test_a_model_keeps_its_colour_when_others_are_left_out(small_app: Path) -> None:
    together = traces(visit("radar"))[PANEL[2]]["line"]["color"]
    assert traces(visit("radar", models=[PANEL[2]]))[PANEL[2]]["line"]["color"] == together


def test_the_button_opens_the_scenarios_of_the_chosen_value(small_app: Path) -> None:
    at = visit("radar")
    at.selectbox(key="radar_value").set_value("tradition").run()
    press(at, "Open its scenarios", "scenarios")
    assert at.selectbox(key="value").value == "tradition"


def test_the_button_opens_whether_a_models_profile_can_be_relied_on(small_app: Path) -> None:
    at = visit("reliability")
    first = at.selectbox(key="profile_of").value
    at = go(at, "radar")
    chosen = next(model for model in PANEL if not first.startswith(model))
    at.selectbox(key="radar_model").set_value(chosen).run()
    press(at, "Can I rely on it?", "reliability")
    assert at.selectbox(key="profile_of").value.startswith(f"{chosen} · ")


def test_a_point_opens_the_scenarios_of_its_value(small_app: Path) -> None:
    at = visit("radar")
    point = {"customdata": [PANEL[0], "security"], "point_index": 5, "curve_number": 2}
    at.session_state["radar"] = {"selection": {"points": [point], "point_indices": [5], "box": [], "lasso": []}}
    at.run()
    at._page_hash = ""
    calm(at, "scenarios")
    assert at.selectbox(key="value").value == "security"


def test_low_information_is_badged_with_its_reason(small_app: Path) -> None:
    at = visit("radar", models=["simulated/even"])
    assert "option-order bias:" in texts(at) and "Do not read its profile as values it holds." in texts(at)
