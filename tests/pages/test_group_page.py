"""A group of people: profiles mixed by shares."""

from pathlib import Path
from typing import Any

import pytest
from browsing import frame, labels, leave, manager, markup, one, press, texts, visit, weights
from stores import IMAGE, SCRIPT
from streamlit.testing.v1 import AppTest

from core.store import records
from core.values.cultures import cultures
from core.values.profile import of_means, surveyed
from core.values.system import SCHWARTZ, system

VALUES = system(SCHWARTZ)
PEOPLE = {profile.id: profile for profile in surveyed()}
SWEDEN, GREECE = "country:SE", "country:GR"
SAVE = "Save as a profile"


def mix(how: str, *ids: str) -> AppTest:
    at = visit("mixtures")
    at.button_group(key="mix").set_value(how).run()
    one(at.multiselect, "Profiles").set_value(list(ids)).run()
    return at


def share(at: AppTest, **shares: float) -> AppTest:
    for name, number in shares.items():
        one(at.number_input, name).set_value(number)
    return at.run()


def normal(id: str) -> list[float]:
    exact = PEOPLE[id].weights
    return [exact[value] / sum(exact.values()) for value in VALUES.ids]


def mean(id: str) -> tuple[float, ...]:
    return cultures()[id].means


@pytest.mark.parametrize("app", ["empty_app", "small_app"])
@pytest.mark.parametrize("how", ["profile", "weights"])
def test_it_begins_with_nobody(how: str, app: str, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue(app)
    at = mix(how)
    assert "Choose two or more profiles to mix." in texts(at) and SAVE not in labels(at.button)


def test_only_profiles_with_means_can_be_mixed_as_profiles(empty_app: Path) -> None:
    assert "Equal weights" not in one(mix("profile").multiselect, "Profiles").options
    assert {"Equal weights", "Sweden"} <= set(one(mix("weights").multiselect, "Profiles").options)


@pytest.mark.parametrize("scale", [1, 10, 0.25])
def test_a_mixed_profile_averages_what_people_hold_important(scale: float, empty_app: Path) -> None:
    at = share(mix("profile", SWEDEN, GREECE), Sweden=60 * scale, Greece=40 * scale)
    assert "Mixed profile: 60 % Sweden, 40 % Greece" in texts(at)
    expected = [0.6 * a + 0.4 * b for a, b in zip(mean(SWEDEN), mean(GREECE), strict=True)]
    table = frame(at, "mean (centred points)")
    assert table["mean (centred points)"].tolist() == pytest.approx(expected)
    assert "spread between all persons (sd)" not in table, "Greece's spread is not known"


def test_the_spread_of_a_mixture_is_no_smaller_than_that_within(empty_app: Path) -> None:
    at = mix("profile", SWEDEN, "country:NO")
    spread = frame(at, "spread between all persons (sd)")["spread between all persons (sd)"]
    within = zip(cultures()[SWEDEN].sds or (), cultures()["country:NO"].sds or (), strict=True)
    for both, (ours, theirs) in zip(spread, within, strict=True):
        assert both >= ((ours**2 + theirs**2) / 2) ** 0.5 - 1e-12


def test_mixed_weights_let_each_keep_its_vote(empty_app: Path) -> None:
    at = share(mix("weights", SWEDEN, GREECE), Sweden=1, Greece=3)
    assert "Mixed weights: 25 % Sweden, 75 % Greece" in texts(at)
    expected = [0.25 * a + 0.75 * b for a, b in zip(normal(SWEDEN), normal(GREECE), strict=True)]
    assert frame(at, "weight")["weight"].tolist() == pytest.approx(expected)
    assert sum(expected) == pytest.approx(1)


@pytest.mark.parametrize("how", ["profile", "weights"])
def test_all_shares_at_zero_is_told(how: str, empty_app: Path) -> None:
    at = share(mix(how, SWEDEN, GREECE), Sweden=0, Greece=0)
    assert "All shares of the mixture are 0" in texts(at)
    assert not at.exception and SAVE not in labels(at.button)


def test_one_profile_alone_is_itself(empty_app: Path) -> None:
    table = frame(mix("profile", SWEDEN), "mean (centred points)")
    assert table["mean (centred points)"].tolist() == pytest.approx(mean(SWEDEN))


def test_a_saved_mixed_profile_is_chosen_weighed_and_lasts(own_app: Path) -> None:
    at = share(mix("profile", SWEDEN, "country:NO"), Sweden=1, Norway=1)
    one(at.text_input, "Name").set_value(" Our users ")
    press(at, SAVE, "profile")
    means = [(a + b) / 2 for a, b in zip(mean(SWEDEN), mean("country:NO"), strict=True)]
    expected = of_means("", "", means, "").weights
    leave()
    for session in (at, visit("profile", profile="Our users")):
        assert session.selectbox(key="profile").value == "saved:Our users"
        assert weights(session) == [round(expected[value]) for value in VALUES.ids]
    assert "Mixed profile: 50 % Sweden, 50 % Norway" in texts(session)
    table = frame(session, "mean (centred points)")
    assert table["mean (centred points)"].tolist() == pytest.approx(means)
    assert table["spread between persons (sd)"].notna().all()


def test_saved_mixed_weights_are_exact_and_keep_their_label(own_app: Path) -> None:
    at = mix("weights", SWEDEN, GREECE, "equal")
    one(at.text_input, "Name").set_value("Votes")
    press(at, SAVE, "profile")
    expected = [(a + b + 0.1) / 3 for a, b in zip(normal(SWEDEN), normal(GREECE), strict=True)]
    for session in (at, visit("profile", profile="Votes")):
        assert session.selectbox(key="profile").value == "saved:Votes"
        assert list(session.session_state["view"].weights) == pytest.approx(expected)
        assert "Mixed weights: 33.3 % Sweden, 33.3 % Greece, 33.3 % Equal weights" in texts(session)


def test_a_mixture_can_be_mixed_again(own_app: Path) -> None:
    at = mix("profile", SWEDEN)
    one(at.text_input, "Name").set_value("Sweden")
    press(at, SAVE, "profile")
    again = mix("profile", SWEDEN, "saved:Sweden")
    assert "50 % Sweden, 50 % Sweden (saved)" in texts(again)
    assert frame(again, "mean (centred points)")["mean (centred points)"].tolist() == pytest.approx(mean(SWEDEN))


def test_without_a_name_nothing_is_saved(own_app: Path) -> None:
    at = press(mix("profile", SWEDEN), SAVE, "mixtures")
    assert "The profile has no name. Write one to save it." in texts(at)


def test_a_profile_with_a_hostile_name_is_mixed_as_text(own_hostile_app: Path) -> None:
    named = f"saved:{IMAGE} {SCRIPT}"
    at = mix("weights", named, SWEDEN)
    assert f"50 % {IMAGE} {SCRIPT}, 50 % Sweden" in [text.value.partition(": ")[2] for text in at.text]
    assert not any("![" in markup(label) or "<script" in markup(label) for label in labels(at.number_input))


def test_weights_with_a_zero_take_part(own_app: Path) -> None:
    only: dict[str, Any] = dict.fromkeys(VALUES.ids, 0.0) | {"power": 100.0}
    records.save_profile(manager().store, "Power", SCHWARTZ, only)
    table = frame(mix("weights", "saved:Power", "equal"), "weight").set_index("value")["weight"]
    assert table["Power"] == pytest.approx(0.55) and table.sum() == pytest.approx(1)


def test_everybody_at_once(empty_app: Path) -> None:
    table = frame(mix("profile", *PEOPLE), "mean (centred points)")
    expected = [sum(column) / len(PEOPLE) for column in zip(*(mean(id) for id in PEOPLE), strict=True)]
    assert table["mean (centred points)"].tolist() == pytest.approx(expected)
