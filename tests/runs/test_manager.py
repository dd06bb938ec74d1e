import threading
from pathlib import Path

import pytest
from builders import suite, until

from core.errors import UserError
from core.models.base import ModelSpec
from core.runs.answers import read_answers
from core.runs.manager import RunManager, load_plan, new_run_id
from core.runs.plan import Plan, check
from core.store import queries, records
from core.store.database import Store

EVEN, OPEN = ModelSpec("simulated/even"), ModelSpec("simulated/open")
ANSWERS = b"model,prompt,response\nm1,p1,Help her now.\nm1,p2,\nm2,p1,Take charge and win.\nm1,p1,Stay safe.\n"


def plan(items: int = 10, **changes: object) -> Plan:
    return Plan(**({"name": "p", "suite": suite(items), "models": (EVEN, OPEN), "probes": 2} | changes))  # type: ignore[arg-type]


def finish(manager: RunManager, run_id: str) -> queries.RunHead:
    assert manager.wait(run_id, 60)
    return queries.run(manager.store, run_id)


def test_a_run_from_start_to_end(manager: RunManager) -> None:
    asked = plan()
    run_id = manager.start(asked)
    head = finish(manager, run_id)
    assert (head.state, head.message, head.planned, head.measure) == ("done", "", asked.size, "presence")
    assert manager.store.rows("SELECT count(*) FROM responses") == [(asked.size,)]
    assert load_plan(manager.store, run_id) == check(asked)
    read = manager.store.rows("SELECT count(*), count(DISTINCT (trial_id, value)) FROM recognitions")[0]
    free = manager.store.rows("SELECT count(*) FROM responses WHERE outcome = 'ok' AND choice IS NULL")[0][0]
    assert read == (free * 10, free * 10)
    assert manager.active() == [] and not manager.running(run_id)


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"models": (ModelSpec("simulated/nobody"),)}, "simulated/nobody"),
        ({"models": (EVEN, ModelSpec("just-a-name"))}, "just-a-name"),
        ({"recogniser": "tea-leaves"}, "tea-leaves"),
        ({"recogniser": "judge:simulated/nobody"}, "simulated/nobody"),
        ({"recogniser": "judge:openai/m", "judge_base": "nowhere"}, "address"),
        ({"epochs": 0}, "Epochs"),
    ],
)
def test_a_wrong_plan_stores_nothing(manager: RunManager, changes: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=said):
        manager.start(plan(**changes))
    assert queries.runs(manager.store) == [] and queries.own_suites(manager.store) == []


def test_two_runs_at_once(manager: RunManager) -> None:
    ids = [manager.start(plan(100, models=(spec,), recogniser="")) for spec in (EVEN, OPEN)]
    assert ids == sorted(ids) and len(set(ids)) == 2
    assert [finish(manager, run_id).state for run_id in ids] == ["done", "done"]
    assert {(row[0], row[1]) for row in manager.store.rows("SELECT run_id, count(*) FROM responses GROUP BY ALL")} == {
        (run_id, 104) for run_id in ids
    }


def test_ids_of_runs_sort_by_time() -> None:
    ids = [new_run_id() for _ in range(200)]
    assert ids == sorted(ids)


def test_stop_and_resume(manager: RunManager) -> None:
    run_id = manager.start(plan(200, epochs=3))
    assert until(lambda: manager.store.rows("SELECT count(*) FROM responses")[0][0] > 0)
    manager.stop(run_id)
    head = finish(manager, run_id)
    stored = manager.store.rows("SELECT count(*) FROM responses")[0][0]
    assert head.state == "stopped" and 0 < stored < head.planned
    manager.resume(run_id)
    assert finish(manager, run_id).state == "done"
    assert manager.store.rows("SELECT count(*), count(DISTINCT trial_id) FROM responses") == [(head.planned,) * 2]


def test_resuming_from_two_tabs_asks_once(manager: RunManager) -> None:
    run_id = manager.start(plan(200))
    manager.stop(run_id)
    finish(manager, run_id)
    tabs = [threading.Thread(target=manager.resume, args=(run_id,)) for _ in range(6)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert finish(manager, run_id).state == "done"
    found = manager.store.rows("SELECT count(*), count(DISTINCT (trial_id, value)) FROM recognitions")[0]
    assert found[0] == found[1] > 0


def test_a_run_that_cannot_be_resumed(manager: RunManager) -> None:
    with pytest.raises(UserError, match="no run 'x'"):
        manager.resume("x")
    run_id = manager.start(plan(2))
    finish(manager, run_id)
    manager.store.writer.run(lambda con: con.execute("UPDATE runs SET recogniser = 'lexicon@old'"))
    manager.store.writer.run(lambda con: con.execute("UPDATE recognised SET recogniser = 'lexicon@old'"))
    with pytest.raises(UserError, match="read with lexicon@old"):
        manager.resume(run_id)
    assert queries.run(manager.store, run_id).state == "done"


def test_the_next_process_finds_a_run_interrupted_and_ends_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.duckdb")
    first = RunManager(store)
    run_id = first.start(plan(5))
    finish(first, run_id)
    records.set_state(store, run_id, "running")
    store.writer.run(lambda con: con.execute("DELETE FROM responses WHERE epoch = 1 AND item_id = 'i2'"))
    first.close()
    second = RunManager(Store(tmp_path / "s.duckdb"))
    assert queries.run(second.store, run_id).state == "interrupted"
    second.resume(run_id)
    assert finish(second, run_id).state == "done"
    assert second.store.rows("SELECT count(*) FROM responses") == [(plan(5).size,)]
    second.close()


def test_a_run_ends_when_its_end_can_be_stored(manager: RunManager) -> None:
    store = manager.store
    store.writer.put([("shelf", {"a": 1})])  # cannot be written, as on a full disk, until there is such a table
    assert until(lambda: store.writer.failure)
    with pytest.raises(UserError, match="shelf"):
        manager.start(plan(2))
    assert queries.runs(store) == []
    with store.cursor() as cursor:
        cursor.execute("CREATE TABLE shelf (a INTEGER)")
    assert until(lambda: store.writer.failure is None)
    run_id = manager.start(plan(200, epochs=2))
    store.writer.put([("drawer", {"a": 1})])
    assert until(lambda: store.writer.failure)
    assert not manager.wait(run_id, 1.5) and queries.run(store, run_id).state == "running"
    with store.cursor() as cursor:
        cursor.execute("CREATE TABLE drawer (a INTEGER)")
    assert finish(manager, run_id).state == "failed"
    manager.resume(run_id)
    head = finish(manager, run_id)
    assert head.state == "done"
    assert store.rows("SELECT count(*), count(DISTINCT trial_id) FROM responses") == [(head.planned, head.planned)]
    found = store.rows("SELECT count(*), count(DISTINCT (trial_id, value)) FROM recognitions")[0]
    assert found[0] == found[1]


def test_closing_stops_what_goes_on(tmp_path: Path) -> None:
    manager = RunManager(Store(tmp_path / "s.duckdb"))
    run_id = manager.start(plan(300, epochs=20))
    manager.close()
    store = Store(tmp_path / "s.duckdb")
    assert queries.run(store, run_id).state == "stopped"
    store.close()


@pytest.mark.parametrize("recogniser", ["lexicon", ""])
def test_imported_answers_are_read_at_once(manager: RunManager, recogniser: str) -> None:
    run_id = manager.start_import(read_answers(ANSWERS, "a.csv"), "mine", recogniser)
    head = finish(manager, run_id)
    assert (head.state, head.kind, head.planned, head.name) == ("done", "import", 4, "mine")
    rows = manager.store.rows("SELECT model, epoch, outcome, text FROM responses ORDER BY ALL")
    assert rows == [
        ("m1", 1, "ok", "Help her now."),
        ("m1", 1, "unparsed", ""),
        ("m1", 2, "ok", "Stay safe."),
        ("m2", 1, "ok", "Take charge and win."),
    ]
    read = manager.store.rows("SELECT count(*), count(DISTINCT trial_id) FROM recognitions")
    assert read == ([(30, 3)] if recogniser else [(0, 0)])
    manager.resume(run_id)
    assert finish(manager, run_id).state == "done"
    assert manager.store.rows("SELECT count(*) FROM responses") == [(4,)]
    assert manager.store.rows("SELECT count(*), count(DISTINCT trial_id) FROM recognitions") == read


def test_an_import_with_an_unknown_recogniser_stores_nothing(manager: RunManager) -> None:
    with pytest.raises(UserError, match="tea-leaves"):
        manager.start_import(read_answers(ANSWERS, "a.csv"), "mine", "tea-leaves")
    assert queries.runs(manager.store) == []
