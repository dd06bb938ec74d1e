"""`import` and `export`."""

import io
import json
import sys
from pathlib import Path

import pandas as pd
import pytest
from commanding import ESCAPE, SIMULATED, listed, only_run

from core.cli import main
from core.recognition import minilm


def answers_file(folder: Path, response: str, items: int = 9) -> Path:
    rows = [{"model": "m", "prompt": f"Prompt {n}?", "response": f"{response} {n}"} for n in range(items)]
    path = folder / "answers.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def test_own_answers_are_read_and_exported_as_they_are(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    formula = '=HYPERLINK("http://x")' + ESCAPE
    assert main(["import", str(answers_file(tmp_path, formula)), "--name", "Mine"]) == 0
    assert "9 answers of 1 models to 9 items" in capsys.readouterr().out
    (run,) = listed(capsys)
    assert (run["kind"], run["name"], run["answered"]) == ("import", "Mine", 9)
    run_id = str(run["run_id"])

    assert main(["export", run_id]) == 0
    frame = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert list(frame["text"]) == [f"{formula} {n}" for n in range(9)]
    assert main(["export", run_id, "--format", "jsonl"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["text"] for line in lines] == list(frame["text"])
    assert "value_power" in frame.columns and lines[0]["scenario"] == "Prompt 0?"


def test_an_export_to_a_terminal_cannot_steer_it(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["import", str(answers_file(tmp_path, ESCAPE)), "--no-recogniser"])
    run_id = only_run(capsys)
    with monkeypatch.context() as terminal:
        terminal.setattr(sys.stdout, "isatty", lambda: True)
        assert main(["export", run_id]) == 0
    printed = capsys.readouterr().out
    assert "\x1b" not in printed and "\\x1b]0;owned" in printed and len(printed.splitlines()) == 10


def test_an_export_never_replaces_a_file_unasked(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["run", *SIMULATED])
    run_id = only_run(capsys)
    assert main(["export", run_id, "--format", "parquet"]) == 2
    for ending, read in ((".parquet", pd.read_parquet), (".csv", pd.read_csv)):
        out = tmp_path / f"out{ending}"
        out.write_text("precious")
        assert main(["export", run_id, "--out", str(out)]) == 2
        assert "--force" in capsys.readouterr().err and out.read_text() == "precious"
        assert main(["export", run_id, "--out", str(out), "--force"]) == 0
        assert len(read(out)) == 42
    assert main(["export", run_id, "--out", str(tmp_path / "out.txt")]) == 2
    assert main(["export", run_id, "--out", str(tmp_path / "none" / "out.csv")]) == 2


def test_bad_answers_need_keep_good(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("model,prompt,response\nm,Why?,Because.\n,Why?,Lost.\nm,,Lost too.\n")
    assert main(["import", str(path), "--no-recogniser"]) == 2
    printed = capsys.readouterr().err
    assert "Row 3, model" in printed and "Row 4, prompt" in printed
    assert main(["import", str(path), "--no-recogniser", "--keep-good"]) == 0
    assert listed(capsys)[0]["answered"] == 1


def test_the_better_offline_recogniser_reads_too(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(answers_file(tmp_path, "I would help my friends and keep the law of the land.", 2))
    assert main(["import", path, "--recogniser", "minilm"]) == 0
    assert main(["import", path, "--recogniser", "minilm", "--judge", "openai/m"]) == 2
    assert main(["import", path, "--recogniser", "tea"]) == 2
    assert [run["recogniser"].partition("@")[0] for run in listed(capsys)] == ["minilm"]
    monkeypatch.setattr(minilm, "PACKAGES", ("a_package_that_nobody_has",))
    assert main(["import", path, "--recogniser", "minilm"]) == 0
    assert minilm.INSTALL in capsys.readouterr().err
    assert [run["recogniser"].partition("@")[0] for run in listed(capsys)] == ["lexicon", "minilm"]
