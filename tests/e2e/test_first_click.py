"""The first screen works at once: one click, no key, no network."""

import time

import pytest
from driving import Server, Tabs, go, screenshot
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.timeout(420)]

EMBEDDED = "embedded/smollm2-135m"
DONE_MS = 300_000


def test_one_click_leads_from_nothing_to_the_words_of_an_answer(server: Server, tabs: Tabs) -> None:
    page = tabs.open(server.address)
    screenshot(page, "overview-empty")
    started = time.monotonic()
    page.get_by_role("button", name="Evaluate the embedded model").click()

    counts = page.get_by_text("calls ·")
    expect(counts).to_contain_text(
        ["running"], timeout=30_000
    )  # lists: an old line may stand beside the new for a moment
    page.locator(".js-plotly-plot").first.wait_for(timeout=DONE_MS)
    print(f"\nfirst radar after {time.monotonic() - started:.1f} s")
    early = counts.first.inner_text()
    expect(counts).not_to_have_text([early], timeout=60_000)
    expect(counts).to_have_text(["42 of 42 calls · done"], timeout=DONE_MS)
    print(f"done after {time.monotonic() - started:.1f} s")

    go(page, "Overview")
    expect(page.get_by_test_id("stBadge").or_(page.locator(".stMarkdownBadge"))).to_contain_text("low information")
    expect(page.get_by_test_id("stText").filter(has_text=f"{EMBEDDED}: ")).to_be_visible()

    go(page, "Radar")
    page.get_by_role("button", name="Open its scenarios").click()
    expect(page.get_by_role("heading", name="Scenarios and answers")).to_be_visible()
    marks = page.locator("mark[title]")
    expect(marks.first).to_be_visible(timeout=30_000)
    assert all(text.strip() for text in marks.all_inner_texts())
    screenshot(page, "first-click-scenario")
