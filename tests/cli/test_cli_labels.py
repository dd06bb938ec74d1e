"""People's labels from the command line: taken away, brought, and used as a yardstick."""

import csv
from pathlib import Path

import pytest
from commanding import only_run

from core.cli import main


def test_labels_are_brought_taken_away_and_measured_on(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--model", "simulated/open", "--probes", "0"]) == 0
    run_id, file, out = only_run(capsys), tmp_path / "mine.csv", tmp_path / "out.csv"
    assert main(["labels", "measure", run_id]) == 2
    assert "is labelled yet" in capsys.readouterr().err
    assert main(["export", run_id, "--out", str(tmp_path / "answers.csv")]) == 0
    with (tmp_path / "answers.csv").open(encoding="utf-8-sig", newline="") as answers:
        trials = [row["trial_id"] for row in csv.DictReader(answers)][:12]
    rows = [f"{trial},{value},supports,random" for trial in trials for value in ("tradition", "security")]
    file.write_text("\n".join(["trial_id,value,stance,drawn", *rows, "99999,power,supports,random"]))
    bring = ["labels", "import", run_id, str(file), "--author", "ada"]
    assert main(bring) == 2
    assert "mine.csv: Row 26, trial_id: The run has no answer '99999'" in capsys.readouterr().err
    assert main([*bring, "--keep-good"]) == 0
    said = capsys.readouterr().out
    stored = int(said.split()[0])
    assert 0 < stored <= 12 and f"{stored} of 30 answers are labelled, {stored} as a random sample." in said
    assert main([*bring, "--keep-good"]) == 0
    assert f"0 labels stored; {stored} were there already." in capsys.readouterr().out
    assert main(["labels", "export", run_id, "--out", str(out)]) == 0
    assert main(["labels", "export", run_id, "--out", str(out)]) == 2
    assert "--force" in capsys.readouterr().err
    assert out.read_text(encoding="utf-8").count(",ada,") == 10 * stored
    assert main(["labels", "export", run_id]) == 0
    assert capsys.readouterr().out.startswith("trial_id,model,item_id,labeller")
    assert main(["labels", "measure", run_id]) == 0
    assert "lexicon@" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["export", "r", "file.csv"], ["import", "r"], ["measure", "r", "file.csv"]])
def test_a_file_is_read_by_import_only(store: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["labels", *words]) == 2
    assert "takes a file to read" in capsys.readouterr().err
