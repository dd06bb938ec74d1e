"""docs/extending.md is followed to the letter: its files are written, loaded and run."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from core import extensions
from core.errors import UserError
from core.paths import ROOT

BLOCK = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.M | re.S)
PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")


def written(folder: Path) -> dict[str, str]:
    """The files of the page, laid where it says."""
    blocks = dict(BLOCK.findall(PAGE))
    for name, text in blocks.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return blocks


def polycompass(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {extensions.FOLDER: str(folder), "POLYCOMPASS_STORE": str(folder / "store.duckdb")}
    return subprocess.run(
        [sys.executable, "-m", "core.cli", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_the_page_is_followed_and_its_run_is_read_and_scored(tmp_path: Path) -> None:
    blocks = written(tmp_path)
    assert len(blocks) == 6 and all(text.count("\n") < 30 for text in blocks.values())
    done = polycompass(tmp_path, "run", str(tmp_path / "plan.toml"))
    assert done.returncode == 0, done.stderr
    listed = json.loads(polycompass(tmp_path, "runs", "--json").stdout)
    assert [run["recogniser"] for run in listed] == ["own:hands@1"]
    shown = polycompass(tmp_path, "show", str(listed[0]["run_id"])).stdout
    assert "care" in shown.lower() and "thrift" in shown.lower()
    assert "workshop" in polycompass(tmp_path, "suites").stdout


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(extensions.FOLDER, str(tmp_path))
    extensions.clear()
    yield tmp_path  # type: ignore[misc]
    extensions.clear()


def test_nothing_is_looked_for_where_no_folder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(extensions.FOLDER, raising=False)
    assert extensions.files("methods", ".py") == []


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("1/0", "methods/x.py does not run .ZeroDivisionError"),
        ("", "methods/x.py defines no method"),
        ("class M: id = 'm'\nmethod = M()", "its method lacks name"),
    ],
)
def test_a_faulty_file_is_named(named: Path, code: str, message: str) -> None:
    (named / "methods").mkdir()
    (named / "methods" / "x.py").write_text(code)
    with pytest.raises(UserError, match=message):
        extensions.objects("methods", "method", ("id", "name"))


def test_a_folder_that_is_none_is_said(named: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(extensions.FOLDER, str(named / "lost"))
    with pytest.raises(UserError, match="is no folder"):
        extensions.files("values", ".toml")
