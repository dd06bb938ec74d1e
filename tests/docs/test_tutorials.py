"""The tutorials' commands are carried out as they are written, on a store of their own."""

import re
import shlex
from pathlib import Path

import pytest

from core.cli import main
from core.paths import ROOT
from core.store import queries
from core.store.database import ENVIRONMENT, Store

LONG = {"tutorial-value-compass"}  # its report is made in tests/reports too
TUTORIALS = [
    pytest.param(path, marks=pytest.mark.long if path.stem in LONG else (), id=path.stem)
    for path in sorted((ROOT / "docs").glob("tutorial-*.md"))
]
# What a person has to bring, or takes the embedded model; the commands have tests of their own.
LEFT_OUT = ("~/", "--max-time")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store in an empty folder, which is where the commands are given."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "store.duckdb"))
    return tmp_path / "store.duckdb"


def newest_run(path: Path) -> str:
    store = Store(path)
    try:
        return queries.runs(store)[0].run_id
    finally:
        store.close()


@pytest.mark.parametrize("tutorial", TUTORIALS)
def test_a_tutorials_commands_do_what_they_say(tutorial: Path, store: Path) -> None:
    text = tutorial.read_text(encoding="utf-8")
    for name, body in re.findall(r"`(\w+\.toml)` is\n\n```toml\n(.*?)```", text, re.S):
        Path(name).write_text(body, encoding="utf-8")
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.S))
    commands: list[str] = re.findall(r"^polycompass (.*)$", blocks, re.M)
    assert commands and len(commands) == len(blocks.strip().splitlines())
    for command in commands:
        if any(part in command for part in LEFT_OUT):
            continue
        given = [newest_run(store) if word == "RUN_ID" else word for word in shlex.split(command)]
        assert main(given) == 0, command
        for option in ("--out", "-o"):
            if option in given:
                assert Path(given[given.index(option) + 1]).stat().st_size > 1000
