"""A run read again from the command line."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from commanding import only_run, told
from servers import FaultyServer, says, serve

from core.cli import main
from core.paths import ROOT
from core.values.system import system


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyServer]:
    """A judge that sees nothing in any answer."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")
    none = {"evidence": [], "rationale": "", "stance": "neutral", "intensity": 0, "confidence": "low"}
    found = [{"value": value, **none} for value in system("schwartz").ids]
    with serve([says(json.dumps({"refusal": False, "readings": found}))]) as running:
        yield running


def test_another_judge_reads_and_is_chosen(
    store: Path, judge: FaultyServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--model", "simulated/open", "--probes", "0"]) == 0
    run_id = only_run(capsys)
    read = ("read", run_id, "--judge", "openai/j", "--judge-base", judge.address)
    code, events = told(capsys, *read)
    guide = (ROOT / "docs" / "headless.md").read_text(encoding="utf-8")
    assert code == 0 and {event["event"] for event in events} == {"reading", "read", "finished"}
    for event in events:
        rows = [row for row in guide.splitlines() if row.startswith(f"| `{event['event']}` |")]
        assert event["event"] == "read" or all(f"`{name}`" in rows[-1] for name in event if name != "event")
    assert events[-1]["read"] == judge.count == 30 and not events[-1]["speaks"]
    assert main([*read, "--choose"]) == 0 and judge.count == 30
    assert "speaks for the run from now on" in capsys.readouterr().out
    assert main(["readings", run_id, "--json"]) == 0
    chosen, other = json.loads(capsys.readouterr().out)
    assert chosen["speaks"] and chosen["measure"] == "stance" and other["recogniser"].startswith("lexicon@")
    both = ["--of", chosen["recogniser"], other["recogniser"]]
    assert main(["readings", run_id, "--combine", "mean", *both]) == 2
    assert "are not mixed" in capsys.readouterr().err
    assert main(["readings", run_id, "--combine", "mean"]) == 2
    assert main(["read", run_id, "--judge", "openai/k", "--judge-base", judge.address]) == 0
    judges = [chosen["recogniser"], chosen["recogniser"].replace("openai/j", "openai/k")]
    capsys.readouterr()
    assert main(["readings", run_id, "--combine", "mean", "--of", *judges]) == 0
    assert f"mean({','.join(judges)})" in capsys.readouterr().out
    assert main(["readings", run_id, "--choose", other["recogniser"]]) == 0
    assert "lexicon@" in capsys.readouterr().out.splitlines()[1]


def test_a_judge_that_would_judge_itself_is_refused(
    store: Path, judge: FaultyServer, capsys: pytest.CaptureFixture[str]
) -> None:
    model = ("--model", "openai/m", "--api-base", judge.address, "--probes", "0")
    for command in (["run", *model, "--judge", "azure/m"], ["plan", *model, "--judge", "openai/M"]):
        assert main(command) == 2
        assert "The judge would judge itself: openai/m" in capsys.readouterr().err
    assert main(["plan", *model, "--judge", "openai/m", "--judge-may-judge-itself"]) == 0
    assert judge.count == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--judge-base", "http://localhost:1/v1"], "--judge"), (["--passes", "2"], "--judge")],
)
def test_reading_options_that_go_nowhere(
    store: Path, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", "nobody", *options]) == 2
    assert said in capsys.readouterr().err


def test_a_judge_is_checked_once_somebody_said_yes(
    store: Path, judge: FaultyServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--model", "simulated/open", "--probes", "0"]) == 0
    check = ["check-judge", only_run(capsys), "--judge", "openai/j", "--judge-base", judge.address, "--answers", "4"]
    assert main(check) == 2 and judge.count == 0
    assert "At most about 12 calls" in (said := capsys.readouterr().err) and "--yes" in said
    assert main([*check, "--yes"]) == 0 and judge.count == 12
    assert "0.0% [0.0%, " in capsys.readouterr().out
    assert main([*check, "--yes", "--json"]) == 0 and judge.count == 12, "all replies were stored"
    order, length = json.loads(capsys.readouterr().out)
    assert (order["probe"], length["probe"]) == ("order", "length")
    assert order["all"]["share"] == 0 and order["not_neutral"]["share"] is None


def test_agreement_and_what_moves_the_judges_are_printed(
    store: Path, judge: FaultyServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--model", "simulated/open", "--probes", "0"]) == 0
    run_id = only_run(capsys)
    assert main(["agreement", run_id]) == 0
    assert "no two readings" in capsys.readouterr().out
    for name in ("openai/j", "openai/k"):
        assert main(["read", run_id, "--judge", name, "--judge-base", judge.address]) == 0
    capsys.readouterr()
    assert main(["agreement", run_id]) == 0
    out = capsys.readouterr().out
    assert "all values" in out and "without, so neutral" in out and "never took the judges' exam" in out
    assert "1.000 [" in out and "stances per 100 words more" in out and "gives its own" not in out
    assert main(["agreement", run_id, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["readings"]) == 2 and len(found["agreement"]) == 11 and len(found["pairs"]) == 1
    assert found["agreement"][-1]["percent"]["value"] == 1 and found["agreement"][-1]["alpha"]["value"] is None
    assert [row["taken"] for row in found["quotes"]] == [0, 0] and found["preferences"] == []
    assert main(["agreement", run_id, "--of", found["readings"][0]]) == 2
