"""Whose values count: peoples, a person's own cards, and a file that is no survey."""

from pathlib import Path

import pytest
from driving import Server, Tabs, choose, go, ranked, screenshot, settle
from playwright.sync_api import Page, expect

from core.values.system import SCHWARTZ, system

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

RATINGS = (5, 2, 3, 1, 1, 4, 2, 6, 6, 5)


def weights(page: Page) -> list[str]:
    """What the large sliders say."""
    return page.locator(".weighing .weight").all_text_contents()


def polygon(page: Page) -> str | None:
    """The path of the profile behind the radar."""
    line = page.locator(".js-plotly-plot .scatterlayer .trace path.js-line").first
    line.wait_for()
    return line.get_attribute("d")


def test_sweden_then_greece_moves_the_weights_the_ranking_and_the_polygon(seeded: Server, tabs: Tabs) -> None:
    page = tabs.open(seeded.address)
    go(page, "Profile")
    choose(page, "Whose values count", "Sweden")
    sweden, first = weights(page), ranked(page)
    choose(page, "Whose values count", "Greece")
    page.wait_for_timeout(500)
    assert weights(page) != sweden
    assert sorted(ranked(page)) == sorted(first)
    expect(page.get_by_test_id("stMain").get_by_text("differ far more than countries do")).to_be_visible()
    go(page, "Radar")
    greek = polygon(page)
    choose(page, "Whose values count", "Sweden")
    page.wait_for_timeout(800)
    assert polygon(page) != greek


def test_ten_rated_cards_lead_to_one_s_own_ranking(seeded: Server, tabs: Tabs) -> None:
    page = tabs.open(f"{seeded.address}/your-values")
    groups = page.get_by_test_id("stMain").get_by_test_id("stButtonGroup")
    for place, rating in enumerate(RATINGS, 1):  # the first group chooses the way of answering
        groups.nth(place).get_by_role("radio").nth(rating - 1).click()
        settle(page)
    expect(page.get_by_text("Closest of 31")).to_be_visible()
    screenshot(page, "your-values-rated")
    page.get_by_label("Name", exact=True).fill("Me")
    page.keyboard.press("Tab")
    settle(page)
    page.get_by_role("button", name="Save as a profile").click()
    expect(page.locator("h1")).to_have_text("Whose values count?")
    settle(page)
    expect(page.get_by_role("combobox", name="Whose values count")).to_have_value("Me")
    assert ranked(page)


def test_cards_dragged_and_moved_by_keys_lead_to_their_profile(seeded: Server, tabs: Tabs) -> None:
    page = tabs.open(f"{seeded.address}/your-values?way=Put+ten+cards+in+order")
    cards = page.get_by_test_id("stBidiComponentIsolated").get_by_role("option")
    expect(cards).to_have_count(10)
    expect(page.get_by_text("Not yet ordered")).to_be_visible()
    card, first = cards.filter(has_text="Benevolence"), cards.first.bounding_box()
    taken = card.bounding_box()
    assert taken and first
    page.mouse.move(taken["x"] + 300, taken["y"] + 20)
    page.mouse.down()
    page.mouse.move(first["x"] + 300, first["y"] + 10, steps=12)
    page.mouse.up()
    expect(cards.first).to_contain_text("1⠿Benevolence")
    power = cards.filter(has_text="Power")
    power.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    expect(cards.nth(8)).to_contain_text("9⠿Power")
    expect(power).to_be_focused()
    expect(page.locator("[aria-live]", has_text="Power: place 9 of 10.")).to_be_attached()
    settle(page)
    expect(page.get_by_text("Closest of 31")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("By hand")
    page.keyboard.press("Tab")
    settle(page)
    page.get_by_role("button", name="Save as a profile").click()
    expect(page.locator("h1")).to_have_text("Whose values count?")
    settle(page)
    expect(page.get_by_role("combobox", name="Whose values count")).to_have_value("By hand")
    found = dict(zip(system(SCHWARTZ).names.values(), map(int, weights(page)), strict=True))
    order = sorted(found, key=lambda name: -found[name])
    assert (order[0], order[1], order[8], order[9]) == ("Benevolence", "Self-Direction", "Power", "Universalism")


@pytest.mark.long
def test_a_file_that_is_no_survey_is_answered_with_what_was_expected(
    seeded: Server, tabs: Tabs, tmp_path: Path
) -> None:
    wrong = tmp_path / "shopping.csv"
    wrong.write_text("apples,pears\n1,2\n")
    page = tabs.open(f"{seeded.address}/survey")
    page.locator("input[type=file]").set_input_files(str(wrong))
    expect(page.get_by_test_id("stAlertContentError")).to_contain_text("shopping.csv")
