"""Checks on suites, against slow and plain versions of themselves."""

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.items.checks import Twin, coverage, near_duplicates, pair_counts, value_words
from core.items.item import Item, Option, Suite
from core.values.system import system

SCHWARTZ = system("schwartz")


def suite(*texts: str, values: tuple[str, ...] = ("power",)) -> Suite:
    items = tuple(Item(f"i{n}", text, values) for n, text in enumerate(texts))
    return Suite("s", "S", "schwartz", items)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("She is AMBITIOUS about it.", ["ambitious"]),
        ("Powerful friends, a humble home", ["powerful", "humble"]),
        ("A refund for the empowered", []),
        ("One wants self-direction", ["self-direction"]),
        ("Fun, fun", ["fun", "fun"]),
    ],
)
def test_value_words_are_stems_at_the_start_of_a_word(text: str, found: list[str]) -> None:
    assert [word for _, word in value_words(suite(text), SCHWARTZ)] == found


def test_value_words_look_into_options_and_name_the_item() -> None:
    base = suite("You decide.", "You wait.")
    options = (Option("Stay put", "power"), Option("Seek the thrill", "stimulation"))
    spoiled = replace(base, items=(base.items[0], replace(base.items[1], options=options)))
    assert value_words(spoiled, SCHWARTZ) == [("i1", "thrill")]


def test_a_stem_is_not_a_pattern() -> None:
    value = replace(SCHWARTZ.values[0], words=("a.c",))
    assert value_words(suite("abc a.cd"), replace(SCHWARTZ, values=(value,))) == [("i0", "a.cd")]


def test_a_system_without_words_flags_nothing() -> None:
    bare = replace(SCHWARTZ, values=tuple(replace(value, words=()) for value in SCHWARTZ.values))
    assert value_words(suite("Power, wealth."), bare) == []


def test_pairs_do_not_know_order() -> None:
    items = (
        Item("a", "A", ("power", "security")),
        Item("b", "B", ("security", "power")),
        Item("c", "C", ("tradition",)),
        Item("d", "D", ("power", "security", "hedonism")),
    )
    counts = pair_counts(Suite("s", "S", "schwartz", items))
    assert counts == {("power", "security"): 3, ("hedonism", "power"): 1, ("hedonism", "security"): 1}


def test_coverage_counts_values_domains_and_regions() -> None:
    items = (
        Item("a", "A", ("power", "security"), "work", "africa"),
        Item("b", "B", ("power",), "work"),
        Item("c", "C", ("tradition",), "family", "europe"),
    )
    found = coverage(Suite("s", "S", "schwartz", items))
    assert list(found["value"]) == list(SCHWARTZ.ids)
    assert {value: n for value, n in found["value"].items() if n} == {"power": 2, "security": 1, "tradition": 1}
    assert found["domain"] == {"work": 2, "family": 1}
    assert found["region"] == {"africa": 1, "europe": 1}


def test_similarity_is_the_jaccard_index_of_word_triples() -> None:
    # abc bcd cde against abc bcd cdf: two shared of four.
    assert near_duplicates(suite("a b c d e", "A, b c - d f.")) == [Twin("i1", "i0", 0.5)]
    assert near_duplicates(suite("a b c d e", "a b c d f"), threshold=0.51) == []


def test_scripts_without_spaces_are_compared_by_character() -> None:
    twins = near_duplicates(suite("你的朋友请你帮忙", "你的朋友请你吃饭", "母亲要你回家"))
    assert [(twin.item, twin.earlier) for twin in twins] == [("i1", "i0")]


def test_short_and_wordless_texts_do_no_harm() -> None:
    assert near_duplicates(suite("Wait.", "...", "wait", "!?")) == [Twin("i2", "i0", 1.0)]
    assert near_duplicates(Suite("s", "S", "schwartz", ())) == []


def plain_twins(texts: list[str], threshold: float) -> dict[str, float]:
    def triples(text: str) -> set[tuple[str, ...]]:
        tokens = text.split()
        return {tuple(tokens[n : n + 3]) for n in range(max(len(tokens) - 2, 1))} if tokens else set()

    sets = [triples(text) for text in texts]
    best: dict[str, float] = {}
    for n, one in enumerate(sets):
        likeness = max((len(one & other) / len(one | other) for other in sets[:n] if one | other), default=0.0)
        if likeness >= threshold:
            best[f"i{n}"] = likeness
    return best


@given(
    st.lists(st.lists(st.sampled_from("abc"), max_size=7).map(" ".join), max_size=12),
    st.sampled_from([0.1, 0.25, 0.5, 1.0]),
)
def test_twins_agree_with_comparing_all_with_all(texts: list[str], threshold: float) -> None:
    twins = near_duplicates(suite(*texts), threshold)
    assert {twin.item: twin.similarity for twin in twins} == pytest.approx(plain_twins(texts, threshold))
    assert all(int(twin.earlier[1:]) < int(twin.item[1:]) for twin in twins)


@settings(max_examples=5, deadline=None)
@given(st.integers(200, 600))
def test_twins_are_found_across_chunks(gap: int) -> None:
    texts = [f"w{n} x{n} y{n} z{n}" for n in range(gap)]
    assert near_duplicates(suite(*texts, texts[0])) == [Twin(f"i{gap}", "i0", 1.0)]


def test_five_thousand_items_from_one_mould_take_seconds() -> None:
    mould = " ".join(f"word{n}" for n in range(45))
    items = suite(*(f"{mould} name{n} and so on" for n in range(5_000)))
    start = time.perf_counter()
    assert len(near_duplicates(items)) == 4_999
    assert time.perf_counter() - start < 30
