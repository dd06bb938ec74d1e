"""A link restores what its sender saw, on a server started after it was copied."""

import re

import pytest
from driving import Server, Tabs, choose, go
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

CHOSEN = ["simulated/open", "simulated/conserving"]


def boxes(page: Page) -> dict[str, str]:
    """What every select box of the page shows."""
    page.get_by_role("combobox", name="Models", exact=True).wait_for()
    page.wait_for_timeout(1000)  # the boxes' code arrives after the page
    found = page.get_by_role("combobox").evaluate_all(
        "boxes => boxes.map(box => [box.getAttribute('aria-label') || '', box.value])"
    )
    return {str(label): str(value) for label, value in found}


def tags(page: Page) -> list[str]:
    """The models chosen in the sidebar."""
    chosen = page.get_by_test_id("stSidebar").get_by_test_id("stMultiSelect").inner_text()
    return sorted(line for line in chosen.splitlines() if line.startswith("simulated/"))


def drawn(page: Page) -> list[str]:
    """The models in the radar's legend."""
    page.locator(".js-plotly-plot .legendtext").first.wait_for()
    return sorted(text for text in page.locator(".js-plotly-plot .legendtext").all_text_contents() if "/" in text)


def test_a_copied_link_restores_models_profile_filter_and_item(seeded: Server, tabs: Tabs) -> None:
    page = tabs.open(seeded.address)
    for model in CHOSEN:
        choose(page, "Models", model)
    choose(page, "Whose values count", "Conservation")
    go(page, "Radar")
    assert drawn(page) == sorted(CHOSEN)
    page.get_by_text("Zoom to the data").click()
    expect(page).to_have_url(re.compile("zoom=true"))
    radar = (page.url, boxes(page), tags(page))

    go(page, "Scenarios")
    choose(page, "Value", "Tradition")
    choose(page, "Scenario", "ev-1")
    expect(page).to_have_url(re.compile(r"(?=.*value=Tradition)(?=.*item=ev-1)"))
    scenarios = (page.url, boxes(page), tags(page), page.get_by_test_id("stText").all_inner_texts())
    assert len(scenarios[3]) == 1 + len(CHOSEN)

    tabs.close()
    seeded.end()
    seeded.start()

    page = tabs.open(radar[0])
    assert (page.url, boxes(page), tags(page)) == radar
    assert drawn(page) == radar[2] == sorted(CHOSEN)
    expect(page.get_by_role("switch", name="Zoom to the data")).to_be_checked()
    page = tabs.open(scenarios[0])
    assert (page.url, boxes(page), tags(page), page.get_by_test_id("stText").all_inner_texts()) == scenarios


@pytest.mark.parametrize(
    "path",
    ["radar", pytest.param("scenarios", marks=pytest.mark.long), pytest.param("launch", marks=pytest.mark.long)],
)
def test_a_link_may_be_the_first_thing_a_server_is_asked_for(path: str, seeded: Server, tabs: Tabs) -> None:
    page = tabs.open(f"{seeded.address}/{path}")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_test_id("stSidebarNav").get_by_role("link", name="Radar")).to_be_visible()
