import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.methods.adaem.bandit import Arm, arms_of, bound, choose, reward, shortlist
from core.methods.adaem.similarity import Known


def test_a_reward_is_a_place_among_all_scores() -> None:
    among = [0.1, 0.2, 0.2, 0.9]
    assert [reward(score, among) for score in (0.0, 0.1, 0.2, 0.5, 0.9, 7.0)] == [0, 0.125, 0.5, 0.75, 0.875, 1]


def test_an_arms_mean_is_over_its_questions_and_an_empty_pull_earns_nothing() -> None:
    good, poor = arms_of({"good": [[0.5], [0.7, 0.9], []], "poor": [[0.1]]})
    assert (good.topic, good.pulls, good.mean) == ("good", 3, pytest.approx((3 / 8 + 5 / 8 + 7 / 8 + 0) / 4))
    assert (poor.pulls, poor.mean) == (1, 1 / 8)


@given(st.lists(st.lists(st.lists(st.floats(-1, 1), max_size=3), min_size=1, max_size=4), min_size=1, max_size=6))
def test_any_rescaling_that_keeps_the_order_leaves_the_arms_as_they_are(pulls: list[list[list[float]]]) -> None:
    brought = {str(place): scores for place, scores in enumerate(pulls)}
    cubed = {topic: [[round(s, 3) ** 3 * 5 for s in each] for each in of] for topic, of in brought.items()}
    rounded = {topic: [[round(s, 3) for s in each] for each in of] for topic, of in brought.items()}
    assert arms_of(rounded) == arms_of(cubed)
    assert all(0 <= arm.mean <= 1 for arm in arms_of(rounded))


def test_the_bound_is_the_mean_and_what_is_not_known() -> None:
    assert bound(Arm("t", 4, 0.3), 10, 0.5) == pytest.approx(0.3 + 0.5 * math.sqrt(2 * math.log(10) / 4))


def test_the_cap_spreads_the_pulls_and_spent_arms_end_it() -> None:
    arms = [Arm("best", 1, 0.9), Arm("other", 1, 0.1)]
    pulled: list[str] = []
    while (arm := choose(arms, cap=3)) is not None:
        pulled.append(arm.topic)
        arms = [replace(a, pulls=a.pulls + 1) if a.topic == arm.topic else a for a in arms]
    assert sorted(pulled) == ["best"] * 3 + ["other"] * 3 and pulled[0] == "best"


def test_a_good_topic_is_found() -> None:
    """A planted topic gets more than twice its share of the pulls."""
    rng = np.random.default_rng(0)
    brought = {str(n): [[float(rng.uniform(0, 0.4))]] for n in range(20)}
    taken = 0
    for _ in range(60):
        arm = choose(arms_of(brought), cap=60)
        assert arm is not None
        brought[arm.topic].append([float(rng.normal(0.8 if arm.topic == "7" else 0.2, 0.1))])
        taken += arm.topic == "7"
    assert taken > 2 * 60 / 20


def test_the_shortlist_keeps_the_caps_and_a_place_for_every_value() -> None:
    scored = [(f"q{n:02}", f"t{n // 10}", 1 - n / 100) for n in range(60)]
    leads = {question: ("power" if n < 50 else "hedonism") for n, (question, _, _) in enumerate(scored)}
    found = shortlist(scored, leads, 20, topic_cap=5)
    topics = [question[1] for question in found]
    assert len(found) == 20 and max(topics.count(t) for t in topics) <= 5
    assert sum(leads[question] == "hedonism" for question in found) >= 1
    assert found[0] == "q00" and found == sorted(found)


KNOWN = (
    "Should cities ban private cars from their centres?",
    "Is it right to charge tourists for entering a town?",
    "Should parents be allowed to refuse vaccines for their children?",
    "Is hunting for sport acceptable where animals are plentiful?",
)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("Should cities ban private cars from the centres?", True),
        ("Should private cars be banned from the centres of cities?", True),
        ("Should cities let people park wherever they like?", False),
        ("Is privacy more important than the fight against crime?", False),
    ],
)
def test_light_paraphrases_are_near_and_other_questions_are_not(text: str, near: bool) -> None:
    assert (Known(KNOWN).closest(text) > 0.5) is near


def test_nearness_is_one_for_the_same_and_nothing_for_what_is_unknown() -> None:
    known = Known(KNOWN)
    assert known.closest(KNOWN[0]) == pytest.approx(1.0)
    assert Known().nearness("Should it?") == 0.0
    assert known.nearness(KNOWN[0]) < known.closest(KNOWN[0])
    known.add("Should we eat insects instead of beef?")
    assert known.closest("should we eat insects, instead of BEEF") == pytest.approx(1.0)
