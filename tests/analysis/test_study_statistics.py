"""The statistics behind a study: intervals, false discoveries, shrinkage, the rule, raters, and the planner."""

import numpy as np
import pytest
from scipy.stats import false_discovery_control
from study_made import ITEMS, planted

from core.analysis.portrait.correlate import adjusted, interval
from core.analysis.portrait.planner import half_width, passing, raters_for, raters_for_rho
from core.analysis.portrait.raters import qualities
from core.analysis.portrait.shrink import shrunken
from core.analysis.portrait.study import ADJACENT, RULE, Rule, gaps, held_out_bank, levelled, promoted, validation
from core.items.bank import IPSATISED, RATINGS
from core.items.dimensions import IDS, PLACE


def world(seed: int, n: int, truth: np.ndarray, strength: float) -> tuple[np.ndarray, np.ndarray]:
    """Ratings and ten centred scales of `n` people, without the page's steps between."""
    rng = np.random.default_rng(seed)
    cards = rng.integers(1, 7, size=(n, 10)).astype(float)
    scales = cards - cards.mean(axis=1, keepdims=True)
    opinion = strength * (scales / scales.std()) @ truth.T + rng.normal(size=(n, len(truth)))
    return np.clip(np.round(3.5 + 1.3 * (opinion + 0.6 * rng.normal(size=(n, 1)))), 1, 6), scales


def test_bonett_and_wright_by_hand() -> None:
    low, high = interval(np.array([0.3]), np.array([47.0]))
    # atanh(.3) = .30952; 1.95996 * sqrt(1.045 / 44) = .30205
    assert low[0] == pytest.approx(np.tanh(0.30952 - 0.30205), abs=1e-4)
    assert high[0] == pytest.approx(np.tanh(0.30952 + 0.30205), abs=1e-4)


def test_q_values_are_the_step_up_by_hand_and_scipys() -> None:
    p = np.array([[0.01, 0.02, np.nan], [0.03, 0.5, 0.9]])
    known = np.sort(p[~np.isnan(p)])
    by_hand = np.minimum.accumulate((known * 5 / np.arange(1, 6))[::-1])[::-1]
    found = adjusted(p)
    assert np.isnan(found[0, 2])
    np.testing.assert_allclose(np.sort(found[~np.isnan(found)]), by_hand)
    harmonic = sum(1 / k for k in range(1, 6))
    np.testing.assert_allclose(
        np.nan_to_num(adjusted(p, "by"), nan=1), np.minimum(np.nan_to_num(found, nan=1) * harmonic, 1)
    )
    np.testing.assert_allclose(adjusted(p)[~np.isnan(p)], false_discovery_control(p[~np.isnan(p)]))


def test_shrinkage_keeps_nothing_of_noise_and_nearly_all_of_what_is_sure() -> None:
    rng = np.random.default_rng(1)
    n = np.full(400, 100)
    noise = np.tanh(rng.normal(0, 1 / np.sqrt(97), size=(400, 1)))
    assert np.abs(shrunken(noise, n).rho).max() < 0.1 < np.abs(noise).max()
    wide = np.tanh(rng.normal(0, 0.5, size=(400, 1)))
    found = shrunken(wide, np.full(400, 100_000))
    np.testing.assert_allclose(found.rho, wide, atol=2e-3)
    assert ((found.low <= found.rho) & (found.rho <= found.high)).all()


def test_under_one_normal_prior_shrinkage_is_mean_times_reliability() -> None:
    """With zeta ~ N(0, tau^2) the posterior median is z tau^2 / (tau^2 + v), whatever the mixture is made of."""
    rng = np.random.default_rng(3)
    tau, n = 0.2, 103
    z = rng.normal(0, tau, size=(5000, 1)) + rng.normal(size=(5000, 1)) / np.sqrt(n - 3)
    rho = np.tanh(z)
    v = (1 + rho**2 / 2) / (n - 3)
    expected = np.tanh(z * tau**2 / (tau**2 + v))
    assert np.abs(shrunken(rho, np.full(5000, n)).rho - expected).mean() < 0.01
    nothing = shrunken(np.array([[np.nan, 0.3]]), np.array([3]))
    assert np.isnan(nothing.rho).all()


def test_the_few_that_know_something_are_not_taken_down_with_the_rest() -> None:
    """Twelve of 400 with a true rho of .54: about that is left of them, and their intervals hold it."""
    left, inside, rest = [], [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        truth = np.zeros((40, 10))
        truth[np.arange(12), np.arange(12) % 10] = 0.6
        noise = rng.normal(size=truth.shape) * np.sqrt((1 + np.tanh(truth) ** 2 / 2) / 97)
        found = shrunken(np.tanh(truth + noise), np.full(40, 100), 0.9)
        planted_ones = truth > 0
        left.append(np.arctanh(found.rho[planted_ones]).mean())
        inside.append(((found.low < np.tanh(truth)) & (np.tanh(truth) < found.high))[planted_ones].mean())
        rest.append(np.abs(found.rho[~planted_ones]).max())
    assert np.mean(left) == pytest.approx(0.57, abs=0.04) and np.mean(inside) > 0.8
    assert np.mean(rest) < 0.15  # the greatest of 388, which is .3 as seen


def test_the_best_of_many_are_too_high_and_shrinkage_takes_most_of_that_off() -> None:
    over, left = [], []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        truth = rng.normal(0, 0.15, size=(300, 1))
        seen = np.tanh(truth + rng.normal(size=truth.shape) / np.sqrt(44))
        best = seen > 0.3
        over.append((seen - np.tanh(truth))[best].mean())
        left.append((shrunken(seen, np.full(300, 47)).rho - np.tanh(truth))[best].mean())
    assert np.mean(over) > 0.1 and abs(np.mean(left)) < 0.02


def test_the_intervals_after_shrinkage_hold_what_they_say() -> None:
    """90 % of true values lie within, also those of the picked ones."""
    rng = np.random.default_rng(5)
    truth = rng.normal(0.05, 0.2, size=(4000, 1))
    seen = np.tanh(truth + rng.normal(size=truth.shape) / np.sqrt(97))
    found = shrunken(seen, np.full(4000, 100), 0.9)
    inside = (found.low < np.tanh(truth)) & (np.tanh(truth) < found.high)
    assert inside.mean() == pytest.approx(0.9, abs=0.025) and inside[seen > 0.3].mean() > 0.86


def test_neighbours_on_the_circle() -> None:
    def near(one: str, other: str) -> bool:
        return bool(ADJACENT[PLACE[one], PLACE[other]])

    assert near("universalism", "self_direction") and near("power", "achievement") and near("tradition", "security")
    assert near("conformity", "benevolence") and near("hedonism", "stimulation")
    assert not near("power", "universalism") and not near("hedonism", "power") and not near("tradition", "universalism")
    assert (ADJACENT == ADJACENT.T).all() and ADJACENT.diagonal().all()


def test_the_gap_is_to_the_greatest_that_is_not_next_to_it() -> None:
    rho = np.zeros((1, 10))
    rho[0, [PLACE["power"], PLACE["achievement"], PLACE["hedonism"]]] = 0.5, 0.45, 0.42
    found = gaps(rho)
    assert found[0, PLACE["power"]] == pytest.approx(0.08)  # achievement is next to it, hedonism is not
    assert found[0, PLACE["achievement"]] == pytest.approx(0.45)  # both others are next to it
    assert np.isnan(gaps(np.full((1, 10), np.nan))).all()


@pytest.mark.parametrize("n", [80, 150])
def test_the_rule_keeps_its_error_rate_and_finds_what_is_planted(n: int) -> None:
    """40 items, 12 planted: over 40 studies the mean share of wrong promotions is below the rule's 10 %."""
    truth = planted()
    shares, found = [], 0
    for seed in range(40):
        passed = promoted(*world(seed, n, truth, 0.6))
        shares.append((passed & ~truth).sum() / max(passed.sum(), 1))
        found += int((passed & truth).sum())
    assert np.mean(shares) <= RULE.max_q
    assert found / (40 * truth.sum()) > (0.9 if n == 150 else 0.8)


def test_of_items_that_know_nothing_hardly_a_study_promotes_one() -> None:
    nothing = np.zeros((ITEMS, 10), dtype=bool)
    wrong = sum(bool(promoted(*world(seed, 80, nothing, 0.0)).any()) for seed in range(100))
    assert wrong <= 10  # at most 10 of 100 by the rule; its other conditions make it fewer


def test_each_condition_of_the_rule_can_refuse() -> None:
    truth = planted()
    ratings, scales = world(3, 100, truth, 0.8)
    loose = Rule(min_rho=-1, max_q=1, above=-1, gap=-9, min_n=0, few=0)
    everything = int(promoted(ratings, scales, loose).sum())
    assert everything == ITEMS * 10
    for stricter in ({"min_rho": 0.5}, {"max_q": 1e-4}, {"above": 0.3}, {"gap": 0.3}, {"min_n": 101}, {"few": 101}):
        assert promoted(ratings, scales, Rule(**vars(loose) | stricter)).sum() < everything
    assert not promoted(ratings, scales, Rule(min_n=101)).any()


def test_style_is_taken_off_where_raters_rated_enough() -> None:
    ratings, scales = world(0, 60, planted(), 0.6)
    assert levelled(ratings)[0] == IPSATISED and levelled(ratings[:, :9])[0] == RATINGS
    higher = ratings + np.arange(60)[:, None] % 3  # some rate everything higher
    plain, styled = (validation(each, scales, permutations=0).found.rho for each in (ratings, higher))
    np.testing.assert_allclose(styled, plain)


def test_validity_of_items_picked_by_luck_is_nought() -> None:
    """Items that know nothing, and a rule that picks some: in sample they seem valid, for left-out people they are
    not."""
    loose = Rule(min_rho=0.15, max_q=1, above=-1, gap=-1, min_n=0)
    nothing = np.zeros((ITEMS, 10), dtype=bool)
    honest, naive = [], []
    for seed in range(5):
        ratings, scales = world(seed, 100, nothing, 0.0)
        whole = np.full((100, len(IDS)), np.nan)
        whole[:, :10] = scales
        honest.append(np.nanmean(held_out_bank(ratings, whole, loose).weighted[:10]))
        picked = promoted(ratings, scales, loose)
        seen = validation(ratings, scales, permutations=0).found.rho
        naive.append(np.nanmean(seen[picked]))
    assert abs(np.mean(honest)) < 0.1 < np.mean(naive)


def test_validity_of_planted_items_is_high() -> None:
    ratings, scales = world(1, 150, planted(), 0.8)
    whole = np.full((150, len(IDS)), np.nan)
    whole[:, :10] = scales
    found = held_out_bank(ratings, whole)
    assert np.nanmin(found.tags[:10]) > 0.3 and (found.n_tags[:10] == 150).all() and np.isnan(found.tags[-1])


def test_whose_ratings_count() -> None:
    rng = np.random.default_rng(0)
    ratings = rng.integers(1, 7, size=(9, 40)).astype(float)
    again = np.full_like(ratings, np.nan)
    again[:, :3] = ratings[:, :3]
    scales = rng.normal(size=(9, 10))
    missed = np.zeros(9, dtype=np.int64)
    missed[1] = 1
    again[2, :3] = 7 - ratings[2, :3]
    ratings[2, :3], again[2, :3] = 1, 6
    ratings[3] = 4
    ratings[4, 5] = np.nan
    scales[5] = np.nan
    scales[6] = 0
    ratings[7], again[7] = ratings[0], again[0]
    ratings[8, 1:], ratings[8, 0] = 2, 6
    again[8] = np.nan
    found = [one.reasons for one in qualities(ratings, again, missed, scales)]
    assert found[0] == ()
    assert found[1] == ("missed a check",)
    assert found[2] == ("other answers to the same texts",)
    assert "all answers alike" in found[3]
    assert found[4] == ("not finished",) == found[5]
    assert found[6] == ("all values alike",)
    assert found[7] == ("the same ratings as another",)
    assert found[8] == ("all answers alike",)
    (short,) = qualities(ratings[:1, :9], again[:1, :9], missed[:1], scales[:1])
    assert short.reasons == ("fewer than 10 items",)
    nobody = qualities(np.full((1, 40), np.nan), again[:1] * np.nan, missed[:1], scales[:1] * np.nan)[0]
    assert not nobody.used and "all answers alike" not in nobody.reasons


def test_random_clicking_is_found_by_checks_and_repeats() -> None:
    """Of people who press anything 97 % miss a check (1 - 1/36)."""
    rng = np.random.default_rng(2)
    n = 2000
    ratings, again = rng.integers(1, 7, size=(n, 40)).astype(float), np.full((n, 40), np.nan)
    again[:, :3] = rng.integers(1, 7, size=(n, 3))
    missed = (rng.integers(1, 7, size=(n, 2)) != [2, 5]).sum(axis=1)
    used = np.mean([one.used for one in qualities(ratings, again, missed, rng.normal(size=(n, 10)))])
    assert used < 1 / 36


def test_the_planners_figures() -> None:
    assert raters_for(0.15) == 195  # 3 + (1.06 * 1.96 / .15)^2 = 194.8
    assert half_width(0.3, 47) == pytest.approx(0.27, abs=0.005)
    assert raters_for_rho(0.3, 0.15) == 149
    for rho, width in ((0.0, 0.1), (0.5, 0.2), (-0.7, 0.05)):
        n = raters_for_rho(rho, width)
        assert half_width(rho, n) <= width < half_width(rho, n - 1)
    for wrong in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="half-width"):
            raters_for(wrong)
    with pytest.raises(ValueError, match="rho must be"):
        raters_for_rho(1.0, 0.1)


def test_the_probability_to_pass_is_what_happens() -> None:
    rng = np.random.default_rng(0)
    for rho, n in ((0.3, 150), (0.4, 100), (0.35, 60)):
        seen = np.tanh(np.arctanh(rho) + rng.normal(size=20_000) * np.sqrt((1 + rho**2 / 2) / (n - 3)))
        low, _ = interval(seen, np.full(seen.shape, float(n)), RULE.level)
        share = ((seen >= RULE.min_rho) & (low > RULE.above)).mean()
        assert passing(rho, n, RULE.min_rho, RULE.above, RULE.level) == pytest.approx(share, abs=0.015)
    assert passing(0.3, 3, 0.3, 0.1, 0.9) == 0
