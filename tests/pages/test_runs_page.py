"""Watching runs, and what can be done in each of their states."""

import json
from pathlib import Path

import pytest
from browsing import WAIT_S, button, figures, frame, labels, manager, one, press, texts, visit
from builders import until
from servers import Answer, FaultyServer, completion, echo, serve
from streamlit.testing.v1 import AppTest

from core.items.shipped import shipped_suite, starter
from core.models.base import ModelSpec
from core.runs.plan import Plan
from core.store import queries, records
from core.store.database import Store

REFUSED = "I would help, because a friend who needs me comes before all that I have planned for this evening."


def bar(at: AppTest) -> str:
    """What the progress bar says."""
    return at.get("progress")[0].text


def slow(_: object) -> Answer:
    return Answer(body=completion(REFUSED), delay_s=1.0)


def start(server: FaultyServer, *models: str) -> str:
    suite = starter(shipped_suite("everyday"))
    specs = tuple(ModelSpec(model, server.address) for model in models)
    return manager().start(Plan("Slow", suite, specs, probes=0))


def test_empty_it_says_so_and_has_the_button(empty_app: Path) -> None:
    at = visit("runs")
    assert "There are no runs yet." in texts(at)
    assert labels(at.button) == ["Evaluate the embedded model"]


def test_a_finished_run_shows_counts_radar_plan_and_list(small_app: Path) -> None:
    at = visit("runs")
    assert bar(at) == "168 of 168 calls · done"
    counts = frame(at, "ok", "refused").set_index("model")
    assert (counts[["ok", "refused", "unparsed", "filtered", "error"]].sum(axis=1) == 42).all()
    assert counts.loc["simulated/reticent", "refused"] > 0 and counts.loc["simulated/even", "read"] == 30
    assert len([trace for trace in figures(at)[0]["data"] if trace["name"] in set(counts.index)]) == 4
    assert "Read: n = 30 scenarios." in texts(at)
    assert json.loads(at.json[0].value)["name"] == "A small panel"
    assert frame(at, "state")["state"].tolist() == ["done"]


def test_a_finished_run_can_neither_be_stopped_nor_resumed(small_app: Path) -> None:
    at = visit("runs")
    assert button(at, "Stop").disabled and button(at, "Resume").disabled


def test_the_radar_opens_on_this_run(small_app: Path) -> None:
    at = visit("runs")
    run = at.selectbox(key="watch").value
    press(at, "Open the radar", "radar")
    assert at.selectbox(key="run").value == run


def test_the_data_can_be_taken_away(small_app: Path) -> None:
    at = press(visit("runs"), "Prepare the files")
    assert {"CSV", "JSONL", "Parquet"} <= set(labels(at.get("download_button")))
    assert all(found.proto.ignore_rerun for found in at.get("download_button"))


def test_the_address_names_the_run(own_app: Path) -> None:
    first = visit("runs").selectbox(key="watch").options[0]
    suite = starter(shipped_suite("everyday"))
    manager().wait(manager().start(Plan("Newer", suite, (ModelSpec("simulated/open"),))), WAIT_S)
    assert visit("runs").selectbox(key="watch").options[0].endswith("Newer")
    assert visit("runs", watch=first).selectbox(key="watch").value == first.partition(" ")[0]
    assert len(frame(visit("runs"), "state", "name")) == 2


def test_a_run_that_died_with_the_program_is_interrupted_and_resumes(own_app: Path) -> None:
    store = Store(own_app)
    run_id = queries.runs(store)[0].run_id
    records.set_state(store, run_id, "running")
    store.writer.run(lambda con: con.execute("DELETE FROM responses WHERE model = 'simulated/even'"))
    store.close()
    at = visit("runs")
    assert bar(at) == "126 of 168 calls · interrupted"
    assert "The program ended while this run was going on. Nothing stored was lost" in texts(at)
    assert button(at, "Stop").disabled and not button(at, "Resume").disabled
    press(at, "Resume")
    assert manager().wait(run_id, WAIT_S)
    at.run()
    assert bar(at) == "168 of 168 calls · done" and not at.warning


def test_a_run_is_stopped_and_goes_on_from_there(empty_app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-123")
    with serve(slow) as server:
        run_id = start(server, "openai/slow")
        assert until(lambda: not queries.progress(manager().store, run_id).empty, WAIT_S)
        at = visit("runs")
        assert bar(at).endswith("calls · running") and button(at, "Resume").disabled
        press(at, "Stop")
        assert manager().wait(run_id, WAIT_S)
        at.run()
        asked = server.count
        assert 0 < asked < 30 and bar(at) == f"{asked} of 30 calls · stopped"
        assert button(at, "Stop").disabled
        server.script = echo
        press(at, "Resume")
        assert manager().wait(run_id, WAIT_S)
        at.run()
        assert server.count == 30 and bar(at) == "30 of 30 calls · done"


def test_a_failed_run_says_why_and_what_failed(empty_app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-123")
    with serve("unauthorized") as server:
        run_id = start(server, "openai/![i](http://evil.example/x.png)")
        assert manager().wait(run_id, WAIT_S)
        at = visit("runs")
    assert bar(at).endswith("· failed") and not button(at, "Resume").disabled
    assert len(at.warning) == 1 and "OPENAI_API_KEY" in texts(at) and "![" not in at.warning[0].value
    failed = frame(at, "kind", "error")
    assert failed["kind"].tolist() == ["authentication"] and "OPENAI_API_KEY" in failed["error"][0]
    assert "sk-secret-123" not in texts(at) + failed.to_csv()


def test_a_run_that_this_version_cannot_go_on_with_says_so(own_app: Path) -> None:
    store = Store(own_app)
    store.writer.run(lambda con: con.execute("UPDATE runs SET recogniser = 'lexicon@old', state = 'stopped'"))
    store.close()
    at = press(visit("runs"), "Resume")
    assert "was read with lexicon@old" in texts(at) and "start a new run" in texts(at)


def test_a_run_without_recogniser_has_no_radar(empty_app: Path) -> None:
    suite = starter(shipped_suite("everyday"))
    manager().wait(manager().start(Plan("Unread", suite, (ModelSpec("simulated/open"),), recogniser="")), WAIT_S)
    at = visit("runs")
    assert not figures(at) and "Nothing reads values in this run" in texts(at)
    assert "There are no results yet." in texts(visit())


def test_fifty_models_fit(large_app: Path) -> None:
    at = visit("runs")
    assert bar(at) == "50,000 of 50,000 calls · done" and len(frame(at, "ok", "refused")) == 50
    assert one(at.selectbox, "Run").value == "20260101-000000-000000"
