"""Weights from profiles: closed forms, published figures, and what must hold for any profile."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UserError
from core.values.cultures import cultures, mean_of_countries, of_kind
from core.values.system import system
from core.values.weighting import (
    SCHEMES,
    Basis,
    distinctive,
    effective_number,
    equal,
    linear_rank,
    rank_order_centroid,
    ranks,
    sliders,
    softmax_inverse,
    softmax_weights,
    top_priority,
    weigh,
)

SHORT = [value.short for value in system("schwartz").values]
COUNTRIES = of_kind(cultures().values(), "country")
# On a grid, so that a constant neither makes nor breaks a tie.
MEANS = st.lists(st.integers(-250, 250).map(lambda cents: cents / 100), min_size=10, max_size=10)
SHARPNESS = st.floats(0.25, 10)
LINEAR = [(11 - r) / 55 for r in range(1, 11)]
CENTROID = [sum(1 / j for j in range(r, 11)) / 10 for r in range(1, 11)]


def test_softmax_weights_are_the_known_ones(shared_data: Path) -> None:
    """The known ones are rounded to 4 decimals."""
    with (shared_data / "cultures" / "culture_weights_softmax_T0.65.csv").open(encoding="utf-8", newline="") as file:
        known = {row["country_code"]: [float(row[code]) for code in SHORT] for row in csv.DictReader(file)}
    assert len(known) == len(COUNTRIES) == 31
    for profile in COUNTRIES:
        found = softmax_weights(profile.means)
        assert found == pytest.approx(known[profile.id.removeprefix("country:")], abs=6e-5)


def test_softmax_weights_of_all_countries_follow_the_formula_to_six_decimals(shared_data: Path) -> None:
    with (shared_data / "cultures" / "culture_profiles.csv").open(encoding="utf-8", newline="") as file:
        means = {(row["country_code"], row["value_code"]): float(row["mean"]) for row in csv.DictReader(file)}
    for profile in COUNTRIES:
        powers = [math.exp(means[profile.id[-2:], code] / 0.65) for code in SHORT]
        assert softmax_weights(profile.means) == pytest.approx([p / sum(powers) for p in powers], abs=1e-6)


def test_no_other_sharpness_comes_nearer_to_what_people_put_first() -> None:
    """T = .65 minimises the divergence from the top-priority shares over 30 countries."""
    known = [profile for profile in COUNTRIES if profile.top_share is not None]

    def divergence(T: float) -> float:
        return sum(
            float(np.sum(share * np.log(share / softmax_weights(profile.means, T))))
            for profile in known
            for share in [top_priority(profile.top_share or ())]
        )

    assert len(known) == 30
    assert min(np.arange(0.4, 1.0, 0.01), key=divergence) == pytest.approx(0.65, abs=0.0101)


def test_the_schemes_spread_weight_as_known() -> None:
    """Mean effective number of values over the 30 countries: softmax 7.5, linear 8.6, centroid 7.2, shares 7.4."""
    known = [profile for profile in COUNTRIES if profile.top_share is not None]
    reference = mean_of_countries(known)
    expected = {"equal": 10, "softmax": 7.5, "linear_rank": 8.6, "rank_order_centroid": 7.2, "top_priority": 7.4}
    for scheme, number in (expected | {"distinctive": 7.4}).items():
        spread = [effective_number(weigh(scheme, Basis(p.means, p.top_share, reference))) for p in known]
        assert np.mean(spread) == pytest.approx(number, abs=0.06), scheme


def test_rank_weights_are_the_closed_forms() -> None:
    means = [0.5 - 0.1 * place for place in range(10)]
    assert linear_rank(means) == pytest.approx(LINEAR)
    assert rank_order_centroid(means) == pytest.approx(CENTROID)
    assert rank_order_centroid([3, 2, 1]) == pytest.approx([11 / 18, 5 / 18, 2 / 18])
    assert linear_rank(means[::-1]) == pytest.approx(LINEAR[::-1])


def test_ties_share_the_mean_weight_of_their_ranks() -> None:
    assert linear_rank([1, 5, 1, 3]) == pytest.approx([0.15, 0.4, 0.15, 0.3])
    assert rank_order_centroid([2, 2, 1]) == pytest.approx([8 / 18, 8 / 18, 2 / 18])
    assert rank_order_centroid([0.0] * 10) == pytest.approx([0.1] * 10)
    assert ranks([0.3, 0.1 + 0.2, 9]).tolist() == [2.5, 2.5, 1]


def weighed(scheme: str, means: list[float], T: float | None = None) -> list[float]:
    reference = [0.0, 0.1, 0.2, 0.3, 0.4, -0.4, -0.3, -0.2, -0.1, 0.0]
    return weigh(scheme, Basis(means, np.exp(means).tolist(), reference), T).tolist()


@pytest.mark.parametrize("scheme", SCHEMES)
@settings(deadline=None)
@given(means=MEANS)
def test_weights_sum_to_one_and_are_not_negative(scheme: str, means: list[float]) -> None:
    weights = weighed(scheme, means)
    assert sum(weights) == pytest.approx(1, abs=1e-12)
    assert min(weights) >= 0
    assert 1 - 1e-9 <= effective_number(weights) <= 10 + 1e-9


@pytest.mark.parametrize("scheme", ["softmax", "linear_rank", "rank_order_centroid", "top_priority"])
@settings(deadline=None)
@given(means=MEANS)
def test_weights_keep_the_order_of_the_means(scheme: str, means: list[float]) -> None:
    assert ranks(weighed(scheme, means)) == pytest.approx(ranks(means))


@pytest.mark.parametrize("scheme", SCHEMES)
@settings(deadline=None)
@given(means=MEANS, constant=st.integers(-500, 500))
def test_weights_do_not_depend_on_how_the_means_were_centred(scheme: str, means: list[float], constant: int) -> None:
    assert weighed(scheme, [mean + constant / 100 for mean in means]) == pytest.approx(weighed(scheme, means), abs=1e-9)


@pytest.mark.parametrize("scheme", SCHEMES)
@settings(deadline=None)
@given(means=MEANS, data=st.data())
def test_weights_follow_their_values_into_any_order(scheme: str, means: list[float], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(10)))
    full = Basis(means, np.exp(means), np.linspace(-1, 1, 10))
    turned = Basis([means[i] for i in order], np.exp(means)[order], np.linspace(-1, 1, 10)[order])
    assert weigh(scheme, turned) == pytest.approx(weigh(scheme, full)[order])


@settings(deadline=None)
@given(means=MEANS, T=SHARPNESS)
def test_the_inverse_gives_the_profile_back_up_to_a_constant(means: list[float], T: float) -> None:
    back = softmax_inverse(softmax_weights(means, T), T)
    assert back == pytest.approx(np.array(means) - np.mean(means), abs=1e-9)
    assert softmax_inverse(sliders(softmax_weights(means, T)), T) == pytest.approx(back, abs=1e-9)


@settings(deadline=None)
@given(means=MEANS, T=SHARPNESS)
def test_more_sharpness_counts_fewer_values(means: list[float], T: float) -> None:
    sharp, mild = softmax_weights(means, T), softmax_weights(means, 2 * T)
    assert effective_number(sharp) <= effective_number(mild) + 1e-9


def test_sharpness_goes_from_equal_weights_to_the_first_alone() -> None:
    means = [0.1 * place for place in range(10)]
    assert softmax_weights(means, math.inf).tolist() == equal(means).tolist() == [0.1] * 10
    assert softmax_weights(means, 1e-6).tolist() == [0.0] * 9 + [1.0]
    assert effective_number(softmax_weights(means, 1e-6)) == 1


def test_distinctive_weights_are_equal_for_the_mean_of_countries_itself() -> None:
    mean = mean_of_countries(COUNTRIES)
    assert distinctive(mean, mean) == pytest.approx([0.1] * 10)
    sweden = cultures()["country:SE"].means
    apart = np.array(sweden) - np.array(mean)
    assert distinctive(sweden, mean) == pytest.approx(np.exp(4 * apart) / np.exp(4 * apart).sum())


def test_shares_are_taken_as_they_are() -> None:
    assert top_priority([2, 1, 1, 0]).tolist() == [0.5, 0.25, 0.25, 0]


def test_sliders_put_the_largest_at_100_and_keep_ratios() -> None:
    assert sliders([0.5, 0.25, 0.25]).tolist() == [100, 50, 50]


def test_a_given_sharpness_reaches_the_scheme_and_its_own_is_the_default() -> None:
    means = [0.1 * place for place in range(10)]
    assert weighed("softmax", means) == softmax_weights(means, 0.65).tolist()
    assert weighed("softmax", means, 0.3) == softmax_weights(means, 0.3).tolist()
    assert SCHEMES["distinctive"].T == 0.25
    assert [scheme for scheme, about in SCHEMES.items() if about.T is None] == [
        *("equal", "linear_rank", "rank_order_centroid", "top_priority")
    ]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_scheme_says_what_it_needs(scheme: str) -> None:
    about = SCHEMES[scheme]
    assert about.label and about.words.endswith(".") and about.latex.startswith("w_v = ")
    bare = Basis([0.0] * 10)
    if about.needs is None:
        assert weigh(scheme, bare).sum() == pytest.approx(1)
    else:
        with pytest.raises(UserError, match="choose another scheme"):
            weigh(scheme, bare)


@pytest.mark.parametrize("T", [0, -1, math.nan])
def test_a_sharpness_without_sense_is_refused(T: float) -> None:
    with pytest.raises(UserError, match="above 0"):
        softmax_weights([1, 2], T)
    with pytest.raises(UserError, match="above 0"):
        softmax_inverse([1, 2], T)
    with pytest.raises(UserError, match="above 0"):
        weigh("softmax", Basis([1, 2]), T)


def test_numbers_without_sense_are_refused() -> None:
    for means in ([], [1, math.nan], [math.inf, 1]):
        for function in (softmax_weights, softmax_inverse, linear_rank, rank_order_centroid, top_priority):
            with pytest.raises(UserError, match="finite number for every value"):
                function(means)
    with pytest.raises(UserError, match="weight above 0"):
        softmax_inverse([1, 0])
    for shares in ([0, 0], [2, -1]):
        with pytest.raises(UserError, match="must not be negative"):
            top_priority(shares)
    with pytest.raises(UserError, match="has 2 values, the profile 3"):
        distinctive([1, 2, 3], [1, 2])
    with pytest.raises(UserError, match="no weighting scheme 'x'; there are softmax, equal"):
        weigh("x", Basis([1, 2]))
