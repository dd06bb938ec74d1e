"""Worst and best case, against scores of data in which the missing answers are filled in."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analysis.alignment import STATISTICS, rank
from core.analysis.bounds import LINEAR, Bounds, alignment_bounds, bounds, centred, reversible
from core.analysis.scores import Scores, score

VALUES = ("power", "care", "order")
NAN = np.nan
# items x epochs x values of one model; NaN where the question brought no reading
Answers = np.ndarray


def frames(models: dict[str, Answers]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What the store gives for these answers: mean strengths per item, and what was due."""
    items, due = [], []
    for model, answers in models.items():
        asked = answers.shape[1]
        for v, value in enumerate(VALUES):
            n = (~np.isnan(answers[:, :, v])).sum(axis=1)
            total = np.nansum(answers[:, :, v], axis=1)
            due.append((model, value, len(answers), asked * len(answers), (n / asked).sum(), (total / asked).sum()))
            items += [(model, f"i{i:03}", value, total[i] / n[i], n[i]) for i in range(len(answers)) if n[i]]
    columns = ["model", "value", "items", "asked", "read", "strength"]
    scored = pd.DataFrame(items, columns=["model", "item_id", "value", "strength", "n"])
    return scored, pd.DataFrame(due, columns=columns)


def found(models: dict[str, Answers], measure: str = "stance") -> tuple[Scores, Bounds]:
    items, due = frames(models)
    raw = score(items, VALUES, measure, due=due)
    return raw, bounds(raw, due)


def filled(answers: Answers, strength: float) -> Answers:
    return np.where(np.isnan(answers), strength, answers)


def mean_of(answers: Answers, measure: str = "stance") -> np.ndarray:
    mean: np.ndarray = score(frames({"m": answers})[0], VALUES, measure).mean[0]
    return mean


@st.composite
def partly_answered(draw: st.DrawFn, least: float = -1.0) -> Answers:
    """Up to 12 items asked up to 3 times; a question is read on all values or on none; at least one is."""
    seed, items, epochs = draw(st.integers(0, 10**6)), draw(st.integers(1, 12)), draw(st.integers(1, 3))
    rng = np.random.default_rng(seed)
    answers = rng.uniform(least, 1, (items, epochs, len(VALUES)))
    answers[rng.random((items, epochs)) < draw(st.floats(0, 0.9))] = NAN
    if np.isnan(answers).all():
        answers[0, 0] = rng.uniform(least, 1, len(VALUES))
    return answers


def test_by_hand() -> None:
    """Two items asked twice: the first read once with 0.5, the second never."""
    answers = np.full((2, 2, 3), NAN)
    answers[0, 0] = 0.5
    raw, case = found({"m": answers}, "presence")
    assert raw.mean[0] == pytest.approx(50) and raw.n_answers[0, 0] == 1 and raw.n_asked[0, 0] == 4
    assert case.low[0] == pytest.approx((25 + 0) / 2)
    assert case.high[0] == pytest.approx((75 + 100) / 2)
    assert case.missing[0] == pytest.approx(3 / 4)
    assert found({"m": answers})[1].low[0] == pytest.approx((25 - 50 - 100) / 2)


@pytest.mark.parametrize(("measure", "least"), [("stance", -1.0), ("presence", 0.0)])
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_they_are_the_scores_of_the_answers_filled_in_at_the_extremes(
    measure: str, least: float, data: st.DataObject
) -> None:
    answers = data.draw(partly_answered(least))
    _, case = found({"m": answers}, measure)
    assert case.low[0] == pytest.approx(mean_of(filled(answers, least), measure), abs=1e-4)
    assert case.high[0] == pytest.approx(mean_of(filled(answers, 1.0), measure), abs=1e-4)


@settings(max_examples=20, deadline=None)
@given(answers=partly_answered(), guess=st.floats(-1, 1))
def test_they_hold_the_score_and_every_other_filling_in(answers: Answers, guess: float) -> None:
    raw, case = found({"m": answers})
    assert (case.low <= raw.mean).all() and (raw.mean <= case.high).all()
    other = mean_of(filled(answers, guess))
    assert (case.low[0] - 1e-4 <= other).all() and (other <= case.high[0] + 1e-4).all()


@settings(max_examples=20, deadline=None)
@given(answers=partly_answered())
def test_their_width_is_the_share_missing_times_the_scale(answers: Answers) -> None:
    for measure, width in (("stance", 200), ("presence", 100)):
        _, case = found({"m": np.abs(answers)}, measure)
        assert case.high - case.low == pytest.approx(width * case.missing, abs=1e-4)
        assert case.missing[0] == pytest.approx(np.isnan(answers).mean(axis=(0, 1)))


@settings(max_examples=12, deadline=None)
@given(answers=partly_answered())
def test_nothing_missing_leaves_the_score_itself(answers: Answers) -> None:
    raw, case = found({"m": filled(answers, 0.3)})
    assert (case.low == raw.mean).all() and (case.high == raw.mean).all() and not case.missing.any()


@settings(max_examples=20, deadline=None)
@given(answers=partly_answered(), seed=st.integers(0, 1000))
def test_losing_one_more_answer_never_narrows_them(answers: Answers, seed: int) -> None:
    read = np.argwhere(~np.isnan(answers[:, :, 0]))
    if len(read) < 2:
        return
    fewer = answers.copy()
    fewer[tuple(read[seed % len(read)])] = NAN
    before, after = found({"m": answers})[1], found({"m": fewer})[1]
    assert (after.low <= before.low + 1e-4).all() and (after.high >= before.high - 1e-4).all()


def test_a_value_never_read_may_be_anything_and_one_never_asked_is_unknown() -> None:
    answers = np.full((4, 1, 3), 0.2)
    answers[:, :, 1] = NAN
    items, due = frames({"m": answers})
    due = due[due["value"] != "order"]
    raw = score(items[items["value"] != "order"], VALUES, "stance", due=due)
    case = bounds(raw, due)
    assert (case.low[0, 1], case.high[0, 1], case.missing[0, 1]) == (-100, 100, 1)
    assert np.isnan([case.low[0, 2], case.high[0, 2], case.missing[0, 2]]).all()


@settings(max_examples=20, deadline=None)
@given(answers=partly_answered())
@pytest.mark.long
def test_ipsatised_cases_are_reached_with_one_value_at_one_end_and_the_others_at_the_other(answers: Answers) -> None:
    case = centred(found({"m": answers})[1])
    for v in range(len(VALUES)):
        worst = np.where(np.isnan(answers), np.where(np.arange(len(VALUES)) == v, -1.0, 1.0), answers)
        best = np.where(np.isnan(answers), np.where(np.arange(len(VALUES)) == v, 1.0, -1.0), answers)
        assert case.low[0, v] == pytest.approx(mean_of(worst)[v] - mean_of(worst).mean(), abs=1e-4)
        assert case.high[0, v] == pytest.approx(mean_of(best)[v] - mean_of(best).mean(), abs=1e-4)


@pytest.mark.parametrize("statistic", sorted(LINEAR))
@settings(max_examples=20, deadline=None)
@given(answers=partly_answered(), raw_weights=st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_an_alignments_cases_hold_it_at_every_corner_and_are_reached(
    statistic: str, answers: Answers, raw_weights: list[float]
) -> None:
    weights = np.array(raw_weights) + 0.01
    weights /= weights.sum()
    raw, case = found({"m": answers})
    of = STATISTICS[statistic][1]
    (row,) = alignment_bounds(case, weights, statistic).to_dict("records")
    corners = [
        float(of(np.where(np.array(ends) > 0, case.high[0], case.low[0]), weights)) for ends in np.ndindex(2, 2, 2)
    ]
    assert (row["worst"], row["best"]) == pytest.approx((min(corners), max(corners)), abs=1e-6)
    assert row["worst"] - 1e-6 <= float(of(raw.mean[0], weights)) <= row["best"] + 1e-6
    assert row["missing"] == pytest.approx(case.missing[0, 0])


@pytest.mark.parametrize("statistic", sorted(set(STATISTICS) - LINEAR))
def test_no_bounds_are_made_up_for_other_statistics(statistic: str) -> None:
    _, case = found({"m": np.full((9, 1, 3), 0.2)})
    with pytest.raises(ValueError, match=statistic):
        alignment_bounds(case, np.full(3, 1 / 3), statistic)


def panel() -> dict[str, Answers]:
    """Three models: high 60, middle 50 with a quarter of its answers missing, low 10."""
    rng = np.random.default_rng(1)
    level = {"high": 0.6, "middle": 0.5, "low": 0.1}
    cells = {model: mean + rng.normal(0, 0.02, (40, 1, 3)) for model, mean in level.items()}
    cells["middle"][::4] = NAN
    return cells


def test_only_models_whose_cases_overlap_may_change_places() -> None:
    raw, case = found(panel())
    weights = np.array([0.5, 0.3, 0.2])
    ranked = rank(raw, weights)
    assert ranked.table["model"].tolist() == ["high", "middle", "low"]
    cases = alignment_bounds(case, weights)
    assert reversible(ranked, cases) == [("middle", "high")], "middle lies in 12.5 to 62.5"
    sure = cases.assign(best=np.where(cases["model"] == "middle", 59.0, cases["best"]))
    assert reversible(ranked, sure) == []
    every = cases.assign(worst=-100.0, best=100.0)
    assert reversible(ranked, every) == [("middle", "high"), ("low", "middle"), ("low", "high")]


def test_equal_models_with_nothing_missing_do_not_change_places() -> None:
    same = np.random.default_rng(2).uniform(0, 1, (20, 1, 3))
    raw, case = found({"a": same, "b": same})
    weights = np.full(3, 1 / 3)
    assert reversible(rank(raw, weights), alignment_bounds(case, weights)) == []


def test_models_that_cannot_be_ranked_have_no_place_to_change() -> None:
    few = {"a": np.full((3, 2, 3), 0.5), "b": np.full((3, 2, 3), 0.1)}
    few["b"][:, 1] = NAN
    raw, case = found(few)
    weights = np.full(3, 1 / 3)
    assert reversible(rank(raw, weights), alignment_bounds(case, weights)) == []


def test_a_choice_of_models_keeps_their_rows() -> None:
    _, case = found(panel())
    some = case.only(["low", "nobody", "middle"])
    assert some.models == ("low", "middle")
    frame = some.frame()
    assert frame["model"].tolist() == ["low"] * 3 + ["middle"] * 3 and frame["value"].tolist() == [*VALUES, *VALUES]
    row = frame[(frame["model"] == "middle") & (frame["value"] == "care")].iloc[0]
    place = case.models.index("middle")
    assert (row["worst"], row["best"], row["missing"]) == (case.low[place, 1], case.high[place, 1], 0.25)
