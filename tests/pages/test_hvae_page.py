"""The page Social orientation: empty, launching, one model, several, refusals, and what was said before a choice."""

from pathlib import Path

import pytest
from browsing import WAIT_S, button, calm, figures, manager, press, texts, visit

from core.methods.hvae.angles import ORIENTATIONS
from core.models.base import ModelSpec
from core.runs.manager import RunManager
from core.runs.orientation import asked_in, orientation_plan, suite_of
from core.store.choices import choices, runs_of
from core.store.database import Store

PANEL = ("simulated/obedient", "simulated/first-option", "simulated/reticent")
FACES = ("coins", "numbers", "points", "minutes")


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One run: an obedient respondent, one that takes the first option, one that declines every third question."""
    path = tmp_path_factory.mktemp("svo") / "svo.duckdb"
    runs = RunManager(Store(path))
    asked = asked_in(ORIENTATIONS, own_words=True, with_goal=True)
    plan = orientation_plan([ModelSpec(name) for name in PANEL], asked[:7], suite_of(True, True), FACES)
    assert runs.wait(runs.start(plan), WAIT_S)
    runs.close()
    return path


@pytest.fixture
def svo_app(measured: Path, own_app: Path) -> Path:
    own_app.write_bytes(measured.read_bytes())
    return own_app


def test_an_empty_page_says_what_fills_it_and_does_so(empty_app: Path) -> None:
    at = visit("hvae")
    assert "No model was asked yet" in texts(at)
    assert "does not say which distance" not in texts(at)
    at.multiselect(key="svo_models").set_value(["simulated/sharing"]).run()
    calm(at, "hvae")
    assert "10 repetitions" in texts(at) and "300 calls" in texts(at)
    press(at, "Ask them", "hvae")
    [head] = runs_of(manager().store, "hvae")
    assert manager().wait(head.run_id, WAIT_S)
    at.run()
    calm(at, "hvae")
    shown = texts(at)
    assert "Our definition" in shown and "which distance" in shown and "531,441" not in shown
    assert any("simulated/sharing" in str(figure["layout"]["title"]) for figure in figures(at))


def test_a_plan_that_cannot_be_carried_out_says_why(empty_app: Path) -> None:
    at = visit("hvae")
    at.multiselect(key="svo_faces").set_value([]).run()
    assert "Name one or more variations" in texts(calm(at, "hvae"))
    at.multiselect(key="svo_models").set_value([]).run()
    assert "names no model" in texts(calm(at, "hvae"))


def test_two_models_stand_side_by_side_and_position_bias_is_said(svo_app: Path) -> None:
    at = visit("hvae")
    rings = [figure for figure in figures(at) if "its choices point" in str(figure["layout"]["title"])]
    assert len(rings) == 2
    assert "chooses by position: place 1 of 9 in 100%" in texts(at)
    assert "It is not typed in" in texts(at)
    for kind in ("What does telling change?", "Do they play games as the sliders say?", "Every choice"):
        assert kind in [heading.value for heading in at.subheader]
    assert "refused" in choices(manager().store, [runs_of(manager().store, "hvae")[0].run_id])["outcome"].tolist()


def test_scoring_by_choices_and_other_models_can_be_chosen(svo_app: Path) -> None:
    at = visit("hvae")
    at.multiselect(key="svo_shown").set_value(["simulated/reticent"]).run()
    at.button_group(key="svo_expected").set_value(False).run()
    at.selectbox(key="svo_raw_model").set_value("simulated/reticent").run()
    calm(at, "hvae")
    assert "Without a choice:" in texts(at) and "refused" in texts(at)
    assert len([figure for figure in figures(at) if "its choices point" in str(figure["layout"]["title"])]) == 1


def test_its_profile_can_be_weighed_like_any_other(svo_app: Path) -> None:
    at = visit("radar")
    assert "Altruistic" in str(figures(at)[0]) and "word for word" not in texts(at)
    assert button(visit("hvae"), "Ask them")


def test_its_suite_is_no_choice_for_scenarios(empty_app: Path) -> None:
    at = visit("launch")
    assert not [name for name in at.selectbox(key="suite").options if "Social value orientation" in name]
