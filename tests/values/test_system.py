"""The value systems that ship, and what a broken one says."""

from pathlib import Path

import pytest

from core.errors import UserError
from core.values.system import SCHWARTZ, read_system, system, systems

GOOD = """
id = "two"
name = "Two"
description = "A pair."
source = "A paper (2020)."

[[values]]
id = "left"
name = "Left"
definition = "Going left."
words = ["left"]

[[values]]
id = "right"
name = "Right"
short = "R"
definition = "Going right."

[[groups]]
id = "both"
name = "Both"
values = ["left", "right"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "two.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_thirty_one_values_in_five_systems() -> None:
    sizes = {each.id: len(each.values) for each in systems().values()}
    assert sizes == {"schwartz": 10, "moral_foundations": 5, "llm_unique": 6, "safety_risks": 6, "svo": 4}
    assert sum(sizes.values()) == 31


def test_schwartz_order_is_the_canonical_one() -> None:
    assert list(system(SCHWARTZ).names.values()) == [
        "Self-Direction", "Stimulation", "Hedonism", "Achievement", "Power",
        "Security", "Conformity", "Tradition", "Benevolence", "Universalism",
    ]  # fmt: skip
    assert [each.id for each in systems().values() if each.circular] == [SCHWARTZ]


@pytest.mark.parametrize(
    ("system_id", "ids"),
    [
        ("moral_foundations", ("care", "fairness", "loyalty", "authority", "sanctity")),
        (
            "llm_unique",
            ("self_competence", "user_oriented", "social", "idealistic", "professional", "ethical"),
        ),
        (
            "safety_risks",
            (
                "representation_toxicity",
                "misinformation",
                "information_safety",
                "malicious_use",
                "autonomy_integrity",
                "socioeconomic",
            ),
        ),
    ],
)
def test_ids_in_the_order_of_the_sources(system_id: str, ids: tuple[str, ...]) -> None:
    assert system(system_id).ids == ids


def test_value_lex_groups_hold_two_values_each() -> None:
    groups = {group.id: group.values for group in system("llm_unique").groups}
    assert groups == {
        "competence": ("self_competence", "user_oriented"),
        "character": ("social", "idealistic"),
        "integrity": ("professional", "ethical"),
    }


@pytest.mark.parametrize("system_id", sorted(systems()))
def test_every_value_is_described_briefly_and_every_system_cited(system_id: str) -> None:
    found = system(system_id)
    assert "(20" in found.source and ("doi:" in found.source or "arXiv:" in found.source)
    assert len({value.short for value in found.values}) == len(found.values)
    for value in found.values:
        assert 4 <= len(value.definition.split()) <= 25, value.id
        assert value.definition.endswith("."), value.id
        assert value.words and all(word == word.lower().strip() for word in value.words), value.id


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    found = read_system(written(tmp_path, GOOD))
    assert (found.id, found.name, found.ids, found.circular) == ("two", "Two", ("left", "right"), False)
    assert [value.short for value in found.values] == ["Left", "R"]
    assert [value.words for value in found.values] == [("left",), ()]
    assert found.groups[0].values == ("left", "right")


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ('id = "two"', 'id = "two', ["not a readable TOML"]),
        ('id = "two"', "", ["'id' is missing"]),
        ('source = "A paper (2020)."', "", ["'source' is missing"]),
        ('source = "A paper (2020)."', 'source = "  "', ["'source' is empty"]),
        ('definition = "Going right."', "", ["value 2", "'definition' is missing"]),
        ('definition = "Going right."', "definition = 5", ["value 2", "'definition' must be text", "5"]),
        ('words = ["left"]', 'words = "left"', ["value 1", "'words' must be a list"]),
        ('words = ["left"]', "words = [1]", ["value 1", "'words' must be a list of texts"]),
        ('id = "right"', 'id = "left"', ["'id' must differ between values", "left"]),
        ('values = ["left", "right"]', 'values = ["left", "up"]', ["'values' of group 'both'", "up"]),
        ('values = ["left", "right"]', "", ["group 1", "'values' is missing"]),
        ("[[values]]", "[[things]]", ["'values' must hold two or more"]),
        ("[[groups]]", "[groups]", ["'groups' must be a list"]),
        ('description = "A pair."', 'description = "A pair."\ncircular = "no"', ["'circular' must be true or false"]),
        ('id = "two"', "values = 3", ["TOML"]),
    ],
)
def test_a_broken_file_names_file_and_field(tmp_path: Path, old: str, new: str, parts: list[str]) -> None:
    assert old in GOOD
    with pytest.raises(UserError) as caught:
        read_system(written(tmp_path, GOOD.replace(old, new)))
    for part in ["two.toml", *parts]:
        assert part in str(caught.value)


def test_values_that_are_no_tables_are_named(tmp_path: Path) -> None:
    head = GOOD.split("[[values]]")[0]
    with pytest.raises(UserError, match=r"two\.toml: the field 'values' must be a list of \[\[values\]\] tables"):
        read_system(written(tmp_path, head + 'values = ["left", "right"]'))


def test_two_groups_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="'id' must differ between groups"):
        read_system(written(tmp_path, GOOD + '\n[[groups]]\nid = "both"\nname = "Again"\nvalues = ["left"]\n'))


def test_a_missing_or_unreadable_file_is_a_user_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"absent\.toml cannot be opened"):
        read_system(tmp_path / "absent.toml")
    latin = tmp_path / "latin.toml"
    latin.write_bytes('name = "Sincérité"'.encode("latin-1"))
    with pytest.raises(UserError, match=r"latin\.toml is not a readable TOML"):
        read_system(latin)


def test_an_unknown_system_lists_those_there_are() -> None:
    with pytest.raises(UserError, match=r"'hofstede'.*schwartz.*llm_unique"):
        system("hofstede")
