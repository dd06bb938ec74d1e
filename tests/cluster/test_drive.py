"""A run by workers is the run that one machine makes: the same rows, the same limits, the same ways to end."""

import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from builders import suite
from crews import InTurn, carry_out, go_on, rows, state
from servers import Answer, FaultyServer, error, says, serve

from core.cluster import drive, parts
from core.cluster.drive import FOLDER, shards_folder
from core.errors import UserError
from core.models.base import ModelSpec
from core.runs.answers import read_answers
from core.runs.limits import Limits
from core.runs.manager import RunManager
from core.runs.plan import Plan
from core.store import ledger
from core.store.database import Store

SECRET = "sk-test-0123456789abcdef"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)


def simulated(items: int = 20, **changes: Any) -> Plan:
    models = (ModelSpec("simulated/benevolent"), ModelSpec("simulated/reticent"))
    return Plan(**({"name": "p", "suite": suite(items), "models": models, "epochs": 2, "probes": 4} | changes))


def hosted(server: FaultyServer, items: int = 12, **changes: Any) -> Plan:
    spec = ModelSpec("openai/gpt-4o-mini", server.address)
    return Plan(**({"name": "p", "suite": suite(items), "models": (spec,), "probes": 0, "recogniser": ""} | changes))


def outcomes(store: Store, run_id: str) -> dict[str, int]:
    return dict(store.rows("SELECT outcome, count(*) FROM responses WHERE run_id = ? GROUP BY ALL", [run_id]))


def test_workers_bring_the_rows_that_one_machine_brings(manager: RunManager, store: Store) -> None:
    alone = manager.start(simulated())
    assert manager.wait(alone, 60)
    crew = InTurn()
    together = carry_out(manager, simulated(), crew)
    assert rows(store, together) == rows(store, alone) and len(rows(store, alone)["responses"]) == 96
    assert state(store, together) == state(store, alone) == ("done", "")
    assert len(crew.shards) >= 6 and {len(set(s["trials"])) for s in crew.shards} <= {16}
    assert not list(shards_folder(store.path).iterdir())  # all is in the store


def test_a_shard_is_plain_data_without_keys(manager: RunManager) -> None:
    with serve("echo") as server:
        crew = InTurn()
        carry_out(manager, hosted(server), crew)
        assert server.headers and all(SECRET in sent["authorization"] for sent in server.headers)
    assert crew.shards
    for shard in crew.shards:
        assert json.loads(json.dumps(shard)) == json.loads(json.dumps(shard, default=str))
        assert SECRET not in json.dumps(shard)
    assert SECRET not in str(crew.brought)


def test_without_a_folder_in_common_files_come_back_with_the_shards(
    manager: RunManager, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = manager.start(simulated())
    assert manager.wait(alone, 60)
    cut = drive.shard
    monkeypatch.setattr(drive, "shard", lambda *given: cut(*given) | {"folder": "/nowhere/that/is"})
    crew = InTurn()
    together = carry_out(manager, simulated(), crew)
    assert rows(store, together) == rows(store, alone)
    assert all(set(done.files) == set(parts.TABLES) for done in crew.brought)


def test_a_hard_limit_holds_over_all_workers_and_what_one_leaves_another_takes(
    manager: RunManager, store: Store
) -> None:
    with serve("echo") as server:
        run_id = carry_out(manager, hosted(server, 60), InTurn(), Limits(max_calls=25))
        assert server.count == 25 == ledger.spent(store, run_id)[0]
        assert state(store, run_id)[0] == "stopped" and "25 calls" in state(store, run_id)[1]
        go_on(manager, run_id, InTurn(), Limits(max_calls=59))
        assert server.count == 59 and state(store, run_id)[0] == "stopped"
        go_on(manager, run_id, InTurn(), Limits())
        assert server.count == 60 and state(store, run_id) == ("done", "")


@pytest.mark.long
def test_a_limit_that_is_just_enough_ends_nothing(manager: RunManager, store: Store) -> None:
    with serve("echo") as server:
        run_id = carry_out(manager, hosted(server, 30), InTurn(7), Limits(max_calls=30))
        assert server.count == 30 and state(store, run_id) == ("done", "")


@pytest.mark.long
def test_a_limit_of_tokens_is_never_broken(manager: RunManager, store: Store) -> None:
    with serve("echo") as server:
        run_id = carry_out(manager, hosted(server, 60), InTurn(), Limits(max_tokens=900))
    calls, tokens, _, _ = ledger.spent(store, run_id)
    assert 0 < calls < 60 and tokens <= 900 and state(store, run_id)[0] == "stopped"


def test_each_worker_has_its_share_of_the_calls_at_once(manager: RunManager) -> None:
    crew = InTurn(3)
    carry_out(manager, simulated(), crew, Limits(at_once=8, provider_at_once=32))
    assert {(s["limits"]["at_once"], s["limits"]["provider_at_once"]) for s in crew.shards} == {(2, 10)}
    crowd = InTurn(50)
    carry_out(manager, simulated(), crowd, Limits(at_once=4, provider_at_once=9))
    assert {(s["limits"]["at_once"], s["limits"]["provider_at_once"]) for s in crowd.shards} == {(1, 2)}


def test_failures_are_asked_again_on_resuming_and_nothing_else(manager: RunManager, store: Store) -> None:
    bad = Counter[str]()

    def script(request: dict[str, Any]) -> Answer:
        text = request["messages"][-1]["content"]
        bad[text] += 1
        return error(400, "no", "unsupported_value") if "Situation 3" in text and bad[text] == 1 else says("I would.")

    with serve(script) as server:
        run_id = carry_out(manager, hosted(server, 9), InTurn())
        assert state(store, run_id) == ("incomplete", "1 calls failed. Resume asks them again; what is stored stays.")
        assert outcomes(store, run_id) == {"ok": 8, "error": 1} and server.count == 9
        go_on(manager, run_id, InTurn())
        assert state(store, run_id) == ("done", "") and server.count == 10
    assert outcomes(store, run_id) == {"ok": 9}


def test_a_model_with_a_wrong_key_is_left_by_all_workers(manager: RunManager, store: Store) -> None:
    with serve("unauthorized") as server:
        run_id = carry_out(manager, hosted(server, 200), InTurn(1), Limits(at_once=1))
        assert state(store, run_id)[0] == "failed" and "was left after 8 failures" in state(store, run_id)[1]
        assert server.count < 12


def test_stored_replies_stand_for_calls_of_workers_too(manager: RunManager, store: Store) -> None:
    with serve("echo") as server:
        carry_out(manager, hosted(server, 12), InTurn())
        assert server.count == 12
        again = carry_out(manager, hosted(server, 12), InTurn())
        alone = manager.start(hosted(server, 12))
        assert manager.wait(alone, 60)
        assert server.count == 12
        assert rows(store, again) == rows(store, alone)
        carry_out(manager, hosted(server, 12), InTurn(), Limits(cache=False))
        assert server.count == 24


@pytest.mark.long
def test_a_judge_that_fails_is_left_and_its_part_is_done_on_resuming(manager: RunManager, store: Store) -> None:
    up = False

    def script(request: dict[str, Any]) -> Answer:
        if request["model"] != "judge":
            return says("Help her, whatever it takes.")
        return says("no JSON at all") if up else error(401, "no key", "invalid_api_key")

    with serve(script) as server:
        asked = hosted(server, 60, recogniser="judge:openai/judge", judge_base=server.address)
        run_id = carry_out(manager, asked, InTurn(1), Limits(at_once=1))
        assert state(store, run_id)[0] == "failed" and "openai/judge was left" in state(store, run_id)[1]
        assert outcomes(store, run_id) == {"ok": 60} and server.count < 60 + 12
        up, before = True, server.count
        go_on(manager, run_id, InTurn(3))
        assert state(store, run_id) == ("done", "") and server.count == before + 2 * 60
        # Asked once more with all replies stored, only the judge's second tries are made, as they hang on the first.
        before = server.count
        again = carry_out(manager, asked, InTurn(3))
        assert {request["model"] for request in server.requests[before:]} == {"judge"}
        assert server.count == before + 60
    marks = "SELECT status, count(*) FROM recognised WHERE run_id = ? GROUP BY ALL"
    assert store.rows(marks, [run_id]) == store.rows(marks, [again]) == [("invalid", 60)]


@pytest.mark.long
def test_answers_that_are_not_read_are_read_on_resuming(manager: RunManager, store: Store) -> None:
    with serve("echo") as server:
        alone = carry_out(manager, simulated(12), InTurn())
        store.writer.run(lambda con: con.execute("DELETE FROM recognitions WHERE trial_id % 2 = 0"))
        store.writer.run(lambda con: con.execute("DELETE FROM recognised WHERE trial_id % 2 = 0"))
        went = rows(store, alone)
        crew = InTurn()
        go_on(manager, alone, crew)
        assert server.count == 0
    whole = rows(store, alone)
    assert whole["responses"] == went["responses"] and whole["calls"] == went["calls"]
    assert len(whole["recognised"]) > len(went["recognised"]) and crew.shards
    open_answers = "SELECT count(*) FROM responses ANTI JOIN recognised USING (run_id, trial_id) WHERE outcome = 'ok'"
    assert store.rows(f"{open_answers} AND choice IS NULL") == [(0,)]
    assert len(whole["recognitions"]) == 10 * store.rows("SELECT count(*) FROM recognised WHERE status = 'ok'")[0][0]


def test_a_stopped_run_goes_on_where_it_was_left(manager: RunManager, store: Store) -> None:
    class Stopping(InTurn):
        def map(self, work: Any, shards: Any, places: int, stop: Any) -> Any:
            for done in super().map(work, shards, places, stop):
                yield done
                manager.stop(done.part and run_of())

    def run_of() -> str:
        return str(store.rows("SELECT max(run_id) FROM runs")[0][0])

    run_id = carry_out(manager, simulated(), Stopping(1))
    assert state(store, run_id)[0] == "stopped"
    some = len(rows(store, run_id)["responses"])
    assert 0 < some < 96
    go_on(manager, run_id, InTurn())
    assert state(store, run_id) == ("done", "") and len(rows(store, run_id)["responses"]) == 96
    calls = store.rows("SELECT count(*) FROM calls WHERE kind = 'ok' AND run_id = ?", [run_id])[0][0]
    assert calls == store.rows("SELECT count(*) FROM responses WHERE attempts > 0")[0][0]


def test_parts_that_a_dead_process_left_are_taken_over(manager: RunManager, store: Store, tmp_path: Path) -> None:
    """The owner of the store dies after its workers have saved: they are not asked again."""
    crew, kept = InTurn(), tmp_path / "kept"

    class Keeping(InTurn):
        def map(self, work: Any, shards: Any, places: int, stop: Any) -> Any:
            for done in super().map(work, shards, places, stop):
                shutil.copytree(shards_folder(store.path), kept, dirs_exist_ok=True)
                yield done

    run_id = carry_out(manager, simulated(), Keeping(1))
    before = rows(store, run_id)
    for table in ("responses", "recognised", "recognitions", "calls"):
        store.writer.run(lambda con, table=table: con.execute(f"DELETE FROM {table}"))
    shutil.copytree(kept, shards_folder(store.path), dirs_exist_ok=True)
    go_on(manager, run_id, crew)
    assert not crew.shards and rows(store, run_id) == before and state(store, run_id) == ("done", "")


def test_a_worker_with_other_prompts_is_told_apart(
    manager: RunManager, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refused(InTurn):
        def map(self, work: Any, shards: Any, places: int, stop: Any) -> Any:
            shard = next(shards)
            plan = json.loads(shard["plan"]) | {"prompt_hash": "other"}
            with pytest.raises(UserError, match="install the same Polycompass on all workers"):
                work(shard | {"plan": json.dumps(plan)}, stop)
            yield from super().map(work, iter([shard]), places, stop)

    run_id = carry_out(manager, simulated(5, epochs=1, probes=0), Refused(1), Limits(at_once=1))
    assert len(rows(store, run_id)["responses"]) > 0


def test_the_folder_of_parts_can_be_named(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, store: Store
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path / "elsewhere"))
    crew = InTurn()
    run_id = carry_out(manager, simulated(), crew)
    assert {shard["folder"] for shard in crew.shards} == {str(tmp_path / "elsewhere" / run_id)}
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(FOLDER, str(tmp_path / "file"))
    assert state(store, carry_out(manager, simulated(), crew))[0] == "failed"


def test_answers_of_a_file_are_not_sent_around(manager: RunManager) -> None:
    read = read_answers(b"model,response,prompt\nm,Help her.,What now?\n", "a.csv")
    run_id = manager.start_import(read, "mine")
    assert manager.wait(run_id, 60)
    with pytest.raises(UserError, match="without a scheduler"):
        go_on(manager, run_id, InTurn())


def test_other_limits_hold_from_the_next_shard_on(manager: RunManager, store: Store) -> None:
    class Tuning(InTurn):
        def map(self, work: Any, shards: Any, places: int, stop: Any) -> Any:
            for done in super().map(work, shards, places, stop):
                run_id = str(store.rows("SELECT max(run_id) FROM runs")[0][0])
                manager.retune(run_id, replace(Limits(), max_calls=5))
                yield done

    with serve("echo") as server:
        run_id = carry_out(manager, hosted(server, 60), Tuning(1), Limits(at_once=1))
        assert server.count < 60 and state(store, run_id)[0] == "stopped"
