"""Processes: Ctrl-C, a terminal, a store in use, a reader that leaves."""

import os
import pty
import signal
import time
from contextlib import closing
from pathlib import Path

import pytest
from commanding import SIMULATED, listed, only_run, start, until
from servers import Answer, completion, serve

from core.cli import main
from core.paths import ROOT
from core.store.database import Store
from core.store.records import now


@pytest.mark.long
def test_ctrl_c_stops_and_resume_asks_only_the_rest(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = start("run", *SIMULATED, "--epochs", "100", "--probes", "0")
    assert run.stdout is not None
    while not run.stdout.readline().startswith("run "):
        assert run.poll() is None
    time.sleep(0.3)
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=40)
    assert run.returncode == 3 and "Stopping" in err and "Traceback" not in err
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
        assert run.returncode == 3 and "Stopping" in err and "Traceback" not in err
        (stopped,) = listed(capsys)
        assert stopped["state"] == "stopped" and 4 <= asked < 30
        assert stopped["answered"] == asked
        assert f"polycompass run --resume {stopped['run_id']}" in out
        assert main(["run", "--resume", str(stopped["run_id"])]) == 0
        assert server.count == 30
    assert listed(capsys)[0]["answered"] == 30


@pytest.mark.long
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
    assert run.returncode == 3 and "Ended at once" in err
    assert listed(capsys)[0]["state"] == "interrupted"


def test_a_store_that_is_open_elsewhere_is_said_so(store: Path) -> None:
    with closing(Store(store)):
        other = start("runs")
        out, err = other.communicate(timeout=40)
    assert other.returncode == 2 and out == ""
    assert "only one program at a time" in err and str(os.getpid()) in err and len(err.splitlines()) == 1


@pytest.mark.long
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


@pytest.mark.long
def test_a_wish_to_terminate_stops_as_ctrl_c_does(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = start("run", *SIMULATED, "--epochs", "100")
    assert run.stdout is not None
    while not run.stdout.readline().startswith("run "):
        assert run.poll() is None
    time.sleep(0.3)
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=40)
    assert run.returncode == 3 and listed(capsys)[0]["state"] == "stopped"


def test_a_terminal_gets_a_bar_that_is_drawn_over_itself(store: Path) -> None:
    ours, theirs = pty.openpty()
    run = start("run", *SIMULATED, "--epochs", "20", "--suite", "everyday", stderr=theirs, COLUMNS="100")
    os.close(theirs)
    drawn = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the other end was closed
            break
        drawn += piece
    os.close(ours)
    out, _ = run.communicate(timeout=60)
    assert run.returncode == 0 and "#" not in out
    bars = drawn.decode().split("\r")
    assert len(bars) > 2 and bars[-1].strip() == "" and all(len(bar) < 110 for bar in bars)
    assert "100 %  2,712/2,712" in bars[-2] and "calls/s" in bars[1]
