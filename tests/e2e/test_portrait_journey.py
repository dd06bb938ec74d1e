"""From the first click to a profile that can be trusted or not, and from a text that a person rates to its figures."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from driving import Server, Tabs, settle
from playwright.sync_api import Page, expect
from study_made import study

from core.items.sitting import words
from core.store import studies
from core.store.database import Store

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Server]:
    """A server on a store in which a study of ten items is open for raters."""
    path = tmp_path / "store.duckdb"
    store = Store(path)
    studies.save_study(store, study(10))
    store.close()
    server = Server(path)
    server.start()
    yield server
    server.end()
    assert server.faults() == []


def test_one_click_leads_to_profiles_and_their_reliability(opened: Server, tabs: Tabs) -> None:
    page = tabs.open(f"{opened.address}/value-portrait")
    page.get_by_role("button", name="Ask the simulated respondents").click()
    page.get_by_role("link", name="Its profiles are under Value Portrait").click()
    settle(page)
    expect(page.get_by_text("Radar of the ten values").first).to_be_visible()
    page.get_by_role("radio", name="Reliability").click()
    settle(page)
    expect(page.get_by_text("Can a model's answers be read as values?")).to_be_visible()
    expect(page.get_by_text("no chance level and no validity")).to_be_visible()
    expect(page.get_by_test_id("stDataFrame")).to_have_count(2)


def test_a_rater_goes_through_a_study_and_is_counted(opened: Server, tabs: Tabs) -> None:
    page = tabs.open(f"{opened.address}/rate")
    page.get_by_text("I have read this, I am of age").click()
    settle(page)
    page.get_by_role("button", name="Begin").click()
    for number in range(1, 16):
        expect(page.get_by_text(f"Text {number} of 15")).to_be_visible()
        settle(page)
        page.keyboard.press(str(answer(page)))
    expect(page.get_by_text("What matters to you")).to_be_visible()
    cards = page.get_by_test_id("stMain").get_by_test_id("stButtonGroup")
    for place in range(10):
        cards.nth(place).get_by_role("radio").nth(place % 6).click()
    settle(page)
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_text(words().thanks)).to_be_visible()
    page.goto(f"{opened.address}/items?study_part=Validation")
    expect(page.get_by_text("1 rater can be used so far")).to_be_visible()


def answer(page: Page) -> int:
    """What somebody says who reads: what a check asks for, and the same to the same text."""
    said = page.get_by_test_id("stMain").inner_text()
    for check in words().checks:
        if check.text in said:
            return check.answer
    return int(said.split("Response: Response ")[1].split()[0]) % 6 + 1
