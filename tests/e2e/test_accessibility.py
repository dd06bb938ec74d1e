"""Accessibility of the main pages, checked by axe-core in light and dark, and reached by the keyboard alone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from driving import Server, Tabs, go, ready, settle
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

MAIN = ("Overview", "Radar", "Scenarios", "Launch", "Published")
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
# What Streamlit itself draws and no page of ours can change: the rule, and why.
STREAMLITS: dict[str, str] = {}


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
    page = tabs.open(seeded.url, color_scheme=scheme)
    found = {}
    for name in MAIN:
        go(page, name)
        settle(page)
        if faults := violations(page):
            found[name] = faults
    assert not found


def test_the_keyboard_reaches_the_navigation_the_choices_and_the_page(seeded: Server, tabs: Tabs) -> None:
    page = tabs.open(f"{seeded.url}/radar")
    ready(page)
    settle(page)
    wanted = {"navigation", "choice", "switch", "button", "table"}
    reached: set[str] = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(_WHAT))
        if wanted <= reached:
            break
    assert wanted <= reached, reached


_WHAT = """() => {
  const at = document.activeElement, near = (selector) => at.closest(selector);
  if (!at || at === document.body) return "nowhere";
  if (near('[data-testid="stSidebarNav"]')) return "navigation";
  if (near('[data-testid="stSelectbox"], [data-testid="stMultiSelect"]')) return "choice";
  if (at.getAttribute("role") === "switch" || at.type === "checkbox") return "switch";
  if (near('[data-testid="stDataFrame"]')) return "table";
  return at.tagName === "BUTTON" ? "button" : at.tagName;
}"""
