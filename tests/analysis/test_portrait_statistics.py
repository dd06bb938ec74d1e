"""Correlations, tags, scorers and draws: closed forms and properties that hold for any bank."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from portrait_bank import made_answers, made_bank, random_answers
from scipy import stats

from core.analysis.portrait.answers import answers_of, joined
from core.analysis.portrait.chance import by_chance
from core.analysis.portrait.correlate import holm, interval, ipsatised, p_values, spearman
from core.analysis.portrait.profile import (
    difference_table,
    differences,
    profile,
    profiles,
    rank_table,
    similarity,
    table,
)
from core.analysis.portrait.scorers import SCORERS, offered, points
from core.analysis.portrait.tags import tagged
from core.errors import UserError
from core.items.bank import IPSATISED, PUBLISHED, VARIATIONS, Correlations, unknown
from core.items.dimensions import IDS, SYSTEMS, of_system

# Correlations


@settings(max_examples=40, deadline=None)
@given(
    arrays(np.float64, (12, 3), elements=st.integers(1, 6).map(float)),
    arrays(np.float64, (12, 2), elements=st.integers(-3, 3).map(float)),
)
def test_spearman_is_that_of_scipy_ties_and_all(ratings: np.ndarray, scales: np.ndarray) -> None:  # type: ignore[type-arg]
    found = spearman(ratings, scales)
    for i, d in itertools.product(range(3), range(2)):
        if np.ptp(ratings[:, i]) == 0 or np.ptp(scales[:, d]) == 0:
            assert np.isnan(found.rho[i, d]) and np.isnan(found.p[i, d])
            continue
        expected = stats.spearmanr(ratings[:, i], scales[:, d])
        assert found.rho[i, d] == pytest.approx(expected.statistic, abs=1e-12)
        if abs(expected.statistic) < 1 - 1e-9:
            assert found.p[i, d] == pytest.approx(expected.pvalue, abs=1e-12)


def test_people_who_did_not_rate_an_item_or_lack_a_scale_stay_out_of_it() -> None:
    rng = np.random.default_rng(0)
    ratings, scales = rng.integers(1, 7, (20, 4)).astype(float), rng.normal(size=(20, 2))
    ratings[:5, 0] = np.nan
    scales[15:, 1] = np.nan
    found = spearman(ratings, scales)
    assert found.n.tolist() == [15, 20, 20, 20]
    expected = stats.spearmanr(ratings[5:15, 0], scales[5:15, 1])
    assert found.rho[0, 1] == pytest.approx(expected.statistic, abs=1e-12)
    assert found.p[0, 1] == pytest.approx(expected.pvalue, abs=1e-12)
    alone = spearman(ratings[:3], scales[:3])
    assert np.isnan(alone.rho).all()


def test_p_is_one_without_a_correlation_and_symmetric() -> None:
    assert p_values(np.array([0.0]), 30)[0] == 1.0
    assert p_values(np.array([0.3, -0.3]), 47).tolist() == pytest.approx([0.0404] * 2, abs=2e-4)


def test_the_interval_at_47_people_reaches_down_to_nothing() -> None:
    low, high = interval(np.array([0.3]), np.array([47.0]))
    assert (round(float(low[0]), 2), round(float(high[0]), 2)) == (0.01, 0.55) or low[0] < 0.02 < 0.54 < high[0]
    assert np.isnan(interval(np.array([0.3]), np.array([3.0]))[0]).all()


def test_ipsatised_ratings_have_mean_zero_over_what_was_rated() -> None:
    ratings = np.array([[1.0, 3.0, np.nan], [6.0, 6.0, 6.0]])
    assert np.nansum(ipsatised(ratings), axis=1).tolist() == [0.0, 0.0]
    assert np.isnan(ipsatised(ratings)[0, 2])


@settings(max_examples=40, deadline=None)
@given(arrays(np.int64, (14, 12), elements=st.integers(1, 6)), st.integers(0, 2**14 - 1))
def test_equal_differences_from_the_own_mean_are_ties(ratings: np.ndarray, short: int) -> None:  # type: ignore[type-arg]
    """Reckoned in whole numbers: who rated n items has L (x - mean) = L x - (L / n) sum with L a multiple of n."""
    asked = np.ones(ratings.shape, dtype=bool)
    asked[[bool(short >> person & 1) for person in range(14)], 7:] = False
    n = asked.sum(axis=1, keepdims=True)
    whole = ratings * 84 - (ratings * asked).sum(axis=1, keepdims=True) * (84 // n)
    found = ipsatised(np.where(asked, ratings, np.nan))
    for item in range(12):
        here = asked[:, item]
        assert stats.rankdata(found[here, item]).tolist() == stats.rankdata(whole[here, item]).tolist()


def test_a_tag_needs_both_size_and_significance() -> None:
    found = unknown(4)
    found.rho[:, 0], found.p[:, 0] = [0.31, 0.30, 0.5, -0.4], [0.01, 0.01, 0.06, 0.01]
    assert tagged(found).positive[:, 0].tolist() == [True, False, False, False]
    assert tagged(found).negative[:, 0].tolist() == [False, False, False, True]
    assert tagged(found, max_p=None).positive[:, 0].tolist() == [True, False, True, False]
    assert not tagged(found).positive[:, 1].any()


# Chance


def test_chance_tags_as_many_items_as_p_allows() -> None:
    """Ratings that know nothing of scales: n = 30 people need rho > .361 for p < .05, which 2.5 % pass on one side."""
    rng = np.random.default_rng(3)
    ratings, scales = rng.normal(size=(60, 200)), rng.normal(size=(60, 3))
    groups = np.repeat([0, 1], 30)
    ratings[:30, 100:] = np.nan
    ratings[30:, :100] = np.nan
    found = by_chance(ratings, scales, groups, permutations=300)
    assert found.expected == pytest.approx([200 * 0.025] * 3, rel=0.15)
    again = by_chance(ratings, scales, groups, permutations=300)
    assert (found.expected == again.expected).all()


# Answers


def long(rows: list[tuple[str, str, str, float]], refused: bool = False) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["model", "item_id", "variation", "value"]).assign(refused=refused)


def test_answers_find_their_place_and_epochs_are_averaged() -> None:
    bank = made_bank(2, 2)
    rows = [("a", "q0-1", "v1", 6.0), ("a", "q0-1", "v1", 4.0), ("b", "q1-1", "v3_reversed", np.nan)]
    found = answers_of(bank, long([*rows, ("a", "elsewhere", "v1", 1.0), ("a", "q0-1", "v9", 1.0)]))
    assert found.models == ("a", "b")
    assert found.values[0, bank.places["q0-1"], 0] == 5.0 and np.isnan(found.values[1]).all()
    assert found.asked.sum() == 2 and not found.refused.any()
    refused = answers_of(bank, long([("a", "q0-1", "v1", np.nan)], refused=True))
    assert refused.refused.sum() == 1
    with pytest.raises(UserError, match=r"The answer of a to q0-1 \(v1\) is 7"):
        answers_of(bank, long([("a", "q0-1", "v1", 7.0)]))


def test_where_one_order_failed_the_other_does_not_count_alone() -> None:
    values = np.full((1, 1, 6), 2.0)
    values[0, 0, 1::2] = 4.0
    values[0, 0, 1] = np.nan
    answers = made_answers(values)
    assert answers.available[0, 0] == pytest.approx((2 * 3 + 4 * 2) / 5)
    assert answers.paired[0, 0] == 3.0
    forward_only = replace(answers, values=values * np.nan, asked=np.zeros(values.shape, dtype=bool))
    forward_only.asked[..., 0::2] = True
    forward_only.values[..., 0] = 5.0
    assert forward_only.paired[0, 0] == 5.0


def test_of_two_models_of_one_name_the_first_counts() -> None:
    bank = made_bank()
    one, two = random_answers(bank, 2, 1), random_answers(bank, 3, 2)
    both = joined(one, two)
    assert both.models == ("m0", "m1", "m2")
    assert (both.values[:2] == one.values).all() and (both.values[2] == two.values[2]).all()


# Scorers


def test_published_scores_are_means_less_the_mean_of_all_tagged_items_of_the_system() -> None:
    bank, answers = made_bank(), random_answers(made_bank())
    made = SCORERS["published"].make(bank, answers)
    assert made is not None
    found = points(bank, made)
    positive, x = bank.correlations[PUBLISHED].rho > 0.3, answers.values.mean(axis=2)
    for kind, model in itertools.product(SYSTEMS, range(3)):
        union = positive[:, of_system(kind)].any(axis=1)
        for column in of_system(kind):
            expected = x[model, positive[:, column]].mean() - x[model, union].mean()
            assert found.score[model, column] == pytest.approx(expected, abs=1e-12)
            assert found.sd[model, column] == pytest.approx(x[model, positive[:, column]].std(), abs=1e-12)


def test_weighted_and_bipolar_scores_by_their_formulas() -> None:
    bank, answers = made_bank(), random_answers(made_bank())
    rho, x = bank.correlations[PUBLISHED].rho, answers.paired
    weighted = points(bank, SCORERS["weighted"].make(bank, answers))  # type: ignore[arg-type]
    bipolar = points(bank, SCORERS["bipolar"].make(bank, answers))  # type: ignore[arg-type]
    expected = (x - x.mean(axis=1, keepdims=True)) @ rho / np.abs(rho).sum(axis=0)
    assert weighted.score == pytest.approx(expected, abs=1e-12)
    for model, column in itertools.product(range(3), range(len(IDS))):
        gap = x[model, rho[:, column] > 0.3].mean() - x[model, rho[:, column] < -0.3].mean()
        assert bipolar.score[model, column] == pytest.approx(gap, abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.floats(-2, 2))
def test_centred_scores_weighted_by_items_sum_to_zero_where_no_item_is_shared(seed: int, shift: float) -> None:
    """Sum rule: each tagged item once; and a constant added to all answers changes nothing."""
    bank = made_bank(seed=seed)
    rho = np.full(bank.correlations[PUBLISHED].rho.shape, 0.0)
    rho[np.arange(len(rho)), np.random.default_rng(seed).integers(0, 10, len(rho))] = 0.5
    alone = replace(bank, correlations={PUBLISHED: Correlations(rho, np.full_like(rho, 0.001), np.full(len(rho), 45))})
    answers = random_answers(bank, 2, seed)
    found = points(alone, SCORERS["published"].make(alone, answers))  # type: ignore[arg-type]
    ten = list(of_system("values"))
    assert np.nansum(found.score[:, ten] * found.n_items[:, ten], axis=1) == pytest.approx([0, 0], abs=1e-9)
    moved = replace(answers, values=answers.values + shift)
    again = points(alone, SCORERS["published"].make(alone, moved))  # type: ignore[arg-type]
    assert again.score == pytest.approx(found.score, abs=1e-9, nan_ok=True)


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(40)))
def test_the_order_of_items_changes_nothing(order: list[int]) -> None:
    bank, answers = made_bank(), random_answers(made_bank())
    known = bank.correlations[PUBLISHED]
    mixed = replace(
        bank,
        items=tuple(bank.items[n] for n in order),
        correlations={PUBLISHED: Correlations(known.rho[order], known.p[order], known.n[order])},
    )
    moved = replace(
        answers, values=answers.values[:, order], refused=answers.refused[:, order], asked=answers.asked[:, order]
    )
    for name in ("published", "weighted", "bipolar"):
        one, two = profile(bank, answers, name, n_draws=30), profile(mixed, moved, name, n_draws=30)
        assert two.points.score == pytest.approx(one.points.score, abs=1e-12, nan_ok=True)
        assert two.draws == pytest.approx(one.draws, abs=1e-9, nan_ok=True)


def test_an_unvalidated_bank_is_scored_by_what_was_written_and_by_nothing_else() -> None:
    bank = made_bank(validated=False)
    answers = random_answers(bank)
    assert offered(bank) == ("written",)
    assert "published" not in profiles(bank, answers, n_draws=10)
    with pytest.raises(UserError, match="needs correlations"):
        profile(bank, answers, "published")
    with pytest.raises(UserError, match="no scorer 'best'"):
        profile(bank, answers, "best")
    assert IPSATISED not in made_bank().correlations and "ipsatised" not in offered(made_bank())


def test_an_item_without_answers_counts_for_nothing() -> None:
    bank, answers = made_bank(), random_answers(made_bank())
    answers.values[0, 5] = np.nan
    made = SCORERS["published"].make(bank, answers)
    assert made is not None
    found = points(bank, made)
    tags = bank.correlations[PUBLISHED].rho > 0.3
    assert (found.n_items[1] - found.n_items[0] == tags[5]).all()
    assert not np.isnan(found.score).any()
    answers.values[0] = np.nan
    lost = SCORERS["published"].make(bank, replace(answers))
    assert np.isnan(points(bank, lost).score[0]).all()  # type: ignore[arg-type]


# Draws


def test_resampled_scores_are_those_of_the_resampled_queries() -> None:
    """A draw of each query twice is the sample itself; here each draw is compared with its own definition."""
    bank, answers = made_bank(6, 3), random_answers(made_bank(6, 3))
    found = profile(bank, answers, "published", seed=5, n_draws=20)
    rng = np.random.default_rng(5)
    positive, x = bank.correlations[PUBLISHED].rho > 0.3, answers.values.mean(axis=2)
    for draw in range(20):
        counts = np.bincount(rng.integers(6, size=6), minlength=6)[bank.queries]
        union = positive[:, of_system("values")].any(axis=1)
        column = int(np.argmax(positive[:, :10].sum(axis=0)))
        weights, whole = counts * positive[:, column], counts * union
        expected = np.nan if not weights.sum() else x[1] @ weights / weights.sum() - x[1] @ whole / whole.sum()
        assert found.draws[draw, 1, column] == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_few_queries_give_no_interval_and_ranks_stay_within_their_system() -> None:
    bank = made_bank(5, 8)
    found = profile(bank, random_answers(bank), "published", n_draws=50)
    assert np.isnan(found.low).all()
    rows = table(profile(made_bank(30), random_answers(made_bank(30)), "published", n_draws=50))
    for kind in SYSTEMS:
        ranks = rows[(rows["system"] == kind) & (rows["model"] == "m0")]["rank"]
        assert sorted(ranks) == list(range(1, len(of_system(kind)) + 1))
    assert (rows["rank_low"] <= rows["rank"]).mean() > 0.95 and (rows["low"] < rows["high"]).all()


def test_equal_models_differ_by_nothing_and_are_alike() -> None:
    bank = made_bank(20)
    one = random_answers(bank, 1)
    twin = made_answers(np.concatenate([one.values, one.values, 7 - one.values]), ("a", "b", "against"))
    found = profile(bank, twin, "published", n_draws=50)
    gap, _, _ = differences(found, "a", "b")
    assert (gap == 0).all()
    alike = similarity(found, "a", ("b", "against"), "values")
    assert alike["model"].tolist() == ["b", "against"] and alike["rho"].tolist() == pytest.approx([1.0, -1.0])
    assert rank_table({"published": found}, "a").equals(rank_table({"published": found}, "b"))


def test_variations_stand_in_pairs() -> None:
    assert all(second == first + "_reversed" for first, second in zip(VARIATIONS[0::2], VARIATIONS[1::2], strict=True))


def test_differences_carry_p_and_both_corrections() -> None:
    bank = made_bank(12, 4)
    base = random_answers(bank, 2).values
    base[1] = base[0]
    found = profile(bank, made_answers(np.concatenate([base, random_answers(bank, 1, 5).values])), "published")
    rows = difference_table(found, "m0", ["m1", "m2"], "values")
    same, other = rows[rows["other"] == "m1"], rows[rows["other"] == "m2"]
    assert same["p"].dropna().eq(1).all() and same["difference"].abs().max() == 0
    outside = (other["low"] > 0) | (other["high"] < 0)
    assert outside.any() and (other["p"] < 0.06)[outside].all() and other["p"].min() >= 0.0019
    assert not (rows["holm"] < rows["q"] - 1e-12).any() and not (rows["q"] < rows["p"] - 1e-12).any()


def test_holm_by_hand() -> None:
    assert holm(np.array([0.03, np.nan, 0.01, 0.04])).tolist()[::2] == pytest.approx([0.06, 0.03])
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
