"""Prediction-powered means: another implementation's figures, what lambda does, and how often the interval holds."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import norm, t

from core.analysis.bootstrap import unseen
from core.analysis.estimates import FEW, Estimate
from core.analysis.ppi import PredictionPowered, ppi_mean

Floats = NDArray[np.float64]
REFERENCE = json.loads(Path(__file__).with_name("reference_figures.json").read_text())["powered"]
PEOPLE, MACHINE, REST = (np.array(REFERENCE[name]) for name in ("people", "machine", "rest"))
STANCE, SHARE = (-1.0, 1.0), (0.0, 1.0)
RATE = 0.3


def read(rng: np.random.Generator, n: int, hit: float = 0.85, false: float = 0.25) -> tuple[Floats, Floats]:
    """What people find in n answers, and a machine that finds it too often."""
    people = rng.random(n) < RATE
    return people.astype(float), (rng.random(n) < np.where(people, hit, false)).astype(float)


def powered(
    seed: int, n: int = 60, rest: int = 1000, hit: float = 0.85, power: float | None = None
) -> PredictionPowered:
    rng = np.random.default_rng(seed)
    people, machine = read(rng, n, hit)
    return ppi_mean(people, machine, read(rng, rest, hit)[1], SHARE, power=power)


def ends(found: Estimate) -> list[float]:
    return [found.value, found.low, found.high]


def half_width(found: PredictionPowered) -> float:
    return (found.mean.high - found.mean.low) / 2


@pytest.mark.parametrize("fixed", REFERENCE["fixed"])
def test_mean_and_error_equal_another_implementations(fixed: dict[str, float]) -> None:
    """Theirs divides variances by n where ours divides by n - 1, and takes normal quantiles where ours takes t's."""
    power = fixed["power"]
    found = ppi_mean(PEOPLE, MACHINE, REST, STANCE, power=power)
    assert found.mean.value == pytest.approx(fixed["mean"], abs=1e-9)
    low, high = fixed["interval"]  # type: ignore[misc]
    theirs = ((high - low) / 2 / norm.ppf(0.975)) ** 2
    rest = power**2 * REST.var() / 500
    error = np.sqrt((theirs - rest) * 60 / 59 + rest * 500 / 499)
    assert half_width(found) == pytest.approx(t.ppf(0.975, 59) * error, abs=1e-9)


def test_lambda_is_near_another_implementations_and_the_best_there_is() -> None:
    """Theirs pools the variance of the machine's readings over both parts, which dependent answers do not allow."""
    found = ppi_mean(PEOPLE, MACHINE, REST, STANCE)
    theirs = (REFERENCE["tuned"] - PEOPLE.mean()) / (REST.mean() - MACHINE.mean())
    assert found.power == pytest.approx(theirs, rel=0.1)
    assert found.mean.value == pytest.approx(REFERENCE["tuned"], abs=0.01)
    covariance = np.cov(PEOPLE, MACHINE)
    expected = covariance[0, 1] / (covariance[1, 1] + 60 / 500 * REST.var(ddof=1))
    assert found.power == pytest.approx(expected)
    widths = [half_width(ppi_mean(PEOPLE, MACHINE, REST, STANCE, power=p)) for p in np.linspace(0.01, 1, 100)]
    assert half_width(found) <= min(widths) + 1e-12
    assert found.power == pytest.approx(0.01 * (1 + np.argmin(widths)), abs=0.01)


def test_without_trust_the_people_alone_speak() -> None:
    alone = ppi_mean(PEOPLE, MACHINE, REST, STANCE, power=0.0)
    assert alone.mean == alone.people and alone.mean.value == pytest.approx(PEOPLE.mean())
    student = t.ppf(0.975, 59) * PEOPLE.std(ddof=1) / np.sqrt(60)
    assert half_width(alone) == pytest.approx(student)
    for rest in (REST[:0], REST[:7], np.full(100, np.nan), np.zeros(500)):
        found = ppi_mean(PEOPLE, MACHINE if rest.any() else np.zeros(60), rest, STANCE)
        assert found.power == 0 and ends(found.mean) == pytest.approx(ends(alone.mean))
    against = ppi_mean(PEOPLE, -PEOPLE, REST, STANCE)  # a machine that says the opposite is not turned round
    assert against.power == 0 and against.mean == alone.mean
    assert ppi_mean(PEOPLE, MACHINE, REST, STANCE).people == alone.people


def test_the_machine_by_itself_is_off_and_is_put_right() -> None:
    found = powered(0, n=400, rest=20_000)
    assert found.machine == pytest.approx(RATE * 0.85 + (1 - RATE) * 0.25, abs=0.01)
    assert found.mean.low <= RATE <= found.mean.high < found.machine
    assert half_width(found) < (found.people.high - found.people.low) / 2


def test_the_better_the_machine_the_narrower_the_interval() -> None:
    rng = np.random.default_rng(1)
    people = (rng.random(2000) < RATE).astype(float)
    widths, powers = [], []
    for noise in (0.5, 0.3, 0.1, 0.02):
        machine = np.abs(people - (rng.random(2000) < noise))
        found = ppi_mean(people[:100], machine[:100], machine[100:], SHARE)
        widths.append(half_width(found))
        powers.append(found.power)
    assert widths == sorted(widths, reverse=True) and powers == sorted(powers)
    assert widths[-1] < 0.5 * widths[0]


@given(st.integers(0, 10**6), st.floats(0.5, 1))
@settings(max_examples=30, deadline=None)
def test_ranges_and_what_it_does_not_depend_on(seed: int, hit: float) -> None:
    rng = np.random.default_rng(seed)
    people, machine = read(rng, 40, hit)
    rest = read(rng, 300, hit)[1]
    found = ppi_mean(people, machine, rest, SHARE)
    assert 0 <= found.mean.low <= found.mean.value <= found.mean.high <= 1 and 0 <= found.power <= 1
    order = rng.permutation(40)
    shuffled = ppi_mean(people[order], machine[order], rest[::-1], SHARE)
    scaled = ppi_mean(2 * people - 1, 2 * machine - 1, 2 * rest - 1, STANCE)
    for other, stretch, shift in ((shuffled, 1, 0), (scaled, 0.5, 0.5)):
        assert np.array(ends(other.mean)) * stretch + shift == pytest.approx(ends(found.mean))
        assert other.power == pytest.approx(found.power)
    assert half_width(found) <= (found.people.high - found.people.low) / 2 + 1e-9


def test_copies_of_an_answer_are_no_more_evidence() -> None:
    once = ppi_mean(PEOPLE, MACHINE, REST, STANCE, np.arange(60), np.arange(60, 560))
    assert once == ppi_mean(PEOPLE, MACHINE, REST, STANCE)
    twice = [np.tile(x, 2) for x in (PEOPLE, MACHINE, REST)]
    named = ppi_mean(*twice, STANCE, np.tile(np.arange(60), 2), np.tile(np.arange(60, 560), 2))
    assert (named.mean.value, named.power) == pytest.approx((once.mean.value, once.power))
    assert (named.mean.low, named.mean.high) == pytest.approx((once.mean.low, once.mean.high))
    assert named.mean.n_items == 60
    assert half_width(ppi_mean(*twice, STANCE)) == pytest.approx(half_width(once) / np.sqrt(2), rel=0.05)


def test_items_in_both_parts_are_known_as_the_same() -> None:
    """When the machine's readings hang on the item only, both parts see the same of it and nothing can be put right."""
    rng = np.random.default_rng(2)
    of_item = rng.random(50)
    people = np.clip(of_item + rng.normal(0, 0.1, 50), 0, 1)
    items = np.arange(50)
    shared = ppi_mean(people, of_item, np.tile(of_item, 4), SHARE, items, np.tile(items, 4), power=1.0)
    assert shared.mean.value == pytest.approx(people.mean())
    assert half_width(shared) == pytest.approx((shared.people.high - shared.people.low) / 2)


def test_readings_that_never_differ_are_not_certain() -> None:
    rng = np.random.default_rng(3)
    rest = (rng.random(5000) < RATE).astype(float)
    nobody = ppi_mean(np.zeros(50), rest[:50], rest, SHARE)
    hidden = float(unseen(np.array(50)))
    assert (nobody.mean.value, nobody.mean.low) == (0, 0)
    assert nobody.mean.high == pytest.approx(hidden)
    flawless = ppi_mean(rest[:50], rest[:50], rest, SHARE, power=1.0)
    sampling = t.ppf(0.975, 49) * rest.std(ddof=1) / np.sqrt(5000)
    assert flawless.mean.high - flawless.mean.value == pytest.approx(sampling + hidden)
    assert flawless.mean.value - flawless.mean.low == pytest.approx(sampling + hidden)


def test_what_is_missing_is_left_out_and_too_little_is_said() -> None:
    people, machine, rest = (np.append(x, np.nan) for x in (PEOPLE, MACHINE, REST))
    found = ppi_mean(np.append(people, 1), np.append(machine, np.nan), rest, STANCE)
    whole = ppi_mean(PEOPLE, MACHINE, REST, STANCE)
    assert ends(found.mean) == pytest.approx(ends(whole.mean))
    assert (found.power, found.machine) == pytest.approx((whole.power, whole.machine))
    few = ppi_mean(PEOPLE[:7], MACHINE[:7], REST, STANCE)
    assert few.mean.reason == FEW and few.mean.value == PEOPLE[:7].mean() and np.isnan(few.mean.low)
    assert ppi_mean(PEOPLE[:1], MACHINE[:1], REST, STANCE).mean.reason == FEW
    nobody = ppi_mean(PEOPLE[:0], MACHINE[:0], REST, STANCE)
    assert nobody.mean.reason and np.isnan(nobody.mean.value) and nobody.machine == pytest.approx(REST.mean())
    assert np.isnan(ppi_mean(PEOPLE[:0], MACHINE[:0], REST[:0], STANCE).machine)
    clustered = ppi_mean(PEOPLE, MACHINE, REST, STANCE, np.arange(60) % 7, np.arange(500))
    assert clustered.mean.reason == FEW and clustered.mean.n_items == 7


def test_items_must_be_named_for_both_parts_and_all_answers() -> None:
    with pytest.raises(ValueError, match="or of neither"):
        ppi_mean(PEOPLE, MACHINE, REST, STANCE, items=np.arange(60))
    with pytest.raises(ValueError, match="name one for each row"):
        ppi_mean(PEOPLE, MACHINE, REST, STANCE, np.arange(60), np.arange(3))


@pytest.mark.parametrize(("n", "hit"), [(30, 0.85), (60, 0.85), (150, 0.98), (60, 0.25)])
def test_intervals_hold_the_truth_19_times_in_20(n: int, hit: float) -> None:
    """Give or take three standard errors (0.005) of 2000 rounds, and 0.01 for what a share's skewness costs."""
    rounds = [powered(seed, n, hit=hit).mean for seed in range(2000)]
    assert 0.925 <= np.mean([e.low <= RATE <= e.high for e in rounds]) <= 0.975
    assert np.mean([e.value for e in rounds]) == pytest.approx(RATE, abs=0.006)


def clustered(seed: int, named: bool) -> PredictionPowered:
    """Four answers each to 40 labelled and 160 other questions; how much of the value lies in a question differs."""
    rng = np.random.default_rng(seed)
    chance = rng.beta(0.6, 1.4, 200).repeat(4)  # mean 0.3
    people = (rng.random(800) < chance).astype(float)
    machine = (rng.random(800) < 0.25 + 0.6 * chance).astype(float)
    items = np.arange(200).repeat(4)
    names = (items[:160], items[160:]) if named else (None, None)
    return ppi_mean(people[:160], machine[:160], machine[160:], SHARE, *names)


def test_intervals_hold_the_truth_only_when_answers_to_one_item_count_as_dependent() -> None:
    """1000 rounds: standard error 0.007."""
    named, unnamed = ([clustered(seed, known).mean for seed in range(1000)] for known in (True, False))
    assert 0.92 <= np.mean([e.low <= RATE <= e.high for e in named]) <= 0.975
    assert np.mean([e.low <= RATE <= e.high for e in unnamed]) < 0.87
