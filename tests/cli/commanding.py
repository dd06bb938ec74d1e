"""Giving commands as a person or a script would."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from core.cli import main
from core.paths import ROOT

SIMULATED = ("--model", "simulated/open", "--no-recogniser")
ESCAPE = "\x1b]0;owned\x07\x1b[2J"


def listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The stored runs, newest first; what was printed before is dropped."""
    capsys.readouterr()
    assert main(["runs", "--json"]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def only_run(capsys: pytest.CaptureFixture[str]) -> str:
    """The id of the one run there is."""
    (run,) = listed(capsys)
    return str(run["run_id"])


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """The exit code of a command with --json, and its events."""
    capsys.readouterr()
    code = main([*arguments, "--json"])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def start(*arguments: str, stderr: int = subprocess.PIPE, **environment: str) -> subprocess.Popen[str]:
    """The command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "core.cli", *arguments],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"} | environment,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )


def until(met: Callable[[], bool], seconds: float = 40.0) -> None:
    """Wait for something that must come true."""
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "what was waited for never came"
        time.sleep(0.02)
