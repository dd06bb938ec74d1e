"""Whose values count: presets, own weights, and profiles kept for later."""

from pathlib import Path

import pytest
from browsing import figures, labels, leave, only, press, ranked, texts, visit, weights
from stores import IMAGE
from streamlit.testing.v1 import AppTest

from core.values.profile import presets
from core.values.system import SCHWARTZ, system


def save(at: AppTest, name: str) -> AppTest:
    next(field for field in at.text_input if field.label == "Name").set_value(name)
    return press(at, "Save these weights")


def test_empty_it_says_what_fills_it(empty_app: Path) -> None:
    at = visit("profile")
    assert "there are no results to rank yet" in texts(at) and not at.slider
    press(at, "Choose models and scenarios", "launch")


@pytest.mark.parametrize("profile", presets(system(SCHWARTZ)), ids=lambda profile: profile.id)
def test_a_chosen_profile_sets_every_weight(profile: object, small_app: Path) -> None:
    at = visit("profile")
    at.selectbox(key="profile").set_value(profile.id).run()
    assert weights(at) == [round(profile.weights[value]) for value in system(SCHWARTZ).ids]
    assert at.selectbox(key="profile").value == profile.id


def test_moving_a_weight_makes_the_profile_ones_own(small_app: Path) -> None:
    at = visit("profile")
    at.selectbox(key="profile").set_value("conservation").run()
    at.slider(key="w_PO").set_value(77).run()
    assert at.selectbox(key="profile").value == "custom"
    assert "Own weights" in at.selectbox(key="profile").options
    assert at.slider(key="w_PO").value == 77 and at.slider(key="w_TR").value == 100


def test_moving_weights_changes_order_and_groups(small_app: Path) -> None:
    at = visit("profile")
    seen = []
    for key in ("w_UN", "w_CO"):
        only(at, key)
        groups = [text.value.partition(". ")[2] for text in at.text if text.value[:1].isdigit()]
        assert ", ".join(groups).split(", ") == ranked(at)
        seen.append((ranked(at), groups))
    assert seen[0][0] != seen[1][0] and seen[0][1] != seen[1][1]


def test_all_weights_at_zero_count_as_equal(small_app: Path) -> None:
    at = visit("profile")
    equal = figures(at)[0]["data"][0]["x"]
    for slider in sliders(at):
        slider.set_value(0)
    at.run()
    assert not at.exception and figures(at)[0]["data"][0]["x"] == pytest.approx(equal)


def test_weights_go_along_to_the_other_pages(small_app: Path) -> None:
    at = visit("profile")
    at.slider(key="w_HE").set_value(3).run()
    at.switch_page("pages/explore/radar.py").run()
    assert at.slider(key="w_HE").value == 3 and at.selectbox(key="profile").value == "custom"


def test_a_saved_profile_survives_the_session_and_the_program_until_deleted(own_app: Path) -> None:
    at = visit("profile")
    at.slider(key="w_ST").set_value(91).run()
    save(at, 'Mine 100% "so" 🤝🏽')
    leave()  # the program ends and starts again
    at = visit("profile", profile='Mine 100% "so" 🤝🏽')
    assert at.selectbox(key="profile").value == 'saved:Mine 100% "so" 🤝🏽'
    assert at.slider(key="w_ST").value == 91
    press(at, "Delete this saved profile")
    assert "Delete this saved profile" not in labels(at.button)
    assert at.selectbox(key="profile").value == "custom" and at.slider(key="w_ST").value == 91
    assert not [name for name in visit("profile").selectbox(key="profile").options if "Mine" in name]


def test_saving_again_under_a_name_replaces(own_app: Path) -> None:
    at = visit("profile")
    for weight in (10, 20):
        at.slider(key="w_AC").set_value(weight).run()
        save(at, "Mine")
    at = visit("profile", profile="Mine")
    assert at.slider(key="w_AC").value == 20
    assert at.selectbox(key="profile").options.count("Mine") == 1


def test_a_saved_profile_may_share_a_presets_name(own_app: Path) -> None:
    at = visit("profile")
    at.slider(key="w_AC").set_value(33).run()
    save(at, "Conservation")
    at = visit("profile", profile="Conservation (saved)")
    assert at.slider(key="w_AC").value == 33
    assert visit("profile", profile="Conservation").slider(key="w_AC").value == 20


@pytest.mark.parametrize("name", ["", "   "])
def test_a_profile_without_a_name_is_not_saved(name: str, small_app: Path) -> None:
    at = save(visit("profile"), name)
    assert "The profile has no name. Write one to save it." in texts(at)


def test_a_preset_cannot_be_deleted(small_app: Path) -> None:
    at = visit("profile", profile="Conservation")
    assert at.selectbox(key="profile").value == "conservation"
    assert "Delete this saved profile" not in labels(at.button)


def test_a_saved_profile_may_have_any_name(own_hostile_app: Path) -> None:
    at = visit("profile")
    saved = [name for name in at.selectbox(key="profile").options if IMAGE in name]
    at.selectbox(key="profile").set_value(f"saved:{saved[0]}").run()
    assert at.slider(key="w_PO").value == 100
    press(at, "Delete this saved profile")
    assert not [name for name in at.selectbox(key="profile").options if IMAGE in name]


def test_fifty_models_are_ranked_live(large_app: Path) -> None:
    at = visit("profile")
    before = ranked(at)
    at.selectbox(key="profile").set_value("self_transcendence").run()
    assert len(ranked(at)) == 50 and ranked(at) != before
