"""Robustness: areas known in closed form, distances found again by brute force, and what leaving out shows."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import made
from numpy.typing import NDArray

from core.analysis.alignment import STATISTICS, centred_sum
from core.analysis.bootstrap import MIN_ITEMS, mean_draws, resampling_weights
from core.analysis.robustness import (
    Change,
    acceptability,
    all_weightings,
    change_for,
    concentration,
    leave_one_out,
    mean_distance,
    nearest_change,
    weightings_near,
)
from core.analysis.scores import Scores, ipsatised
from core.errors import UserError

Floats = NDArray[np.float64]
UNIFORM = all_weightings(10, np.random.default_rng(1))
STEP = 0.01
EXACT = 10**9  # so many items that none is left unseen
# Every weighting of three values in steps of a hundredth.
GRID = np.array([(i, j, 100 - i - j) for i in range(101) for j in range(101 - i)]) * STEP

means = st.lists(st.lists(st.integers(0, 100), min_size=3, max_size=3), min_size=2, max_size=5)
simplex = st.lists(st.integers(0, 20), min_size=3, max_size=3).filter(any).map(lambda w: np.array(w) / sum(w))


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_all_weightings_are_uniform_on_the_simplex() -> None:
    drawn = all_weightings(3, rng(), 20_000)
    assert drawn.sum(axis=1) == pytest.approx(1) and (drawn >= 0).all()
    assert (drawn[:, 0] > 0.5).mean() == pytest.approx(0.25, abs=0.01)  # a corner triangle of half the side
    assert (drawn.min(axis=1) > 0.2).mean() == pytest.approx(0.16, abs=0.01)  # the inner one of 1 - 3 · 0.2


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 50), min_size=4, max_size=10).filter(lambda w: sum(x > 0 for x in w) > 1))
def test_weightings_near_a_profile_centre_on_it_at_the_stated_distance(numbers: list[int]) -> None:
    profile = np.array(numbers) / sum(numbers)
    reach = mean_distance(profile, 1.0)
    wanted = min(0.1, reach / 2)
    drawn = weightings_near(profile, rng(), wanted, 20_000)
    assert drawn.sum(axis=1) == pytest.approx(1)
    assert drawn.mean(axis=0) == pytest.approx(profile, abs=0.01)
    assert np.abs(drawn - profile).sum(axis=1).mean() / 2 == pytest.approx(wanted, rel=0.03)
    assert (drawn[:, profile == 0] == 0).all()


def test_the_stated_concentrations() -> None:
    equal = np.full(10, 0.1)
    assert concentration(equal, 0.1) == pytest.approx(142, abs=1)
    assert concentration(equal, 0.2) == pytest.approx(35, abs=1)
    approximate = 0.4 * np.sqrt(equal * (1 - equal) / 501).sum()
    assert mean_distance(equal, 500) == pytest.approx(approximate, rel=0.01)
    assert mean_distance(equal, 1e-6) == pytest.approx(1 - (equal**2).sum(), abs=1e-4)


@pytest.mark.parametrize(("profile", "distance"), [([1.0, 0.0], 0.1), ([0.5, 0.5], 0.9), ([0.5, 0.5], 0.0)])
def test_a_distance_out_of_reach_is_refused(profile: list[float], distance: float) -> None:
    with pytest.raises(UserError, match="more values"):
        concentration(np.array(profile), distance)


@given(st.integers(0, 99), st.integers(1, 100))
def test_two_models_on_two_values_share_the_line_where_they_cross(a: int, b: int) -> None:
    """a leads by `a` on the second value, b by `b` on the first: a wins while w₁ < a / (a + b)."""
    scores = made(np.array([[0.0, a], [b, 0.0]]), n=EXACT)
    weights = np.linspace(0.00005, 0.99995, 10_000)
    found = acceptability(scores, np.column_stack([weights, 1 - weights]), uncertain=False)
    area = a / (a + b)
    assert found.ranks == pytest.approx(np.array([[area, 1 - area], [1 - area, area]]), abs=2e-4)
    assert found.central[1] == pytest.approx([(1 + area) / 2, (1 - area) / 2], abs=2e-4)
    if a:
        assert found.central[0] == pytest.approx([area / 2, 1 - area / 2], abs=2e-4)
        assert found.confidence.tolist() == [1, 1]
    else:
        assert np.isnan(found.central[0]).all() and np.isnan(found.confidence[0])


def test_three_models_that_each_lead_on_one_value_have_a_third_each() -> None:
    found = acceptability(made(100 * np.eye(3)), all_weightings(3, rng(), 40_000))
    assert found.ranks == pytest.approx(np.full((3, 3), 1 / 3), abs=0.01)
    assert found.central == pytest.approx(np.full((3, 3), 7 / 36) + np.eye(3) * 15 / 36, abs=0.01)


def test_who_leads_on_every_value_is_always_first() -> None:
    mean = rng().uniform(0, 60, (5, 10))
    mean[3] = 61
    found = acceptability(made(mean), UNIFORM)
    assert found.ranks[3].tolist() == [1, 0, 0, 0, 0] and found.order[0] == 3
    assert np.isnan(np.delete(found.central, 3, axis=0)).all()
    assert found.central[3] == pytest.approx(np.full(10, 0.1), abs=0.01) and found.confidence[3] == 1


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(sorted(STATISTICS)), st.booleans(), st.integers(1, 4))
def test_acceptabilities_sum_to_one_by_rank_and_by_model(seed: int, statistic: str, blur: bool, twins: int) -> None:
    mean = np.round(rng(seed).uniform(0, 100, (6, 10)), -1)
    mean[:twins] = mean[0]
    scores = made(mean, 3.0, draws=50, seed=seed)
    scores.draws[:, :twins] = scores.draws[:, :1]
    found = acceptability(scores, UNIFORM[:500], statistic, blur)
    assert found.ranks.sum(axis=0) == pytest.approx(1) and found.ranks.sum(axis=1) == pytest.approx(1)
    assert (found.ranks >= 0).all() and (found.ranks <= 1 + 1e-9).all()
    assert found.ranks[:twins] == pytest.approx(np.tile(found.ranks[0], (twins, 1)))
    known = ~np.isnan(found.central[:, 0])
    assert (known == (found.ranks[:, 0] > 0)).all()
    assert found.central[known].sum(axis=1) == pytest.approx(1)
    weighted = found.ranks[known, 0] @ found.central[known]  # all weightings, taken apart by who wins
    assert weighted == pytest.approx(UNIFORM[:500].mean(axis=0))
    assert found.ranks[found.order, 0].tolist() == sorted(found.ranks[:, 0], reverse=True)


def test_twins_share_their_ranks() -> None:
    found = acceptability(made(np.array([[5.0, 5], [5, 5], [1, 1]])), all_weightings(2, rng(), 100))
    assert found.ranks == pytest.approx(np.array([[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1]]))
    assert found.confidence[:2] == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("statistic", STATISTICS)
def test_ranks_are_those_of_the_statistic(statistic: str) -> None:
    mean = rng(4).uniform(0, 100, (5, 10))
    found = acceptability(made(mean), UNIFORM[:300], statistic, uncertain=False)
    wins = np.zeros(5)
    for weights in UNIFORM[:300]:
        aligned = STATISTICS[statistic][1](mean, weights)
        best = aligned >= aligned.max() - 1e-9
        wins += best / best.sum()
    assert found.ranks[:, 0] == pytest.approx(wins / 300)


def test_uncertain_scores_blur_what_the_means_decide() -> None:
    scores = made(np.array([[50.0] * 10, [49.0] * 10]), 8.0, draws=1000)
    sure, blurred = (acceptability(scores, UNIFORM, uncertain=uncertain) for uncertain in (False, True))
    assert sure.ranks[0, 0] == 1
    assert 0.5 < blurred.ranks[0, 0] < 0.8
    expected = (scores.draws[:, 0] @ np.full(10, 0.1) > scores.draws[:, 1] @ np.full(10, 0.1)).mean()
    assert sure.confidence[0] == pytest.approx(expected, abs=0.03)


def resampled(cells: Floats, seed: int) -> Scores:
    """Scores of items x models on one value, presence, as the bootstrap of those items gives them."""
    n, models = cells.shape
    draws = mean_draws(cells.astype(np.float32), resampling_weights(n, rng(seed), 200))
    return replace(made(cells.mean(axis=0)[:, None], n=n), draws=draws.reshape(200, models, 1))


@pytest.mark.parametrize("rare", [0.11, 0.15])
def test_a_rare_exception_among_unseen_items_is_no_longer_ruled_out(rare: float) -> None:
    """a scores 50 on all items but a rare one, on which it scores 0; b always lies halfway between a's 50 and a's true
    mean, so b is truly first. Where 15 items happen to agree, that used to be ruled out."""
    only, chances = np.ones((50, 1)), rng(15)
    plain, honest = [], []
    for seed in range(200):
        cells = np.column_stack([50.0 * (chances.random(15) >= rare), np.full(15, 50 - 25 * rare)])
        scores = resampled(cells, seed)
        before = (scores.draws[:, 1, 0] > scores.draws[:, 0, 0]).mean()
        plain.append(before)
        honest.append(acceptability(scores, np.tile(only, (4, 1))).ranks[1, 0])
    held_before, held_now = (np.mean(np.array(shares) >= 0.025) for shares in (plain, honest))
    assert held_before < 0.95 <= held_now
    assert ((1 - np.array(honest)) ** 2).mean() < ((1 - np.array(plain)) ** 2).mean()  # the Brier score


def test_where_items_agree_the_order_of_the_estimates_still_stands() -> None:
    """b lies 5 below: no coin makes it first more often than not, and with more items it is first less often."""
    weights = np.ones((2000, 1))
    shares = [acceptability(made(np.array([[55.0], [50.0]]), n=n), weights).ranks[1, 0] for n in (8, 30, 400)]
    assert 0.5 > shares[0] > shares[1] > shares[2] == pytest.approx(0, abs=0.01)
    floor = acceptability(made(np.array([[5.0], [0.0]]), n=8), weights).ranks[1, 0]
    assert 0.1 < floor < 0.5


@pytest.mark.parametrize("statistic", STATISTICS)
def test_draws_that_vary_are_left_as_they_are(statistic: str) -> None:
    """The same as over the draws themselves, dealt out to the weightings."""
    scores = made(rng(7).uniform(0, 100, (4, 10)), 3.0, draws=100)
    few = replace(scores, n_items=np.full((4, 10), MIN_ITEMS))
    one, other = (acceptability(each, UNIFORM[:500], statistic) for each in (scores, few))
    assert (one.ranks == other.ranks).all() and (one.confidence == other.confidence)[one.ranks[:, 0] > 0].all()
    wins = np.zeros(4)
    for i, weights in enumerate(UNIFORM[:500]):
        aligned = STATISTICS[statistic][1](scores.draws[i // 5], weights)
        best = aligned >= aligned.max() - 1e-9
        wins += best / best.sum()
    assert one.ranks[:, 0] == pytest.approx(wins / 500)


def test_ipsatised_scores_give_the_centred_sum() -> None:
    scores = made(rng(2).uniform(20, 80, (4, 10)), 3)
    one = acceptability(ipsatised(scores), UNIFORM[:400])
    other = acceptability(scores, UNIFORM[:400], "centred_sum")
    assert one.ranks == pytest.approx(other.ranks) and one.central == pytest.approx(other.central, nan_ok=True)
    assert STATISTICS["centred_sum"][1] is centred_sum


def test_who_cannot_be_ranked_takes_no_rank() -> None:
    mean = np.array([[50.0, 40], [99, np.nan], [40, 50], [99, 99]])
    few = made(mean, 1)
    few.low[3] = few.high[3] = np.nan
    found = acceptability(few, all_weightings(2, rng(), 1000))
    assert found.ranks.shape == (4, 2) and np.isnan(found.ranks[[1, 3]]).all()
    assert found.ranks[[0, 2]].sum(axis=0) == pytest.approx(1)
    assert set(found.order[2:]) == {1, 3}


def test_a_resample_without_an_item_does_not_drop_the_model() -> None:
    scores = made(np.array([[50.0, 40], [40, 50]]), 1)
    scores.draws[::10, 0, 0] = np.nan
    assert acceptability(scores, all_weightings(2, rng(), 1000)).ranks.sum(axis=0) == pytest.approx(1)


def test_no_model_and_one_model() -> None:
    scores = made(np.array([[50.0, 40]]), 1)
    nobody = acceptability(scores.only([]), all_weightings(2, rng(), 10))
    assert nobody.ranks.shape == (0, 0) and nobody.order.size == 0
    assert acceptability(scores, all_weightings(2, rng(), 10)).ranks.tolist() == [[1.0]]


def away(weights: Floats) -> Floats:
    return np.abs(GRID - weights).sum(axis=1) / 2


@settings(max_examples=60, deadline=None)
@given(means, simplex)
def test_the_change_for_a_rival_is_the_smallest_on_a_grid(table: list[list[int]], weights: Floats) -> None:
    mean = np.array(table, dtype=float)
    scores = made(mean)
    for r, rival in enumerate(scores.models):
        wins = (GRID @ mean.T)[:, r] >= (GRID @ mean.T).max(axis=1) - 1e-9
        found = change_for(scores, weights, rival)
        if found is None:
            assert not wins.any()
            continue
        aligned = found.weights @ mean.T
        assert aligned[r] >= aligned.max() - 1e-5
        assert found.weights.sum() == pytest.approx(1) and (found.weights >= 0).all()
        assert found.distance == pytest.approx(np.abs(found.weights - weights).sum() / 2, abs=1e-9)
        if wins.any():
            assert found.distance <= away(weights)[wins].min() + 1e-6


def test_the_grid_comes_close_to_the_smallest_change() -> None:
    mean = np.array([[70.0, 50, 20], [40, 60, 55], [20, 30, 90]])
    weights = np.array([0.6, 0.3, 0.1])
    for r, rival in ((1, "b"), (2, "c")):
        wins = (GRID @ mean.T)[:, r] >= (GRID @ mean.T).max(axis=1)
        found = change_for(made(mean), weights, rival)
        assert found is not None
        assert away(weights)[wins].min() - 2 * STEP <= found.distance <= away(weights)[wins].min() + 1e-9


@settings(max_examples=80, deadline=None)
@given(means, simplex)
def test_the_nearest_change_is_the_least_over_all_rivals(table: list[list[int]], weights: Floats) -> None:
    """The closed form against the linear programs."""
    scores = made(np.array(table, dtype=float))
    best = int(np.argmax(scores.mean @ weights))
    changes = [change_for(scores, weights, name) for i, name in enumerate(scores.models) if i != best]
    distances = [change.distance for change in changes if change]
    found = nearest_change(scores, weights)
    assert (found is None) == (not distances)
    if found:
        assert found.distance == pytest.approx(min(distances), abs=1e-6)
        aligned = scores.mean @ found.weights
        rival = scores.models.index(found.rival)
        assert aligned[rival] == pytest.approx(aligned.max(), abs=1e-6)
        assert found.weights.sum() == pytest.approx(1) and (found.weights >= -1e-12).all()


def test_a_change_by_hand() -> None:
    """a leads by 10 · 0.5 - 30 · 0.1 = 2; a unit from the first value to the last is worth 40, so 0.05 does it."""
    scores = made(np.array([[60.0, 50, 20], [50, 50, 50]]))
    found = nearest_change(scores, np.array([0.5, 0.4, 0.1]))
    assert found is not None and found.rival == "b"
    assert found.distance == pytest.approx(0.05) and found.weights == pytest.approx([0.45, 0.4, 0.15])


def test_no_weighting_helps_who_is_behind_on_every_value() -> None:
    scores = made(np.array([[60.0, 50], [59, 49], [np.nan, 90]]))
    assert nearest_change(scores, np.array([0.5, 0.5])) is None
    assert change_for(scores, np.array([0.5, 0.5]), "b") is None
    assert change_for(scores, np.array([0.5, 0.5]), "c") is None
    assert nearest_change(scores.only(["a"]), np.array([0.5, 0.5])) is None


def test_who_beats_the_best_may_still_never_win() -> None:
    """b overtakes a only where c is ahead of both."""
    scores = made(np.array([[60.0, 0], [30, 30], [0, 100]]))
    assert change_for(scores, np.array([0.9, 0.1]), "b") is None
    found = nearest_change(scores, np.array([0.9, 0.1]))
    assert found is not None and found.rival == "c" and found.weights == pytest.approx([0.625, 0.375])


def test_level_models_need_no_change() -> None:
    scores = made(np.array([[60.0, 50], [50, 60]]))
    found = nearest_change(scores, np.array([0.5, 0.5]))
    assert found == Change("b", pytest.approx(np.array([0.5, 0.5])), pytest.approx(0))


@settings(max_examples=30, deadline=None)
@given(means, simplex, st.permutations(range(3)))
def test_the_order_of_the_values_does_not_matter(table: list[list[int]], weights: Floats, order: list[int]) -> None:
    mean = np.array(table, dtype=float)
    one, other = nearest_change(made(mean), weights), nearest_change(made(mean[:, order]), weights[order])
    assert (one is None) == (other is None)
    if one and other:
        assert other.distance == pytest.approx(one.distance, abs=1e-9)
    drawn = all_weightings(3, rng(), 300)
    there = acceptability(made(mean[:, order], n=EXACT), drawn[:, order])
    assert there.ranks == pytest.approx(acceptability(made(mean, n=EXACT), drawn).ranks)


def test_leaving_a_value_out_shows_on_which_one_the_ranking_hangs() -> None:
    mean = np.array([[40.0, 40, 90], [50, 50, 50], [30, 30, 60]])
    table = leave_one_out(made(mean, 1), np.full(3, 1 / 3)).set_index("value")
    assert table["top"].to_dict() == {"v0": "a", "v1": "a", "v2": "b"}
    assert table["same"].to_dict() == {"v0": True, "v1": True, "v2": False}
    assert table.loc["v2", "first"] == ("b",)
    # a b c without v2: 40 50 30, with it 56.7 50 40: of the three pairs one turns.
    assert table["tau"].to_dict() == pytest.approx({"v0": 1, "v1": 1, "v2": 1 / 3})


@pytest.mark.parametrize("statistic", STATISTICS)
def test_leaving_out_is_the_ranking_on_the_other_values(statistic: str) -> None:
    mean, weights = rng(5).uniform(0, 100, (6, 5)), np.array([0.3, 0.25, 0.2, 0.15, 0.1])
    table = leave_one_out(made(mean, 2), weights, statistic)
    for v in range(5):
        aligned = STATISTICS[statistic][1](np.delete(mean, v, 1), np.delete(weights, v) / (1 - weights[v]))
        assert table.loc[v, "top"] == "abcdef"[int(aligned.argmax())]
        assert table.loc[v, "value"] == f"v{v}" and -1 <= table.loc[v, "tau"] <= 1


def test_without_the_only_value_that_counts_nothing_is_left() -> None:
    table = leave_one_out(made(np.array([[9.0, 1], [1, 9]]), 1), np.array([1.0, 0.0]))
    assert pd.isna(table.loc[0, "top"]) and np.isnan(table.loc[0, "tau"]) and table.loc[0, "first"] == ()
    assert table.loc[1, "top"] == "a" and table.loc[1, "tau"] == 1


def test_leaving_out_the_value_that_a_model_lacks_lets_it_in() -> None:
    mean = np.array([[50.0, 50, 50], [90, 90, np.nan]])
    scores = made(mean, 1)
    table = leave_one_out(scores, np.full(3, 1 / 3)).set_index("value")
    assert table["top"].to_dict() == {"v0": "a", "v1": "a", "v2": "b"}
    few = replace(scores, n_items=np.where(scores.n_items > 0, MIN_ITEMS - 1, 0))
    assert leave_one_out(few, np.full(3, 1 / 3))["first"].tolist() == [(), (), ()]
