"""A person's own suite: what is read, what is refused, and that nothing is lost on the way out and back."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.errors import RowProblem, UserError
from core.items.files import MAX_TEXT, Kind, SuiteRead, read_suite, slug, template, write_suite
from core.items.item import Item, Option, Suite
from core.items.rows import COLUMNS, MAX_BYTES, MAX_ROWS
from core.items.shipped import shipped_suites
from core.text import clean
from core.values.system import SCHWARTZ, system, systems

GOOD: dict[str, Any] = {
    "id": "a",
    "text": "You decide.",
    "values": ["power", "security"],
    "options": [{"text": "Go up", "value": "power"}, {"text": "Stay put", "value": "security"}],
}
HEADER = ",".join(COLUMNS)
GOOD_CSV = "a,You decide.,power;security,work,africa,Go up,power,Stay put,security,true"


def from_csv(*lines: str, header: str = HEADER) -> SuiteRead:
    return read_suite("\n".join((header, *lines)).encode(), "mine.csv")


def from_jsonl(*records: Any) -> SuiteRead:
    """`records` are lines as they are, or objects to be written as one."""
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    return read_suite("\n".join(lines).encode(), "mine.jsonl")


def where(read: SuiteRead) -> list[tuple[int, str]]:
    return [(problem.row, problem.field) for problem in read.problems]


# Nothing is lost


def texts(*, blank: bool = False) -> st.SearchStrategy[str]:
    """Any text that the store can hold, with what is hard on files made likely."""
    hard = st.text(alphabet="\",;\n\r\t =+-@'\\\ufeff\u2028\u0085אب😀é{}[]", max_size=20)
    cleaned = st.one_of(st.text(max_size=40), hard).map(clean)
    return cleaned if blank else cleaned.filter(lambda text: bool(text.strip()))


@st.composite
def items(draw: st.DrawFn, ids: tuple[str, ...]) -> Item:
    values = tuple(draw(st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True)))
    option = st.builds(Option, texts(), st.sampled_from(values))
    options = draw(st.one_of(st.just(()), st.tuples(option, option)))
    return Item(
        draw(texts()),
        draw(texts()),
        values,
        draw(texts(blank=True)),
        draw(texts(blank=True)),
        options,
        draw(st.booleans()),
    )


@st.composite
def suites(draw: st.DrawFn) -> Suite:
    system_id = draw(st.sampled_from(sorted(systems())))
    name = draw(texts()).strip()
    found = draw(st.lists(items(system(system_id).ids), min_size=1, max_size=4, unique_by=lambda item: item.id))
    return Suite(slug(name), name, system_id, tuple(found))


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
@given(suite=suites())
@example(Suite("x", "x", SCHWARTZ, (Item("'1", '=1+1\r\n"', ("power",), "-", "@"), Item(" ", "'+\r", ("power",)))[:1]))
@settings(max_examples=150, deadline=None)
def test_out_and_back_is_the_same_suite(kind: Kind, suite: Suite) -> None:
    read = read_suite(write_suite(suite, kind), f"any.{kind}", name=suite.name, system_id=suite.system)
    assert read == SuiteRead(suite)
    assert read.suite.hash == suite.hash


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
@pytest.mark.parametrize("suite_id", sorted(shipped_suites()))
def test_shipped_suites_go_out_and_back(kind: Kind, suite_id: str) -> None:
    suite = shipped_suites()[suite_id]
    read = read_suite(write_suite(suite, kind), f"{suite_id}.{kind}", system_id=suite.system)
    assert (read.suite.items, read.problems, read.notes) == (suite.items, (), ())
    assert read.suite.hash == suite.hash


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_the_template_reads_back_without_problems(kind: Kind) -> None:
    read = read_suite(template(kind), f"template.{kind}")
    assert (read.problems, read.notes) == ((), ())
    assert [len(item.options) for item in read.suite.items] == [2, 0]
    assert [item.starter for item in read.suite.items] == [True, False]


def test_a_written_csv_opens_in_a_spreadsheet_as_utf8_with_all_columns() -> None:
    data = template("csv")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["values"] == "tradition;stimulation"


def test_a_written_jsonl_has_the_shipped_form() -> None:
    first = json.loads(template("jsonl").splitlines()[0])
    assert list(first) == ["id", "text", "values", "domain", "region", "options", "starter"]
    assert first["options"][0]["value"] == "tradition"


# What is read


def test_csv_and_jsonl_give_the_same_item() -> None:
    item = Item(
        "a", "You decide.", ("power", "security"), "work", "africa",
        (Option("Go up", "power"), Option("Stay put", "security")), True,
    )  # fmt: skip
    assert from_csv(GOOD_CSV).suite.items == (item,)
    assert from_jsonl(GOOD | {"domain": "work", "region": "africa", "starter": True}).suite.items == (item,)


def test_name_slug_and_system() -> None:
    data = b'{"text": "You decide.", "values": ["care"]}'
    suite = read_suite(data, "My First: Suite.jsonl", system_id="moral_foundations").suite
    assert (suite.name, suite.id, suite.system) == ("My First: Suite", "my-first-suite", "moral_foundations")
    assert read_suite(data, "x.JSONL", name=" Ärger & Co ", system_id="moral_foundations").suite.id == "ärger-co"
    assert read_suite(data, "x.jsonl", name="  ", system_id="moral_foundations").suite.name == "x"
    assert (slug("!?"), slug("价值观 2"), len(slug("a" * 99))) == ("suite", "价值观-2", 60)
    with pytest.raises(UserError, match="no value system 'hofstede'"):
        read_suite(data, "x.jsonl", system_id="hofstede")


@pytest.mark.parametrize("named", ["self_direction", "Self-Direction", "SELF direction", " self-direction "])
def test_values_go_by_id_or_name(named: str) -> None:
    assert from_csv(f"Which way?,{named}", header="text,values").suite.items[0].values == ("self_direction",)
    assert from_jsonl({"text": "Which way?", "values": [named]}).suite.items[0].values == ("self_direction",)


def test_names_with_a_slash() -> None:
    read = read_suite(b"text,values\nA,care/harm; Fairness/Cheating\n", "x.csv", system_id="moral_foundations")
    assert read.suite.items[0].values == ("care", "fairness")


def test_ids_are_made_when_the_file_has_none_and_count_bad_rows() -> None:
    read = from_csv("First.,power", ",power", "Third.,power", header="text,values")
    assert [item.id for item in read.suite.items] == ["item-1", "item-3"]
    assert where(read) == [(3, "text")]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_marks_and_line_ends(mark: bytes, end: str) -> None:
    data = mark + end.join(["id,text,values", "a,Ja?,power", ""]).encode()
    assert read_suite(data, "x.csv").suite.items == (Item("a", "Ja?", ("power",)),)
    lines = mark + end.join([json.dumps({"text": "Ja?", "values": ["power"]}), ""]).encode()
    assert read_suite(lines, "x.jsonl").suite.items == (Item("item-1", "Ja?", ("power",)),)


def test_headers_ignore_case_and_spaces_and_rows_may_be_blank_or_short() -> None:
    read = from_csv("", "a,You decide.,Power", ",,,,", "  ", header="ID, Text ,VALUES,domain,starter")
    assert (read.suite.items, read.problems) == ((Item("a", "You decide.", ("power",)),), ())


def test_columns_that_mean_nothing_are_a_note() -> None:
    read = from_csv("A.,power,x,y", header="text,values,colour,")
    assert (read.problems, read.notes) == ((), ("Not used: colour, column 4.",))
    assert from_jsonl(GOOD, GOOD | {"id": "b", "mood": 1}).notes == ("Not used: mood.",)
    assert from_csv(GOOD_CSV).notes == ()


def test_text_is_made_safe_to_store() -> None:
    read = from_jsonl('{"text": "a\\u0000b\\ud800", "values": ["power"]}')
    assert read.suite.items[0].text == clean("a\x00b\ud800") != "a\x00b\ud800"


def test_a_path_is_read_like_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "stored"
    path.write_bytes(template("csv"))
    assert read_suite(path, "mine.csv") == read_suite(template("csv"), "mine.csv")
    with pytest.raises(UserError, match=r"mine\.csv cannot be opened"):
        read_suite(tmp_path / "absent", "mine.csv")
    with pytest.raises(UserError, match=r"mine\.csv cannot be opened"):
        read_suite(tmp_path, "mine.csv")


# Bad rows


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"text": ""}, "text", "empty"),
    ({"text": " \n "}, "text", "empty"),
    ({"text": None}, "text", "empty"),
    ({"text": 5}, "text", "must be text, got 5"),
    ({"text": "x" * (MAX_TEXT + 1)}, "text", "4,001 characters; the limit is 4,000"),
    ({"id": ""}, "id", "empty"),
    ({"id": 7}, "id", "must be text"),
    ({"values": []}, "values", "There is no value; name one or more of self_direction"),
    ({"values": None}, "values", "There is no value"),
    ({"values": "power"}, "values", "must be a list"),
    ({"values": ["power", "security", "might"]}, "values", "no value 'might'; there are self_direction, stimulation"),
    ({"values": ["might"]}, "values", "no value 'might'"),
    ({"values": ["power", "security", 3]}, "values", "no value 3"),
    ({"values": ["power", "security", "Power"]}, "values", "named twice"),
    ({"options": GOOD["options"][:1]}, "options[1].text", "without the other"),
    ({"options": [{}, GOOD["options"][1]]}, "options[0].text", "without the other"),
    ({"options": [{"value": "power"}, GOOD["options"][1]]}, "options[0].text", "empty"),
    ({"options": [GOOD["options"][0], {"text": "No"}]}, "options[1].value", "no value ''"),
    ({"options": [GOOD["options"][0], {"text": "No", "value": "hedonism"}]}, "options[1].value", "not among"),
    ({"options": [GOOD["options"][0], {"text": "No", "value": "might"}]}, "options[1].value", "no value 'might'"),
    ({"options": GOOD["options"] * 2}, "options", "list of two objects"),
    ({"options": ["Go", "Stay"]}, "options", "list of two objects"),
    ({"options": "Go"}, "options", "list of two objects"),
    ({"starter": "perhaps"}, "starter", "true or false, got 'perhaps'"),
    ({"starter": 1}, "starter", "true or false, got 1"),
    ({"starter": []}, "starter", "true or false"),
    ({"domain": ["work"]}, "domain", "must be text"),
]


@pytest.mark.parametrize(("change", "field", "part"), BAD)
def test_a_bad_object_is_reported_and_the_others_kept(change: dict[str, Any], field: str, part: str) -> None:
    bad = {"id": "bad"} | {key: value for key, value in GOOD.items() if key != "id"} | change
    read = from_jsonl(GOOD, "", bad, GOOD | {"id": "c"})
    assert [item.id for item in read.suite.items] == ["a", "c"]
    assert where(read) == [(3, field)]
    assert part in read.problems[0].message
    assert str(read.problems[0]).startswith(f"Row 3, {field}: ")


@pytest.mark.parametrize(
    ("line", "field", "part"),
    [
        ("b,,power,,,,,,,", "text", "empty"),
        (",Text.,power,,,,,,,", "id", "empty"),
        ("b,Text.,,,,,,,,", "values", "There is no value"),
        ("b,Text.,power;might,,,,,,,", "values", "'might'"),
        ("b,Text.,power,,,Go,power,,,", "option_b", "without the other"),
        ("b,Text.,power,,,,,Go,power,", "option_a", "without the other"),
        ("b,Text.,power;security,,,Go,power,Stay,,", "value_b", "no value ''"),
        ("b,Text.,power,,,Go,power,Stay,security,", "value_b", "not among"),
        ("b,Text.,power,,,,,,,yes", "starter", "got 'yes'"),
        ("b,Text.,power,,,,,,,,more", "row", "11 fields, the header only 10"),
        ("a,Text.,power,,,,,,,", "id", "The id 'a' stands already in row 2"),
    ],
)
def test_a_bad_csv_row_is_reported_and_the_others_kept(line: str, field: str, part: str) -> None:
    read = from_csv(GOOD_CSV, line, GOOD_CSV.replace("a,", "c,", 1))
    assert [item.id for item in read.suite.items] == ["a", "c"]
    assert where(read) == [(3, field)]
    assert part in read.problems[0].message


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ('{"text": "A", "values": ["power"]', "not valid JSON"),
        ("[1, 2]", "not a JSON object"),
        ("null", "not a JSON object"),
        ("[" * 100_000, "not valid JSON"),
        ("9" * 5_000, "not valid JSON"),
        ("{}", "empty"),
    ],
)
def test_a_broken_json_line_is_one_bad_row(line: str, part: str) -> None:
    read = from_jsonl(GOOD, line, GOOD | {"id": "c"})
    assert [item.id for item in read.suite.items] == ["a", "c"]
    assert {problem.row for problem in read.problems} == {2}
    assert part in read.problems[0].message


def test_rows_are_numbered_by_the_line_they_start_at() -> None:
    read = from_csv('a,"One\ntwo\r\nthree",power', "", 'b,"\n",power', "c,,power", header="id,text,values")
    assert where(read) == [(6, "text"), (8, "text")]
    assert read.suite.items[0].text == "One\ntwo\r\nthree"


def test_a_line_separator_inside_json_does_not_shift_the_numbers() -> None:
    line = json.dumps(GOOD | {"text": "one\u2028two\u0085three"}, ensure_ascii=False)
    read = from_jsonl(line, "{broken")
    assert read.suite.items[0].text == "one\u2028two\u0085three"
    assert where(read) == [(2, "line")]


def test_a_row_reports_all_that_is_wrong_with_it() -> None:
    read = from_csv(GOOD_CSV, "b,,might,,,Go,,,,perhaps")
    assert where(read) == [
        (3, "text"), (3, "values"), (3, "option_b"), (3, "value_a"), (3, "starter"),
    ]  # fmt: skip


@given(st.lists(st.sampled_from(["good", "blank", "might"]), min_size=1, max_size=12).filter(lambda x: "good" in x))
def test_every_row_is_either_an_item_or_a_problem(rows: list[str]) -> None:
    lines = {"good": "Text.,power", "blank": " ,power", "might": "Text.,might"}
    read = from_csv(*(lines[row] for row in rows), header="text,values")
    bad = [n for n, row in enumerate(rows, 2) if row != "good"]
    assert [problem.row for problem in read.problems] == bad
    assert [int(item.id[5:]) + 1 for item in read.suite.items] == [n for n in range(2, len(rows) + 2) if n not in bad]


def test_a_problem_is_a_sentence() -> None:
    assert str(RowProblem(4, "text", "The field is empty.")) == "Row 4, text: The field is empty."


# Files that cannot be read


@pytest.mark.parametrize(
    ("data", "filename", "message"),
    [
        (b"", "x.csv", "is empty"),
        (b"\xef\xbb\xbf \n\n", "x.csv", "is empty"),
        (b"\n \n", "x.jsonl", "is empty"),
        (b"text,values\nA,power\n", "x.txt", "neither .csv nor .jsonl"),
        (b"text,values\nA,power\n", "x", "neither .csv nor .jsonl"),
        (b"A,power\nB,power\n", "x.csv", "lacks 'text', 'values'; it has 'A', 'power'"),
        (b"text,domain\nA,work\n", "x.csv", "lacks 'values'; it has 'text', 'domain'"),
        (b"text;values\nA;power\n", "x.csv", "separated by commas"),
        (b",,\n", "x.csv", "lacks 'text', 'values'; it has no columns"),
        (b"text,values\n", "x.csv", "no rows"),
        (b"text,values\n,\n", "x.csv", "no rows"),
        (b"text,values,Text\nA,power,B\n", "x.csv", "'text' more than once"),
        (b'text,values\nA,power\n"B,power\nC,power\n', "x.csv", "starts at line 3: its quotation marks"),
        (b'text,values\nA,power\n"B"b,power\n', "x.csv", "starts at line 3: its quotation marks"),
        (b'text,values\n"' + b"x" * 200_000 + b'",power\n', "x.csv", "Row 2, text: The field has 200,000 char"),
        ("text,values\nÄ,power\n".encode("utf-16"), "x.csv", "UTF-16"),
        ("text,values\nÄ,power\n".encode("utf-16-be"), "x.csv", "NUL byte"),
        ("text,values\nÄ,power\n".encode("utf-32"), "x.csv", "UTF-32"),
        ("text,values\nÄrger,power\n".encode("latin-1"), "x.csv", "line 2: the byte 0xC4 is not UTF-8"),
        ('{"text": "Ä"}'.encode("latin-1"), "x.jsonl", "line 1: the byte 0xC4 is not UTF-8"),
        (b"text,values\nA\x00,power\n", "x.csv", "line 2: there is a NUL byte"),
        (b"PK\x03\x04\x14\x00\x06\x00", "x.csv", "no UTF-8 text"),
        (b"\x89PNG\r\n\x1a\n", "x.csv", "not UTF-8"),
        (b"[1, 2]\n[3]\n", "x.jsonl", "no JSON objects"),
        (b'[\n{"text":\n"A"},\n]', "x.jsonl", "no JSON objects"),
        (b"text,values\nA,power\n", "x.jsonl", "no JSON objects"),
        (b'{"text": "A"}\n', "x.jsonl", "lacks 'values'; it has 'text'"),
        (b'{"text": "A", "values": ["might"]}\n', "x.jsonl", "no row that can be used; .*Row 1, values: .*'might'"),
        (b" " * (MAX_BYTES + 1), "x.csv", "the limit is 20 MB"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data: bytes, filename: str, message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        read_suite(data, filename)
    assert filename in str(caught.value)


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_the_limit_of_items(kind: Kind) -> None:
    full = [Item(f"i{n}", "A.", ("power",)) for n in range(MAX_ROWS)]
    read = read_suite(write_suite(Suite("x", "x", SCHWARTZ, tuple(full)), kind), f"x.{kind}")
    assert len(read.suite.items) == MAX_ROWS
    more = Suite("x", "x", SCHWARTZ, (*full, Item("z", "A.", ("power",))))
    with pytest.raises(UserError, match="more than 5,000 items"):
        read_suite(write_suite(more, kind), f"x.{kind}")


def test_a_path_to_a_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(UserError, match=r"1000000\.0 MB; the limit is 20 MB"):
        read_suite(path, "large.csv")


@given(
    st.one_of(
        st.binary(max_size=300), st.text(max_size=200).map(lambda text: f"text,values\n{text}".encode(errors="replace"))
    )
)
@settings(max_examples=200)
@pytest.mark.parametrize("filename", ["x.csv", "x.jsonl"])
def test_no_bytes_whatever_give_anything_but_a_suite_or_a_user_error(filename: str, data: bytes) -> None:
    try:
        assert read_suite(data, filename).suite.items
    except UserError as error:
        assert filename in str(error)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["power", "", "a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "value", "x"]), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["id", "text", "values", "domain", "options", "starter", "x"]), json_values))
@settings(max_examples=200)
def test_no_json_object_whatever_gives_a_raw_exception(record: dict[str, Any]) -> None:
    read = from_jsonl(GOOD, record)
    assert len(read.suite.items) == (1 if read.problems else 2)
