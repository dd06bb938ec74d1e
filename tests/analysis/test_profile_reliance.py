"""Whether one profile can be relied on: closed forms, other packages' figures, planted worlds."""

import numpy as np
import pytest

from core.analysis.bootstrap import MIN_ITEMS
from core.analysis.estimates import Estimate, undefined
from core.analysis.profile_reliability import (
    agreement,
    circle_pairs,
    correlations,
    cronbach,
    profile_alpha,
    split_half,
    structure,
    value_alphas,
)
from core.analysis.reliance import (
    alpha_gate,
    coverage_gate,
    halves_gate,
    information_gate,
    order_gate,
    retest_gate,
    structure_gate,
    verdict,
    wording_gate,
)

# rng = np.random.default_rng(7); round(rng.normal(0, 1, (10, 1)) + rng.normal(0, 1.2, (10, 6)), 3)
TABLE = np.array(
    [
        [0.589, 0.429, 0.128, -1.115, -0.034, 0.836],
        [-1.314, -0.25, -1.983, -1.249, -1.911, 0.017],
        [-1.795, 0.051, -0.086, -0.498, -3.294, -0.921],
        [-0.949, -0.755, -2.727, -1.464, -2.065, -1.861],
        [0.818, -1.424, -0.494, 0.607, -1.155, -0.589],
        [-0.859, -0.915, -2.462, -0.9, 0.639, -2.848],
        [1.091, 0.203, -0.71, 2.461, 0.975, -1.379],
        [1.43, 2.032, 1.114, 2.16, 1.26, 2.141],
        [1.234, -1.303, -0.248, -1.048, -0.339, -1.917],
        [-1.316, -0.856, 0.458, 0.754, -2.209, -1.574],
    ]
)


def profile(seed: int = 0, items: int = 60, values: int = 10, signal: float = 5.0, spread: float = 10.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(0, signal, values) + rng.normal(0, spread, (items, values))


def test_alpha_and_its_interval_are_those_of_pingouin() -> None:
    found = cronbach(TABLE)
    # pingouin.cronbach_alpha(pandas.DataFrame(TABLE)) = (0.8253844366104032, array([0.579, 0.95]))
    assert found.value == pytest.approx(0.8253844366104032, abs=1e-12)
    assert (round(found.low, 3), round(found.high, 3)) == (0.579, 0.95) and found.n_items == 6
    holed = np.vstack([TABLE, np.full(6, np.nan)])
    assert cronbach(holed) == found


def test_alpha_of_copies_is_one_and_of_nothing_undefined() -> None:
    assert cronbach(np.arange(12.0)[:, None].repeat(4, axis=1)).value == pytest.approx(1.0)
    assert np.isnan(cronbach(TABLE[:2]).value) and np.isnan(cronbach(TABLE[:, :1]).value)
    assert np.isnan(cronbach(np.ones((5, 3))).value) and cronbach(np.ones((5, 3))).reason


def test_alpha_and_split_halves_estimate_the_planted_reliability() -> None:
    """Profiles whose values vary by 5² and items by 10² have over 60 items the reliability 25 / (25 + 100 / 60)."""
    planted = 25 / (25 + 100 / 60)
    alphas = [profile_alpha(profile(seed)).value for seed in range(60)]
    halves = [split_half(profile(seed), splits=100).value for seed in range(60)]
    assert np.median(alphas) == pytest.approx(planted, abs=0.02)
    assert np.median(halves) == pytest.approx(planted, abs=0.02)


def test_feldts_interval_covers_the_planted_alpha() -> None:
    planted = 25 / (25 + 100 / 60)
    found = [profile_alpha(profile(seed)) for seed in range(400)]
    assert np.mean([one.low <= planted <= one.high for one in found]) == pytest.approx(0.95, abs=0.03)


def test_split_halves_of_noise_and_of_copies() -> None:
    rng = np.random.default_rng(0)
    noise = [split_half(rng.normal(0, 10, (40, 10)), splits=50).value for _ in range(20)]
    assert np.median(noise) < 0.4
    same = split_half(np.tile(np.arange(10.0), (20, 1)))
    assert same.value == pytest.approx(1.0) and same.n_items == 20
    assert np.isnan(split_half(profile(items=MIN_ITEMS - 1)).value)
    assert np.isnan(split_half(np.ones((20, 10))).value)


def test_each_values_alpha_is_over_models() -> None:
    models = np.random.default_rng(1).normal(0, 5, (1, 6, 2))
    scores = models + np.random.default_rng(2).normal(0, [1, 50], (30, 6, 2))
    one, other = value_alphas(scores)
    assert one.value > 0.95 > other.value
    assert np.isnan(value_alphas(scores[:, :2])[0].value)


def test_agreement_of_a_profile_with_itself_its_opposite_and_another() -> None:
    own = profile()
    assert agreement(own, own, paired=True).value == pytest.approx(1.0)
    assert agreement(own, -own, paired=True).value == pytest.approx(-1.0)
    found = agreement(own, own[:30] + np.random.default_rng(3).normal(0, 3, (30, 10)), paired=False)
    assert found.low < found.value < found.high <= 1.0 and found.n_items == 30
    assert np.isnan(agreement(np.ones((20, 10)), own, paired=False).value)
    assert correlations(np.array([1.0, 2, 3]), np.array([2.0, 4, 7])) == pytest.approx(
        np.corrcoef([1, 2, 3], [2, 4, 7])[0, 1]
    )


def on_circle(seed: int, strength: float, items: int = 80) -> np.ndarray:
    """Items each of which calls for the values around one place of the circle."""
    rng = np.random.default_rng(seed)
    at, place = rng.uniform(0, 2 * np.pi, (items, 1)), 2 * np.pi * np.arange(10) / 10
    return strength * np.cos(at - place) + rng.normal(0, 1, (items, 10))


def test_the_circle_is_found_where_it_is() -> None:
    near, far = circle_pairs(10)
    assert near.sum() == 10 and far.sum() == 5
    found = structure(on_circle(0, 1.0))
    assert found and found.p < 0.01 and found.gap.low > 0 and found.adjacent > found.opposite
    assert structure(profile(items=MIN_ITEMS - 1)) is None and structure(np.ones((20, 10))) is None


def test_where_there_is_no_circle_p_is_uniform() -> None:
    p = np.array([found.p for seed in range(25) if (found := structure(on_circle(seed, 0.0, items=30)))])
    assert (p < 0.05).sum() <= 4 and 0.3 < p.mean() < 0.7


@pytest.mark.long
def test_the_circles_error_rate_is_nominal() -> None:
    p = np.array([found.p for seed in range(600) if (found := structure(on_circle(seed, 0.0, items=30)))])
    assert (p < 0.05).mean() == pytest.approx(0.05, abs=0.025)


GOOD = Estimate(0.9, 0.8, 0.95, 60)
BAD = Estimate(0.4, 0.1, 0.6, 60)
WITHIN = (information_gate([]), halves_gate(GOOD), alpha_gate(GOOD))
COMPARE = (
    coverage_gate(60, 60),
    wording_gate(GOOD),
    order_gate(0.9, 0.7, 1.0, 20),
    retest_gate(GOOD, 0, 10, "two days"),
)


def test_the_verdict_says_for_what_it_is_enough_and_what_stands_against_it() -> None:
    assert verdict((*WITHIN, *COMPARE)) == (
        "Enough for ranking values within this model and for comparing it with other models on the same scenarios."
    )
    said = verdict((*WITHIN, coverage_gate(50, 60), *COMPARE[1:]))
    assert said == (
        "Enough for ranking values within this model; not enough for comparing it with other models: coverage did not "
        "pass."
    )
    said = verdict((*WITHIN, *COMPARE[:1], wording_gate(undefined("one wording")), *COMPARE[2:]))
    assert "only with care: wording was not tested" in said
    said = verdict((information_gate(["loops: half"]), halves_gate(BAD), alpha_gate(GOOD), *COMPARE))
    assert said == "Not enough for ranking values within this model: answers and split halves did not pass."
    assert verdict((*WITHIN[:2], alpha_gate(undefined("few")), *COMPARE)).startswith("Not known to be enough")
    assert "nothing beyond these scenarios" in verdict(
        (*WITHIN, *COMPARE, structure_gate(structure(on_circle(1, 0.0))))
    )


def test_every_gate_gives_its_figure_threshold_and_source() -> None:
    for gate in (*WITHIN, *COMPARE, structure_gate(None), order_gate(0.0, 0.0, 0.0, 0)):
        assert gate.figure and gate.threshold and gate.source
    assert structure_gate(None).passed is None and order_gate(0.0, 0.0, 0.0, 0).passed is None
    assert halves_gate(BAD).passed is False and "0.40 [0.10, 0.60]" in halves_gate(BAD).figure
