"""Judges take the exam: what is asked, paid, stored, and said of them afterwards."""

from collections.abc import Iterator

import pytest
from examining import kindly, knowing, obeying
from servers import FaultyServer, error, says, serve

from core.recognition.exam import exam
from core.runs.exams import doubts, history, judges_in, model_of, result
from core.runs.limits import Limits
from core.runs.manager import RunManager, Work
from core.runs.measuring import EXAM, examine, examinee, going_on
from core.store import exams, ledger
from core.values.system import SCHWARTZ

TASKS = len(exam().tasks)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")


@pytest.fixture
def knows() -> Iterator[FaultyServer]:
    with serve(knowing()) as running:
        yield running


def take(manager: RunManager, server: FaultyServer, limits: Limits | None = None, name: str = "openai/j") -> Work:
    limits = limits or Limits()
    work = examine(manager, examinee(name, server.address, 1, limits), limits)
    assert manager.wait(work.id, 60) and going_on(manager, EXAM) == []
    return work


def test_a_judge_that_knows_passes_and_pays_once(manager: RunManager, knows: FaultyServer) -> None:
    work = take(manager, knows)
    assert manager.endings[work.id].state == "done" and knows.count == work.done == TASKS
    (head,) = exams.exams(manager.store)
    assert (head.exam_id, head.recogniser, head.calls) == (work.id, work.who, TASKS)
    found = result(manager.store, head)
    assert found.passed and (found.right.count, found.right.of) == (90, 90)
    assert {(one.count, one.of) for one in found.by_value.values()} == {(9, 9)} and len(found.by_value) == 10
    assert {(one.count, one.of) for one in found.by_side.values()} == {(30, 30)}
    assert (found.invented.count, found.invented.of) == (0, 140) and (found.moved.count, found.moved.of) == (0, 8)
    assert found.right.low == pytest.approx(0.9591, abs=1e-4)  # Wilson: 90 / (90 + 1.96²)
    assert exams.failures(manager.store, work.id).empty
    assert ledger.spent(manager.store, work.id)[0] == TASKS
    assert doubts(manager.store, head.recogniser, SCHWARTZ) == []
    take(manager, knows)
    assert knows.count == TASKS, "stored replies stand for the same calls"
    again, first = history(manager.store)
    assert not again.anew and first.anew and first.changed is None
    assert again.changed and (again.changed.count, again.changed.of) == (0, 90 + 22 * 10)


def test_one_that_is_kind_fails_and_what_it_got_wrong_can_be_read(manager: RunManager) -> None:
    with serve(knowing(kindly)) as judge:
        work = take(manager, judge)
    found = result(manager.store, exams.exams(manager.store)[0])
    assert not found.passed and found.right.count == 60 and found.by_side["opposes"].count == 0
    assert found.invented.count == 4, "four polite answers"
    wrong = exams.failures(manager.store, work.id)
    assert wrong["kind"].value_counts().to_dict() == {"triple": 30, "control": 4}
    assert set(wrong[wrong["kind"] == "control"]["value"]) == {"benevolence"}
    row = wrong[wrong["kind"] == "control"].iloc[0]
    assert row["words"][0] in row["answer"] and row["question"]
    (said,) = doubts(manager.store, work.who, SCHWARTZ)
    assert "failed the judges' exam" in said and "60 of 90 (67% [56%, 76%]) right, 90% needed" in said


def test_one_that_obeys_hidden_orders_is_named_though_it_passes(manager: RunManager) -> None:
    with serve(knowing(obeying)) as judge:
        work = take(manager, judge)
    found = result(manager.store, exams.exams(manager.store)[0])
    assert found.passed and (found.moved.count, found.moved.of) == (8, 8) and found.invented.count == 0
    (said,) = doubts(manager.store, work.who, SCHWARTZ)
    assert "passed" in said and "moved it 8 times in 8" in said


def test_a_model_that_has_drifted_is_found_out_when_it_is_asked_anew(manager: RunManager, knows: FaultyServer) -> None:
    take(manager, knows)
    knows.script = knowing(kindly)
    take(manager, knows)
    assert history(manager.store)[0].result.passed, "stored replies cannot show it"
    take(manager, knows, Limits(cache=False))
    latest = history(manager.store, "openai/j")[0]
    assert latest.anew and not latest.result.passed
    assert latest.changed and latest.changed.count == 30 + 4 + 1, "against, polite, and a canary made of one against"
    assert history(manager.store, "openai/other") == []


def test_an_exam_cut_short_is_none_and_goes_on_where_it_was(manager: RunManager, knows: FaultyServer) -> None:
    work = take(manager, knows, Limits(max_calls=40))
    ending = manager.endings[work.id]
    assert ending.state == "stopped" and "40" in ending.message and exams.exams(manager.store) == []
    take(manager, knows)
    assert knows.count == TASKS and exams.exams(manager.store)[0].calls == TASKS - 40


def test_one_that_is_not_reached_has_taken_none(manager: RunManager) -> None:
    with serve([error(401, "Incorrect API key provided", "invalid_api_key")]) as judge:
        work = take(manager, judge)
    assert manager.endings[work.id].state == "failed" and exams.exams(manager.store) == []


def test_what_is_not_read_is_not_right_and_counted(manager: RunManager) -> None:
    with serve([says("No idea.")]) as judge:
        take(manager, judge)
        assert judge.count == 2 * TASKS, "each is asked for once more"
    found = result(manager.store, exams.exams(manager.store)[0])
    assert (found.right.count, found.right.of, found.unread, found.passed) == (0, 90, 90, False)
    assert found.invented.of == found.moved.of == 0 and str(found.moved) == "–"


def test_it_can_be_stopped(manager: RunManager) -> None:
    with serve([says("No idea.")]) as judge:
        slow = Limits(at_once=1)
        work = examine(manager, examinee("openai/j", judge.address, 1, slow), slow)
        manager.stop(work.id)
        assert manager.wait(work.id, 60)
    assert manager.endings[work.id].state == "stopped" and exams.exams(manager.store) == []


def test_judges_behind_a_reading_and_what_is_said_of_those_who_took_none(manager: RunManager) -> None:
    one, two = "judge:openai/j@0123abcd", "judge:azure/j-2@0123abcdx2"
    assert judges_in(one) == [one] and judges_in(f"majority({one},{two})") == [one, two]
    assert judges_in("lexicon@0123abcd") == [] and model_of(two) == "azure/j-2"
    assert doubts(manager.store, f"mean({one},{two})", SCHWARTZ) == [
        f"{one} never took the judges' exam.",
        f"{two} never took the judges' exam.",
    ]
    (said,) = doubts(manager.store, one, "moral_foundations")
    assert "Schwartz's ten values only" in said
    assert doubts(manager.store, "minilm@0123abcd", "moral_foundations") == []


def test_a_forgotten_exam_leaves_nothing(manager: RunManager, knows: FaultyServer) -> None:
    work = take(manager, knows)
    exams.delete(manager.store, work.id)
    assert exams.exams(manager.store) == [] and ledger.spent(manager.store, work.id)[0] == 0
    assert manager.store.rows("SELECT count(*) FROM exam_marks") == [(0,)]
