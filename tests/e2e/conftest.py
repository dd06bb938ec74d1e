"""What the journeys share. The browser is per module: while it is open no other test could run an event loop."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from driving import Server, Tabs
from playwright.sync_api import Browser, expect, sync_playwright

from core.items.shipped import shipped_suite
from core.models.base import ModelSpec
from core.models.simulated import simulation
from core.runs.manager import RunManager
from core.runs.plan import Plan
from core.store.database import Store

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
expect.set_options(timeout=20_000)  # the usual 5 seconds are few where several journeys share two cores


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser of the system's; without one the journeys are skipped, but in CI that is a failure."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        message = f"no browser: none of {', '.join(BROWSERS)} is installed (scripts/browser.sh installs one)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=[*QUIET])
        yield opened
        opened.close()


@pytest.fixture
def tabs(browser: Browser) -> Iterator[Tabs]:
    """Tabs in which nothing may be asked of another machine, no error logged and no dialog opened."""
    opened = Tabs(browser)
    yield opened
    opened.close()
    assert opened.faults == []


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server on an empty store."""
    yield from _running(Server(tmp_path / "store.duckdb"))


@pytest.fixture(scope="session")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which the simulated panel has answered the everyday suite. Copy it to change it."""
    path = tmp_path_factory.mktemp("panel") / "store.duckdb"
    manager = RunManager(Store(path))
    models = tuple(ModelSpec(name) for name in simulation().profiles)
    run_id = manager.start(Plan("The simulated panel", shipped_suite("everyday"), models, probes=12))
    assert manager.wait(run_id, 120)
    manager.close()
    return path


@pytest.fixture
def seeded(panel: Path, tmp_path: Path) -> Iterator[Server]:
    """A server on a copy of the panel's store."""
    yield from _running(Server(Path(shutil.copy(panel, tmp_path / "store.duckdb"))))


def _running(server: Server) -> Iterator[Server]:
    server.start()
    yield server
    server.end()
    assert server.faults() == []
