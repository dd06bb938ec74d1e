"""Profiles: presets and saved weights."""

import json
import math

import pytest

from core.errors import UserError
from core.values.profile import SavedProfile, of_means, presets, saved, surveyed, weighed
from core.values.system import system, systems


@pytest.mark.parametrize("system_id", systems())
def test_every_system_has_equal_weights_first_and_weights_for_all_values(system_id: str) -> None:
    found = presets(system(system_id))
    assert found[0].id == "equal"
    assert set(found[0].weights.values()) == {50.0}
    for profile in found:
        assert tuple(sorted(profile.weights)) == tuple(sorted(system(system_id).ids))
        assert all(0 <= weight <= 100 for weight in profile.weights.values())
        assert profile.source


def test_a_higher_order_profile_puts_its_own_values_first() -> None:
    for group, profile in zip(system("schwartz").groups, presets(system("schwartz"))[1:], strict=False):
        assert profile.id == group.id
        inside = {profile.weights[value] for value in group.values}
        outside = {weight for value, weight in profile.weights.items() if value not in group.values}
        assert min(inside) > max(outside)


def test_the_pan_cultural_order_is_the_published_one() -> None:
    profile = next(profile for profile in presets(system("schwartz")) if profile.id == "pan_cultural")
    order = sorted(profile.weights, key=lambda value: -profile.weights[value])
    names = [system("schwartz").names[value] for value in order]
    assert names == [
        *("Benevolence", "Self-Direction", "Universalism", "Security", "Conformity"),
        *("Achievement", "Hedonism", "Stimulation", "Tradition", "Power"),
    ]


def test_a_saved_profile_comes_back() -> None:
    weights = {"power": 10.0, "security": 100.0}
    profile = saved(SavedProfile("mine", "schwartz", json.dumps(weights)))
    assert profile.weights == weights
    assert profile.id == "saved:mine"


@pytest.mark.parametrize("text", ['{"power": 101}', '{"power": -1}', '{"power": "x"}', "[1]", '{"power": NaN}'])
def test_a_broken_saved_profile_is_refused_with_its_name(text: str) -> None:
    with pytest.raises(UserError, match="mine"):
        saved(SavedProfile("mine", "schwartz", text))


def test_saved_means_are_weighed_by_the_softmax() -> None:
    means = [0.5, -0.5, *[0.0] * 8]
    profile = saved(SavedProfile("mine", "schwartz", "{}", json.dumps(means), source="my cards"))
    assert profile.means == tuple(means)
    assert profile.source == "my cards"
    assert profile.weights["self_direction"] == 100
    assert profile.weights["stimulation"] / 100 == pytest.approx(math.exp(-1 / 0.65))


def test_a_scheme_changes_the_weights_of_measured_profiles_only() -> None:
    sweden = next(profile for profile in surveyed() if profile.name == "Sweden")
    assert sorted(weighed(sweden, "linear_rank").weights.values()) == pytest.approx([10.0 * n for n in range(1, 11)])
    assert set(weighed(sweden, "equal").weights.values()) == {100.0}
    equal = presets(system("schwartz"))[0]
    assert weighed(equal, "linear_rank") is equal


def test_a_scheme_that_needs_what_a_profile_has_not_says_so() -> None:
    with pytest.raises(UserError, match="not known"):
        weighed(of_means("x", "X", [float(n) for n in range(10)], ""), "top_priority")


def test_every_shipped_culture_is_a_profile_with_its_source() -> None:
    assert len(surveyed()) == 45
    assert all("n = " in profile.source and profile.means for profile in surveyed())
