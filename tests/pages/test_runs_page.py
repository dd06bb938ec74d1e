"""Watching runs, and what can be done in each of their states."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from browsing import WAIT_S, button, calm, downloads, figures, frame, labels, manager, one, press, texts, visit
from builders import until
from servers import Answer, FaultyServer, completion, echo, error, serve
from stores import PANEL
from streamlit.testing.v1 import AppTest

from core.interchange.exports import EXPORTS
from core.items.shipped import shipped_suite, starter
from core.methods.base import Asking
from core.models.base import ModelSpec
from core.runs.limits import Limits
from core.runs.lines import Pace
from core.runs.manager import load_plan, stored_limits
from core.runs.plan import LEXICON, Plan
from core.runs.remedies import REMEDIES
from core.store import queries, records
from core.store.database import Store
from pages.shared.watching import standing

SUITE = starter(shipped_suite("everyday"))
REFUSED = "I would help, because a friend who needs me comes before all that I have planned for this evening."


def bar(at: AppTest) -> str:
    """What the progress bar says."""
    return at.get("progress")[0].text


def slow(_: object) -> Answer:
    return Answer(body=completion(REFUSED), delay_s=1.0)


def limits_box(at: AppTest) -> Any:
    """The expander that holds the limits."""
    return one(at.expander, "Limits and budget")


def start(server: FaultyServer, *models: str) -> str:
    specs = tuple(ModelSpec(model, server.address) for model in models)
    return manager().start(Plan("Slow", SUITE, specs, probes=0))


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


def test_the_data_and_the_plan_can_be_taken_away(small_app: Path) -> None:
    found = downloads(visit("runs"))
    assert {*EXPORTS, "TOML", "JSON"} == set(labels(found))
    assert all(button.proto.ignore_rerun for button in found)


def test_the_address_names_the_run(own_app: Path) -> None:
    first = visit("runs").selectbox(key="watch").options[0]
    manager().wait(manager().start(Plan("Newer", SUITE, (ModelSpec("simulated/open"),))), WAIT_S)
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
    store.writer.run(lambda con: con.execute("UPDATE recognised SET recogniser = 'lexicon@old'"))
    store.close()
    at = press(visit("runs"), "Resume")
    assert "was read with lexicon@old" in texts(at) and "start a new run" in texts(at)


def test_a_run_without_recogniser_has_no_radar(empty_app: Path) -> None:
    manager().wait(manager().start(Plan("Unread", SUITE, (ModelSpec("simulated/open"),), recogniser="")), WAIT_S)
    at = visit("runs")
    assert not figures(at) and "Nothing reads values in this run" in texts(at)
    assert "There are no results yet." in texts(visit())


def test_all_runs_are_listed_with_what_they_took(own_app: Path) -> None:
    manager().wait(manager().pilot(Plan("Small", SUITE, (ModelSpec("simulated/open"),))), WAIT_S)
    rows = frame(visit("runs"), "state", "name")
    assert rows["name"].tolist() == ["Pilot: Small", "A small panel"] and rows["kind"].tolist() == [
        "pilot",
        "evaluation",
    ]
    assert rows["done"].tolist() == ["5 of 5", "168 of 168"] and rows["cost"].tolist() == ["free", "free"]
    assert rows["took"].str.endswith(" s").all() and (rows["calls/s"] > 0).all()
    assert rows["models"][0] == "simulated/open" and rows["models"][1].count(",") == 3


def test_a_pilot_has_no_place_on_the_explore_pages(own_app: Path) -> None:
    before = visit().selectbox(key="run").options
    manager().wait(manager().pilot(Plan("Small", SUITE, (ModelSpec("simulated/open"),))), WAIT_S)
    assert visit().selectbox(key="run").options == before
    at = visit("runs")
    assert at.selectbox(key="watch").options[0].endswith("Pilot: Small")
    assert button(at, "Open the radar").disabled and button(at, "Extend").disabled


def test_the_bill_counts_models_and_judge_over_every_start(empty_app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-123")
    with serve(echo) as server:
        specs = (ModelSpec("openai/gpt-4o-mini", server.address), ModelSpec("openai/house", server.address))
        run_id = manager().start(Plan("Two", SUITE, specs, probes=0), Limits(max_calls=20))
        assert manager().wait(run_id, WAIT_S)
        manager().resume(run_id, Limits())
        assert manager().wait(run_id, WAIT_S)
        again = manager().start(Plan("Again", SUITE, specs, probes=0))
        assert manager().wait(again, WAIT_S)
        assert server.count == 60
    at = visit("runs", watch=f"{run_id} · Two")
    bill = frame(at, "role", "cached").set_index("model")
    assert bill["calls"].tolist() == [30, 30] and bill["cached"].tolist() == [0, 0]
    assert (
        bill.loc["openai/house", "cost_usd"] == "price unknown" and bill.loc["openai/gpt-4o-mini", "cost_usd"][0] == "$"
    )
    said = "In all, over every start: 60 calls sent; 1,080 tokens; $0.0002 without openai/house, whose price is unknown"
    assert said in texts(at)
    at = visit("runs", watch=f"{again} · Again")
    assert frame(at, "role", "cached")["cached"].tolist() == [30, 30] and "60 more spared by stored replies" in texts(
        at
    )


def test_a_run_stopped_by_its_budget_offers_other_limits(empty_app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-123")
    with serve(echo) as server:
        spec = ModelSpec("openai/gpt-4o-mini", server.address)
        limits = Limits(max_calls=12, max_tokens=1_000_000)
        run_id = manager().start(Plan("Small purse", SUITE, (spec,), probes=0), limits)
        assert manager().wait(run_id, WAIT_S)
        at = visit("runs")
        assert bar(at) == "12 of 30 calls · stopped" and "The limit of 12 calls was reached" in texts(at)
        assert limits_box(at).proto.expanded
        bars = [found.text for found in at.get("progress")[1:]]
        assert bars == ["Budget: 216 of 1,000,000 tokens", "Budget: 12 of 12 calls sent"]
        one(at.number_input, "Calls").set_value(0)
        press(at, "Resume with these")
        assert "The limit on calls (max_calls) must be a number above 0" in texts(at) and not manager().running(run_id)
        one(at.number_input, "Calls").set_value(100)
        press(at, "Resume with these")
        assert manager().wait(run_id, WAIT_S)
        at.run()
        assert bar(at) == "30 of 30 calls · done" and server.count == 30 and not limits_box(at).proto.expanded
    assert stored_limits(manager().store, run_id) == replace(limits, max_calls=100)


def test_a_run_that_goes_on_shows_its_pace_and_is_retuned(empty_app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-123")
    with serve(slow) as server:
        models = tuple(ModelSpec(model, server.address) for model in ("openai/one", "openai/two"))
        run_id = manager().start(Plan("Slow", SUITE, models, epochs=10, probes=0))  # it outlasts all that is clicked
        assert until(lambda: len(queries.progress(manager().store, run_id)) == 2, WAIT_S)
        at = visit("runs")
        pace = frame(at, "under way", "allowed", "now")
        assert pace["most"].tolist() == [8, 8] and set(pace["now"]) == {"at full pace"}
        assert frame(at, "state", "name")["done"].tolist() == ["600 under way"]
        assert button(at, "Delete").disabled and button(at, "Extend").disabled
        one(at.number_input, "Calls at once, each model").set_value(2)
        one(at.number_input, "Cost in dollars").set_value(1.0)
        press(at, "Apply now")
        assert "No price is known for openai/one, openai/two" in texts(at)
        one(at.number_input, "Cost in dollars").set_value(None)
        one(at.number_input, "Calls").set_value(400)
        press(at, "Apply now")
        assert until(lambda: [line.most for line in manager().pace(run_id)] == [2, 2], WAIT_S)
        at.run()
        assert frame(at, "under way", "allowed")["most"].tolist() == [2, 2]
        assert at.get("progress")[1].text.endswith(" of 400 calls sent")
        manager().stop(run_id)
        assert manager().wait(run_id, WAIT_S)
    assert stored_limits(manager().store, run_id) == Limits(at_once=2, max_calls=400)


def test_what_a_provider_does_is_said(empty_app: Path) -> None:
    pace = Pace("openai/m", "model", 0, 8, 8, 0.0, False, "")
    assert standing(pace) == "at full pace" and standing(replace(pace, allowed=3)) == "slowed down by the provider"
    assert standing(replace(pace, allowed=3, closed_s=12.4)) == "paused by the provider for 12 s"
    assert standing(replace(pace, closed_s=5.0, down=True)).startswith("the provider is not reached")
    assert standing(replace(pace, down=True, left="It was left.")) == "It was left."


def test_failures_are_told_by_cause_with_a_remedy(empty_app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-123")
    answers = [error(500, "Oops", "server_error"), error(400, "Maximum context length is 9", "too_long")]
    with serve([*answers, Answer(body=completion(REFUSED))]) as server:
        run_id = start(server, "openai/m")
        assert manager().wait(run_id, WAIT_S)
        at = visit("runs")
    assert bar(at) == "30 of 30 calls · incomplete"
    for kind in ("server", "bad_request"):
        assert REMEDIES[kind].cause in texts(at) and REMEDIES[kind].todo in texts(at)
    assert "1 answer is missing · 1 request failed · openai/m" in texts(at)
    assert "1 request failed, and the answers came later · openai/m" in texts(at)


def test_a_fork_opens_launch_with_the_whole_plan(empty_app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-123")
    with serve(echo) as server, serve(echo) as other:
        specs = (ModelSpec("openai/a", server.address), ModelSpec("openai/b", other.address))
        asking = Asking(max_tokens=77, temperature=0.5, seed=3)
        plan = Plan("Mine", SUITE, specs, ("open-2", "open-3"), 2, 3, LEXICON, asking=asking)
        limits = Limits(at_once=3, timeout_s=20, max_seconds=90, cache=False)
        run_id = manager().start(plan, limits)
        assert manager().wait(run_id, WAIT_S)
        at = press(visit("runs"), "Fork", "launch")
        assert "Filled in from the run Mine" in texts(at) and limits_box(at).proto.expanded
        assert f"openai/a at {server.address}, openai/b at {other.address}" in texts(at)
        press(at, "Evaluate", "runs")
        forked = queries.runs(manager().store)[0].run_id
        assert forked != run_id and manager().wait(forked, WAIT_S)
    store = manager().store
    assert load_plan(store, forked) == replace(load_plan(store, run_id), name="Fork of Mine")
    assert stored_limits(store, forked) == limits
    assert "Filled in from" not in texts(visit("launch"))


def test_a_run_is_extended_to_more_models_and_the_whole_suite(own_app: Path) -> None:
    run_id = queries.runs(manager().store)[0].run_id
    at = press(visit("runs"), "Extend", "launch")
    assert "You extend the run A small panel" in texts(at) and one(at.number_input, "Seed").disabled
    box = at.multiselect(key="launch_models")
    assert box.value == list(PANEL)
    box.set_value(list(PANEL[1:])).run()
    assert f"The model {PANEL[0]} is missing from the larger plan" in texts(at)
    assert "Extend the run" not in labels(at.button)
    at.multiselect(key="launch_models").set_value([*PANEL, "simulated/open"]).run()
    at.selectbox(key="suite").set_value("everyday").run()
    press(at, "Extend the run", "runs")
    assert manager().wait(run_id, WAIT_S)
    at.run()
    head = queries.run(manager().store, run_id)
    assert at.selectbox(key="watch").value == run_id and (head.state, head.name) == ("done", "A small panel")
    counts = frame(at, "ok", "refused").set_index("model")
    assert counts["read"]["simulated/open"] == 135 and len(counts) == 5
    assert set(queries.finished_trials(manager().store, run_id, PANEL[0])) == {
        trial.id for trial in load_plan(manager().store, run_id).trials(PANEL[0])
    }


def test_a_run_is_deleted_only_when_that_is_confirmed(own_app: Path) -> None:
    at = press(visit("runs"), "Delete")
    assert "168 answers" in texts(at) and "168 calls" in texts(at) and "Stored replies remain" in texts(at)
    press(at, "Keep it")
    assert len(queries.runs(manager().store)) == 1
    press(press(at, "Delete"), "Delete for good")
    assert queries.runs(manager().store) == [] and "There are no runs yet." in texts(at)


def test_after_a_deletion_the_newest_run_is_shown(own_app: Path) -> None:
    manager().wait(manager().start(Plan("Newer", SUITE, (ModelSpec("simulated/open"),))), WAIT_S)
    at = press(press(visit("runs"), "Delete"), "Delete for good")
    assert [option.endswith("A small panel") for option in at.selectbox(key="watch").options] == [True]
    assert bar(at) == "168 of 168 calls · done"


def test_two_runs_are_compared_by_their_settings(own_app: Path) -> None:
    assert "Compare with another run" not in labels(visit("runs").expander)
    plan = load_plan(manager().store, queries.runs(manager().store)[0].run_id)
    manager().wait(manager().start(replace(plan, name="Twin", epochs=2)), WAIT_S)
    at = visit("runs")
    at.selectbox(key="compared").set_value(queries.runs(manager().store)[1].run_id).run()
    rows = frame(calm(at), "setting", "this run").set_index("setting")
    assert rows.loc["epochs", "this run"] == "2" and rows.loc["epochs", "the other"] == "1"


def test_stored_replies_are_counted_and_cleared(empty_app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-123")
    with serve(echo) as server:
        assert manager().wait(start(server, "openai/m"), WAIT_S)
        at = visit("runs")
        assert "30 replies are stored." in texts(at)
        press(press(at, "Clear stored replies"), "Keep them")
        assert manager().cache.size() == 30
        press(press(at, "Clear stored replies"), "Clear for good")
        assert manager().cache.size() == 0 and "0 replies are stored." in texts(at)
        assert button(at, "Clear stored replies").disabled
        assert manager().wait(start(server, "openai/m"), WAIT_S)
        assert server.count == 60


def test_fifty_models_fit(large_app: Path) -> None:
    at = visit("runs")
    assert bar(at) == "50,000 of 50,000 calls · done" and len(frame(at, "ok", "refused")) == 50
    assert one(at.selectbox, "Run").value == "20260101-000000-000000"


def test_an_address_of_a_run_that_is_not_here_says_so(small_app: Path) -> None:
    at = visit("runs", watch="Some run · 2020-01-01")
    assert "There is no run “Some run · 2020-01-01” in this store; this is the newest." in texts(at)
    assert "There is no run" not in texts(at.run())
    assert "There is no run" not in texts(visit("runs"))
