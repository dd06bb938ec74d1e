"""The queue: blind, the same for everybody, disagreement first; and what a person says is kept whole."""

import json
from dataclasses import asdict

import pytest
from builders import add_reading, add_responses, add_run, response, suite

from core.errors import UserError
from core.recognition.base import Recognition, Stance, Verdict
from core.runs.labelling import Task, disagreeing, keep, next_task, skip
from core.store import labels, readings
from core.store.database import Store

A, B, C = "judge:a@1", "judge:b@1", "lexicon@1"
# Of power and security, by answer, as two judges see them: far apart on 3, a little on 1, alike on 2 and 4.
STANCES: dict[str, list[tuple[Stance, Stance]]] = {
    A: [("supports", "neutral"), ("opposes", "supports"), ("supports", "supports"), ("neutral", "neutral")],
    B: [("neutral", "neutral"), ("opposes", "supports"), ("opposes", "neutral"), ("neutral", "neutral")],
}


@pytest.fixture
def run(store: Store) -> Store:
    """Four answers that two judges read, and the token table, which measures something else."""
    add_run(store, of=suite(4))
    rows = [response(n, item_id=f"i{n}", text=f"Answer {n} 🤝 to all.", model="lab/secret") for n in range(1, 5)]
    add_responses(store, *rows)
    for judge, stances in STANCES.items():
        for row, (power, security) in zip(rows, stances, strict=True):
            found = (Recognition("power", power, 0.0), Recognition("security", security, 0.0))
            add_reading(store, row, Verdict("ok", found), judge)
    for row in rows:
        add_reading(store, row, Verdict("ok", (Recognition("power", "present", 0.123),)), C)
    return store


def drawn(store: Store, order: str, who: str = "ada") -> list[int]:
    """The answers as they come when each is skipped."""
    found = []
    while task := next_task(store, "r1", who, order):  # type: ignore[arg-type]
        found.append(task.trial_id)
        skip(store, task, who)
    return found


def test_those_on_which_readings_lie_furthest_apart_come_first_and_the_others_not_at_all(run: Store) -> None:
    assert set(disagreeing(run, "r1")) == {A, B}
    assert drawn(run, "disagreement") == [3, 1]
    assert sorted(drawn(run, "random")) == [2, 4], "what was skipped in one order is not asked in another"
    assert drawn(run, "random", "bob") == drawn(run, "random", "cy")


def test_one_reading_of_a_kind_cannot_disagree(run: Store) -> None:
    readings.replace(run, "r1", f"majority({A},{B})", readings.read_values(run, "r1", [A]).drop(columns="recogniser"))
    assert set(disagreeing(run, "r1")) == {A, B}, "what is put together of others is no reader of its own"
    run.writer.run(lambda con: con.execute("DELETE FROM recognised WHERE recogniser = ?", [B]))
    with pytest.raises(UserError, match="fewer than two readings"):
        next_task(run, "r1", "ada", "disagreement")


def test_a_task_tells_neither_whose_the_answer_is_nor_what_was_read_in_it(run: Store) -> None:
    task = next_task(run, "r1", "ada", "random")
    assert task and set(asdict(task)) == {"run_id", "trial_id", "scenario", "text", "drawn", "seed"}
    assert "secret" not in str(task) and "0.123" not in str(task) and "judge" not in str(task)


def test_what_a_person_says_is_kept_with_how_the_answer_was_drawn(run: Store) -> None:
    task = next_task(run, "r1", "ada", "least", 7)
    assert isinstance(task, Task)
    length = len(task.text)
    number = keep(
        run, task, "ada", {"power": {"stance": "opposes", "intensity": 1, "evidence": [[0, length]]}}, " Hm. "
    )
    table = labels.current(run, "r1").set_index("value")
    assert len(table) == 10 and set(table["label_id"]) == {number} and set(table["note"]) == {"Hm."}
    assert table.loc["power", ["drawn", "seed", "stance", "intensity"]].tolist() == ["least", 7, "opposes", 1]
    assert json.loads(table.loc["power", "evidence"]) == [[0, length]]
    for stated, note in (
        ({"power": {"stance": "opposes", "evidence": [[0, length + 1]]}}, ""),
        ({}, "x" * 2001),
        ({}, 5),
    ):
        with pytest.raises(UserError):
            keep(run, task, "bob", stated, note)
    assert labels.own(run, "r1", "bob") == (0, 0)
