"""Accessibility of the main pages, checked by axe-core in light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from driving import Server, Tabs, go, settle
from playwright.sync_api import Page

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

MAIN = ("Radar", "Launch", "Published")
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
# What Streamlit itself draws and no page of ours can change: the rule, and why.
STREAMLITS = {
    "list": "the navigation's <ul> holds its headings beside the <li>",
    "listitem": "the same list, seen from its items",
}


def violations(page: Page) -> dict[str, list[str]]:
    """Serious and critical ones by rule, with where they are."""
    found = Axe().run(page, options=RULES).response["violations"]
    return {
        each["id"]: [node["html"][:200] for node in each["nodes"]]
        for each in found
        if each["impact"] in ("serious", "critical") and each["id"] not in STREAMLITS
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_main_pages_keep_nobody_out(seeded: Server, tabs: Tabs, scheme: str) -> None:
    page = tabs.open(seeded.address, color_scheme=scheme)
    found = {}
    for name in MAIN:
        go(page, name)
        settle(page)
        if faults := violations(page):
            found[name] = faults
    assert not found
