"""`compare` and `delete`, and what `show` and `runs` say of the cost."""

import json
from pathlib import Path

import pytest
from commanding import ESCAPE, SIMULATED, listed, only_run

from core.cli import main


def test_two_runs_are_compared(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *SIMULATED, "--name", ESCAPE + "x" * 100]) == 0
    assert main(["run", *SIMULATED, "--temperature", "0.5", "--max-calls", "90"]) == 0
    second, first = (str(run["run_id"]) for run in listed(capsys))
    assert main(["compare", first, second]) == 0
    printed = capsys.readouterr().out
    header, *rows = printed.splitlines()
    assert header.split() == ["setting", first, second, "bears", "on", "answers"]
    assert rows[0].split() == ["temperature", "0", "0.5", "yes"]
    assert "..." in rows[1] and "\x1b" not in printed
    assert rows[2].split() == ["limit", "max_calls", "none", "90", "no"]
    assert main(["compare", first, second, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found[0] == {"field": "temperature", "left": "0", "right": "0.5", "answers": True}
    assert found[1]["left"] == ESCAPE + "x" * 100


def test_a_run_is_deleted_only_when_one_is_sure(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *SIMULATED]) == 0
    run_id = only_run(capsys)
    assert main(["delete", run_id]) == 2
    assert "with 42 answers? Nobody is there to be asked: add --yes." in capsys.readouterr().err
    assert only_run(capsys) == run_id
    assert main(["delete", run_id, "--yes"]) == 0
    assert listed(capsys) == []
    assert main(["show", run_id]) == 2


def test_the_bill_is_shown(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *SIMULATED]) == 0
    run_id = only_run(capsys)
    assert main(["runs"]) == 0
    assert "  $0.00  " in capsys.readouterr().out
    assert main(["show", run_id]) == 0
    table = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("simulated/open  model")]
    assert [row[:7] for row in table] == [["simulated/open", "model", "42", "0", "0", "0", "0"]]
    assert main(["show", run_id, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["run"]["spent"]["calls"] == 42 and shown["spending"][0]["role"] == "model"
