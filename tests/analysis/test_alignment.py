"""Alignment: the statistics' algebra, published anchors, and what a ranking may claim."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import pearsonr, spearmanr, zscore

from core.analysis.alignment import (
    STATISTICS,
    Ranking,
    centred_sum,
    distance,
    limits,
    normalise,
    profile_match,
    rank,
    rank_match,
    weighted_sum,
)
from core.analysis.bootstrap import MIN_ITEMS
from core.analysis.scores import Scores, score

Floats = NDArray[np.float64]
N = 10
VALUES = tuple(f"v{i}" for i in range(N))
EQUAL = np.full(N, 1 / N)
RISING = np.arange(1.0, N + 1) / np.arange(1, N + 1).sum()

points = st.lists(st.integers(-1000, 1000).map(lambda x: x / 10), min_size=N, max_size=N).map(np.array)
sliders = st.lists(st.integers(0, 100), min_size=N, max_size=N)


def weights_of(numbers: list[int]) -> Floats:
    return normalise(dict(zip(VALUES, numbers, strict=True)), VALUES)


def scored(cells: dict[str, Floats], measure: str = "stance", seed: int = 0) -> Scores:
    """Scores from items x values matrices of strengths; an item of NaN is one the model was not asked."""
    parts = [
        pd.DataFrame(
            {
                "model": model,
                "item_id": np.repeat([f"i{i:04}" for i in range(len(matrix))], N),
                "value": VALUES * len(matrix),
                "strength": matrix.reshape(-1),
                "n": 1,
            }
        )
        for model, matrix in cells.items()
    ]
    frame = pd.concat(parts).dropna(subset=["strength"])
    return score(frame, VALUES, measure, seed)


def noisy(means: Floats | float, n: int = 40, seed: int = 0, spread: float = 0.3) -> Floats:
    """Items x values strengths around `means`."""
    return np.clip(means + np.random.default_rng(seed).normal(0, spread, (n, N)), -1, 1)


def row(ranked: Ranking, model: str) -> pd.Series:
    return ranked.table.set_index("model").loc[model]


@given(sliders)
def test_weights_sum_to_one_and_keep_their_order(numbers: list[int]) -> None:
    weights = weights_of(numbers)
    assert weights.sum() == pytest.approx(1)
    if any(numbers):
        assert weights == pytest.approx(np.array(numbers) / sum(numbers))
    else:
        assert (weights == EQUAL).all()


def test_weights_follow_the_values_order_and_a_missing_one_is_zero() -> None:
    assert normalise({"v2": 3, "v0": 1, "other": 9}, ("v0", "v1", "v2")).tolist() == [0.25, 0, 0.75]


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_weights_that_are_none_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="finite and not negative"):
        normalise({"v0": bad}, VALUES)


@given(points)
def test_equal_weights_give_the_plain_mean(scores: Floats) -> None:
    assert weighted_sum(scores, EQUAL) == pytest.approx(scores.mean(), abs=1e-9)
    assert centred_sum(scores, EQUAL) == pytest.approx(0, abs=1e-9)
    assert all(np.isnan(statistic(scores, EQUAL)) for statistic in (profile_match, rank_match, distance))


@given(points, sliders)
def test_the_matches_are_the_textbook_correlations(scores: Floats, numbers: list[int]) -> None:
    weights = weights_of(numbers)
    assume(len(set(numbers)) > 1 and len(set(scores.tolist())) > 1)
    assert profile_match(scores, weights) == pytest.approx(pearsonr(scores, weights).statistic, abs=1e-7)
    assert rank_match(scores, weights) == pytest.approx(spearmanr(scores, weights).statistic, abs=1e-9)


@given(points, sliders, st.permutations(range(N)))
def test_the_order_of_the_values_does_not_matter(scores: Floats, numbers: list[int], order: list[int]) -> None:
    weights = weights_of(numbers)
    for _, statistic in STATISTICS.values():
        there, back = statistic(scores[order], weights[order]), statistic(scores, weights)
        assert there == pytest.approx(back, abs=1e-9, nan_ok=True)


@given(points, sliders, st.floats(0.1, 10), st.floats(-500, 500))
def test_a_match_ignores_how_expressive_a_model_is(scores: Floats, numbers: list[int], a: float, b: float) -> None:
    assume(np.ptp(scores) > 1)
    weights = weights_of(numbers)
    for statistic in (profile_match, rank_match, distance):
        assert statistic(a * scores + b, weights) == pytest.approx(statistic(scores, weights), abs=1e-6, nan_ok=True)
    assert centred_sum(a * scores + b, weights) == pytest.approx(a * centred_sum(scores, weights), abs=1e-6)
    assert weighted_sum(scores + b, weights) == pytest.approx(weighted_sum(scores, weights) + b, abs=1e-6)


@given(points, sliders)
def test_the_rank_match_sees_order_only(scores: Floats, numbers: list[int]) -> None:
    weights = weights_of(numbers)
    assert rank_match(np.exp(scores / 50), weights) == pytest.approx(rank_match(scores, weights), nan_ok=True)


@given(points, sliders)
def test_the_distance_is_that_of_the_standardised_profiles(scores: Floats, numbers: list[int]) -> None:
    weights = weights_of(numbers)
    assume(len(set(numbers)) > 1 and np.ptp(scores) > 0)
    apart = np.abs(zscore(scores) - zscore(weights))
    assert distance(scores, weights) == pytest.approx(-apart.mean(), abs=1e-7)
    assert -distance(scores, weights) <= np.sqrt(2 * (1 - profile_match(scores, weights))) + 1e-7  # no more than Euclid
    assert distance(3 * weights + 7, weights) == pytest.approx(0, abs=1e-7)
    swinging = np.tile([1.0, -1.0], N // 2)
    assert distance(swinging, -swinging) == pytest.approx(-2)


def test_one_odd_value_weighs_less_in_the_distance_than_in_the_correlation() -> None:
    """a has all but one value nearly right and the last quite wrong; b is a little wrong everywhere."""
    a, b = RISING.copy(), RISING + 0.045 * np.tile([1.0, -1.0], N // 2)
    a[-1] = RISING[0]
    assert profile_match(b, RISING) > profile_match(a, RISING)
    assert distance(a, RISING) > distance(b, RISING)


@given(points, sliders)
def test_statistics_stay_within_their_limits(scores: Floats, numbers: list[int]) -> None:
    weights = weights_of(numbers)
    for name, (_, statistic) in STATISTICS.items():
        low, high = limits(name, (-100.0, 100.0), weights)
        found = float(statistic(scores, weights))
        assert np.isnan(found) or low - 1e-9 <= found <= high + 1e-9


def test_the_limits_can_be_reached() -> None:
    best = np.where(RISING.mean() < RISING, 100.0, -100.0)
    assert limits("centred_sum", (-100, 100), RISING)[1] == pytest.approx(centred_sum(best, RISING))
    assert limits("weighted_sum", (-100, 100), RISING) == (-100, 100)
    assert limits("profile_match", (0, 100), RISING) == (-1, 1)
    assert limits("distance", (0, 100), RISING) == (-2, 0)


def test_a_constant_profile_matches_nothing_even_when_rounding_moves_it() -> None:
    flat = np.full(N, 33.3)
    flat[0] = np.nextafter(33.3, 40)
    assert np.isnan(profile_match(flat, RISING))
    assert np.isnan(rank_match(np.full(N, 33.3), RISING))


def test_a_missing_score_leaves_the_alignment_undefined() -> None:
    scores = np.arange(N, dtype=float)
    scores[4] = np.nan
    assert all(np.isnan(statistic(scores, RISING)) for _, statistic in STATISTICS.values())


def test_leading_axes_are_kept() -> None:
    draws = np.random.default_rng(0).normal(size=(7, 3, N))
    for _, statistic in STATISTICS.values():
        found = statistic(draws, RISING)
        assert found.shape == (7, 3)
        assert found[2, 1] == pytest.approx(statistic(draws[2, 1], RISING))


def test_many_profiles_at_once_are_each_profile_alone() -> None:
    draws = np.random.default_rng(0).normal(size=(7, 3, N))
    weights = np.vstack([RISING, EQUAL, RISING[::-1]])
    for _, statistic in STATISTICS.values():
        found = statistic(draws, weights)
        assert found.shape == (7, 3, 3)
        for p, one in enumerate(weights):
            assert found[..., p] == pytest.approx(statistic(draws, one), nan_ok=True)


def published(folder: Path, name: str) -> pd.DataFrame:
    rows = json.loads((folder / "compass" / "2025-05" / f"{name}_scores.json").read_text())["data"]
    return pd.DataFrame(rows).set_index("model")


def test_published_scores_give_the_published_alignments(shared_data: Path) -> None:
    """Figures of the leaderboard of Value Compass, release of May 2025."""
    schwartz, moral = published(shared_data, "Schwartz"), published(shared_data, "MFT")
    columns = list(schwartz.columns)
    equal = weighted_sum(schwartz.to_numpy(), normalise({}, columns))
    assert equal[schwartz.index.get_loc("GPT-4-Turbo")] == pytest.approx(48.07)
    assert schwartz.index[equal.argmax()] == "o3-mini" and equal.max() == pytest.approx(49.79)
    transcendence = normalise({"Benevolence": 50, "Universalism": 50}, columns)
    first = weighted_sum(schwartz.to_numpy(), transcendence)
    assert schwartz.index[first.argmax()].startswith("Phi-3.5-MoE") and first.max() == pytest.approx(72.50)
    sonnet = weighted_sum(moral.loc["Claude-3.5-Sonnet"].to_numpy(), normalise({}, list(moral.columns)))
    assert sonnet == pytest.approx(68.36, abs=0.005)


@pytest.mark.parametrize("statistic", STATISTICS)
def test_the_ranking_is_sorted_and_its_columns_agree(statistic: str) -> None:
    cells = {f"m{i}": noisy((RISING - 0.1) * (i - 3) / 0.3, seed=i) for i in range(7)}
    table = rank(scored(cells), RISING, statistic).table
    assert (np.diff(table["alignment"]) <= 0).all()
    assert table["rank"].tolist() == list(range(1, 8))
    assert (table["low"] <= table["alignment"]).all() and (table["alignment"] <= table["high"]).all()
    assert (table["high"] - table["low"] > 0).all()
    assert (table["rank_low"] <= table["rank"]).all() and (table["rank"] <= table["rank_high"]).all()
    assert set(np.diff(table["group"])) <= {0, 1} and table["group"].iloc[0] == 1
    assert (table["n_items"] == 40).all()


def test_the_alignment_interval_of_one_value_is_that_of_its_score() -> None:
    scores = scored({"a": noisy(0.2), "b": noisy(-0.2, seed=1)})
    table = rank(scores, normalise({"v3": 1}, VALUES)).table
    assert table["model"].tolist() == ["a", "b"]
    for column, array in (("alignment", scores.mean), ("low", scores.low), ("high", scores.high)):
        assert table[column].to_numpy() == pytest.approx(array[:, 3])


def test_the_order_of_the_rows_and_the_models_does_not_matter() -> None:
    cells = {f"m{i}": noisy(i / 10, seed=i) for i in range(4)}
    one = rank(scored(cells), RISING)
    other = rank(scored(dict(reversed(cells.items()))).only(["m2", "m0", "m3", "m1"]), RISING)
    pd.testing.assert_frame_equal(one.table, other.table)


def test_twins_cannot_be_told_apart() -> None:
    ranked = rank(scored({"a": noisy(0.3), "b": noisy(0.3)}), RISING)
    assert ranked.table["group"].tolist() == [1, 1]
    assert ranked.table["rank_high"].tolist() == [2, 2]
    assert ranked.first == ("a", "b") and not ranked.decided


def test_a_small_difference_shows_when_the_same_items_carry_it() -> None:
    """Paired by item: both models vary widely over the items, but one is always a little higher."""
    shared = np.clip(noisy(0, spread=0.25), -0.8, 0.8)
    slightly = shared + 0.05 + np.random.default_rng(5).normal(0, 0.02, shared.shape)
    paired = rank(scored({"low": shared, "high": slightly}), RISING)
    assert paired.first == ("high",) and paired.decided
    gap = np.full((40, N), np.nan)
    unpaired = rank(scored({"low": np.vstack([shared, gap]), "high": np.vstack([gap, slightly])}), RISING)
    assert not unpaired.decided
    assert row(unpaired, "high").low < row(unpaired, "low").high


def test_first_place_is_open_while_a_wide_interval_reaches_it() -> None:
    """Third by its mean, but asked so little that it might be first: the second's distance decides nothing."""
    few = np.full((200, N), np.nan)
    few[:10] = noisy(0.2, 10, seed=3, spread=0.9)
    tight = {"a": noisy(0.42, 200, 1, 0.1), "b": noisy(0.32, 200, 2, 0.1)}
    two = rank(scored(tight), RISING)
    assert two.decided and two.table["group"].tolist() == [1, 2]
    weights = normalise({"v0": 1}, VALUES)
    three = rank(scored({**tight, "few": few}), weights)
    assert three.table["model"].tolist() == ["a", "b", "few"]
    assert three.table["group"].tolist() == [1, 2, 2]
    assert three.first == ("a", "few") and not three.decided


def test_too_few_items_rank_last_without_interval_or_group() -> None:
    few = np.full((40, N), np.nan)
    few[: MIN_ITEMS - 1] = 0.9
    table = rank(scored({"few": few, "many": noisy(-0.5)}), RISING).table
    assert table["model"].tolist() == ["many", "few"]
    last = table.iloc[1]
    assert last["alignment"] == pytest.approx(90) and np.isnan(last["low"]) and np.isnan(last["high"])
    assert (last["group"], last["rank_low"], last["rank_high"], last["n_items"]) == (0, 0, 0, MIN_ITEMS - 1)
    assert table.iloc[0]["rank_high"] == 1


def test_a_model_without_one_value_has_no_alignment() -> None:
    part = noisy(0.5)
    part[:, 2] = np.nan
    table = rank(scored({"part": part, "whole": noisy(0.0)}), RISING).table
    assert table["model"].tolist() == ["whole", "part"]
    assert np.isnan(table.iloc[1]["alignment"]) and table.iloc[1]["group"] == 0 and table.iloc[1]["n_items"] == 0


def test_no_model_and_one_model() -> None:
    nobody = rank(scored({"a": noisy(0.1)}).only([]), RISING)
    assert len(nobody.table) == 0 and nobody.first == () and not nobody.decided
    alone = rank(scored({"a": noisy(0.1)}), RISING)
    assert alone.first == ("a",) and alone.decided
    assert (row(alone, "a").rank_low, row(alone, "a").rank_high) == (1, 1)


@pytest.mark.parametrize("statistic", ["profile_match", "rank_match", "distance"])
def test_equal_weights_have_nothing_to_match(statistic: str) -> None:
    ranked = rank(scored({"a": noisy(0.1), "b": noisy(0.3)}), EQUAL, statistic)
    assert ranked.table["alignment"].isna().all() and (ranked.table["group"] == 0).all()
    assert ranked.first == ()


@pytest.mark.parametrize("statistic", STATISTICS)
def test_answers_that_never_vary_are_no_certainty(statistic: str) -> None:
    """Ten items that all agree say little about the next: no interval of no width, and no sure order."""
    shape = np.linspace(-0.3, 0.3, N)
    still = {"a": np.tile(shape + 0.02, (10, 1)), "b": np.tile(shape[[1, 0, 3, 2, *range(4, N)]], (10, 1))}
    ranked = rank(scored(still), RISING, statistic)
    assert (ranked.table["high"] - ranked.table["low"] > 0.1).all()
    assert not ranked.decided
    far = {"a": np.tile(np.sign(shape), (200, 1)), "b": np.tile(-np.sign(shape), (200, 1))}
    assert rank(scored(far), RISING, statistic).first == ("a",)


def simulate(truth: Floats, statistic: str, rounds: int = 4, models: int = 50, n: int = 30) -> pd.DataFrame:
    """Rankings, one below the other, of models that all have the same mean strengths and noise of their own."""
    rng = np.random.default_rng(n)
    tables = []
    for seed in range(rounds):
        cells = {f"m{i}": truth + rng.normal(0, 0.15, (n, N)) for i in range(models)}
        tables.append(rank(scored(cells, seed=seed), RISING, statistic).table)
    return pd.concat(tables)


# Two shapes over the values, each with mean 0 and variance 1: one follows the weights, the other ignores them.
ALONG = (RISING - RISING.mean()) / RISING.std()
ASIDE = np.array([2.0, -1, -2, -1, 2, 2, -1, -2, -1, 2]) / np.sqrt(2.8)


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("match", [0.0, 0.5, 0.95])
def test_alignment_intervals_hold_the_truth(statistic: str, match: float) -> None:
    """Profiles that correlate with the weights by 0, a half and nearly 1, where noise can only pull downward."""
    truth = 0.2 * (match * ALONG + np.sqrt(1 - match**2) * ASIDE)
    expected = float(STATISTICS[statistic][1](100 * truth, RISING))
    table = simulate(truth, statistic)
    held = (table["low"] - 1e-4 <= expected) & (expected <= table["high"] + 1e-4)
    assert held.mean() >= 0.905  # 0.95 less three standard errors of 200 models


@pytest.mark.parametrize("statistic", STATISTICS)
def test_equally_aligned_models_are_seldom_called_different(statistic: str) -> None:
    truth = 0.2 * (0.6 * ALONG + 0.8 * ASIDE)
    table = simulate(truth, statistic)
    sure = (table["rank_low"] - 1).sum() / (4 * 50 * 49 / 2)
    assert sure <= 0.07


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(sorted(STATISTICS)))
def test_group_and_rank_bounds_follow_one_rule(seed: int, statistic: str) -> None:
    rng = np.random.default_rng(seed)
    cells = {f"m{i}": noisy(rng.normal(0, 0.15, N), 15, seed + i) for i in range(5)}
    ranked = rank(scored(cells), RISING, statistic)
    table = ranked.table
    assert (np.diff(table["group"]) >= 0).all()
    assert ranked.decided == (len(ranked.first) == 1)
    assert table["model"].iloc[0] in ranked.first or table["rank_low"].iloc[0] > 1
    assert table["rank_low"].between(1, 5).all() and table["rank_high"].between(1, 5).all()
    assert (table["rank_low"] <= table["rank_high"]).all()
