"""One run, several readings: who reads, what it costs, what is kept, and who speaks for the run."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from builders import suite
from servers import Answer, FaultyServer, error, says, serve

from core.errors import UserError
from core.models.base import ModelSpec
from core.recognition import minilm
from core.runs.judge_checks import PADDING
from core.runs.limits import Limits
from core.runs.manager import RunManager
from core.runs.plan import Plan
from core.runs.rereading import Reader
from core.store import ledger, queries, readings
from core.store.database import Store
from core.store.summaries import refresh
from core.values.system import system

QUOTE = "help"
IDS = system("schwartz").ids


def judge_says(stances: Callable[[str], str]) -> Callable[[dict[str, Any]], Answer]:
    """A judge that takes a stance on every value, which depends on the whole request."""

    def script(request: dict[str, Any]) -> Answer:
        stance = stances(request["messages"][-1]["content"])
        one = {"rationale": "r", "stance": stance, "intensity": 2, "confidence": "high"}
        evidence = [] if stance == "neutral" else [{"quote": QUOTE, "polarity": stance}]
        found = [{"value": value, "evidence": evidence, **one} for value in IDS]
        return says(json.dumps({"refusal": False, "readings": found}))

    return script


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")


@pytest.fixture
def model() -> Iterator[FaultyServer]:
    with serve([says("I would help her, and keep my promise to the others too.")]) as running:
        yield running


@pytest.fixture
def run_id(manager: RunManager, model: FaultyServer) -> str:
    """An ended run of four answers, read offline."""
    started = manager.start(Plan("p", suite(4), (ModelSpec("openai/m", model.address),), probes=0))
    assert manager.wait(started, 60)
    return started


def judged(server: FaultyServer, name: str = "openai/j", passes: int = 1) -> Reader:
    return Reader(f"judge:{name}", server.address, passes)


def read(manager: RunManager, run_id: str, reader: Reader, **more: Any) -> str:
    reading = manager.read_again(run_id, reader, **more)
    assert manager.wait(run_id, 60)
    return reading


def scores(store: Store, run_id: str) -> set[float]:
    refresh(store, [run_id])
    return set(queries.item_scores(store, [run_id])["strength"])


def test_a_run_is_read_again_without_asking_its_models(manager: RunManager, model: FaultyServer, run_id: str) -> None:
    store, asked = manager.store, model.count
    (before,) = readings.readings_of(store, run_id)
    first = scores(store, run_id)
    with serve(judge_says(lambda _: "supports")) as judge:
        reading = read(manager, run_id, judged(judge))
        assert (model.count, judge.count) == (asked, 4)
        kept, again = readings.readings_of(store, run_id)
        assert kept == before and again.recogniser == reading
        assert (again.measure, again.read, again.missing, again.state) == ("stance", 4, 0, "done")
        assert scores(store, run_id) == first, "the first reading speaks until another is chosen"
        assert queries.run(store, run_id).state == "done"
        replies = store.rows("SELECT replies FROM recognised WHERE recogniser = ?", [reading])
        assert {json.loads(reply)["refusal"] for (said,) in replies for reply in said} == {False} and len(replies) == 4
        assert store.rows("SELECT DISTINCT replies FROM recognised WHERE recogniser <> ?", [reading]) == [(None,)]
        assert ledger.spending(store, run_id).set_index("role").loc["judge", "calls"] == 4
        read(manager, run_id, judged(judge))
        assert judge.count == 4, "nothing is read twice"


def test_the_chosen_reading_speaks_and_the_other_can_again(manager: RunManager, run_id: str) -> None:
    store = manager.store
    first, offline = scores(store, run_id), queries.run(store, run_id).recogniser
    old = queries.data_version(store, [run_id])
    with serve(judge_says(lambda _: "opposes")) as judge:
        reading = read(manager, run_id, judged(judge))
    readings.choose(store, run_id, reading)
    assert scores(store, run_id) == {-1.0} and queries.data_version(store, [run_id]) != old
    head = queries.run(store, run_id)
    assert (head.recogniser, head.measure) == (reading, "stance")
    trial = store.rows("SELECT min(trial_id) FROM responses", [])[0][0]
    assert set(queries.readings(store, run_id, [trial])["recogniser"]) == {reading}
    assert len(queries.readings(store, run_id, [trial])) == len(IDS)
    assert int(queries.progress(store, run_id)["ok"].sum()) == 4
    assert len(queries.export(store, run_id)) == 4
    readings.choose(store, run_id, offline)
    assert scores(store, run_id) == first and queries.run(store, run_id).measure == "presence"
    with pytest.raises(UserError, match="has no reading 'nobody'"):
        readings.choose(store, run_id, "nobody")


def test_a_run_goes_on_with_its_own_recogniser_whoever_speaks(manager: RunManager, run_id: str) -> None:
    with serve(judge_says(lambda _: "supports")) as judge:
        readings.choose(manager.store, run_id, read(manager, run_id, judged(judge)))
        manager.resume(run_id)
        assert manager.wait(run_id, 60) and queries.run(manager.store, run_id).state == "done"
        assert judge.count == 4


def test_what_a_judge_that_fails_left_is_read_when_it_is_back(manager: RunManager, run_id: str) -> None:
    store = manager.store
    with serve(lambda _: error(404, "The model `j` does not exist", "model_not_found")) as away:
        reading = read(manager, run_id, judged(away))
    found = readings.readings_of(store, run_id)[1]
    assert (found.state, found.read, found.missing) == ("incomplete", 0, 4) and "4 answers" in found.message
    with pytest.raises(UserError, match="no values yet"):
        readings.choose(store, run_id, reading)
    assert queries.run(store, run_id).state == "done"
    with serve(judge_says(lambda _: "neutral")) as back:
        assert read(manager, run_id, judged(back)) == reading
        assert back.count == 4
    assert (readings.readings_of(store, run_id)[1].state, readings.failed(store, run_id, reading)) == ("done", 0)


def test_two_passes_are_another_reading_and_the_budget_holds(manager: RunManager, run_id: str) -> None:
    with serve(judge_says(lambda _: "supports")) as judge:
        spent = ledger.spent(manager.store, run_id)[0]
        two = read(manager, run_id, judged(judge, passes=2), limits=Limits(max_calls=spent + 5))
        assert two.endswith("x2") and judge.count == 5
        found = readings.readings_of(manager.store, run_id)[1]
        assert found.state == "stopped" and "limit of" in found.message and found.missing >= 2
        read(manager, run_id, judged(judge, passes=2), limits=Limits())
        assert judge.count == 8, "what the first try had was stored"
        assert readings.readings_of(manager.store, run_id)[1].missing == 0


@pytest.mark.parametrize("judge", ["openai/m", "azure/M", "openrouter/openai/m"])
def test_a_judge_judges_itself_only_if_one_insists(manager: RunManager, run_id: str, judge: str) -> None:
    with pytest.raises(UserError, match="would judge itself: openai/m"):
        manager.read_again(run_id, Reader(f"judge:{judge}", "http://127.0.0.1:1/v1"))
    assert [one.recogniser for one in readings.readings_of(manager.store, run_id) if not one.speaks] == []


def test_one_may_insist(manager: RunManager, run_id: str) -> None:
    with serve(judge_says(lambda _: "supports")) as judge:
        read(manager, run_id, judged(judge, "openai/m"), insisted=True)
        assert judge.count == 4


@pytest.mark.parametrize(
    ("reader", "said"),
    [
        (Reader(""), "No recogniser"),
        (Reader("judge:openai/j", None, 6), "1 to 5 passes"),
        (Reader("lexicon", None, 2), "Only a judge"),
        (Reader("nobody"), "no recogniser 'nobody'"),
        (Reader("judge: "), "no model"),
    ],
)
def test_readers_that_cannot_read(manager: RunManager, run_id: str, reader: Reader, said: str) -> None:
    with pytest.raises(UserError, match=said):
        manager.read_again(run_id, reader)


def test_the_second_offline_recogniser_reads_or_says_what_is_missing(manager: RunManager, run_id: str) -> None:
    if minilm.fallback():
        with pytest.raises(UserError, match="not installed"):
            manager.read_again(run_id, Reader("minilm"))
        return
    reading = read(manager, run_id, Reader("minilm"))
    assert reading.startswith("minilm@")
    assert [one.read for one in readings.readings_of(manager.store, run_id)] == [4, 4]


def test_a_deleted_run_leaves_no_reading(manager: RunManager, run_id: str) -> None:
    with serve(judge_says(lambda _: "supports")) as judge:
        read(manager, run_id, judged(judge))
    manager.delete(run_id)
    assert manager.store.rows("SELECT count(*) FROM readings") == [(0,)]


# Does a reading hang on what should not matter?


def probed(manager: RunManager, run_id: str, server: FaultyServer, answers: int = 3) -> dict[str, dict[str, Any]]:
    name = manager.check_judge(run_id, judged(server), answers)
    assert manager.wait(run_id, 60)
    rows = readings.checks(manager.store, [name]).to_dict("records")
    return {row["probe"]: {str(cell): row[cell] for cell in row} for row in rows}


def order_of(content: str) -> list[str]:
    """The values in the order in which a judge was told them."""
    return sorted(IDS, key=lambda value: content.index(value))


def test_a_judge_that_minds_nothing_passes_its_check(manager: RunManager, run_id: str) -> None:
    with serve(judge_says(lambda _: "supports")) as judge:
        found = probed(manager, run_id, judge)
        assert judge.count == 9, "each of three answers as it is, in another order, and padded"
        read(manager, run_id, judged(judge))
        assert judge.count == 10, "the plain readings are stored replies by now"
    for row in found.values():
        assert (row["answers"], row["stances"], row["changed"], row["taken"]) == (3, 30, 0, 30)
    assert set(found) == {"order", "length"} and manager.endings[run_id].state == "done"
    assert queries.run(manager.store, run_id).state == "done"


def test_a_judge_that_likes_long_answers_is_found_out(manager: RunManager, run_id: str) -> None:
    with serve(judge_says(lambda content: "supports" if PADDING[0] in content else "neutral")) as judge:
        found = probed(manager, run_id, judge)
        orders = [order_of(request["messages"][-1]["content"]) for request in judge.requests]
    assert found["order"]["changed"] == 0 and found["order"]["taken"] == 0
    assert found["length"]["changed"] == found["length"]["taken_changed"] == 30
    assert len({tuple(order) for order in orders}) == 6, "padding alone changes no order"


def test_a_judge_that_heeds_the_order_is_found_out(manager: RunManager, run_id: str) -> None:
    orders: set[tuple[str, ...]] = set()

    def first_come(content: str) -> str:
        """Another stance as soon as an answer comes in another order."""
        known = len(orders)
        orders.add(tuple(order_of(content)))
        return "supports" if len(orders) == known or known == 0 else "opposes"

    with serve(judge_says(first_come)) as judge:
        found = probed(manager, run_id, judge, 1)
    assert found["order"]["changed"] == 10 and found["length"]["changed"] == 0


def test_a_check_within_its_limits_or_not_at_all(manager: RunManager, run_id: str) -> None:
    spent = ledger.spent(manager.store, run_id)[0]
    with serve(judge_says(lambda _: "supports")) as judge:
        name = manager.check_judge(run_id, judged(judge), 3, Limits(max_calls=spent + 2))
        assert manager.wait(run_id, 60) and judge.count == 2
    assert "limit of" in manager.endings[run_id].message and readings.checks(manager.store, [name]).empty
    with pytest.raises(UserError, match="Only a judge"):
        manager.check_judge(run_id, Reader("lexicon"))
    with pytest.raises(UserError, match="1 to 500"):
        manager.check_judge(run_id, Reader("judge:openai/j"), 0)
