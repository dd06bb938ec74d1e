"""A run is slowed down while it goes on, a link is followed as it ends, and its fork costs nothing."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from driving import WAIT_MS, Server, Tabs, go, ready, settle
from playwright.sync_api import Page, expect
from servers import Answer, FaultyServer, completion, serve

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

CALLS = 30 + 12


class Provider:
    """A hosted model of this machine; `delay_s` is how long each of its answers takes."""

    delay_s = 1.5

    def __call__(self, request: dict[str, Any]) -> Answer:
        return Answer(body=completion("Keep your word and help your family first."), delay_s=self.delay_s)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Provider, FaultyServer]]:
    """The provider and the server that counts its calls. Its key must be set before the app starts."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    model = Provider()
    with serve(model) as running:
        yield model, running


def start(page: Page, address: str) -> None:
    """Evaluate a model of one's own server on the starter scenarios."""
    go(page, "Launch")
    models = page.get_by_role("combobox", name="Models")
    models.click()
    page.keyboard.press("Backspace")
    models.fill("openai/slow")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    settle(page)
    page.get_by_role("textbox", name="Server address").first.fill(address)
    page.keyboard.press("Enter")
    settle(page)
    page.get_by_role("button", name="Evaluate", exact=True).click()
    expect(page.get_by_text("calls ·").first).to_contain_text("running")


def slow_down(page: Page, at_once: int) -> None:
    """Let fewer calls go at once while the run goes on."""
    page.get_by_text("Limits and budget").click()
    box = page.get_by_role("spinbutton", name="Calls at once, each model")
    box.fill(str(at_once))
    page.keyboard.press("Tab")
    page.wait_for_timeout(300)
    page.get_by_role("button", name="Apply now").click()
    expect(page.get_by_text("The run keeps to these limits")).to_be_visible()


def peak_within(calls: FaultyServer, seconds: float) -> int:
    """The most calls that came in at once while no more than `seconds` passed."""
    calls.peak = 0
    time.sleep(seconds)
    return calls.peak


def follow_at_the_end(page: Page, name: str) -> None:
    """Click a link when the page has just said that the run is done, and is about to draw itself again."""
    page.evaluate(
        """name => new Promise(followed => {
            const look = () => {
                const bars = [...document.querySelectorAll("[data-testid=stProgress]")];
                if (!bars.some(bar => bar.innerText.includes("done"))) return setTimeout(look, 5);
                const links = [...document.querySelectorAll("[data-testid=stSidebarNavLink]")];
                const link = links.find(link => link.innerText.trim().endsWith(name));
                setTimeout(() => followed(link.click()), 75);
            };
            look();
        })""",
        name,
    )


def test_a_run_is_retuned_left_at_its_end_and_forked(
    provider: tuple[Provider, FaultyServer], server: Server, tabs: Tabs
) -> None:
    model, calls = provider
    page = tabs.open(server.address)
    start(page, calls.address)
    assert peak_within(calls, 1.5) > 2
    slow_down(page, 2)
    time.sleep(2 * model.delay_s)  # those that were under way
    assert peak_within(calls, 2 * model.delay_s) <= 2

    model.delay_s = 0.0
    follow_at_the_end(page, "Models")
    expect(page.get_by_role("heading", name="Models", exact=True)).to_be_visible()
    page.wait_for_timeout(1500)
    expect(page).to_have_url(re.compile("/models$"))
    expect(page.get_by_role("heading", name="Models", exact=True)).to_be_visible()
    assert calls.count == CALLS

    go(page, "Runs")
    page.get_by_role("button", name="Fork", exact=True).click()
    expect(page.get_by_text("Filled in from the run")).to_be_visible()
    ready(page)
    expect(page.get_by_role("textbox", name="Server address").first).to_have_value(calls.address)
    expect(page.get_by_text(f"{CALLS} of them have a stored reply")).to_be_visible()
    page.get_by_role("button", name="Evaluate", exact=True).click()
    expect(page.get_by_text("calls ·")).to_have_text([f"{CALLS} of {CALLS} calls · done"], timeout=WAIT_MS)
    expect(page.get_by_text(f"{CALLS} more spared by stored replies")).to_be_visible()
    assert calls.count == CALLS
    before = page.url
    box = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 15, box["y"] + 35 * 2 + 17)  # the second row's mark: the run that was forked
    expect(page).not_to_have_url(before)
    expect(page.get_by_text(f"In all, over every start: {CALLS} calls sent;")).to_be_visible()
