from collections.abc import Iterator
from pathlib import Path

import pytest

from core.cluster import shards
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


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "LEAST", 4)
    monkeypatch.setattr(shards, "SHARDS_EACH", 2)
