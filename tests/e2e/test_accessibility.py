"""Accessibility of the main pages, checked by axe-core in light and dark."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from driving import Server, Tabs, go, settle
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MAIN = ("Overview", "Radar", "Profile", "Scenarios", "Compare", "Findings", "Report", "Launch", "Runs")
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
# What Streamlit itself draws and no page of ours can change: the rule, and why.
STREAMLITS = {
    "list": "the navigation's <ul> holds its headings beside the <li>",
    "listitem": "the same list, seen from its items",
}
# Where contrast may be lower, and why: selectors of what holds the text.
EXCUSED = {
    "[data-testid=stButtonGroup], [data-testid=stSlider]": "Streamlit writes white on the theme's primary colour "
    "and that colour on the ground; where this is dark no colour gives 4.5 to 1 both ways, and tags and buttons come "
    "first",
    "[data-testid=stSelectbox]:has(input:disabled)": "WCAG asks nothing of what is inactive",
}


# What has the focus, within components too; and its role, name and value.
ACTIVE = """(() => {
    let on = document.activeElement;
    while (on.shadowRoot?.activeElement) on = on.shadowRoot.activeElement;
    return on;
})()"""
FOCUSED = f"""() => {{
    const on = {ACTIVE}, usual = {{A: 'link', BUTTON: 'button', INPUT: on.type === 'range' && 'slider'}};
    const role = on.getAttribute('role') || usual[on.tagName];
    const words = on.getAttribute('aria-label') || on.innerText || '';
    return `${{role || on.tagName}}:${{words.split('\\n').filter(line => !/^[a-z_]+$/.test(line)).join(' ').trim()}}`;
}}"""
VALUE = f"{ACTIVE}.value"


def violations(page: Page) -> dict[str, list[str]]:
    """Serious and critical ones by rule, with where they are."""
    found: dict[str, list[str]] = {}
    for each in Axe().run(page, options=RULES).response["violations"]:
        if each["impact"] in ("serious", "critical") and each["id"] not in STREAMLITS:
            nodes = [node for node in each["nodes"] if each["id"] != "color-contrast" or not excused(page, node)]
            found |= {each["id"]: [node["html"][:200] for node in nodes]} if nodes else {}
    return found


def excused(page: Page, node: dict[str, Any]) -> bool:
    """Whether an element lies where contrast may be lower."""
    holder = ", ".join(EXCUSED)
    return bool(
        page.evaluate("([at, holder]) => !!document.querySelector(at)?.closest(holder)", [node["target"][0], holder])
    )


@pytest.mark.parametrize(
    ("scheme", "names"),
    [
        ("light", MAIN[:4]),
        pytest.param("light", MAIN[4:], marks=pytest.mark.long),
        pytest.param("dark", MAIN, marks=pytest.mark.long),
    ],
    ids=["light, the first", "light, the others", "dark"],
)
def test_the_main_pages_keep_nobody_out(seeded: Server, tabs: Tabs, scheme: str, names: tuple[str, ...]) -> None:
    page = tabs.open(seeded.address, color_scheme=scheme)
    found = {}
    for name in names:
        go(page, name)
        settle(page)
        if faults := violations(page):
            found[name] = faults
    assert not found


def test_the_keyboard_reaches_and_moves_what_the_mouse_does(seeded: Server, tabs: Tabs) -> None:
    page = tabs.open(f"{seeded.address}/profile")
    settle(page)
    page.locator(".weighing .row").first.wait_for()
    reached: list[str] = []
    for _ in range(200):
        page.keyboard.press("Tab")
        name = str(page.evaluate(FOCUSED))
        if name in reached[:1]:
            break
        reached.append(name)
        if name == "slider:Self-Direction":
            before = page.evaluate(VALUE)
            page.keyboard.press("ArrowRight")
            settle(page)
            assert page.evaluate(VALUE) != before
        if name == "button:Take this figure":
            page.keyboard.press("Enter")
            expect(page.get_by_role("button", name="SVG")).to_be_visible()
            break
    assert {"link:Radar", "link:Launch", "combobox:Models", "slider:Self-Direction"} <= set(reached)
    assert reached[-1] == "button:Take this figure"
