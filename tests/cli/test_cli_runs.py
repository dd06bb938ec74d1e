"""`run`, `runs`, `show` and `suites`."""

import json
from pathlib import Path

import pytest
from commanding import ESCAPE, SIMULATED, listed, only_run

from core.cli import main
from core.methods.base import OUTCOMES


def test_a_run_is_previewed_counted_listed_and_shown(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--model", "simulated/open", "simulated/reticent", "--name", "Two of them"]) == 0
    printed = capsys.readouterr()
    assert "about 84 calls" in printed.out and "cost $0.00" in printed.out
    assert "84 of 84 calls" in printed.err
    assert printed.out.count("Self-Direction") == 2 and "n too small" not in printed.out
    (run,) = listed(capsys)
    assert f"done: run {run['run_id']}" in printed.out
    assert (run["name"], run["kind"], run["state"], run["planned"]) == ("Two of them", "run", "done", 84)
    assert run["models"] == ["simulated/open", "simulated/reticent"]
    ended = sum(int(str(run[kind])) for kind in OUTCOMES.values())
    assert ended == 84 and int(str(run["refused"])) > 0

    assert main(["show", str(run["run_id"]), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    scores = {(row["model"], row["value"]): row for row in shown["scores"]}
    assert len(scores) == 20
    assert all(row["low"] <= row["score"] <= row["high"] for row in scores.values())
    centred = [row["score_ipsatised"] for (model, _), row in scores.items() if model == "simulated/open"]
    assert sum(centred) == pytest.approx(0, abs=1e-6)
    row = scores["simulated/open", "universalism"]
    assert f"{row['score']:.1f}  {row['low']:.1f} to {row['high']:.1f}" in printed.out


def test_a_run_without_a_recogniser_has_no_scores(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["run", *SIMULATED, "--epochs", "2", "--variations", "open-1", "open-2", "open-1", "--probes", "0"]) == 0
    )
    printed = capsys.readouterr().out
    assert "30 scenarios x 2 wordings x 2 epochs" in printed and "No recogniser, so no scores." in printed
    run_id = only_run(capsys)
    assert main(["show", run_id, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["scores"] == [] and shown["outcomes"][0]["answered"] == 120


def test_few_scenarios_are_said_to_be_too_few(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ["id,text,values", *(f"i{n},Situation number {n}.,power;security" for n in range(3))]
    (tmp_path / "small.csv").write_text("\n".join(rows))
    assert main(["run", "--model", "simulated/open", "--suite", str(tmp_path / "small.csv")]) == 0
    assert "n too small" in capsys.readouterr().out
    assert main(["show", only_run(capsys), "--json"]) == 0
    assert {row["low"] for row in json.loads(capsys.readouterr().out)["scores"]} == {None}


def test_the_default_is_the_first_click_and_a_dry_run_starts_nothing(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--dry-run"]) == 0
    printed = capsys.readouterr().out
    assert "First look at the embedded model" in printed and "about 42 calls" in printed
    assert "embedded/smollm2-135m     42" in printed and "recogniser: lexicon" in printed
    assert listed(capsys) == []


def test_unknown_costs_are_said(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--model", "hosted_vllm/own-model", "openai/gpt-4o-mini", "--dry-run"]) == 0
    assert "cost unknown (under $0.01 of it known)" in capsys.readouterr().out


def test_an_empty_store_has_no_runs_and_is_not_made_by_looking(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs"]) == 0
    assert "There are no runs" in capsys.readouterr().out
    assert main(["show", "x"]) == 2
    assert not store.exists()


def test_store_names_another_file_than_the_environment(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.duckdb"
    assert main(["run", *SIMULATED, "--store", str(other)]) == 0
    assert other.exists() and not store.exists()


def test_bad_rows_are_all_printed_and_end_the_run_unless_the_good_are_kept(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite = tmp_path / "mine.csv"
    suite.write_text(f"id,text,values\na,Fine.,power\nb,{ESCAPE},no-such\nc,,power\n")
    arguments = ["run", *SIMULATED, "--suite", str(suite)]
    assert main(arguments) == 2
    printed = capsys.readouterr().err
    assert "mine.csv: Row 3, values" in printed and "mine.csv: Row 4, text" in printed and "2 rows" in printed
    assert listed(capsys) == []
    assert main([*arguments, "--keep-good"]) == 0
    assert listed(capsys)[0]["planned"] == 1


def test_a_stored_suite_can_be_asked_again(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    suite = tmp_path / "mine.csv"
    suite.write_text("id,text,values\na,Fine.,power\n")
    assert main(["run", *SIMULATED, "--suite", str(suite)]) == 0
    suite.unlink()
    stored = str(listed(capsys)[0]["suite"])
    assert main(["suites"]) == 0
    printed = capsys.readouterr().out
    assert all(word in printed for word in ("everyday-starter", "moral_foundations", stored))
    assert main(["run", *SIMULATED, "--suite", stored]) == 0
    assert [run["suite"] for run in listed(capsys)] == [stored, stored]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nothing"],
        ["run", "--epochs", "x"],
        ["run", "--epochs", "0"],
        ["run", "--probes", "-1"],
        ["run", "--temperature", "nan"],
        ["run", "--max-tokens", "0"],
        ["run", "--seed", "99999999999"],
        ["run", "--variations", "closed-ab"],
        ["run", "--suite", "nowhere"],
        ["run", "--suite", "nowhere.csv"],
        ["run", "--suite", "moral_foundations"],
        ["run", "--suite", "everyday", "--system", "moral_foundations"],
        ["run", "--model", "simulated/nobody"],
        ["run", "--model", "simulated/open", "simulated/open"],
        ["run", "--model", "simulated/open", "--api-base", "http://localhost:1/v1"],
        ["run", "--judge", ""],
        ["run", "--judge-base", "http://localhost:1/v1"],
        ["run", "--judge", "openai/gpt-4o", "--no-recogniser"],
        ["run", "--resume", "20260101-000000-abcd"],
        ["run", "--resume", "20260101-000000-abcd", "--max-tokens", "9"],
        ["run", "--resume", "20260101-000000-abcd", "--name", "x"],
        ["run", "--resume", "20260101-000000-abcd", "--pilot"],
        ["run", "plan.toml", "--resume", "20260101-000000-abcd"],
        ["run", "nowhere.toml"],
        ["run", "--max-calls", "0"],
        ["run", "--max-calls", "many"],
        ["run", "--max-cost", "nan"],
        ["run", "--max-cost", "-1"],
        ["run", "--max-time", "soon"],
        ["run", "--max-time", "90ms"],
        ["run", "--at-once", "0"],
        ["run", "--timeout", "0"],
        ["run", "--model", "hosted_vllm/own", "--max-cost", "1", "--dry-run", "--json", "--nonsense"],
        ["plan", "--out", "plan.txt"],
        ["plan", "--of", "20260101-000000-abcd"],
        ["plan", "--epochs", "0"],
        ["extend", "20260101-000000-abcd", "nowhere.toml"],
        ["compare", "20260101-000000-abcd", "20260101-000000-abce"],
        ["delete", "20260101-000000-abcd", "--yes"],
        ["cache"],
        ["import", "nowhere.csv"],
        ["show", "20260101-000000-abcd"],
        ["export", "20260101-000000-abcd"],
        ["test-model", "two words"],
    ],
)
def test_wrong_input_is_one_sentence_and_code_2(
    arguments: list[str], store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert len(printed.err.splitlines()) == 1 and "Traceback" not in printed.err
    assert printed.out == ""
    assert listed(capsys) == []
