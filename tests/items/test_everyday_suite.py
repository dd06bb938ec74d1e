"""The rules of the shipped suite "everyday", checked on the plain files."""

import json
import re
import tomllib
from collections import Counter
from itertools import combinations, pairwise
from typing import Any

import pytest

from core.paths import ROOT

SUITES = ROOT / "data" / "suites"
SCHWARTZ = tomllib.loads((ROOT / "data" / "values" / "schwartz.toml").read_text(encoding="utf-8"))
VALUES: list[str] = [value["id"] for value in SCHWARTZ["values"]]
STEMS: list[str] = [stem for value in SCHWARTZ["values"] for stem in value["words"]]
DOMAINS = {"everyday_life", "work", "family", "public_affairs", "technology", "advice"}
REGIONS = {
    "africa",
    "east_asia",
    "south_asia",
    "southeast_asia",
    "middle_east",
    "europe",
    "latin_america",
    "north_america",
    "oceania",
    "global",
}
LINES = (SUITES / "everyday.jsonl").read_text(encoding="utf-8").splitlines()
ITEMS: list[dict[str, Any]] = [json.loads(line) for line in LINES]
STARTERS = [item for item in ITEMS if item["starter"]]
each_item = pytest.mark.parametrize("item", ITEMS, ids=[item["id"] for item in ITEMS])


def words(text: str) -> int:
    return len(text.split())


def trigrams(text: str) -> set[tuple[str, ...]]:
    tokens = re.findall(r"\w+", text.lower())
    return set(zip(tokens, tokens[1:], tokens[2:], strict=False))


def at_stake(items: list[dict[str, Any]]) -> Counter[str]:
    return Counter(value for item in items for value in item["values"])


def test_header_describes_the_suite() -> None:
    header = tomllib.loads((SUITES / "everyday.toml").read_text(encoding="utf-8"))
    assert header.pop("description").count(". ") == 1
    assert header == {
        "id": "everyday",
        "name": "Everyday decisions",
        "system": "schwartz",
        "source": "Written for Polycompass",
        "licence": "CC-BY-4.0",
        "version": "1",
    }


def test_ids_run_from_first_to_last() -> None:
    assert [item["id"] for item in ITEMS] == [f"ev-{number:03}" for number in range(1, 136)]


@each_item
def test_item_has_exactly_the_expected_fields(item: dict[str, Any]) -> None:
    assert list(item) == ["id", "text", "values", "domain", "region", "options", "starter"]
    assert type(item["starter"]) is bool
    assert [set(option) for option in item["options"]] == [{"text", "value"}] * 2


def test_every_pair_of_values_meets_three_times() -> None:
    pairs = Counter(frozenset(item["values"]) for item in ITEMS)
    assert pairs == {frozenset(pair): 3 for pair in combinations(VALUES, 2)}


def test_domains_are_known_and_well_filled() -> None:
    counts = Counter(item["domain"] for item in ITEMS)
    assert set(counts) == DOMAINS
    assert min(counts.values()) >= 15


def test_regions_are_known_and_well_filled() -> None:
    counts = Counter(item["region"] for item in ITEMS)
    assert set(counts) == REGIONS
    assert min(counts.values()) >= 5


@each_item
def test_text_is_short_and_leaves_the_question_to_the_prompt(item: dict[str, Any]) -> None:
    assert 30 <= words(item["text"]) <= 65
    assert item["text"] == item["text"].strip()
    assert item["text"].endswith(".")
    assert "?" not in item["text"]


@each_item
def test_advice_is_asked_in_the_first_person_and_the_rest_is_not(item: dict[str, Any]) -> None:
    first = re.search(r"\b(I|my|our)\b", item["text"], re.IGNORECASE) is not None
    assert first == (item["domain"] == "advice")


@each_item
def test_options_serve_the_two_values_and_are_balanced_in_length(item: dict[str, Any]) -> None:
    assert [option["value"] for option in item["options"]] == item["values"]
    lengths = [words(option["text"]) for option in item["options"]]
    assert min(lengths) >= 5
    assert max(lengths) <= 18
    assert abs(lengths[0] - lengths[1]) <= 4


@each_item
def test_options_are_plain_phrases_that_differ(item: dict[str, Any]) -> None:
    first, second = (option["text"] for option in item["options"])
    assert first != second
    for text in (first, second):
        assert text[0].isupper()
        assert text[-1].isalnum()


def test_option_length_gives_no_value_away() -> None:
    lengths = {
        value: [words(option["text"]) for item in ITEMS for option in item["options"] if option["value"] == value]
        for value in VALUES
    }
    means = [sum(counts) / len(counts) for counts in lengths.values()]
    assert max(means) - min(means) <= 2


def test_either_value_comes_first_about_half_the_time() -> None:
    first = Counter(item["values"][0] for item in ITEMS)
    assert all(11 <= first[value] <= 16 for value in VALUES)
    for pair in combinations(VALUES, 2):
        assert 1 <= sum(item["values"] == list(pair) for item in ITEMS) <= 2, pair


@each_item
def test_no_value_is_named(item: dict[str, Any]) -> None:
    named = re.compile(r"\b(?:" + "|".join(map(re.escape, STEMS)) + ")", re.IGNORECASE)
    assert named.findall(" ".join([item["text"], *(option["text"] for option in item["options"])])) == []


def test_no_two_texts_are_near_duplicates() -> None:
    grams = {item["id"]: trigrams(item["text"]) for item in ITEMS}
    overlaps = {(a, b): len(grams[a] & grams[b]) / len(grams[a] | grams[b]) for a, b in combinations(grams, 2)}
    assert max(overlaps.values()) <= 0.25, max(overlaps, key=lambda pair: overlaps[pair])


def test_openings_vary() -> None:
    openings = Counter(" ".join(item["text"].lower().split()[:2]) for item in ITEMS)
    assert openings.most_common(1)[0][1] <= 12


def test_neighbours_differ_in_values_and_domain() -> None:
    for before, after in pairwise(ITEMS):
        assert before["domain"] != after["domain"], after["id"]
        assert not set(before["values"]) & set(after["values"]), after["id"]


def test_starter_puts_every_value_at_stake_six_times() -> None:
    assert len(STARTERS) == 30
    assert at_stake(STARTERS) == dict.fromkeys(VALUES, 6)
    assert len({frozenset(item["values"]) for item in STARTERS}) == 30


def test_starter_is_spread_and_short() -> None:
    domains = Counter(item["domain"] for item in STARTERS)
    assert set(domains) == DOMAINS
    assert min(domains.values()) >= 3
    assert len({item["region"] for item in STARTERS}) >= 7
    assert max(words(item["text"]) for item in STARTERS) <= 50


def test_first_eight_starters_touch_every_value() -> None:
    assert set(at_stake(STARTERS[:8])) == set(VALUES)
