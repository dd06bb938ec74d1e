"""A new model on a pool: the questions that are asked first tell most, and what is left out is told with its error."""

from collections.abc import Callable

import numpy as np
import pytest
from pooled import MODELS, NEW, OPINIONS, Pool, pool

from core.analysis.adaptive import Sitting
from core.analysis.bootstrap import Floats
from core.analysis.latent_trait import GRID, Items, fit

THIRD = 200 // 3
Order = Callable[[Sitting, int], list[int]]


@pytest.fixture(scope="module")
def pools() -> list[Pool]:
    return [pool(seed) for seed in range(2)]


def adaptive(sitting: Sitting, count: int) -> list[int]:
    return sitting.next(min(4, count))


def sit(of: Pool, model: int, order: Order, most: int = THIRD) -> Sitting:
    sitting = Sitting(of.items)
    while len(sitting.taken) < most:
        for question in order(sitting, most - len(sitting.taken)):
            sitting.take(question, of.new[model, question], OPINIONS)
    return sitting


def test_a_third_of_the_questions_gives_the_whole_pools_profile(pools: list[Pool]) -> None:
    """The correlation over ten values, and the harder one of what sets models apart from the pool's mean."""
    rng = np.random.default_rng(0)

    def at_random(sitting: Sitting, count: int) -> list[int]:
        return [int(n) for n in rng.choice(200, count, replace=False)]

    found: dict[str, list[Floats]] = {"adaptive": [], "random": [], "plain": [], "whole": []}
    profiles, inside = [], []
    for of in pools:
        usual = of.shown.mean(axis=(0, 1, 2)) / OPINIONS
        for model in range(NEW):
            whole = of.new[model].mean(axis=0) / OPINIONS
            chosen, other = (sit(of, model, order).profile() for order in (adaptive, at_random))
            plain = of.new[model, rng.choice(200, THIRD, replace=False)].mean(axis=0) / OPINIONS
            for name, share in zip(found, (chosen.share, other.share, plain, whole), strict=True):
                found[name].append(share - usual)
            profiles.append(np.corrcoef(chosen.share, whole)[0, 1])
            inside.append((chosen.low <= whole) & (whole <= chosen.high))
    apart = {name: np.corrcoef(np.ravel(rows), np.ravel(found["whole"]))[0, 1] for name, rows in found.items()}
    assert np.mean(profiles) >= 0.95 and apart["adaptive"] >= 0.95
    assert apart["adaptive"] > apart["random"] > apart["plain"]
    assert np.mean(inside) >= 0.87  # of 120 intervals that share two pools; .94 over five pools


def test_it_stops_at_the_target_and_its_error_is_the_error_it_makes(pools: list[Pool]) -> None:
    used, off, said = [], [], []
    for of in pools:
        for model in range(NEW):
            sitting = Sitting(of.items)
            while batch := sitting.next(4, 0.025):
                for question in batch:
                    sitting.take(question, of.new[model, question], OPINIONS)
            profile = sitting.profile()
            assert sitting.reached(0.025) and profile.error.max() <= 0.025 and profile.asked == len(sitting.taken)
            used.append(profile.asked)
            off.append(profile.share - of.new[model].mean(axis=0) / OPINIONS)
            said.append(profile.error)
    assert max(used) <= THIRD
    assert np.sqrt(np.mean(np.square(off))) == pytest.approx(np.mean(said), rel=0.2)


def small() -> Sitting:
    rng = np.random.default_rng(1)
    level, slope = rng.normal(-1, 0.5, (3, 9)), rng.uniform(0.2, 1.2, (3, 9))
    errors = np.tile(np.array([[0.04, 0.01], [0.01, 0.03]]), (3, 9, 1, 1))
    return Sitting(Items(level, slope, errors, np.array([1.0, 0.8, 1.4])))


def test_a_batch_is_chosen_as_conditioning_on_each_answer_would() -> None:
    """Against the same choice by whole covariance matrices."""
    sitting = small()
    sitting.take(4, np.array([1.0, 0.0, 2.0]), 3.0)
    rest = [n for n in range(9) if n != 4]
    _, factor, noise = sitting._predicted(rest)
    cov = np.einsum("dqg,drg->dqr", factor, factor) + np.stack([np.diag(row) for row in noise])
    left, expected = list(range(8)), []
    for _ in range(5):
        total = cov[:, left][:, :, left].sum(axis=(1, 2))
        falls = [(cov[:, q, left].sum(axis=1) ** 2 / cov[:, q, q] / total).sum() for q in left]
        best = left[int(np.argmax(falls))]
        expected.append(rest[best])
        cov = cov - cov[:, :, [best]] * cov[:, [best]] / cov[:, best, best][:, None, None]
        left.remove(best)
    assert sitting.next(5) == expected


def test_once_all_is_asked_the_profile_is_what_was_said_and_nothing_is_left() -> None:
    sitting = small()
    said = np.random.default_rng(2).integers(0, 4, (9, 3)).astype(float)
    while batch := sitting.next(2):
        for question in batch:
            sitting.take(question, said[question], 3.0)
    profile = sitting.profile()
    assert profile.share == pytest.approx(said.mean(axis=0) / 3) and profile.error == pytest.approx(np.zeros(3))
    assert sitting.taken == tuple(range(9)) and sitting.reached(0.0)
    with pytest.raises(ValueError, match="asked already"):
        sitting.take(0, said[0], 3.0)


def test_a_refusal_says_nothing_and_is_not_asked_again() -> None:
    sitting = small()
    before, first = sitting.profile(), sitting.next(1)[0]
    sitting.take(first, np.zeros(3), 0.0)
    after = sitting.profile()
    assert after.share == pytest.approx(before.share) and (after.asked, after.unanswered) == (0, 1)
    assert first not in sitting.next(9) and len(sitting.next(9)) == 8
    assert np.all(after.error > 0)


def test_the_fit_finds_which_questions_tell_and_how_far_answers_vary(pools: list[Pool]) -> None:
    of = pools[0]
    texts = list(of.world._questions)[:200]
    true = np.array([of.world._questions[text][1] for text in texts]).T
    r = [np.corrcoef(found, there)[0, 1] for found, there in zip(of.items.slope, true, strict=True)]
    assert np.mean(r) > 0.6
    assert np.all((of.items.excess > 0.9) & (of.items.excess < 1.3))  # wordings move answers beyond chance
    half = np.full((2, 4, 6, 1), 1.5)  # all alike, always half: no answer varies
    assert fit(half, np.full((2, 4, 6), 3.0)).excess[0] < 0.1


def test_equal_questions_tell_equally_and_the_scale_is_the_pools() -> None:
    rng = np.random.default_rng(3)
    p = 1 / (1 + np.exp(-np.array([-1.2, -0.4, 0.4, 1.2])))
    shown = np.tile((p * 60)[:, None, None, None], (1, 1, 12, 1)) + 0 * rng.random((4, 1, 12, 1))
    items = fit(shown, np.full((4, 1, 12), 60.0))
    assert np.ptp(items.level) < 1e-6 and np.ptp(items.slope) < 1e-6
    at_zero = int(np.argmin(np.abs(GRID)))
    assert items.curves[0, 0, at_zero] == pytest.approx(0.5, abs=0.02)
    assert items.slope[0, 0] == pytest.approx(np.std([-1.2, -0.4, 0.4, 1.2]), rel=0.15)


def test_one_model_is_no_pool() -> None:
    with pytest.raises(ValueError, match="two models"):
        fit(np.ones((1, 1, 3, 2)), np.full((1, 1, 3), 3.0))
    with pytest.raises(ValueError, match="K x A x Q"):
        fit(np.ones((2, 3, 2)), np.ones((2, 3)))
    assert MODELS == 8
