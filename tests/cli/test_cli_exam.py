"""`exam-judge`: what it asks before it starts, prints afterwards, and remembers."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from examining import kindly, knowing
from servers import FaultyServer, error, serve

from core.cli import main
from core.recognition.exam import exam

TASKS = len(exam().tasks)


@pytest.fixture
def judge(store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyServer]:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")
    with serve(knowing(kindly)) as running:
        yield running


def asked(judge: FaultyServer, *more: str) -> list[str]:
    return ["exam-judge", "--judge", "openai/gpt-4o-mini", "--judge-base", judge.address, *more]


def test_a_judge_is_examined_once_somebody_said_yes(judge: FaultyServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(asked(judge)) == 2 and judge.count == 0
    said = capsys.readouterr().err
    assert f"About {TASKS} calls" in said and "cost $0." in said and "--yes" in said
    assert main(asked(judge, "--yes")) == 0 and judge.count == TASKS
    out = capsys.readouterr().out
    assert "Power           6 of 9 (67% [35%, 88%])" in out
    assert "stances where there is none: 4 of 140 (3% [1%, 7%])" in out
    assert "power-1/opposes, Power: opposes expected, neutral read." in out and "polite-1, Benevolence" in out
    assert "failed the judges' exam" in out and "90% needed" in out
    judge.script = knowing()
    assert main(asked(judge, "--yes", "--json")) == 0 and judge.count == TASKS, "all replies were stored"
    again, first = json.loads(capsys.readouterr().out)
    assert again["calls"] == 0 and again["changed"]["count"] == 0 and first["changed"] is None
    assert not again["passed"] and again["right"]["count"] == 60 and again["needed"] == 0.9
    assert main(asked(judge, "--yes", "--no-cache")) == 0 and judge.count == 2 * TASKS
    out = capsys.readouterr().out
    assert "passed the judges' exam" in out
    (line,) = [line for line in out.splitlines() if "35 of 310" in line]
    assert "(stored replies)" not in line and out.count("(stored replies)") == 1


def test_an_exam_within_its_limits_or_none(judge: FaultyServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(asked(judge, "--yes", "--max-calls", "5")) == 3 and judge.count == 5
    assert "only the replies are kept" in capsys.readouterr().err
    judge.script = lambda _: error(401, "Incorrect API key provided", "invalid_api_key")
    assert main(asked(judge, "--yes", "--no-cache")) == 1
    assert main(asked(judge, "--yes", "--passes", "0")) == 2
    assert main(["exam-judge", "--judge", "openai/my-own", "--max-cost", "1", "--yes"]) == 2
    assert "price" in capsys.readouterr().err
