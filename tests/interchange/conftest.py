import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.runs.manager import RunManager
from core.store.database import Store


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[RunManager]:
    """A manager with a fresh store."""
    made = RunManager(Store(tmp_path / "store.duckdb"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def inspect_python() -> str:
    """A Python that has inspect_ai, whose pins contradict ours: so it lives in an environment of its own, which
    POLYCOMPASS_INSPECT_PYTHON names. Without one the test is skipped, but in CI that is a failure."""
    named = os.environ.get("POLYCOMPASS_INSPECT_PYTHON")
    if named:
        return named
    if importlib.util.find_spec("inspect_ai"):
        return sys.executable
    message = "no inspect_ai; set POLYCOMPASS_INSPECT_PYTHON to a Python that has it"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)
