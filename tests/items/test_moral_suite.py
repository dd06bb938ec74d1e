"""The Moral Foundations suite: what makes its forty dilemmas fit to be asked."""

import re
from collections import Counter
from itertools import combinations

import pytest

from core.items.checks import coverage, near_duplicates, pair_counts, value_words
from core.items.item import Item
from core.items.shipped import shipped_suite
from core.values.system import system

SUITE = shipped_suite("moral_foundations")
FOUNDATIONS = system("moral_foundations")
REGIONS = {
    "africa", "east_asia", "south_asia", "southeast_asia", "middle_east",
    "europe", "latin_america", "north_america", "oceania", "global",
}  # fmt: skip
DOMAINS = {"everyday_life", "work", "family", "public_affairs", "technology", "advice"}


def words(text: str) -> int:
    return len(text.split())


def test_every_pair_of_foundations_meets_four_times() -> None:
    assert [item.id for item in SUITE.items] == [f"mf-{n:02d}" for n in range(1, 41)]
    assert pair_counts(SUITE) == dict.fromkeys(combinations(sorted(FOUNDATIONS.ids), 2), 4)


def test_each_value_of_a_pair_comes_first_as_often_as_the_other() -> None:
    order = Counter(item.values for item in SUITE.items)
    assert set(order.values()) == {2} and len(order) == 20


def test_domains_and_regions_are_spread() -> None:
    found = coverage(SUITE)
    assert set(found["domain"]) == DOMAINS and min(found["domain"].values()) >= 4
    assert set(found["region"]) == REGIONS and min(found["region"].values()) >= 2


@pytest.mark.parametrize("item", SUITE.items, ids=lambda item: item.id)
def test_an_item_is_a_dilemma_of_even_weight(item: Item) -> None:
    assert 30 <= words(item.text) <= 65
    assert item.text.endswith(".") and "?" not in item.text
    assert re.search(r"\b(you|your|I|my|me)\b", item.text, re.IGNORECASE), "no first or second person"
    assert tuple(option.value for option in item.options) == item.values
    first, second = (words(option.text) for option in item.options)
    assert min(first, second) >= 5 and max(first, second) <= 18
    assert abs(first - second) <= 3
    assert not item.starter


def test_no_item_names_a_foundation() -> None:
    assert value_words(SUITE, FOUNDATIONS) == []


def test_no_two_items_read_alike() -> None:
    assert near_duplicates(SUITE, threshold=0.05) == []


def test_source_and_licence_are_told() -> None:
    assert (SUITE.system, SUITE.source, SUITE.licence) == (
        "moral_foundations",
        "Written for Polycompass",
        "CC-BY-4.0",
    )
    assert SUITE.name and SUITE.description
