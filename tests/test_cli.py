"""The command line as a person or a script meets it: words, exit codes, Ctrl-C, a store in use."""

import argparse
import importlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers import Answer, completion, error, serve

from core.cli import main
from core.cli.following import progress_line
from core.cli.output import dollars, duration, safe
from core.cli.parser import EXIT_CODES, parser
from core.paths import ROOT
from core.store.database import Store
from core.store.records import now

SIMULATED = ("--model", "simulated/open", "--no-recogniser")
ESCAPE = "\x1b]0;owned\x07\x1b[2J"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An own store for one test, named by the environment; no key is set."""
    path = tmp_path / "store.duckdb"
    monkeypatch.setenv("POLYCOMPASS_STORE", str(path))
    for variable in ("OPENAI_API_KEY", "HOSTED_VLLM_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    return path


def listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    capsys.readouterr()
    assert main(["runs", "--json"]) == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


def only_run(capsys: pytest.CaptureFixture[str]) -> str:
    (run,) = listed(capsys)
    return str(run["run_id"])


def answers_file(folder: Path, response: str, items: int = 9) -> Path:
    rows = [{"model": "m", "prompt": f"Prompt {n}?", "response": f"{response} {n}"} for n in range(items)]
    path = folder / "answers.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


# Help


def commands() -> dict[str, argparse.ArgumentParser]:
    (action,) = [each for each in parser()._actions if isinstance(each, argparse._SubParsersAction)]
    assert {choice.dest for choice in action._choices_actions if choice.help} == set(action.choices)
    return dict(action.choices)


def test_every_command_and_option_has_help_and_something_that_carries_it_out() -> None:
    names = {"run", "runs", "show", "export", "import", "models", "test-model", "suites", "app"}
    assert set(commands()) == names
    for name, command in commands().items():
        assert command.description and command.epilog == EXIT_CODES, name
        assert all(action.help for action in command._actions), name
        module, function = command.get_default("module"), command.get_default("function")
        assert callable(getattr(importlib.import_module(module), function)), name


def test_help_names_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "exit codes:" in capsys.readouterr().out


# What is printed


@given(st.text())
def test_nothing_printed_steers_a_terminal(text: str) -> None:
    shown = safe(text)
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 or char in "\u2028\u202e\u2066" for char in shown)
    assert safe("Grüße 语 🙂") == "Grüße 语 🙂"


def test_escapes_are_shown_not_sent() -> None:
    assert safe("a\x1b[31mb\nc") == "a\\x1b[31mb\\nc"
    assert safe("a\x1b\nc", keep="\n") == "a\\x1b\nc"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "under 1 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (7260, "2 h 01 min")]
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_costs() -> None:
    assert [dollars(cost) for cost in (None, 0.0, 0.001, 1234.5)] == ["unknown", "$0.00", "under $0.01", "$1,234.50"]


def test_the_time_left_follows_from_the_calls_of_this_session_only() -> None:
    total = {"answered": 55, "refused": 3, "unparsed": 1, "filtered": 0, "failed": 1, "read": 54, "unreadable": 0}
    line = progress_line(total, planned=100, before=40, seconds=10.0)
    assert line == "60 of 100 calls: 55 answered, 3 refused, 1 unparsed, 1 failed; 54 read; 20 s left"
    assert "left" not in progress_line(total, planned=60, before=40, seconds=10.0)
    assert "left" not in progress_line(total, planned=100, before=60, seconds=10.0)


# run, runs, show


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
    ended = sum(int(str(run[kind])) for kind in ("answered", "refused", "unparsed", "filtered", "failed"))
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


# import, export


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


# models, test-model


def test_models_say_whether_a_key_is_set_and_never_the_key(
    store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["models", "gpt-4o"]) == 0
    assert "key missing: OPENAI_API_KEY" in capsys.readouterr().out
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret-0123456789")
    assert main(["models"]) == 0
    printed = capsys.readouterr()
    (line,) = [line for line in printed.out.splitlines() if line.startswith("openai/gpt-4o ")]
    assert "key set" in line and "secret" not in printed.out + printed.err
    assert "no key needed" in next(line for line in printed.out.splitlines() if line.startswith("embedded/"))
    assert main(["models", "no such thing"]) == 0
    assert "Nothing" in capsys.readouterr().out


def test_a_model_is_tried_with_one_call(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serve([Answer(body=completion(f"ready{ESCAPE}"))]) as server:
        assert main(["test-model", "hosted_vllm/m", "--api-base", server.address]) == 0
        assert server.count == 1
    printed = capsys.readouterr().out
    assert "tokens: 11 in, 7 out" in printed and "\x1b" not in printed and "\\x1b" in printed
    with serve([error(404, f"no such model {ESCAPE}")]) as server:
        assert main(["test-model", "hosted_vllm/m", "--api-base", server.address]) == 1
    printed = capsys.readouterr().err
    assert "not_found" in printed and "no such model" in printed and "\x1b" not in printed


def test_a_run_whose_key_is_wrong_fails_with_code_1_and_keeps_the_key_to_itself(
    store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOSTED_VLLM_API_KEY", "very-secret-0123456789")
    with serve("unauthorized") as server:
        assert main(["run", "--model", "hosted_vllm/m", "--api-base", server.address]) == 1
    printed = capsys.readouterr()
    assert "failed: run" in printed.out and "authentication" in printed.out and "no scores" in printed.out
    assert "run --resume" in printed.out
    assert "secret" not in printed.out + printed.err


# Processes


def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "core.cli", *arguments],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(met: Callable[[], bool], seconds: float = 40.0) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "what was waited for never came"
        time.sleep(0.02)


def test_ctrl_c_stops_and_resume_asks_only_the_rest(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = start("run", *SIMULATED, "--epochs", "100", "--probes", "0")
    assert run.stdout is not None
    while not run.stdout.readline().startswith("run "):
        assert run.poll() is None
    time.sleep(0.3)
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=40)
    assert run.returncode == 1 and "Stopping" in err and "Traceback" not in err
    (stopped,) = listed(capsys)
    answered = int(str(stopped["answered"]))
    assert stopped["state"] == "stopped" and 0 < answered < 3000
    assert f"polycompass run --resume {stopped['run_id']}" in out
    resumed = now()
    assert main(["run", "--resume", str(stopped["run_id"])]) == 0
    (done,) = listed(capsys)
    assert (done["run_id"], done["state"], done["answered"]) == (stopped["run_id"], "done", 3000)
    with closing(Store(store)) as kept:
        ((asked_again,),) = kept.rows("SELECT count(*) FROM responses WHERE arrived_at > ?", [resumed])
    assert asked_again == 3000 - answered


@pytest.mark.slow
def test_ctrl_c_finishes_the_calls_under_way_and_resume_asks_only_the_rest(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    delay = [0.5]
    with serve(lambda _: Answer(body=completion("I would help her."), delay_s=delay[0])) as server:
        run = start("run", "--model", "hosted_vllm/m", "--api-base", server.address, "--no-recogniser", "--probes", "0")
        until(lambda: server.count >= 4)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=40)
        asked, delay[0] = server.count, 0.0
        assert run.returncode == 1 and "Stopping" in err and "Traceback" not in err
        (stopped,) = listed(capsys)
        assert stopped["state"] == "stopped" and 4 <= asked < 30
        assert stopped["answered"] == asked
        assert f"polycompass run --resume {stopped['run_id']}" in out
        assert main(["run", "--resume", str(stopped["run_id"])]) == 0
        assert server.count == 30
    assert listed(capsys)[0]["answered"] == 30


@pytest.mark.slow
def test_a_second_ctrl_c_ends_at_once(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serve("slow") as server:
        run = start("run", "--model", "hosted_vllm/m", "--api-base", server.address, "--no-recogniser")
        until(lambda: server.count >= 1)
        assert run.stderr is not None
        run.send_signal(signal.SIGINT)
        while "Stopping" not in run.stderr.readline():
            assert run.poll() is None
        pressed = time.monotonic()
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=20)
        assert time.monotonic() - pressed < 5
    assert run.returncode == 1 and "Ended at once" in err
    assert listed(capsys)[0]["state"] == "interrupted"


def test_a_store_that_is_open_elsewhere_is_said_so(store: Path) -> None:
    with closing(Store(store)):
        other = start("runs")
        out, err = other.communicate(timeout=40)
    assert other.returncode == 2 and out == ""
    assert "only one program at a time" in err and str(os.getpid()) in err and len(err.splitlines()) == 1


def test_a_reader_that_leaves_early_is_no_fault(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", *SIMULATED, "--suite", "everyday"])
    export = start("export", only_run(capsys), "--format", "jsonl")
    assert export.stdout is not None and export.stderr is not None
    export.stdout.close()
    assert export.wait(40) == 1
    assert export.stderr.read() == ""
    export.stderr.close()


def test_app_runs_streamlit_in_the_project_with_the_named_store(store: Path, tmp_path: Path) -> None:
    # A program called streamlit that says how it was called.
    (tmp_path / "streamlit").mkdir()
    (tmp_path / "streamlit" / "__init__.py").touch()
    (tmp_path / "streamlit" / "__main__.py").write_text(
        "import os, sys; print(os.getcwd(), sys.argv[1:], os.environ['POLYCOMPASS_STORE'])"
    )
    app = start("app", "--store", str(tmp_path / "named.duckdb"), PYTHONPATH=str(tmp_path))
    try:
        out, err = app.communicate(timeout=20)
    finally:
        app.kill()
    assert app.returncode == 0, err
    assert out.strip() == f"{ROOT} ['run', 'app.py'] {tmp_path / 'named.duckdb'}"
