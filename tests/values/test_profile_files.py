"""Profiles as files: what is written comes back the same, and what is no profile is told in a sentence."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from core.paths import DATA
from core.text import clean
from core.values.cultures import cultures
from core.values.profile import Profile, of_means, presets, surveyed, weighed
from core.values.profile_files import (
    MAX_BYTES,
    TERMS,
    ProfileFile,
    file_name,
    of_profile,
    read_profile,
    to_csv,
    to_json,
)
from core.values.system import SCHWARTZ, system, systems

IDS = system(SCHWARTZ).ids
MEANS = {value: 0.1 * place for place, value in enumerate(IDS)}
GOOD: dict[str, Any] = {
    **{"format": "polycompass-profile", "version": 1, "name": "Mine", "system": SCHWARTZ, "kind": "means"},
    **{"means": MEANS, "sds": dict.fromkeys(IDS, 1.0), "n": 120, "source": "Asked.", "terms": "Free."},
}
WEIGHTS = {key: GOOD[key] for key in ("format", "version", "name", "system")} | {
    **{"kind": "weights", "weights": dict.fromkeys(IDS, 50)}
}


def read(record: object) -> ProfileFile:
    return read_profile(json.dumps(record).encode(), "mine.json")


def refused(data: bytes) -> str:
    with pytest.raises(UserError) as caught:
        read_profile(data, "mine.json")
    sentence = str(caught.value)
    assert sentence.startswith("mine.json") and sentence.endswith(".") and "\n" not in sentence
    assert len(sentence) < 300
    return sentence


texts = st.text(max_size=60).map(lambda text: clean(text).strip())
names = texts.filter(bool)
tens = st.lists(st.floats(-100, 100), min_size=10, max_size=10).map(tuple)
spreads = st.none() | st.lists(st.floats(0, 100), min_size=10, max_size=10).map(tuple)
persons = st.none() | st.integers(1, 10**10)


@st.composite
def weights_files(draw: st.DrawFn) -> ProfileFile:
    of = system(draw(st.sampled_from(list(systems()))))
    weights = {value: draw(st.floats(0, 100)) for value in of.ids}
    return ProfileFile(draw(names), of.id, weights, None, None, draw(persons), draw(texts), draw(texts))


means_files = st.builds(ProfileFile, names, st.just(SCHWARTZ), st.just({}), tens, spreads, persons, texts, texts)


@given(weights_files() | means_files)
def test_what_is_written_is_read_back_the_same(file: ProfileFile) -> None:
    assert read_profile(to_json(file), "any.json") == file


SHIPPED = [*surveyed(), *(profile for of in systems().values() for profile in presets(of))]


@pytest.mark.parametrize("profile", SHIPPED, ids=lambda profile: f"{profile.system}-{profile.id}")
def test_every_shipped_profile_comes_back_with_the_same_weights(profile: Profile) -> None:
    file = read_profile(to_json(of_profile(profile)), "any.json")
    assert (file.name, file.system, file.source) == (profile.name, profile.system, profile.source)
    again = of_means("", "", file.means, "", file.sds).weights if file.means else file.weights
    assert again == profile.weights


def test_survey_profiles_take_source_number_and_terms_along() -> None:
    for profile in surveyed():
        file = of_profile(profile)
        assert file.n == cultures()[profile.id].n and file.sds == profile.sds
        assert cultures()[profile.id].citation in file.stands_on and TERMS in file.stands_on
        assert file.stands_on.count(f"n = {file.n:,}") == 1
    assert "non-commercial use" in TERMS and "NOTICE.md" in TERMS
    assert "for\nnon-commercial use" in (DATA / "cultures" / "NOTICE.md").read_text(encoding="utf-8").replace("**", "")
    assert not of_profile(presets(system(SCHWARTZ))[0]).terms


def test_what_stands_with_the_numbers() -> None:
    assert read(GOOD).stands_on == "Asked. n = 120. Free."
    assert read(GOOD | {"source": "Asked, n = 120", "terms": ""}).stands_on == "Asked, n = 120."
    assert read(WEIGHTS).stands_on == ""


def test_a_long_source_is_cut_so_that_it_can_come_back() -> None:
    file = of_profile(of_means("saved:x", "x" * 200, list(MEANS.values()), "é" * 50_000))
    assert read_profile(to_json(file), "any.json") == file and len(file.name) == 80


@pytest.mark.parametrize("scheme", ["softmax", "rank_order_centroid"])
def test_the_table_has_what_counts_and_what_it_was_made_from(scheme: str) -> None:
    profile = weighed(next(one for one in surveyed() if one.id == "country:SE"), scheme)
    rows = list(csv.DictReader(io.StringIO(to_csv(profile).decode("utf-8-sig"), newline="")))
    assert [row["value_id"] for row in rows] == list(IDS)
    assert [float(row["weight"]) for row in rows] == list(profile.weights.values())
    assert [float(row["mean"]) for row in rows] == list(profile.means or ())
    assert [float(row["sd"]) for row in rows] == list(profile.sds or ())
    assert {(row["scheme"], row["profile"], row["source"], row["terms"]) for row in rows} == {
        (scheme, "Sweden", profile.source, TERMS)
    }


def test_a_table_of_weights_leaves_open_what_is_not_known() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(presets(system("moral_foundations"))[0]).decode("utf-8-sig"))))
    assert {(row["weight"], row["mean"], row["sd"], row["n"]) for row in rows} == {("50.0", "", "", "")}


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"])
def test_no_name_becomes_a_formula(name: str) -> None:
    profile = Profile("saved:x", name, SCHWARTZ, dict.fromkeys(IDS, 1.0), name)
    rows = list(csv.DictReader(io.StringIO(to_csv(profile).decode("utf-8-sig"), newline="")))
    assert all(not row[cell].startswith(("=", "+", "-", "@", "\t")) for row in rows for cell in ("profile", "source"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Sweden", "sweden.json"),
        ("../../etc/passwd", "etc-passwd.json"),
        ("שלום", "profile.json"),
        ("x" * 99, "x" * 60),
    ],
)
def test_file_names_are_plain(name: str, expected: str) -> None:
    assert file_name(name, "json").removesuffix(".json") == expected.removesuffix(".json")


@pytest.mark.parametrize("kind", ["means", "weights"])
def test_optional_fields_may_be_left_out(kind: str) -> None:
    record = GOOD | {"kind": "means"} if kind == "means" else WEIGHTS
    file = read({key: found for key, found in record.items() if key not in ("sds", "n", "source", "terms")})
    assert (file.sds, file.n, file.source, file.terms) == (None, None, "", "")
    assert (file.means is None) == (kind == "weights") == bool(file.weights)


NUMBER = "must be a number from -100 to 100"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"format": None}, "'format': is missing"),
        ({"format": "polycompass-suite"}, "'format': is 'polycompass-suite'"),
        ({"version": 2}, "update Polycompass"),
        ({"version": "1"}, "'version': is '1'"),
        ({"version": True}, "'version': is True"),
        ({"version": 0}, "'version': is 0"),
        ({"name": ""}, "'name': is empty or missing"),
        ({"name": "  "}, "'name': is empty or missing"),
        ({"name": 5}, "'name': is 5; it must be text"),
        ({"name": "x" * 81}, "'name': has 81 characters"),
        ({"name": ["x"] * 9000}, "'name': is a list"),
        ({"source": {}}, "'source': is an object"),
        ({"source": "x" * 10_001}, "'source': has 10,001 characters"),
        ({"terms": 1.5}, "'terms': is 1.5"),
        ({"system": "klingon"}, "'system': is 'klingon'"),
        ({"system": None}, "'system': is missing"),
        ({"system": []}, "'system': is a list"),
        ({"system": "moral_foundations"}, "'kind': is 'means'"),
        ({"kind": "shares"}, "'kind': is 'shares'"),
        ({"kind": {}}, "'kind': is an object"),
        ({"kind": "weights"}, "does not go with the kind 'weights'"),
        ({"weights": {}}, "'weights': does not go with the kind 'means'"),
        ({"sd": {}}, "'sd': is not known"),
        ({"n": 0}, "'n': is 0"),
        ({"n": True}, "'n': is True"),
        ({"n": 1.5}, "'n': is 1.5"),
        ({"n": 10**30}, "'n': is a huge number"),
        ({"means": None}, "'means': is missing"),
        ({"means": list(MEANS.values())}, "'means': is a list"),
        ({"means": {}}, "'means': lacks self_direction, stimulation"),
        ({"means": MEANS | {"honour": 1}}, "'honour' is no value of"),
        ({"means": MEANS | {"power": float("nan")}}, f"'means.power': is nan; it {NUMBER}"),
        ({"means": MEANS | {"power": float("inf")}}, f"'means.power': is inf; it {NUMBER}"),
        ({"means": MEANS | {"power": 100.5}}, f"'means.power': is 100.5; it {NUMBER}"),
        ({"means": MEANS | {"power": 10**400}}, "'means.power': is a huge number"),
        ({"means": MEANS | {"power": -(10**400)}}, "'means.power': is a hugely negative number"),
        ({"means": MEANS | {"power": "1"}}, "'means.power': is '1'"),
        ({"means": MEANS | {"power": True}}, "'means.power': is True"),
        ({"means": MEANS | {"power": None}}, "'means.power': is missing"),
        ({"sds": dict.fromkeys(IDS, -0.5)}, "'sds.self_direction': is -0.5; it must be a number from 0 to 100"),
        ({"sds": None}, "'sds': is missing"),
    ],
)
def test_a_wrong_field_is_told_by_its_name(changed: dict[str, Any], told: str) -> None:
    assert told in refused(json.dumps(GOOD | changed).encode())


def test_weights_lie_between_0_and_100() -> None:
    assert read(WEIGHTS | {"weights": dict.fromkeys(IDS, 0)}).weights["power"] == 0
    for wrong in (-1, 100.1):
        told = refused(json.dumps(WEIGHTS | {"weights": dict.fromkeys(IDS, 5) | {"power": wrong}}).encode())
        assert f"'weights.power': is {wrong}; it must be a number from 0 to 100" in told


def test_a_profile_of_another_system_has_that_systems_values() -> None:
    of = system("moral_foundations")
    found = read(WEIGHTS | {"system": of.id, "weights": dict.fromkeys(of.ids, 7)})
    assert found.system == of.id and tuple(found.weights) == of.ids
    assert "is no value of" in refused(json.dumps(WEIGHTS | {"system": of.id}).encode())


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "line 1, column 1: this is no JSON"),
        (b"value_id,value,weight\n", "this is no JSON"),
        (b'{"format": ', "line 1, column 12"),
        (b"[]", "holds no object with fields but a list"),
        (b"null", "but None"),
        (b"NaN", "but nan"),
        (b'"' + b"x" * 9000 + b'"', "holds no object"),
        (b"\xff\xfe{\x00}\x00", "is not text in UTF-8 (byte 1)"),
        (b'{"name": "\xe9"}', "is not text in UTF-8 (byte 11)"),
        (b"9" * 5000, "holds what no profile does"),
        (b"[" * 100_000, "holds what no profile does"),
        (b'{"a":' * 30_000, "holds what no profile does"),
        (b" " * (MAX_BYTES + 1), "200,001 bytes"),
        (b"{" * 50_000_000, "50,000,000 bytes"),
        (b'{"name": "a", "name": "b"}', "'name'"),
        (b'{"' + b"y" * 90_000 + b'": 1, "' + b"y" * 90_000 + b'": 2}', "stands there twice"),
    ],
)
def test_what_is_no_profile_is_told_in_a_sentence(data: bytes, told: str) -> None:
    assert told in refused(data)


@given(st.binary(max_size=300))
def test_no_bytes_end_in_anything_but_a_sentence(data: bytes) -> None:
    with pytest.raises(UserError):
        read_profile(data, "x.json")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from([*GOOD, "weights"]), anything)
def test_a_field_that_holds_anything_is_read_or_told(name: str, found: object) -> None:
    try:
        file = read(GOOD | {name: found})
    except UserError:
        return
    assert read_profile(to_json(file), "again.json") == file


def test_a_byte_order_mark_and_strange_letters_are_fine() -> None:
    file = read_profile(b"\xef\xbb\xbf" + json.dumps(GOOD | {"name": "\ud800 a\x00b 🤝🏽"}).encode(), "x.json")
    assert file.name == "\ufffd a\ufffdb 🤝🏽"
