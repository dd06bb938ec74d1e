import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from core.analysis import gaussian_skill
from core.analysis.gaussian_skill import Skill, match, skills, start
from core.analysis.paired_comparison import Floats, strengths, win_rates


def world(low: float, high: float, questions: int, seed: int, models: int = 16) -> tuple[Floats, Floats]:
    """Known rates, and what such models express: questions x models."""
    rng = np.random.default_rng(seed)
    rate = rng.uniform(low, high, models)
    return rate, (rng.random((questions, models)) < rate).astype(float)


def rho(a: Floats, b: Floats) -> float:
    return float(spearmanr(a, b).statistic)


def test_two_models_have_the_strengths_of_their_wins() -> None:
    p = strengths(np.array([[0.0, 30.0], [10.0, 0.0]]), prior=0.0)
    assert p[0] / p[1] == pytest.approx(3.0)
    assert np.mean(np.log(p)) == pytest.approx(0.0)


def test_whoever_always_wins_stays_finite_and_first() -> None:
    expressed = np.repeat([[[1.0], [0.0], [0.0]]], 20, axis=0)
    rates = win_rates(expressed, n_draws=20).rate[:, 0]
    assert np.isfinite(rates).all() and rates[0] > 95
    assert rates[1] == pytest.approx(rates[2]) and rates.mean() == pytest.approx(50)


@pytest.mark.parametrize(("low", "high"), [(0.8, 0.98), (0.02, 0.2), (0.2, 0.8)])
def test_models_are_ranked_as_their_rates_are(low: float, high: float) -> None:
    """As well as the shares themselves rank them: at 500 questions chance swaps close neighbours."""
    found, shares = [], []
    for seed in range(8):
        rate, expressed = world(low, high, 500, seed)
        found.append(rho(rate, win_rates(expressed[:, :, None], n_draws=2).rate[:, 0]))
        shares.append(rho(rate, expressed.mean(axis=0)))
    assert np.mean(found) >= 0.93 and np.mean(found) > np.mean(shares) - 0.01


def test_team_skill_collapses_where_nearly_all_express_a_value() -> None:
    """Why it is not the default: the published scheme on the same answers."""
    found, spread = [], []
    for seed in range(4):
        rate, expressed = world(0.8, 0.98, 500, seed)
        published = gaussian_skill.win_rates(skills(expressed))
        found.append(rho(rate, published))
        spread.append(np.ptp(published))
        fitted = win_rates(expressed[:, :, None], n_draws=2).rate[:, 0]
        assert np.ptp(fitted) > 3 * np.ptp(published)
    assert np.mean(found) < 0.8 and max(spread) < 20


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000))
def test_neither_the_order_of_questions_nor_of_models_matters(seed: int) -> None:
    _, expressed = world(0.2, 0.8, 40, seed, 5)
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(40), rng.permutation(5)
    rates = win_rates(expressed[:, :, None], n_draws=2).rate[:, 0]
    assert np.allclose(win_rates(expressed[rows][:, :, None], n_draws=2).rate[:, 0], rates, atol=1e-7)
    assert np.allclose(win_rates(expressed[:, columns][:, :, None], n_draws=2).rate[:, 0], rates[columns], atol=1e-7)


def test_intervals_cover_and_narrow_and_few_questions_have_none() -> None:
    truth = win_rates(world(0.2, 0.8, 40_000, 1, 6)[1][:, :, None], n_draws=2).rate[:, 0]
    rate = world(0.2, 0.8, 1, 1, 6)[0]
    covered = []
    for seed in range(40):
        expressed = (np.random.default_rng(100 + seed).random((150, 6)) < rate).astype(float)
        found = win_rates(expressed[:, :, None], seed, 200)
        covered += list((found.low[:, 0] <= truth) & (truth <= found.high[:, 0]))
    assert 0.89 <= np.mean(covered) <= 0.99
    assert np.isnan(win_rates(np.ones((7, 3, 1)), n_draws=2).low).all()


def test_an_answer_that_is_missing_is_no_loss() -> None:
    _, expressed = world(0.2, 0.8, 200, 3, 4)
    silent = np.concatenate([expressed, np.full((200, 4), np.nan)])
    assert np.allclose(win_rates(silent[:, :, None], n_draws=2).rate, win_rates(expressed[:, :, None], n_draws=2).rate)
    assert win_rates(silent[:, :, None], n_draws=2).n_items.tolist() == [[200]] * 4


def first(count: int, of: int) -> np.ndarray:
    return np.arange(of) < count


def test_matches_move_skills_as_the_reference_does() -> None:
    """Figures of the reference implementation at its defaults."""
    even = match(start(2), first(1, 2))
    assert even.mu - 25 == pytest.approx([4.205, -4.205], abs=2e-3)
    alone = match(start(16), first(1, 16))
    assert alone.mu[0] - 25 == pytest.approx(17.695, abs=2e-3)
    share = np.array([1.0, *[1 / 15] * 15])
    shared = match(start(16), first(1, 16), share)
    assert (shared.mu - 25)[:2] == pytest.approx([5.759, -0.384], abs=2e-3)
    assert match(start(16), first(15, 16)).mu[15] - 25 == pytest.approx(0.0, abs=1e-3)


def test_a_match_without_two_sides_changes_nothing() -> None:
    skill = Skill(np.array([20.0, 30.0]), np.array([8.0, 7.0]))
    assert match(skill, np.array([True, True])) is skill and match(skill, np.array([False, False])) is skill


def test_skill_win_rates_have_mean_fifty_and_who_sits_out_keeps_its_skill() -> None:
    expressed = np.array([[1.0, 0.0, np.nan], [1.0, 0.0, np.nan]])
    skill = skills(expressed)
    assert skill.mu[2] == 25.0 and skill.mu[0] > 25 > skill.mu[1]
    assert gaussian_skill.win_rates(skill).mean() == pytest.approx(50)
