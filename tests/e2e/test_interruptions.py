"""A run outlives a reload, a second browser, a stop, and the death of the server."""

import re
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from driving import WAIT_MS, Server, Tabs, go, settle
from playwright.sync_api import Page, expect
from servers import Answer, FaultyServer, completion, serve

from core.runs.manager import load_plan
from core.store import queries
from core.store.database import Store

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]

PLANNED = 135 + 12
CONCURRENCY = 8
SLOW_S = 5.0  # the run must outlast the journey, on a busy machine too


class Provider:
    """A hosted model of this machine; `delay_s` is how long each of its answers takes."""

    def __init__(self) -> None:
        self.delay_s = SLOW_S

    def __call__(self, request: dict[str, Any]) -> Answer:
        return Answer(body=completion("Keep your word and help your family first."), delay_s=self.delay_s)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Provider, FaultyServer]]:
    """The provider and the server that counts its calls. Its key must be set before the app starts."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    model = Provider()
    with serve(model) as running:
        yield model, running


def counts(page: Page) -> int:
    """How many calls the page says are done. For a moment a line that is about to go can stand beside the new one."""
    lines = page.get_by_text("calls ·").all_inner_texts()
    return max((int(line.split(" of ")[0].replace(",", "")) for line in lines), default=0)


def says(page: Page, state: str, timeout: float = WAIT_MS) -> None:
    """Wait until this state is the only one the page shows."""
    expect(page.get_by_text("calls ·")).to_have_text([re.compile(rf"calls · {state}$")], timeout=timeout)


def counted(page: Page, more_than: int) -> int:
    """Wait until more calls are done, and say how many."""
    for _ in range(600):
        if (now := counts(page)) > more_than:
            return now
        page.wait_for_timeout(100)
    raise AssertionError(f"no progress beyond {more_than} calls")


def launch(page: Page, model: str, address: str) -> None:
    """Evaluate a model of one's own server on the whole everyday suite."""
    go(page, "Launch")
    suite = page.get_by_role("combobox", name="Scenarios")
    suite.click()
    page.get_by_role("option").filter(has_text="(135)").click()
    settle(page)
    models = page.get_by_role("combobox", name="Models")
    models.click()
    page.keyboard.press("Backspace")
    models.fill(model)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    settle(page)
    page.get_by_role("textbox", name="Server address").first.fill(address)
    page.keyboard.press("Enter")
    settle(page)
    page.get_by_role("button", name="Evaluate", exact=True).click()


def test_a_run_survives_reload_second_browser_stop_and_crash(
    provider: tuple[Provider, FaultyServer], server: Server, tabs: Tabs
) -> None:
    model, calls = provider
    page = tabs.open(server.address)
    launch(page, "openai/slow", calls.address)
    says(page, "running")
    before = counted(page, 0)
    page.reload()
    says(page, "running")
    counted(page, before)
    assert "watch=" in page.url

    other = tabs.open(f"{server.address}/runs")
    says(other, "running")
    other.get_by_role("button", name="Stop").click()
    says(other, "stopped")
    says(page, "stopped")  # the first browser learns it by itself
    stopped = counts(page)
    assert 0 < stopped < PLANNED

    page.get_by_role("button", name="Resume").click()
    says(page, "running")
    durable = counted(page, stopped)
    tabs.close()
    server.end(signal.SIGKILL)

    server.start()
    page = tabs.open(server.address)
    go(page, "Runs")
    says(page, "interrupted")
    assert durable <= counts(page) < PLANNED
    asked = calls.count
    model.delay_s = 0.0
    kept = counts(page)
    page.get_by_role("button", name="Resume").click()
    says(page, "done", 2 * WAIT_MS)
    assert counts(page) == PLANNED
    assert calls.count - asked == PLANNED - kept  # nothing that was kept is asked again

    tabs.close()
    server.end()
    check_complete(server, calls.count)


def check_complete(server: Server, calls: int) -> None:
    """Every trial is in the store once, every open answer is read, and little was asked twice."""
    store = Store(server.store)
    try:
        run_id = queries.runs(store)[0].run_id
        plan = load_plan(store, run_id)
        planned = {trial.id for trial in plan.trials("openai/slow")}
        assert set(queries.finished_trials(store, run_id, "openai/slow")) == planned
        row = queries.progress(store, run_id).iloc[0]
        assert (row["ok"] + row["unparsed"], row["error"], row["read"]) == (PLANNED, 0, 135)
    finally:
        store.close()
    assert PLANNED <= calls <= PLANNED + 4 * CONCURRENCY
