"""A slider moves the ranking, on every page that shows it."""

import re

import pytest
from driving import Server, Tabs, go, ranked, settle
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
