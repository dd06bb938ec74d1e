"""Agreement and consensus against their definitions, written out with loops over pairs and nothing shared with ours."""

from collections import Counter
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analysis.agreement import (
    Level,
    Weighting,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
)
from core.analysis.consensus import dawid_skene, majority

Rows = list[list[float]]
SCALE = (-1.0, -0.5, 0.0, 0.5, 1.0)
EXACT = 1e-9
X = float("nan")


def made(draw: st.DrawFn, scale: tuple[float, ...] = SCALE, missing: bool = True) -> Rows:
    coders, answers = draw(st.integers(2, 4)), draw(st.integers(2, 9))
    cell = st.sampled_from((*scale, X) if missing else scale)
    return [[draw(cell) for _ in range(coders)] for _ in range(answers)]


@st.composite
def with_holes(draw: st.DrawFn) -> Rows:
    return made(draw)


@st.composite
def whole(draw: st.DrawFn) -> Rows:
    return made(draw, missing=False)


def read_twice(rows: Rows) -> Rows:
    """Every answer's readings, without the missing ones, where there are two."""
    found = [[cell for cell in row if cell == cell] for row in rows]
    return [row for row in found if len(row) >= 2]


def alpha(rows: Rows, level: Level) -> float | None:
    """Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", by the coincidences of values."""
    coincidences: Counter[tuple[float, float]] = Counter()
    for row in read_twice(rows):
        for one, other in permutations(range(len(row)), 2):
            coincidences[row[one], row[other]] += 1 / (len(row) - 1)  # type: ignore[assignment]
    totals: Counter[float] = Counter()
    for (value, _), count in coincidences.items():
        totals[value] += count
    n, values = sum(totals.values()), sorted(totals)

    def apart(c: float, k: float) -> float:
        if level == "nominal":
            return float(c != k)
        if level == "interval":
            return (c - k) ** 2
        between = sum(totals[g] for g in values if min(c, k) <= g <= max(c, k))
        return (between - (totals[c] + totals[k]) / 2) ** 2

    observed = sum(count * apart(*pair) for pair, count in coincidences.items())
    expected = sum(totals[c] * totals[k] * apart(c, k) for c, k in product(values, values))
    return 1 - (n - 1) * observed / expected if expected else None


def kappa(rows: Rows, weighting: Weighting) -> float | None:
    """Cohen 1968: 1 - observed / expected disagreement of the first two coders."""
    both = [(row[0], row[1]) for row in rows if row[0] == row[0] and row[1] == row[1]]
    if not both:
        return None
    place = {value: at for at, value in enumerate(SCALE)}

    def apart(a: float, b: float) -> float:
        steps = abs(place[a] - place[b])
        return {"none": float(a != b), "linear": float(steps), "quadratic": float(steps**2)}[weighting]

    observed = sum(apart(a, b) for a, b in both) / len(both)
    expected = sum(apart(a, b) for a, _ in both for _, b in both) / len(both) ** 2
    return 1 - observed / expected if expected else None


def same(rows: Rows) -> float:
    """The share of pairs that agree, a mean over answers."""
    shares = [[a == b for a, b in permutations(row, 2)] for row in read_twice(rows)]
    return sum(sum(pairs) / len(pairs) for pairs in shares) / len(shares)


def ac1(rows: Rows) -> float:
    """Gwet 2008, with all places of the scale."""
    usable = read_twice(rows)
    chance = 0.0
    for value in SCALE:
        share = sum(row.count(value) / len(row) for row in usable) / len(usable)
        chance += share * (1 - share) / (len(SCALE) - 1)
    return (same(rows) - chance) / (1 - chance)


def fleiss(rows: Rows) -> float | None:
    """Fleiss 1971."""
    cells = [cell for row in rows for cell in row]
    chance = sum((cells.count(value) / len(cells)) ** 2 for value in set(cells))
    return (same(rows) - chance) / (1 - chance) if chance < 1 else None


def holds(found: float, expected: float | None) -> bool:
    return bool(np.isnan(found)) if expected is None else found == pytest.approx(expected, abs=EXACT)


@given(with_holes())
@settings(max_examples=20, deadline=None)
@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_alpha(level: Level, rows: Rows) -> None:
    expected = alpha(rows, level) if read_twice(rows) else None
    assert holds(krippendorff_alpha(np.array(rows), level).value, expected)


@given(with_holes())
@settings(max_examples=20, deadline=None)
@pytest.mark.parametrize("weighting", ["none", "linear", "quadratic"])
def test_cohens_kappa(weighting: Weighting, rows: Rows) -> None:
    first, second = np.array(rows)[:, :2].T
    assert holds(cohen_kappa(first, second, weighting, SCALE).value, kappa(rows, weighting))


@given(with_holes())
@settings(max_examples=20, deadline=None)
def test_ac1_and_percent(rows: Rows) -> None:
    if not read_twice(rows):
        assert np.isnan(gwet_ac1(np.array(rows), SCALE).value)
        return
    assert holds(gwet_ac1(np.array(rows), SCALE).value, ac1(rows))
    assert holds(percent_agreement(np.array(rows)).value, same(rows))


@given(whole())
@settings(max_examples=20, deadline=None)
def test_fleiss_kappa(rows: Rows) -> None:
    assert holds(fleiss_kappa(np.array(rows)).value, fleiss(rows))


# Dawid and Skene


def em(readings: list[list[int]], size: int, rounds: int, smoothing: float = 0.5) -> list[list[float]]:
    """Posteriors after so many rounds of EM, from the shares of the votes: sums and products, no logarithms."""
    judges = range(len(readings[0]))
    posterior = []
    for row in readings:
        votes = [row.count(k) for k in range(size)]
        posterior.append([count / sum(votes) for count in votes])
    for _ in range(rounds):
        prior = [smoothing + sum(row[k] for row in posterior) for k in range(size)]
        prior = [each / sum(prior) for each in prior]
        errors = {}
        for j, k in product(judges, range(size)):
            counts = [smoothing] * size
            for row, belief in zip(readings, posterior, strict=True):
                if row[j] >= 0:
                    counts[row[j]] += belief[k]
            errors[j, k] = [count / sum(counts) for count in counts]
        for at, row in enumerate(readings):
            joint = list(prior)
            for k, j in product(range(size), judges):
                if row[j] >= 0:
                    joint[k] *= errors[j, k][row[j]]
            posterior[at] = [each / sum(joint) for each in joint]
    return posterior


@pytest.mark.parametrize("seed", range(4))
def test_dawid_and_skene_is_em_to_its_end(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.choice(3, 50, p=[0.2, 0.5, 0.3])
    right = rng.random((50, 4)) < 0.8
    readings = np.where(right, truth[:, None], rng.integers(0, 3, (50, 4)))
    readings[rng.random((50, 4)) < 0.1] = -1
    readings[(readings < 0).all(axis=1), 0] = 1
    fit = dawid_skene(readings, 3, tolerance=1e-14, max_iterations=5000)
    assert fit.converged
    np.testing.assert_allclose(fit.posterior, em(readings.tolist(), 3, fit.iterations + 1), atol=EXACT)


def test_dawid_and_skene_where_all_agree_is_the_closed_form() -> None:
    """Without smoothing: the readings are the truth, the prior is their share, nobody errs, and all is as likely as
    drawing the ten answers from the prior."""
    readings = np.repeat(np.repeat([0, 1], [6, 4])[:, None], 3, axis=1)
    fit = dawid_skene(readings, 2, smoothing=1e-13, tolerance=1e-15)
    np.testing.assert_allclose(fit.posterior, np.eye(2)[readings[:, 0]], atol=EXACT)
    np.testing.assert_allclose(fit.prior, [0.6, 0.4], atol=EXACT)
    np.testing.assert_allclose(fit.confusion, np.repeat(np.eye(2)[None], 3, axis=0), atol=EXACT)
    assert fit.log_likelihood == pytest.approx(6 * np.log(0.6) + 4 * np.log(0.4), abs=EXACT)
    assert fit.category.tolist() == majority(readings, 2).category.tolist()
