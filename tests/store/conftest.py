from collections.abc import Iterator
from pathlib import Path

import pytest

from core.store.database import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A fresh store."""
    opened = Store(tmp_path / "store.duckdb")
    yield opened
    opened.close()
