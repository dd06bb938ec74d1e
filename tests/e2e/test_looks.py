"""Every page, wide and narrow, in light and dark: drawn without an error, and nothing hangs over the edge."""

import pytest
from driving import Server, Tabs, go, screenshot
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NAMES = (
    "Overview",
    "Radar",
    "Profile",
    "Scenarios",
    "For whom",
    "Robustness",
    "Circle",
    "Compare",
    "Reliability",
    "Findings",
    "Report",
    "Published",
    "Your values",
    "A group",
    "Survey data",
    "Orientations",
    "Launch",
    "Runs",
    "Models",
    "Suites",
    "Own answers",
    "Items",
    "Rate",
    "Evolve",
    "Social orientation",
    "Recognisers",
    "Value Portrait",
    "Personas",
    "Label",
    "Quality",
)
PAGES = {name.lower().replace(" ", "-"): name for name in NAMES}
BUSIEST = ("overview", "scenarios", "compare", "published", "launch", "runs", "evolve", "quality")
CHARTS = {"overview", "radar", "runs", "for-whom", "robustness", "circle", "compare", "quality"}
TABLES = {
    "overview",
    "radar",
    "scenarios",
    "launch",
    "runs",
    "models",
    "suites",
    "recognisers",
    "robustness",
    "quality",
}


def overhang(page: Page) -> dict[str, int]:
    """By how many pixels the document and its scrolling part are wider than what is visible."""
    found: dict[str, int] = page.evaluate(
        """() => {
            const main = document.querySelector('[data-testid=stMain]');
            return {document: document.documentElement.scrollWidth - window.innerWidth,
                    main: main.scrollWidth - main.clientWidth};
        }"""
    )
    return found


def check(page: Page, name: str) -> None:
    expect(page.locator("h1")).to_be_visible()
    if name in CHARTS:
        expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    if name == "profile":
        expect(page.locator(".weighing .row").first).to_be_visible()
    if name in TABLES:
        expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    for broken in ("stException", "stAlertContentError"):
        expect(page.get_by_test_id(broken)).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert all(pixels <= 1 for pixels in overhang(page).values()), (name, overhang(page))


@pytest.mark.parametrize(
    ("scheme", "width", "names"),
    [
        pytest.param("light", 1440, tuple(PAGES), marks=pytest.mark.long),
        pytest.param("dark", 800, tuple(PAGES), marks=pytest.mark.long),
        ("dark", 800, BUSIEST),
    ],
    ids=["light, wide", "dark, narrow", "dark, narrow: the busiest"],
)
def test_pages_look_right(scheme: str, width: int, names: tuple[str, ...], seeded: Server, tabs: Tabs) -> None:
    page = tabs.open(seeded.address, width, color_scheme=scheme)
    for name in names:
        go(page, PAGES[name])
        page.wait_for_timeout(500)
        check(page, name)
        screenshot(page, f"{name}-{scheme}-{width}")


def test_an_empty_store_says_what_would_fill_it(server: Server, tabs: Tabs) -> None:
    page = tabs.open(server.address, color_scheme="dark")
    for name in ("overview", "radar", "profile", "scenarios", "runs"):
        go(page, PAGES[name])
        expect(page.get_by_role("button", name="Evaluate the embedded model")).to_be_visible()
        assert all(pixels <= 1 for pixels in overhang(page).values())
        screenshot(page, f"{name}-empty-dark")
