"""Suites that ship: all of them whole, and a fault in one told by file."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import UserError
from core.items.item import Item, Suite
from core.items.shipped import load_suite, shipped_suite, shipped_suites, starter
from core.paths import DATA
from core.values.system import systems

ABOUT = """
id = "small"
name = "Small"
system = "schwartz"
description = "One item."
source = "Written here"
licence = "CC-BY-4.0"
version = "1.0"
"""
LINE = '{"id": "s-1", "text": "You decide.", "values": ["power"], "starter": true}\n'


def written(folder: Path, about: str = ABOUT, items: str | None = LINE) -> Path:
    path = folder / "small.toml"
    path.write_text(about, encoding="utf-8")
    if items is not None:
        path.with_suffix(".jsonl").write_text(items, encoding="utf-8")
    return path


def test_every_pair_of_files_is_a_suite_of_a_known_system() -> None:
    suites = shipped_suites()
    assert "moral_foundations" in suites
    assert len(suites) == len(list((DATA / "suites").glob("*.toml"))) == len(list((DATA / "suites").glob("*.jsonl")))
    for suite_id, suite in suites.items():
        assert suite.id == suite_id and suite.system in systems()
        assert all((suite.name, suite.description, suite.source, suite.licence, suite.items))
    assert shipped_suites() is suites


def test_an_unknown_suite_lists_those_there_are() -> None:
    with pytest.raises(UserError, match=r"'nothing'.*moral_foundations"):
        shipped_suite("nothing")


def test_a_suite_takes_its_name_from_the_toml_and_its_items_from_the_jsonl(tmp_path: Path) -> None:
    suite = load_suite(written(tmp_path))
    assert (suite.id, suite.name, suite.system, suite.licence) == ("small", "Small", "schwartz", "CC-BY-4.0")
    assert suite.items == (Item("s-1", "You decide.", ("power",), starter=True),)


@pytest.mark.parametrize("key", ["id", "name", "system", "description", "source", "licence", "version"])
def test_each_field_must_be_there(tmp_path: Path, key: str) -> None:
    about = "\n".join(line for line in ABOUT.splitlines() if not line.startswith(f"{key} ="))
    with pytest.raises(UserError, match=rf"small\.toml: the field '{key}' is missing"):
        load_suite(written(tmp_path, about))


@pytest.mark.parametrize(
    ("items", "message"),
    [
        (None, r"small\.jsonl cannot be opened"),
        (LINE + LINE, r"small\.jsonl: Row 2, id: .*already"),
        (LINE + LINE.replace("s-1", "s-2").replace("power", "might"), r"small\.jsonl: Row 2, values: .*'might'"),
        (LINE.replace("starter", "start"), r"small\.jsonl: Not used: start"),
    ],
)
def test_any_problem_with_the_items_is_raised(tmp_path: Path, items: str | None, message: str) -> None:
    with pytest.raises(UserError, match=message):
        load_suite(written(tmp_path, items=items))


def test_an_unknown_system_is_raised(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no value system 'hofstede'"):
        load_suite(written(tmp_path, ABOUT.replace("schwartz", "hofstede")))


def test_the_starter_is_the_marked_items_as_a_suite_of_their_own() -> None:
    items = tuple(Item(f"i{n}", f"Text {n}.", ("power",), starter=n % 2 == 0) for n in range(6))
    whole = Suite("whole", "The whole", "schwartz", items, "About.", "Here", "CC-BY-4.0")
    short = starter(whole)
    assert "3 of the 6 scenarios" in short.description
    named = {"id": "whole-starter", "name": "The whole, starter", "description": short.description}
    assert short == replace(whole, items=items[::2], **named)
    assert short.hash != whole.hash


def test_a_suite_without_starter_items_has_no_starter() -> None:
    with pytest.raises(UserError, match="no starter items"):
        starter(shipped_suite("moral_foundations"))
