"""Asking a simulated respondent for its social value orientation, until the ring stands."""

import re

import pytest
from driving import Server, Tabs, choose, ready, settle
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_from_the_form_to_the_ring(seeded: Server, tabs: Tabs) -> None:
    page = tabs.open(f"{seeded.address}/social-orientation")
    page.get_by_role("button", name="Clear all").first.click()
    settle(page)
    choose(page, "Models", "simulated/obedient")
    page.get_by_text("300 calls", exact=False).wait_for()
    ready(page)
    page.get_by_role("button", name="Ask them").click()
    ring = page.get_by_text("simulated/obedient: where its choices point")
    expect(ring.first).to_be_visible(timeout=120_000)
    expect(page.get_by_text(re.compile("Our definition"))).to_be_visible()
