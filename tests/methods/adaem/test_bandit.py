import math

import numpy as np
import pytest

from core.methods.adaem.bandit import Arm, Rewards, bound, choose, rewards, shortlist
from core.methods.adaem.similarity import Known


def test_rewards_run_from_the_seeds_low_to_half_above_their_high() -> None:
    scale = rewards(list(np.linspace(0, 1, 101)))
    assert (scale.low, scale.high) == pytest.approx((0.05, 1.425))
    assert [scale.of(s) for s in (-1.0, 0.05, 1.425, 9.0)] == pytest.approx([0.0, 0.0, 1.0, 1.0])
    assert rewards([0.3, 0.3]).of(0.3) == 0.0
    with pytest.raises(ValueError, match="no seed"):
        rewards([])


def test_a_pull_moves_the_mean_and_an_empty_one_earns_nothing() -> None:
    arm = Arm("t", 1, 0.4).pulled([0.5, 0.7])
    assert (arm.pulls, arm.mean) == (2, pytest.approx(0.5))
    assert arm.pulled([]).mean == pytest.approx(0.5 * 2 / 3)


def test_the_bound_is_the_mean_and_what_is_not_known() -> None:
    assert bound(Arm("t", 4, 0.3), 10, 0.5) == pytest.approx(0.3 + 0.5 * math.sqrt(2 * math.log(10) / 4))


def test_the_cap_spreads_the_pulls_and_spent_arms_end_it() -> None:
    arms = [Arm("best", 1, 0.9), Arm("other", 1, 0.1)]
    pulled: list[str] = []
    while (arm := choose(arms, cap=3)) is not None:
        pulled.append(arm.topic)
        arms = [a.pulled([a.mean]) if a.topic == arm.topic else a for a in arms]
    assert sorted(pulled) == ["best"] * 3 + ["other"] * 3 and pulled[0] == "best"


def test_a_good_topic_is_found() -> None:
    """A planted topic gets more than twice its share of the pulls."""
    rng = np.random.default_rng(0)
    arms = [Arm(str(n), 1, float(rng.uniform(0, 0.4))) for n in range(20)]
    taken = 0
    for _ in range(60):
        arm = choose(arms, cap=60)
        assert arm is not None
        reward = rng.normal(0.8 if arm.topic == "7" else 0.2, 0.1)
        taken += arm.topic == "7"
        arms = [a.pulled([float(np.clip(reward, 0, 1))]) if a is arm else a for a in arms]
    assert taken > 2 * 60 / 20


def test_the_shortlist_keeps_the_caps_and_a_place_for_every_value() -> None:
    scored = [(f"q{n:02}", f"t{n // 10}", 1 - n / 100) for n in range(60)]
    leads = {question: ("power" if n < 50 else "hedonism") for n, (question, _, _) in enumerate(scored)}
    found = shortlist(scored, leads, 20, topic_cap=5)
    topics = [question[1] for question in found]
    assert len(found) == 20 and max(topics.count(t) for t in topics) <= 5
    assert sum(leads[question] == "hedonism" for question in found) >= 1
    assert found[0] == "q00" and found == sorted(found)


def test_rewards_never_leave_the_unit_interval() -> None:
    scale = Rewards(0.2, 0.8)
    assert all(0 <= scale.of(s) <= 1 for s in np.linspace(-5, 5, 101))


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
