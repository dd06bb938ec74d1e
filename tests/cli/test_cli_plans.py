"""Plan files, limits, pilots, and runs that go on with more."""

import io
import json
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from builders import suite
from commanding import SIMULATED, listed, only_run, told
from servers import FaultyServer, serve

from core.cli import main
from core.items.files import write_suite
from core.models.base import ModelSpec
from core.paths import ROOT
from core.runs.limits import Limits
from core.runs.manager import RunManager, stored_limits
from core.runs.plan import Plan
from core.runs.plan_file import read_plan, write_plan
from core.store.database import Store

HAND_WRITTEN = """
format = 1
name = "By hand"
epochs = 2
probes = 0
[suite]
file = "mine.csv"
[[models]]
name = "simulated/open"
[reading]
recogniser = "none"
[limits]
max_calls = 500
"""


@pytest.fixture
def server(store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyServer]:
    """A server in the place of OpenAI's, whose prices are known."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-a-key-0123456789")
    with serve() as found:
        yield found


def hosted(server: FaultyServer) -> tuple[str, ...]:
    return "--model", "openai/gpt-4o-mini", "--api-base", server.address, "--no-recogniser", "--probes", "0"


def by_hand(folder: Path) -> str:
    (folder / "mine.csv").write_bytes(write_suite(suite(4), "csv"))
    (folder / "plan.toml").write_text(HAND_WRITTEN)
    return str(folder / "plan.toml")


def at_terminal(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(said))


# Plan files


def test_a_plan_by_hand_is_run_with_the_suite_beside_it(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", by_hand(tmp_path)]) == 0
    assert "at most 500 calls" in capsys.readouterr().out
    (run,) = listed(capsys)
    assert (run["name"], run["planned"], run["answered"], run["suite"]) == ("By hand", 8, 8, suite(4).hash)


def test_name_and_limits_may_differ_from_the_file_and_nothing_else(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = by_hand(tmp_path)
    assert main(["run", plan, "--name", "Mine", "--max-calls", "3"]) == 3
    (run,) = listed(capsys)
    assert (run["name"], run["state"], run["answered"]) == ("Mine", "stopped", 3)
    for options in (["--epochs", "3"], ["--model", "simulated/even"], ["--no-recogniser"], ["--judge", "openai/m"]):
        assert main(["run", plan, *options]) == 2
        assert f"{options[0]} would change what" in capsys.readouterr().err
    assert len(listed(capsys)) == 1


def test_a_written_plan_runs_as_the_options_would(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = [*SIMULATED, "--epochs", "3", "--variations", "open-2", "--seed", "5", "--max-time", "2h"]
    out = tmp_path / "plan.json"
    assert main(["plan", *options, "--out", str(out)]) == 0
    assert not store.exists() and json.loads(out.read_text())["limits"]["max_seconds"] == 7200
    assert main(["run", *options]) == 0 and main(["run", str(out)]) == 0
    second, first = (str(run["run_id"]) for run in listed(capsys))
    assert main(["compare", first, second]) == 0
    assert "alike in everything" in capsys.readouterr().out


def test_a_plan_goes_from_one_format_to_the_other_and_to_standard_output(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    toml = by_hand(tmp_path)
    assert main(["plan", toml, "--out", str(tmp_path / "plan.json")]) == 0
    assert main(["plan", str(tmp_path / "plan.json"), "--format", "toml"]) == 0
    printed = capsys.readouterr().out
    direct = read_plan(Path(toml).read_bytes(), "plan.toml", folder=tmp_path)
    turned = read_plan(printed.encode(), "plan.toml")
    assert (turned.plan.suite.items, turned.limits) == (direct.plan.suite.items, direct.limits)


def test_a_plan_never_replaces_a_file_unasked(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "plan.toml"
    out.write_text("precious")
    assert main(["plan", "--out", str(out)]) == 2 and out.read_text() == "precious"
    assert main(["plan", "--out", str(out), "--force"]) == 0 and "format = 1" in out.read_text()
    assert main(["plan", "--out", str(tmp_path / "p.toml"), "--format", "json"]) == 2


def test_a_run_started_elsewhere_goes_on_from_its_written_plan(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the page starts runs and saves plans."""
    manager = RunManager(Store(store))
    plan = Plan("From the page", suite(5), (ModelSpec("simulated/open"),), probes=1)
    run_id = manager.start(plan, Limits(at_once=2))
    assert manager.wait(run_id, 60)
    manager.close()
    (tmp_path / "saved.toml").write_bytes(write_plan(plan, Limits(at_once=2), "toml"))
    assert main(["plan", "--of", run_id, "--out", str(tmp_path / "of.toml")]) == 0
    for name in ("saved.toml", "of.toml"):
        assert main(["run", str(tmp_path / name)]) == 0
    runs = [str(run["run_id"]) for run in listed(capsys)]
    for other in runs[:2]:
        assert main(["compare", run_id, other, "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == []


def test_notes_of_a_plan_are_printed(server: FaultyServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "plan.toml")
    assert main(["plan", *hosted(server), "--out", out]) == 0
    assert main(["run", out, "--dry-run"]) == 0
    printed = capsys.readouterr()
    assert f"asked at {server.address}: your OPENAI_API_KEY is sent there" in printed.err
    assert "not-a-key" not in printed.out + printed.err + Path(out).read_text()


# Limits


def test_a_limit_on_the_cost_is_kept_and_lifted_on_resuming(
    server: FaultyServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", *hosted(server), "--max-cost", "0.0003"]) == 3
    printed = capsys.readouterr().out
    assert "less than estimated: the run will stop there" in printed and "at most $0.0003 (" in printed
    (run,) = listed(capsys)
    assert run["state"] == "stopped" and 0 < run["spent"]["calls"] == server.count < 30
    assert 0 < run["spent"]["cost_usd"] <= 0.0003
    assert main(["run", "--resume", run["run_id"], "--max-calls", str(server.count + 2)]) == 3
    assert listed(capsys)[0]["spent"]["calls"] <= run["spent"]["calls"] + 2
    assert main(["run", "--resume", run["run_id"], "--max-calls", "none", "--max-cost", "none"]) == 0
    assert listed(capsys)[0]["answered"] == 30 == server.count


def test_stored_replies_are_used_unless_one_says_no(server: FaultyServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *hosted(server)]) == 0
    assert main(["run", *hosted(server)]) == 0
    assert server.count == 30
    assert main(["run", *hosted(server), "--no-cache"]) == 0
    assert server.count == 60
    assert main(["cache"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("30 stored replies")
    assert main(["cache", "--clear"]) == 2 and main(["cache", "--clear", "--yes"]) == 0
    assert main(["run", *hosted(server)]) == 0
    assert server.count == 90


def test_at_once_is_kept(server: FaultyServer) -> None:
    assert main(["run", *hosted(server), "--at-once", "2"]) == 0
    assert server.peak <= 2


# Pilots


def test_a_pilot_stops_after_the_estimate_where_nobody_can_be_asked(
    server: FaultyServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", *hosted(server), "--pilot"]) == 0
    printed = capsys.readouterr().out
    assert "As measured by the pilot:" in printed and "To go on: the same command without --pilot" in printed
    assert [(run["kind"], run["answered"]) for run in listed(capsys)] == [("pilot", 5)]
    assert main(["run", *hosted(server)]) == 0
    assert server.count == 30  # five of them the pilot's


def test_a_pilot_goes_on_when_told_beforehand(server: FaultyServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *hosted(server), "--pilot", "--yes"]) == 0
    assert [(run["kind"], run["answered"]) for run in listed(capsys)] == [("run", 30), ("pilot", 5)]
    assert server.count == 30


@pytest.mark.parametrize(("answer", "kinds"), [("y\n", ["run", "pilot"]), ("\n", ["pilot"]), ("", ["pilot"])])
def test_a_person_is_asked_after_a_pilot(
    store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, answer: str, kinds: list[str]
) -> None:
    at_terminal(monkeypatch, answer)
    assert main(["run", *SIMULATED, "--pilot"]) == 0
    printed = capsys.readouterr()
    assert "Start the run? [y/N]" in printed.err and "there was nothing to measure" in printed.out
    assert [run["kind"] for run in listed(capsys)] == kinds


def test_a_key_that_is_missing_is_said_before_the_run(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The fixture of the store takes every key away."""
    judged = ("--model", "openai/gpt-4o-mini", "--judge", "anthropic/claude-x", "--dry-run")
    assert main(["run", *judged]) == 0
    said = capsys.readouterr().err
    assert "needs a key from OpenAI: set OPENAI_API_KEY" in said and "needs a key from Anthropic" in said


def test_a_pilot_that_fails_ends_it(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serve("unauthorized") as server:
        assert main(["run", "--model", "hosted_vllm/m", "--api-base", server.address, "--pilot", "--yes"]) == 1
    assert [(run["kind"], run["state"]) for run in listed(capsys)] == [("pilot", "incomplete")]


# Extending


def test_a_run_is_extended_by_a_larger_plan_and_asked_only_the_rest(
    server: FaultyServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", *hosted(server)]) == 0
    run_id, larger = only_run(capsys), tmp_path / "larger.toml"
    assert main(["plan", "--of", run_id, "--out", str(larger)]) == 0
    larger.write_text(larger.read_text().replace("epochs = 1", "epochs = 2"))
    assert main(["extend", run_id, str(larger), "--no-cache"]) == 0
    assert "from 30 to 60 calls" in capsys.readouterr().out
    assert server.count == 60 and listed(capsys)[0]["answered"] == 60
    larger.write_text(larger.read_text().replace("seed = 0", "seed = 1"))
    assert main(["extend", run_id, str(larger)]) == 2
    assert "keeps the parameters" in capsys.readouterr().err


def test_an_extended_run_keeps_the_limits_that_its_larger_plan_does_not_name(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = ("--max-calls", "1000", "--max-cost", "5", "--at-once", "3")
    assert main(["run", *SIMULATED, *own]) == 0
    run_id, larger = only_run(capsys), tmp_path / "larger.toml"
    assert main(["plan", "--of", run_id, "--out", str(larger)]) == 0
    text = larger.read_text().partition("[limits]")[0].replace("epochs = 1", "epochs = 2")
    for named, options, kept in (
        ("", (), Limits(3, max_calls=1000, max_cost_usd=5)),
        ("[limits]\nmax_calls = 2000", ("--max-cost", "none"), Limits(3, max_calls=2000)),
    ):
        larger.write_text(text + named)
        assert main(["extend", run_id, str(larger), *options]) == 0
        with closing(Store(store)) as opened:
            assert stored_limits(opened, run_id) == kept


# --json


def test_json_tells_a_run_line_by_line_and_words_go_to_stderr(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["run", "--model", "simulated/open", "--suite", "everyday", "--epochs", "4", "--json"])
    printed = capsys.readouterr()
    events: list[dict[str, Any]] = [json.loads(line) for line in printed.out.splitlines()]
    assert code == 0 and printed.out.isascii()
    assert "calls by" not in printed.out and "Self-Direction" in printed.err
    kinds = [event["event"] for event in events]
    assert kinds[:2] == ["estimate", "started"] and kinds[-1] == "finished"
    assert set(kinds[2:-1]) == {"progress"}
    (estimate, started), *between, finished = events[:2], *events[2:]
    assert estimate["calls"] == started["planned"] == 552 and started["done"] == 0
    done = [event["done"] for event in between]
    assert done == sorted(done) and all(sum(event["outcomes"].values()) == event["done"] for event in between)
    assert {"calls", "tokens", "cost_usd", "seconds", "unpriced"} == set(between[0]["spent"])
    assert done[-1] == 552 and between[-1]["calls_per_s"] > 0 and between[-1]["pace"] == []
    assert (finished["state"], finished["message"], finished["exit_code"]) == ("done", "", 0)
    assert finished["answered"] == 552 == finished["spent"]["calls"] and len(finished["scores"]) == 10
    assert finished["run_id"] == started["run_id"] and finished["spending"][0]["calls"] == 552


def test_every_event_and_field_is_documented(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    guide = (ROOT / "docs" / "headless.md").read_text(encoding="utf-8").partition("`read --json` prints")[0]
    _, events = told(capsys, "run", "--model", "simulated/open", "--suite", "everyday", "--epochs", "4")
    assert {event["event"] for event in events} == {"estimate", "started", "progress", "finished"}
    for event in events:
        (row,) = [row for row in guide.splitlines() if row.startswith(f"| `{event['event']}` |")]
        if event["event"] != "finished":  # told in full by `show --json`
            assert not [name for name in event if f"`{name}`" not in row and name != "event"]


def test_json_tells_why_a_run_ended_and_goes_on(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, events = told(capsys, "run", *SIMULATED, "--max-calls", "7")
    assert code == 3 == events[-1]["exit_code"] and events[-1]["state"] == "stopped"
    assert "limit of 7 calls" in events[-1]["message"] and events[-1]["scores"] == []
    code, events = told(capsys, "run", "--resume", events[-1]["run_id"], "--max-calls", "none")
    assert code == 0 and events[0]["event"] == "started" and events[0]["done"] == 7
    assert events[-1]["answered"] == 42


def test_json_tells_a_dry_run_and_a_pilot(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, (estimate,) = told(capsys, "run", *SIMULATED, "--dry-run")
    assert code == 0 and estimate["event"] == "estimate" and estimate["rows"][0]["basis"] == "simulated"
    _, events = told(capsys, "run", *SIMULATED, "--pilot")
    assert [event["event"] for event in events if event["event"] != "progress"] == ["estimate", "started", "estimate"]
    assert events[1]["kind"] == "pilot"


def test_json_warns_of_a_provider_that_asks_to_go_slower(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serve("busy") as server:
        options = ("--model", "hosted_vllm/m", "--api-base", server.address, "--no-recogniser", "--max-calls", "9")
        code, events = told(capsys, "run", *options, "--max-time", "3")
    assert code == 3
    warnings = [event["message"] for event in events if event["event"] == "warning"]
    assert any("asked to go slower" in sentence for sentence in warnings)
    paces = [pace for event in events if event["event"] == "progress" for pace in event["pace"]]
    assert paces and all(pace["model"] == "hosted_vllm/m" and pace["allowed"] <= pace["most"] for pace in paces)


def test_wrong_input_with_json_prints_no_event(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, events = told(capsys, "run", *SIMULATED, "--epochs", "0")
    assert code == 2 and events == []
