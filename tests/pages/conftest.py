"""Stores for the pages: empty, small, large and hostile, each a copy of one made once."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsing import WAIT_S, leave

from core.items.shipped import shipped_suite, starter
from core.models.base import ModelSpec
from core.runs.manager import RunManager
from core.runs.plan import Plan
from core.store.database import ENVIRONMENT, Store
from stores import fill_hostile, fill_large

PANEL = ("simulated/self-transcending", "simulated/self-enhancing", "simulated/reticent")


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path | None], Path]]:
    """Give the app a store of its own: a copy of a prepared one, or none."""
    path = tmp_path / "store.duckdb"

    def use(prepared: Path | None) -> Path:
        if prepared:
            shutil.copy(prepared, path)
        return path

    monkeypatch.setenv(ENVIRONMENT, str(path))
    yield use
    leave()


@pytest.fixture
def empty_app(opened: Callable[[Path | None], Path]) -> Path:
    """No run yet."""
    return opened(None)


@pytest.fixture
def small_app(opened: Callable[[Path | None], Path], small_store: Path) -> Path:
    """One finished run of three simulated respondents on the starter scenarios."""
    return opened(small_store)


@pytest.fixture
def large_app(opened: Callable[[Path | None], Path], large_store: Path) -> Path:
    """Fifty models with a thousand answers each."""
    return opened(large_store)


@pytest.fixture
def hostile_app(opened: Callable[[Path | None], Path], hostile_store: Path) -> Path:
    """Answers, names and prompts that try to be more than text."""
    return opened(hostile_store)


@pytest.fixture(scope="session")
def small_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stores") / "small.duckdb"
    manager = RunManager(Store(path))
    suite = starter(shipped_suite("everyday"))
    run_id = manager.start(Plan("A small panel", suite, tuple(ModelSpec(name) for name in PANEL)))
    assert manager.wait(run_id, WAIT_S)
    manager.close()
    return path


@pytest.fixture(scope="session")
def large_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stores") / "large.duckdb"
    store = Store(path)
    fill_large(store, models=50, items=1000)
    store.close()
    return path


@pytest.fixture(scope="session")
def hostile_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stores") / "hostile.duckdb"
    manager = RunManager(Store(path))
    assert manager.wait(fill_hostile(manager), WAIT_S)
    manager.close()
    return path
