"""A model beside people: Cohen's d, and indices whose values are known in closed form."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, pearsonr

from core.analysis.portrait.persona_humans import amplification, cohens_d, compare, correlation, distance, signs
from core.analysis.portrait.personas import Contrast, Effects
from core.values.cultures import cultures
from core.values.persona_groups import HumanGroup, shipped_group

WOMEN, MEN = shipped_group("gender:female"), shipped_group("gender:male")
assert WOMEN and MEN
D = cohens_d(WOMEN, MEN)[0]
numbers = st.lists(st.floats(-3, 3), min_size=10, max_size=10).map(np.array)


def effects_of(delta: np.ndarray, sd: np.ndarray, spread: float = 0.05, draws: int = 1000) -> Effects:
    """One contrast whose draws scatter by `spread` about `delta`."""
    rng = np.random.default_rng(0)
    drawn = delta + rng.normal(0, spread, (draws, 1, 10))
    counts = np.full((1, 10), 12)
    one = delta[None]
    return Effects(
        (Contrast("woman", "man", "gender"),),
        *(one, one, one, one, one, sd[None], counts, counts, counts, np.array([40]), np.full((1, 10), 11.0)),
        *(drawn, np.broadcast_to(sd, drawn.shape)),
    )


def test_cohens_d_of_the_shipped_groups() -> None:
    female, male = cultures()["gender:female"], cultures()["gender:male"]
    assert female.sds and male.sds
    at = 8  # benevolence: (0.89 - 0.7106) over the pooled sd of 0.6537 and 0.6369
    pooled = np.sqrt(
        ((female.n - 1) * female.sds[at] ** 2 + (male.n - 1) * male.sds[at] ** 2) / (female.n + male.n - 2)
    )
    assert D[at] == pytest.approx((0.89 - 0.7106) / pooled, abs=1e-9) == pytest.approx(0.278, abs=0.001)
    assert (D[[1, 2, 3, 4]] < 0).all() and (D[[5, 7, 8, 9]] > 0).all()
    with_few = HumanGroup("few", WOMEN.means, WOMEN.sds, 100, "")
    assert (cohens_d(with_few, with_few)[1] == pytest.approx(np.sqrt(0.02))) and (
        cohens_d(with_few, with_few)[0] == 0
    ).all()


@given(numbers, st.floats(-5, 5))
def test_amplification_is_the_factor_itself(d: np.ndarray, factor: float) -> None:
    if (d**2).sum() > 1e-6:
        assert amplification(factor * d, d) == pytest.approx(factor, abs=1e-9)
        assert amplification(d, d) == pytest.approx(1) and amplification(-d, d) == pytest.approx(-1)
    assert np.isnan(amplification(d, np.zeros(10)))


def test_a_model_that_shows_what_people_show_has_the_closed_forms() -> None:
    sd = np.array(cohens_d(WOMEN, MEN)[2])
    made = compare(effects_of(D * sd, sd), 0, WOMEN, MEN)
    assert np.allclose(made.z, made.d)
    assert made.amplification.value == pytest.approx(1) and made.r.value == pytest.approx(1)
    assert made.rmsd.value == pytest.approx(0, abs=1e-12) and made.variance.value == pytest.approx(1)
    assert (made.signs.agree, made.signs.n) == (10, 10) and made.signs.p == pytest.approx(2 / 1024)
    assert made.amplification.low < 1 < made.amplification.high and made.amplification.n_items == 40
    reverse = compare(effects_of(-2 * D * sd, sd / 2), 0, WOMEN, MEN)
    assert reverse.amplification.value == pytest.approx(-4) and reverse.r.value == pytest.approx(-1)
    assert reverse.signs.agree == 0 and reverse.variance.value == pytest.approx(0.25)


@given(numbers, numbers)
def test_r_and_signs_are_scipys(z: np.ndarray, d: np.ndarray) -> None:
    if z.std() > 1e-3 and d.std() > 1e-3:
        assert correlation(z, d) == pytest.approx(pearsonr(z, d).statistic, abs=1e-9)
    found = signs(z, d)
    if found.n:
        test = binomtest(found.agree, found.n)
        assert found.p == test.pvalue and found.low == test.proportion_ci().low <= found.agree / found.n <= found.high
    turned = signs(-z, d)
    assert turned.n == found.n and turned.agree == found.n - found.agree


def test_what_is_undefined_is_no_number() -> None:
    nothing, few = np.full(10, np.nan), np.array([1.0, 2.0] + [np.nan] * 8)
    for index in (amplification, correlation, distance):
        assert np.isnan(index(nothing, D))
    assert np.isnan(correlation(few, D)) and np.isnan(correlation(np.ones(10), D)) and signs(nothing, D).n == 0
    assert np.isnan(signs(nothing, D).p)
    made = compare(effects_of(np.full(10, 0.3), np.zeros(10)), 0, WOMEN, MEN)  # no spread to measure by
    assert np.isnan(made.z).all() and np.isnan(made.amplification.value) and made.amplification.reason
    same = compare(effects_of(D, np.ones(10)), 0, WOMEN, WOMEN)
    assert np.isnan(same.amplification.value) and same.amplification.reason == "The people do not differ."
    assert np.isnan(same.r.value) and same.rmsd.value == pytest.approx(np.sqrt((D**2).mean()))


def test_missing_values_stay_out_of_every_index() -> None:
    z = D * 2
    z[3] = np.nan
    known = ~np.isnan(z)
    assert amplification(z, D) == pytest.approx(2) and signs(z, D).n == 9
    assert distance(z, D) == pytest.approx(np.sqrt((D[known] ** 2).mean()))
    assert correlation(z, D) == pytest.approx(1)


def test_few_people_make_wide_intervals() -> None:
    sd = np.ones(10)
    few = [HumanGroup(group.name, group.means, group.sds, 60, "") for group in (WOMEN, MEN)]
    wide, narrow = compare(effects_of(D, sd), 0, *few).r, compare(effects_of(D, sd), 0, WOMEN, MEN).r
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)
