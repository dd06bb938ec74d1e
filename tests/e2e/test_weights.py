"""A slider moves the ranking, on every page that shows it."""

import re

import pytest
from driving import Server, Tabs, choose, go, ranked, settle
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def weigh(page: Page, value: str, key: str, parameter: str) -> list[str]:
    """Press a key on a value's slider, wait for the URL to carry the weight, and read the ranking."""
    page.get_by_test_id("stMain").get_by_role("slider", name=value).focus()
    page.keyboard.press(key)
    expect(page).to_have_url(re.compile(parameter))
    settle(page)
    page.wait_for_timeout(500)
    return ranked(page)


def test_a_weight_reorders_the_models_and_travels_with_the_url(seeded: Server, tabs: Tabs) -> None:
    page = tabs.open(seeded.address)
    go(page, "Profile")
    most = weigh(page, "Universalism", "End", r"w_UN=100\b")
    least = weigh(page, "Universalism", "Home", r"w_UN=0\b")
    friend = "simulated/self-transcending"
    assert most.index(friend) < least.index(friend)
    assert sorted(most) == sorted(least)

    go(page, "Overview")
    assert ranked(page) == least
    expect(page).to_have_url(re.compile(r"w_UN=0\b"))
    other = tabs.open(page.url)
    assert ranked(other) == least


def test_the_ranking_follows_a_slider_that_is_dragged_and_the_page_follows_when_it_rests(
    seeded: Server, tabs: Tabs
) -> None:
    page = tabs.open(f"{seeded.address}/profile?profile=Sweden")
    slider = page.get_by_test_id("stMain").get_by_role("slider", name="Power")
    number = page.locator(".weighing .row .number").first
    before, box = number.text_content(), slider.bounding_box()
    assert box and slider.input_value() != "100"
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 8, y)
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(box["x"] + 8 + (box["width"] - 8) * step / 10, y)
    expect(number).not_to_have_text(before or "")
    assert "w_PO" not in page.url and "profile=Sweden" in page.url, "the page waits until it rests"
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"w_PO=100\b"))
    settle(page)
    assert slider.input_value() == "100"
    page.get_by_test_id("stSidebar").get_by_text("Weights", exact=True).click()
    small = page.get_by_test_id("stSidebar").get_by_role("slider", name="Power")
    expect(small).to_have_value("100")
    choose(page, "Whose values count", "Conservation")
    expect(slider).not_to_have_value("100")
    assert number.text_content() != before
