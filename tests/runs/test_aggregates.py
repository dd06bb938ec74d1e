"""Readings compared with each other, and put together as one more reading."""

import json

import numpy as np
import pytest
from builders import add_reading, add_responses, add_run, response, suite

from core.errors import UserError
from core.recognition.base import Evidence, Recognition, Stance, Verdict
from core.runs.aggregates import MIN_FITTED, Rule, aggregate, comparable_singles, single
from core.runs.reader_agreement import agreement, pairs, verdict
from core.store import queries, readings, records
from core.store.database import Store
from core.values.system import system

IDS = system("schwartz").ids
A, B, C = "judge:a@1", "judge:b@1", "judge:c@1"
STRENGTH: dict[Stance, float] = {"supports": 1.0, "opposes": -0.5, "neutral": 0.0}


def taken(stance: Stance, span: tuple[int, int] = (0, 4)) -> Recognition:
    evidence = () if stance == "neutral" else (Evidence(*span),)
    return Recognition("power", stance, STRENGTH[stance], evidence)


def judge(store: Store, name: str, *stances: Stance, span: tuple[int, int] = (0, 4)) -> None:
    for number, stance in enumerate(stances, 1):
        rest = tuple(Recognition(value, "neutral", 0.0) for value in IDS if value != "power")
        add_reading(store, response(number), Verdict("ok", (taken(stance, span), *rest)), name)


@pytest.fixture
def read(store: Store) -> Store:
    """Four answers read by three judges, of whom the third read three."""
    add_run(store, of=suite(4))
    add_responses(store, *(response(number) for number in range(1, 5)))
    judge(store, A, "supports", "supports", "neutral", "opposes")
    judge(store, B, "supports", "opposes", "neutral", "opposes", span=(6, 9))
    judge(store, C, "neutral", "neutral", "neutral")
    return store


def power(store: Store, reading: str) -> dict[int, tuple[str, float, list[list[float]]]]:
    columns = "SELECT trial_id, stance, strength, evidence::VARCHAR FROM recognitions"
    rows = store.rows(f"{columns} WHERE recogniser = ? AND value = 'power'", [reading])
    return {row[0]: (row[1], row[2], [span[:2] for span in json.loads(row[3])]) for row in rows}


def test_majority_ties_are_neutral_and_evidence_is_of_those_who_share_the_stance(read: Store) -> None:
    name = aggregate(read, "r1", [B, A, C], "majority")
    assert name == f"majority({A},{B},{C})"
    assert power(read, name) == {
        1: ("supports", 1.0, [[0, 4], [6, 9]]),
        2: ("neutral", 0.0, []),
        3: ("neutral", 0.0, []),
        4: ("opposes", -0.5, [[0, 4], [6, 9]]),
    }
    assert len(read.rows("SELECT 1 FROM recognitions WHERE recogniser = ?", [name])) == 40


def test_mean_keeps_the_strength_of_all(read: Store) -> None:
    found = power(read, aggregate(read, "r1", [A, B, C], "mean"))
    assert [found[trial][0] for trial in (1, 2, 3, 4)] == ["supports", "supports", "neutral", "opposes"]
    assert found[1][1] == pytest.approx(2 / 3) and found[2][1] == pytest.approx(0.5 / 3) and found[4][1] == -0.5
    assert found[2][2] == [[0, 4]], "the words of the one who supports"


def test_dawid_skene_finds_what_two_of_three_hide(store: Store) -> None:
    add_run(store)
    rng, stances = np.random.default_rng(3), ("opposes", "neutral", "supports")
    truth = rng.integers(3, size=MIN_FITTED)
    rows = [response(number) for number in range(1, MIN_FITTED + 1)]
    add_responses(store, *rows)
    for name, accuracy in ((A, 0.95), (B, 0.6), (C, 0.6)):  # the majority follows the two careless judges
        for row, true in zip(rows, truth, strict=True):
            said = true if rng.random() < accuracy else rng.integers(3)
            found = Recognition("power", stances[said], float(said - 1))  # type: ignore[arg-type]
            store.writer.put(records.recognition(row, name, Verdict("ok", (found,))))
    assert store.writer.flush()
    with pytest.raises(UserError, match="Fewer than 3 judges"):
        aggregate(store, "r1", [A, B], "dawid-skene")
    right = {}
    for rule in ("majority", "dawid-skene"):
        found_by = power(store, aggregate(store, "r1", [A, B, C], rule))  # type: ignore[arg-type]
        right[rule] = np.mean([found_by[row.trial_id][0] == stances[t] for row, t in zip(rows, truth, strict=True)])
    assert right["dawid-skene"] > right["majority"] and right["dawid-skene"] > 0.9
    assert all(-1 <= strength <= 1 for _, strength, _ in found_by.values())


def test_dawid_skene_wants_many_answers(read: Store) -> None:
    with pytest.raises(UserError, match="needs 200 answers read by two or more; there are 4"):
        aggregate(read, "r1", [A, B, C], "dawid-skene")


def test_an_aggregate_is_chosen_and_made_anew_like_any_reading(read: Store) -> None:
    name = aggregate(read, "r1", [A, B], "majority")
    readings.choose(read, "r1", name)
    head = queries.run(read, "r1")
    assert (head.recogniser, head.measure) == (name, "stance")
    scores = queries.item_scores(read, ["r1"])
    assert scores.loc[scores["value"] == "power", "strength"].tolist() == pytest.approx([0.125])
    assert aggregate(read, "r1", [A, B], "majority") == name
    assert len(power(read, name)) == 4
    assert not single(name) and single(A)
    with pytest.raises(UserError, match="made of other readings"):
        aggregate(read, "r1", [name, C], "majority")


def test_presence_and_stance_are_not_mixed(read: Store) -> None:
    present = tuple(Recognition(value, "present", 0.9) for value in IDS)
    add_reading(read, response(1), Verdict("ok", present), "lexicon@1")
    with pytest.raises(UserError, match="are not mixed"):
        aggregate(read, "r1", [A, "lexicon@1"], "mean")
    with pytest.raises(UserError, match="are not mixed"):
        agreement(read, "r1", [A, "lexicon@1"])
    with pytest.raises(UserError, match="at least two"):
        agreement(read, "r1", [A])
    with pytest.raises(UserError, match="no reading 'judge:z@1'"):
        aggregate(read, "r1", [A, "judge:z@1"], "mean")


@pytest.mark.parametrize(("rule", "expected"), [("majority", ("present", 0.8)), ("mean", ("present", 0.6))])
def test_presence_is_put_together_too(store: Store, rule: Rule, expected: tuple[str, float]) -> None:
    add_run(store)
    add_responses(store, response(1))
    for name, stance, strength in (("x@1", "present", 0.9), ("y@1", "present", 0.7), ("z@1", "absent", 0.2)):
        add_reading(store, response(1), Verdict("ok", (Recognition("power", stance, strength),)), name)  # type: ignore[arg-type]
    ((stance, strength, _),) = power(store, aggregate(store, "r1", ["x@1", "y@1", "z@1"], rule)).values()
    assert stance == expected[0] and strength == pytest.approx(expected[1])


def test_agreement_by_value(read: Store) -> None:
    found = {one.value: one for one in agreement(read, "r1", [A, B])}
    assert list(found) == [*IDS, ""]
    assert found[""].answers == 4 and found[""].percent.value == pytest.approx((0.75 + 9) / 10)
    assert found["power"].percent.value == 0.75 and found["power"].kappa is not None
    assert found["power"].alpha.value < 0.667 and found["power"].verdict == "too low to rely on"
    assert np.isnan(found["security"].alpha.value) and found["security"].verdict == "undefined"
    assert found["security"].ac1.value == 1.0, "all neutral: AC1 can still be told"
    three = agreement(read, "r1", [A, B, C])[IDS.index("power")]
    assert three.kappa is None and three.answers == 4


def test_every_two_readings_are_compared(read: Store) -> None:
    found = {(one.one, one.other): one for one in pairs(read, "r1", [C, B, A])}
    assert list(found) == [(A, B), (A, C), (B, C)]
    (kappa,) = [one.kappa for one in found.values() if one.percent == found[A, B].percent]
    # 39 of 40 agree, one pair is as far apart as can be; by chance as the margins say
    shares = np.array([[1, 37, 2], [2, 37, 1]]) / 40
    expected = sum(abs(i - j) / 2 * shares[0, i] * shares[1, j] for i in range(3) for j in range(3))
    assert kappa.value == pytest.approx(1 - (1 / 40) / expected)
    assert comparable_singles(read, "r1") == [A, B, C]


@pytest.mark.parametrize(("alpha", "words"), [(0.8, "good"), (0.667, "tentative"), (0.66, "too low to rely on")])
def test_thresholds(alpha: float, words: str) -> None:
    assert verdict(alpha) == words
