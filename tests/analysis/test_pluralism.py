"""Models against profiles: each column says what a ranking by that profile says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import made
from scipy.cluster.hierarchy import linkage

from core.analysis.alignment import CURVED, STATISTICS, rank, undefeated
from core.analysis.bootstrap import MIN_ITEMS
from core.analysis.pluralism import cluster_order, profile_map

RNG = np.random.default_rng(7)
WEIGHTS = RNG.dirichlet(np.ones(5), 4)
MEAN = RNG.normal(50, 6, (8, 5))


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("spread", [0.5, 4.0])
def test_each_column_is_the_ranking_by_its_profile(statistic: str, spread: float) -> None:
    scores = made(MEAN, spread)
    found = profile_map(scores, ["p", "q", "r", "s"], WEIGHTS, statistic)
    for p, weights in enumerate(WEIGHTS):
        ranked = rank(scores, weights, statistic)
        table = ranked.table.set_index("model").loc[list(scores.models)]
        for column, array in (("alignment", found.value), ("low", found.low), ("high", found.high)):
            assert array[:, p] == pytest.approx(table[column].to_numpy(), abs=1e-9)
        assert {m for m, first in zip(found.models, found.first[:, p], strict=True) if first} == set(ranked.first)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.1, 10), st.sampled_from(sorted(STATISTICS)))
def test_the_undefeated_are_those_than_which_no_other_is_surely_better(seed: int, spread: float, name: str) -> None:
    scores = made(np.random.default_rng(seed).normal(50, 4, (7, 5)), spread, seed=seed, draws=100)
    function, curved = STATISTICS[name][1], name in CURVED
    estimate, draws = function(scores.mean, WEIGHTS[0]), function(scores.draws, WEIGHTS[0])
    found = undefeated(estimate, draws, scores.n_items.min(axis=1), 2.0, curved)
    assert found.any()
    order = np.random.default_rng(seed).permutation(7)
    again = undefeated(estimate[order], draws[:, order], scores.n_items.min(axis=1), 2.0, curved)
    assert (again == found[order]).all()


def test_different_profiles_have_different_firsts_and_ties_are_told() -> None:
    mean = np.array([[80.0, 20, 20], [20, 80, 20], [20, 80.1, 20]])
    found = profile_map(made(mean, 3), ["p", "q"], np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1]]))
    assert found.first.tolist() == [[True, False], [False, True], [False, True]]
    assert found.tied.tolist() == [[False, False], [False, True], [False, True]]


def test_models_that_cannot_be_ranked_are_first_for_nobody() -> None:
    mean = np.array([[50.0, 50], [90, np.nan], [90, 95]])
    scores = made(mean, 1)
    scores.n_items[2] = MIN_ITEMS - 1
    found = profile_map(scores, ["p"], np.array([[0.5, 0.5]]))
    assert found.first[:, 0].tolist() == [True, False, False]
    assert np.isnan(found.value[1, 0]) and found.value[2, 0] == pytest.approx(92.5) and np.isnan(found.low[2, 0])


def test_the_order_of_the_values_does_not_matter() -> None:
    scores, order = made(MEAN, 2), np.array([3, 1, 4, 0, 2])
    turned = made(MEAN[:, order], 2)
    turned.draws[:] = scores.draws[..., order]
    for statistic in STATISTICS:
        one = profile_map(scores, list("pqrs"), WEIGHTS, statistic)
        other = profile_map(turned, list("pqrs"), WEIGHTS[:, order], statistic)
        assert other.value == pytest.approx(one.value) and other.low == pytest.approx(one.low)


def test_the_table_has_a_row_for_every_cell() -> None:
    found = profile_map(made(MEAN, 2), list("pqrs"), WEIGHTS)
    table = found.frame().set_index(["model", "profile"])
    assert len(table) == 8 * 4
    for m, p in ((0, 0), (3, 2), (7, 3)):
        row = table.loc[(found.models[m], found.profiles[p])]
        assert row["alignment"] == found.value[m, p] and row["may_be_first"] == found.first[m, p]
        assert row["n_items"] == 400


def test_nobody_and_no_profile() -> None:
    assert profile_map(made(MEAN, 1).only([]), ["p"], WEIGHTS[:1]).value.shape == (0, 1)
    assert profile_map(made(MEAN, 1), [], WEIGHTS[:0]).value.shape == (8, 0)


def test_the_clustered_order_puts_like_next_to_like_and_the_undefined_last() -> None:
    matrix = np.array([[9.0, 9], [1, 1], [np.nan, 1], [8.9, 9], [1.1, 1], [5, 5]])
    order = cluster_order(matrix).tolist()
    assert order[-1] == 2 and order[:2] in ([0, 3], [3, 0]) and order[2] == 5 and sorted(order[3:5]) == [1, 4]


@settings(deadline=None)
@given(st.permutations(range(6)))
def test_the_clustered_order_does_not_depend_on_the_rows_order(order: list[int]) -> None:
    line = np.array([[1.0], [2], [4], [8], [16], [32]])
    assert line[order][cluster_order(line[order])].ravel().tolist() == [32, 16, 8, 4, 2, 1]


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_few_rows_keep_their_order(rows: int) -> None:
    assert cluster_order(np.arange(2.0 * rows).reshape(rows, 2)).tolist() == list(range(rows))


def test_the_clustered_order_is_a_leaf_order_no_longer_than_the_plain_one() -> None:
    matrix = np.random.default_rng(3).normal(size=(30, 4))

    def length(order: np.ndarray) -> float:
        return float(np.linalg.norm(np.diff(matrix[order], axis=0), axis=1).sum())

    assert linkage(matrix, "average").shape == (29, 4)
    assert length(cluster_order(matrix)) < 0.8 * length(np.arange(30))
