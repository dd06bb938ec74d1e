"""A point of the radar leads to the scenarios behind it."""

import re

import pytest
from driving import Server, Tabs, choose, go, ready
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_a_click_on_a_point_opens_that_value_s_scenarios(seeded: Server, tabs: Tabs) -> None:
    page = tabs.open(seeded.address)
    choose(page, "Whose values count", "Conservation")  # a choice in the URL must survive the change of page
    go(page, "Radar")
    point = page.locator(".js-plotly-plot .trace .point").nth(3)
    point.wait_for()
    page.wait_for_timeout(1500)  # the chart draws itself twice; a click on the first drawing is lost
    box = point.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile(r"/scenarios\?.*value=Achievement\b"))
    ready(page)
    assert "profile=Conservation" in page.url
    expect(page.get_by_role("combobox", name="Value", exact=True)).to_have_value("Achievement")
