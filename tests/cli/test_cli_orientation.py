"""Social value orientation from the command line: a plan file is carried out, and its choices are taken away."""

import csv
from pathlib import Path

import pytest
from commanding import only_run

from core.cli import main

PLAN = """
format = 1
method = "hvae"
variations = ["natural/coins/forward", "prosocial-self-goal/slider/reversed"]

[suite]
id = "svo-starter"

[[models]]
name = "simulated/sharing"
"""


def test_a_plan_file_is_carried_out_and_exported(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "plan.toml", tmp_path / "choices.csv"
    path.write_text(PLAN)
    assert main(["run", str(path)]) == 0
    assert "Prosocial" in capsys.readouterr().out
    assert main(["export", only_run(capsys), "--format", "csv", "--out", str(out)]) == 0
    with out.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12 and {row["outcome"] for row in rows} == {"ok"}
    assert {row["variation"] for row in rows if row["value_prosocial"]} == {"natural/coins/forward"}
    chained = [row for row in rows if row["variation"].startswith("prosocial")]
    assert all('"said"' in row["steps"] for row in chained)


def test_what_the_method_does_not_know_is_refused(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(PLAN.replace("natural/coins/forward", "selfish/coins/forward"))
    assert main(["run", str(path)]) == 2
    assert "Name one or more variations" in capsys.readouterr().err
    path.write_text(PLAN.replace("svo-starter", "everyday"))
    assert main(["run", str(path)]) == 2
    assert "no slider and no game" in capsys.readouterr().err
