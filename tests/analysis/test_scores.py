"""Scores of models on values, from mean strengths per item."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analysis.bootstrap import MIN_ITEMS
from core.analysis.scores import Scores, in_common, ipsatised, score

VALUES = ("power", "care", "order")


def rows(cells: dict[str, np.ndarray], n: int = 1, prefix: str = "i") -> pd.DataFrame:
    """Long rows from items x values matrices of strengths; NaN cells have no row."""
    found = [
        (model, f"{prefix}{i:03}", value, strength, n)
        for model, matrix in cells.items()
        for i, line in enumerate(matrix)
        for value, strength in zip(VALUES, line, strict=True)
        if not np.isnan(strength)
    ]
    return pd.DataFrame(found, columns=["model", "item_id", "value", "strength", "n"])


def random_cells(seed: int = 0, n_items: int = 20) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, (n_items, len(VALUES)))


def test_a_score_is_100_times_the_mean_over_items_with_its_counts() -> None:
    cells = random_cells()
    cells[3, 1] = np.nan
    found = score(rows({"b": cells, "a": -cells}, n=4), VALUES, "stance")
    assert found.models == ("a", "b") and found.values == VALUES
    assert found.mean[1] == pytest.approx(100 * np.nanmean(cells, axis=0), abs=1e-4)
    assert found.mean[0] == pytest.approx(-found.mean[1])
    assert found.n_items.tolist() == [[20, 19, 20]] * 2
    assert found.n_answers.tolist() == [[80, 76, 80]] * 2
    assert (found.low < found.mean).all() and (found.mean < found.high).all()
    assert found.draws.shape == (1000, 2, 3)


def test_an_item_counts_once_however_many_answers_it_has() -> None:
    once = rows({"a": random_cells()})
    often = once.assign(n=np.arange(len(once)) + 1)
    assert (score(once, VALUES, "stance").mean == score(often, VALUES, "stance").mean).all()


def test_the_order_of_the_rows_changes_nothing() -> None:
    frame = rows({"a": random_cells(1), "b": random_cells(2)})
    shuffled = frame.sample(frac=1, random_state=3)
    one, other = score(frame, VALUES, "stance"), score(shuffled, VALUES, "stance")
    assert (one.draws == other.draws).all() and (one.low == other.low).all()


def test_values_of_another_system_are_left_out_and_missing_ones_stay_missing() -> None:
    frame = rows({"a": random_cells()})
    found = score(frame, ("care", "freedom"), "stance")
    assert found.n_items.tolist() == [[20, 0]]
    assert np.isnan(found.mean[0, 1]) and np.isnan(found.low[0, 1]) and not np.isnan(found.low[0, 0])


@pytest.mark.parametrize("values", [VALUES, ("freedom", "fairness")])
def test_nothing_scored_yet_is_no_error(values: tuple[str, ...]) -> None:
    frame = rows({"a": random_cells()}) if values != VALUES else rows({})
    found = score(frame, values, "stance")
    assert found.mean.shape == (len(found.models), len(values))
    assert np.isnan(found.mean).all() and np.isnan(found.low).all()
    assert np.isnan(ipsatised(found).low).all()


def test_a_single_item_has_a_score_but_no_interval() -> None:
    found = score(rows({"a": random_cells(n_items=1)}), VALUES, "stance")
    assert not np.isnan(found.mean).any()
    assert np.isnan(found.low).all() and np.isnan(found.high).all()


def test_a_model_with_few_of_many_items_keeps_an_interval_of_its_own_width() -> None:
    """Its items are missing in some resamples altogether; that must not cost or narrow its interval."""
    few = random_cells(5, MIN_ITEMS)
    alone = score(rows({"few": few}), VALUES, "stance")
    among = score(
        pd.concat([rows({"few": few}), rows({"many": random_cells(6, 300)}, prefix="other")]), VALUES, "stance"
    )
    ratio = (among.high - among.low)[0] / (alone.high - alone.low)[0]
    assert ((ratio > 0.9) & (ratio < 1.35)).all()


def test_agreeing_items_never_give_a_zero_width_interval() -> None:
    found = score(rows({"a": np.full((12, 3), 0.3)}), VALUES, "presence")
    assert (found.high - found.low > 20).all()
    assert (found.low >= 0).all() and (found.high <= 100).all()
    centred = ipsatised(found)
    assert (centred.low < 0).all() and (centred.high > 0).all()


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_ipsatised_scores_sum_to_zero_in_every_draw(seed: int) -> None:
    found = ipsatised(score(rows({"a": random_cells(seed), "b": random_cells(seed + 1)}), VALUES, "stance"))
    assert found.mean.sum(axis=1) == pytest.approx(np.zeros(2), abs=1e-9)
    assert np.abs(found.draws.sum(axis=2)).max() < 1e-9
    assert (found.low <= found.mean).all() and (found.mean <= found.high).all()


def test_expressing_everything_more_leaves_the_ipsatised_scores_alone() -> None:
    cells = random_cells() / 2
    found = ipsatised(score(rows({"calm": cells, "loud": cells + 0.4}), VALUES, "stance"))
    assert found.mean[0] == pytest.approx(found.mean[1], abs=1e-4)


def test_without_one_value_there_are_no_ipsatised_scores() -> None:
    cells = random_cells()
    cells[:, 2] = np.nan
    found = ipsatised(score(rows({"part": cells, "whole": random_cells(2)}), VALUES, "stance"))
    assert np.isnan(found.mean[0]).all() and np.isnan(found.low[0]).all()
    assert not np.isnan(found.mean[1]).any()


@pytest.mark.parametrize(
    ("measure", "raw", "centred"), [("stance", (-100, 100), (-200, 200)), ("presence", (0, 100), (-100, 100))]
)
def test_the_range_of_a_score(measure: str, raw: tuple[float, float], centred: tuple[float, float]) -> None:
    found = score(rows({"a": random_cells()}), VALUES, measure)
    assert found.bounds == raw and ipsatised(found).bounds == centred


def test_some_models_in_the_order_asked_for() -> None:
    found = score(rows({name: random_cells(i) for i, name in enumerate("abc")}), VALUES, "stance")
    cut = found.only(["c", "nobody", "a"])
    assert cut.models == ("c", "a")
    for name in ("mean", "low", "high", "n_items", "n_answers"):
        assert (getattr(cut, name) == getattr(found, name)[[2, 0]]).all()
    assert (cut.draws == found.draws[:, [2, 0]]).all()
    assert found.only([]).models == ()


def test_the_frame_has_one_row_a_model_and_value() -> None:
    found: Scores = score(rows({"a": random_cells(1), "b": random_cells(2)}), VALUES, "stance")
    frame = found.frame().set_index(["model", "value"])
    assert len(frame) == 6
    assert frame.loc[("b", "care"), "score"] == found.mean[1, 1]
    assert frame.loc[("a", "order"), "high"] == found.high[0, 2]


def test_items_in_common_are_those_of_every_model() -> None:
    def rows(**items: str) -> pd.DataFrame:
        found = [
            (model, item, value) for model, named in items.items() for item in named for value in ("care", "power")
        ]
        return pd.DataFrame(found, columns=["model", "item_id", "value"]).astype("category")

    assert in_common(rows(a="xyz", b="xyz")) == (3, 3)
    assert in_common(rows(a="wxyz", b="yz", c="zab")) == (1, 2)
    assert in_common(rows(a="xy", b="ab")) == (0, 2)
    assert in_common(rows()) == (0, 0)
    some = rows(a="xyz", b="z", c="q")
    assert in_common(some[some.model != "c"]) == (1, 1)  # the category of c is still there
