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


@pytest.fixture
def store(manager: RunManager) -> Store:
    """The manager's store."""
    return manager.store
