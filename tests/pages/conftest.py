"""Stores for the pages: empty, small, large and hostile, each a copy of one made once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import WAIT_S, leave
from stores import PANEL, fill_hostile, fill_large

from core.items.shipped import shipped_suite, starter
from core.models.base import ModelSpec
from core.runs.manager import RunManager
from core.runs.plan import Plan
from core.store.database import ENVIRONMENT, Store


@pytest.fixture
def empty_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """No run yet."""
    yield from _own(tmp_path, monkeypatch, None)


@pytest.fixture
def own_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_store: Path) -> Iterator[Path]:
    """A copy of the small store, for tests that write."""
    yield from _own(tmp_path, monkeypatch, small_store)


@pytest.fixture
def own_hostile_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hostile_store: Path) -> Iterator[Path]:
    """A copy of the hostile store, for tests that write."""
    yield from _own(tmp_path, monkeypatch, hostile_store)


def _own(folder: Path, monkeypatch: pytest.MonkeyPatch, prepared: Path | None) -> Iterator[Path]:
    path = folder / "store.duckdb"
    if prepared:
        shutil.copy(prepared, path)
    monkeypatch.setenv(ENVIRONMENT, str(path))
    yield path
    leave(path)


@pytest.fixture
def small_app(monkeypatch: pytest.MonkeyPatch, small_shared: Path) -> Path:
    """One finished run of four simulated respondents on the starter scenarios; only for reading."""
    monkeypatch.setenv(ENVIRONMENT, str(small_shared))
    return small_shared


@pytest.fixture
def large_app(monkeypatch: pytest.MonkeyPatch, large_store: Path) -> Path:
    """Fifty models with a thousand answers each; only for reading."""
    monkeypatch.setenv(ENVIRONMENT, str(large_store))
    return large_store


@pytest.fixture
def hostile_app(monkeypatch: pytest.MonkeyPatch, hostile_shared: Path) -> Path:
    """Answers, names and prompts that try to be more than text; only for reading."""
    monkeypatch.setenv(ENVIRONMENT, str(hostile_shared))
    return hostile_shared


@pytest.fixture(scope="session")
def small_shared(small_store: Path) -> Iterator[Path]:
    yield from _shared(small_store)


@pytest.fixture(scope="session")
def hostile_shared(hostile_store: Path) -> Iterator[Path]:
    yield from _shared(hostile_store)


def _shared(prepared: Path) -> Iterator[Path]:
    """A copy that stays open, and scored, until the last test."""
    path = prepared.with_stem(prepared.stem + "-shared")
    shutil.copy(prepared, path)
    yield path
    leave(path)


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
def large_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("stores") / "large.duckdb"
    store = Store(path)
    fill_large(store, models=50, items=1000)
    store.close()
    yield path
    leave(path)


@pytest.fixture(scope="session")
def hostile_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stores") / "hostile.duckdb"
    manager = RunManager(Store(path))
    assert manager.wait(fill_hostile(manager), WAIT_S)
    manager.close()
    return path
