"""What stored answers amount to: standings by every scoring, reliability, priming, values within a model."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from core.analysis import gaussian_skill
from core.analysis.bootstrap import Floats
from core.analysis.double_profile import double_profile
from core.analysis.expression import Expression, expression
from core.analysis.paired_comparison import strengths, win_rates
from core.analysis.standing import (
    EXPRESSED,
    SCORINGS,
    SHARE,
    STRENGTH,
    TEAMS,
    WITHIN,
    groups,
    standing,
    table,
    value_groups,
)

VALUES = tuple("abcdefghij")


def expressed(rates: Floats, questions: int, seed: int) -> Expression:
    """Models x values of known rates, each answering every question once."""
    rng = np.random.default_rng(seed)
    models, values = rates.shape
    cube = (rng.random((questions, models, values)) < rates).astype(float)
    names = tuple(f"m{n}" for n in range(models))
    asked = np.full(models, questions)
    return Expression(names, VALUES[:values], tuple(map(str, range(questions))), cube, cube, asked, ({},) * models)


def latent(models: int, sd: float, seed: int, base: float = 0.0) -> Floats:
    odds = base + sd * np.random.default_rng(seed).standard_normal((models, len(VALUES)))
    return np.asarray(1 / (1 + np.exp(-odds)))


def alpha(folds: Floats) -> float:
    """Cronbach's alpha of subjects x folds."""
    k = folds.shape[1]
    return float(k / (k - 1) * (1 - folds.var(axis=0, ddof=1).sum() / folds.sum(axis=1).var(ddof=1)))


def test_standings_rank_models_as_their_rates_do_where_team_skill_collapses() -> None:
    found, published = [], []
    for seed in range(2):
        rates = np.random.default_rng(seed).uniform(0.8, 0.98, (16, 1))
        world = expressed(rates, 500, seed)
        found.append(spearmanr(rates[:, 0], standing(world, EXPRESSED).mean[:, 0]).statistic)
        published.append(spearmanr(rates[:, 0], standing(world, TEAMS).mean[:, 0]).statistic)
    assert np.mean(found) >= 0.9 > 0.8 > np.mean(published)


def test_scores_of_two_hundred_questions_are_reliable() -> None:
    """Cronbach's alpha over five random folds, subjects are model x value (standard deviation of the log-odds .6)."""
    found = []
    for seed in range(3):
        cube = expressed(latent(16, 0.6, seed), 200, seed).expressed
        parts = np.array_split(np.random.default_rng(seed).permutation(200), 5)
        found.append(alpha(np.stack([win_rates(cube[part], n_draws=1).rate.reshape(-1) for part in parts], axis=1)))
    assert np.mean(found) >= 0.85


def test_a_primed_member_goes_up_on_its_value_and_not_on_the_opposite_ones() -> None:
    """Priming moves priorities on the circle of values: neighbours a little, those across the other way."""

    def rate(rates: Floats, seed: int) -> Floats:
        return win_rates(expressed(rates, 200, seed).expressed, n_draws=1).rate

    place = 2 * np.pi * np.arange(10) / 10
    for target in (0, 7):
        rates = latent(6, 0.7, target)
        before = rate(rates, target)
        odds = np.log(rates / (1 - rates))
        odds[2] += 3 * np.cos(place - place[target])
        after = rate(1 / (1 + np.exp(-odds)), target)
        gain = after[2] - before[2]
        assert gain[target] > 10 and after[:, target].argmax() == 2
        assert (gain[[(target + 4) % 10, (target + 5) % 10, (target + 6) % 10]] < 0).all()


def test_values_are_ranked_within_a_model_whatever_the_others_do() -> None:
    rates = np.array([np.linspace(0.1, 0.9, 10), np.linspace(0.9, 0.1, 10)])
    world = expressed(rates, 200, 1)
    scores = standing(world, WITHIN)
    assert spearmanr(scores.mean[0], rates[0]).statistic > 0.95 < spearmanr(scores.mean[1], rates[1]).statistic
    assert scores.mean.mean(axis=1) == pytest.approx([50, 50])
    alone = standing(world.only(["m0"]), WITHIN)
    assert np.allclose(alone.mean[0], scores.mean[0])
    first = value_groups(scores)
    assert first[0, 9] == 1 == first[1, 0] and first[0, 0] == first[0].max()


def test_equal_models_are_tied_and_a_value_that_all_express_is_not_certain() -> None:
    cube = np.tile((np.random.default_rng(0).random((40, 1, 2)) < 0.5).astype(float), (1, 3, 1))
    cube[:, :, 1] = 1.0
    cube[:5, 2] = np.nan
    world = Expression(
        ("m0", "m1", "m2"),
        ("a", "b"),
        tuple(map(str, range(40))),
        cube,
        cube,
        np.full(3, 40),
        ({}, {}, {"refused": 5}),
    )
    scores = standing(world, EXPRESSED)
    assert np.allclose(scores.mean, 50) and (scores.low < 50).all() and (scores.high > 50).all()
    assert (groups(scores) == 1).all()
    rows = table(world, scores)
    assert set(rows["ties"]) == {40} and set(rows["decided"]) == {0}
    assert rows[rows["model"] == "m2"][["n_items", "n_asked"]].to_numpy().tolist() == [[35, 40]] * 2


@pytest.mark.parametrize("scoring", list(SCORINGS))
def test_every_scoring_covers_its_estimate_and_needs_what_it_needs(scoring: str) -> None:
    world = expressed(latent(4, 0.8, 5)[:, :2], 60, 5)
    scores = standing(world, scoring)
    assert ((scores.low <= scores.mean) & (scores.mean <= scores.high)).all()
    if scoring in (EXPRESSED, STRENGTH, TEAMS):
        assert np.allclose(scores.mean.mean(axis=0), 50)
        assert np.isnan(standing(world.only(["m0"]), scoring).mean).all()
    if scoring == SHARE:
        assert np.allclose(scores.mean, 100 * world.expressed.mean(axis=0))


def test_the_fit_is_the_maximum_of_the_likelihood() -> None:
    """At the maximum each model has won as often as its strengths expect (Hunter 2004, eq. 3)."""
    wins = np.random.default_rng(3).integers(0, 30, (6, 6)).astype(float)
    np.fill_diagonal(wins, 0)
    p = strengths(wins, 0.25)
    won = wins + 0.25 * (1 - np.eye(6))
    assert ((won + won.T) * p[:, None] / (p[:, None] + p)).sum(axis=1) == pytest.approx(won.sum(axis=1), abs=1e-8)


def test_drawn_team_skill_of_one_order_is_the_skill_of_that_order() -> None:
    world = expressed(latent(5, 1.0, 2)[:, :3], 30, 2)
    rows = np.where(np.random.default_rng(1).random(world.expressed.shape) < 0.1, np.nan, world.expressed)
    rows = rows.swapaxes(1, 2)
    order = np.random.default_rng(7).integers(30, size=(30, 4))
    drawn = gaussian_skill.drawn(rows, 7, 4)
    for n in range(4):
        assert np.allclose(drawn[n], gaussian_skill.win_rates(gaussian_skill.skills(rows[order[:, n]])))


def frame(rows: Floats) -> pd.DataFrame:
    items, values = rows.shape
    wide = pd.DataFrame(rows, columns=list(VALUES[:values])).assign(item=[f"i{n}" for n in range(items)])
    return wide.melt("item", var_name="value", value_name="score")


def test_a_double_profile_finds_what_differs_and_no_more() -> None:
    """Its intervals of the difference cover the truth, and centring takes out what moves all values alike."""
    covered = []
    truth = np.array([0.2, 0.0, 0.0, -0.2])
    for seed in range(12):
        rng = np.random.default_rng(seed)
        first = 0.4 + rng.normal(0, 0.2, (40, 4))
        second = 0.5 + truth + rng.normal(0, 0.2, (25, 4))
        found = double_profile(frame(first), frame(second), VALUES[:4], seed=seed)
        covered += list((found.difference.low <= 100 * truth) & (100 * truth <= found.difference.high))
        assert found.difference.mean == pytest.approx(found.second.mean - found.first.mean)
    assert 0.9 <= np.mean(covered) <= 1.0
    rows = found.frame("everyday", "stress")
    assert rows["differs"].tolist()[0] == "yes" == rows["differs"].tolist()[3]
    assert set(rows["everyday_n"]) == {40} and set(rows["stress_n"]) == {25}
    raw = double_profile(frame(first), frame(second), VALUES[:4], centred=False)
    assert raw.difference.mean.mean() == pytest.approx(10, abs=4)
    few = double_profile(frame(first[:5]), frame(second), VALUES[:4])
    assert np.isnan(few.difference.low).all() and few.alike.reason and few.frame()["differs"].tolist() == [""] * 4


def test_answers_become_arrays_with_what_was_lost() -> None:
    rows = [
        ("m", "q1", "a", 1.0, 0.9, "ok"),
        ("m", "q1", "b", 0.0, 0.1, "ok"),
        ("m", "q2", "a", np.nan, np.nan, "refused"),
        ("m", "q2", "b", np.nan, np.nan, "refused"),
        ("n", "q1", "a", 0.5, 0.4, "ok"),
        ("n", "q1", "b", 0.0, 0.2, "ok"),
    ]
    found = expression(
        pd.DataFrame(rows, columns=["model", "question", "value", "expressed", "score", "outcome"]), ("a", "b")
    )
    assert found.expressed.shape == (2, 2, 2) and found.asked.tolist() == [2, 1] and found.scored.tolist() == [1, 1]
    assert found.lost == ({"refused": 1}, {}) and found.decided.tolist() == [[1, 0], [1, 0]]
    assert found.ties.tolist() == [0, 1] and found.only(["n"]).models == ("n",)
