import io
import json
import re
from collections.abc import Callable

import pandas as pd
import pytest
from builders import NASTY, suite
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from core.runs.answers import AnswersRead, imported_rows, read_answers, template
from core.store.records import response as stored

ROWS = [
    {"model": "m1", "prompt": "What now?", "response": "Help her."},
    {"model": "m2", "prompt": "What now?", "response": NASTY["emoji"]},
    {"model": "m1", "prompt": "And then?", "response": ""},
]


def csv_of(rows: list[dict[str, object]]) -> bytes:
    return pd.DataFrame(rows).to_csv(index=False).encode()


def jsonl_of(rows: list[dict[str, object]]) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


def parquet_of(rows: list[dict[str, object]]) -> bytes:
    out = io.BytesIO()
    pd.DataFrame(rows).to_parquet(out)
    return out.getvalue()


FORMATS: dict[str, Callable[[list[dict[str, object]]], bytes]] = {
    "a.csv": csv_of,
    "a.jsonl": jsonl_of,
    "a.parquet": parquet_of,
}
every_format = pytest.mark.parametrize("name", FORMATS)


def triples(read: AnswersRead) -> list[tuple[str, str, str]]:
    return [(a.model, read.suite.by_id[a.item].text, a.response) for a in read.answers]


def problems(read: AnswersRead) -> list[tuple[int, str]]:
    return [(problem.row, problem.field) for problem in read.problems]


def refused(data: bytes, name: str) -> str:
    with pytest.raises(UserError) as caught:
        read_answers(data, name)
    said = str(caught.value)
    assert said.startswith(name) and said.endswith(".") and "\n" not in said
    return said


@every_format
def test_answers_of_every_format(name: str) -> None:
    read = read_answers(FORMATS[name](ROWS), name)
    assert triples(read) == [(row["model"], row["prompt"], row["response"]) for row in ROWS]
    assert (read.problems, read.models) == ((), ("m1", "m2"))
    assert [item.id for item in read.suite.items] == ["prompt-1", "prompt-2"]
    assert (read.suite.system, read.suite.name) == ("schwartz", "Prompts of a")


@every_format
@given(
    texts=st.lists(
        st.tuples(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30), st.integers(0, 2)),
        min_size=1,
        max_size=5,
    )
)
def test_any_text_comes_through(name: str, texts: list[tuple[str, int]]) -> None:
    rows: list[dict[str, object]] = [{"model": "m", "prompt": f"p{n}", "response": f"x{text}"} for text, n in texts]
    if name == "a.csv":  # pandas leaves a lone carriage return unquoted
        rows = [row | {"response": str(row["response"]).replace("\r", " ")} for row in rows]
    assert [answer.response for answer in read_answers(FORMATS[name](rows), name).answers] == [
        r["response"] for r in rows
    ]


@every_format
def test_nasty_texts_are_kept_as_they_are(name: str) -> None:
    rows: list[dict[str, object]] = [{"model": t, "prompt": t, "response": t} for t in NASTY.values()]
    read = read_answers(FORMATS[name](rows), name)
    assert [answer.response for answer in read.answers] == list(NASTY.values())
    assert [answer.model for answer in read.answers] == [text.strip() for text in NASTY.values()]


@every_format
def test_an_answer_of_a_megabyte(name: str) -> None:
    long = "word " * 200_000
    assert (
        read_answers(FORMATS[name]([{"model": "m", "prompt": "p", "response": long}]), name).answers[0].response == long
    )


@every_format
def test_numbers_may_name_models_and_items(name: str) -> None:
    read = read_answers(FORMATS[name]([{"model": 4, "item": 7, "response": "Yes."}]), name)
    assert [(a.model, a.item) for a in read.answers] == [("4", "7")]


def test_the_items_of_a_suite_are_found_by_id_or_wording() -> None:
    rows = [
        {"model": "m", "item": "i2", "response": "by id"},
        {"model": "m", "item": " i2 ", "response": "by id with spaces"},
        {"model": "m", "prompt": " Situation 1: what now?\n", "response": "by wording"},
        {"model": "m", "item": "Situation 3: what now?", "response": "wording as item"},
        {"model": "m", "item": "i9", "response": "unknown"},
    ]
    known = suite()
    read = read_answers(jsonl_of(rows), "a.jsonl", known)
    assert [answer.item for answer in read.answers] == ["i2", "i2", "i1", "i3"]
    assert problems(read) == [(5, "item")] and "'i9'" in str(read.problems[0])
    assert read.suite is known


def test_made_items_keep_their_ids_apart() -> None:
    rows = [
        {"model": "m", "prompt": "First?", "response": "a"},
        {"model": "m", "item": "prompt-1", "prompt": "Second?", "response": "b"},
        {"model": "m", "item": "prompt-1", "response": "c"},
        {"model": "m", "prompt": "First?", "response": "d"},
    ]
    read = read_answers(jsonl_of(rows), "a.jsonl")
    assert triples(read) == [("m", "First?", "a"), ("m", "Second?", "b"), ("m", "Second?", "c"), ("m", "First?", "d")]
    assert len(read.suite.by_id) == len(read.suite.items) == 2


def test_a_byte_order_mark_and_headers_in_capitals() -> None:
    data = "\ufeffModel, Prompt ,RESPONSE\nm,p,yes\n".encode()
    assert triples(read_answers(data, "a.csv")) == [("m", "p", "yes")]


def test_bad_rows_are_told_by_line_and_the_others_kept() -> None:
    data = b'model,prompt,response\nm,p,one\nm,p,two,and more\n\nm,"two\nlines",three\n,p,four\nm,,five\nm,p\nm,p,six\n'
    read = read_answers(data, "a.csv")
    assert [answer.response for answer in read.answers] == ["one", "three", "six"]
    assert problems(read) == [(3, "row"), (7, "model"), (8, "prompt"), (9, "row")]
    assert "4 fields, the header 3" in str(read.problems[0])


def test_bad_lines_of_json_are_told_and_the_others_kept() -> None:
    lines = [
        '{"model": "m", "prompt": "p", "response": "one"}',
        '{"model": "m", "prompt": "p", "resp',
        '["m", "p", "two"]',
        "",
        '{"model": "m", "prompt": "p", "response": null}',
        '{"model": NaN, "prompt": "p", "response": "x"}',
        '{"model": {"a": 1}, "prompt": "p", "response": "x"}',
        '{"model": "m", "prompt": "p", "response": 5}',
        '{"model": "m", "response": "x"}',
        '{"model": ' + "9" * 5000 + ', "prompt": "p", "response": "x"}',
        '{"model": ' + "[" * 100_000,
        '{"model": "m", "prompt": "p", "response": "half \\ud83d and \\u0000 nul"}',
    ]
    read = read_answers("\r\n".join(lines).encode(), "a.jsonl")
    assert problems(read) == [
        *[(2, "row"), (3, "row"), (5, "response"), (6, "model"), (7, "model"), (8, "response"), (9, "prompt")],
        *[(10, "row"), (11, "row")],
    ]
    last = [stored(row)[1]["text"] for row in imported_rows("r1", read)][-1]
    assert "\x00" not in last and "\ud83d" not in last and last.startswith("half \ufffd")


def test_empty_cells_of_parquet_are_told() -> None:
    rows = [*ROWS, {"model": None, "prompt": "p", "response": "x"}, {"model": "m", "prompt": "p", "response": None}]
    assert problems(read_answers(parquet_of(rows), "a.parquet")) == [(4, "model"), (5, "response")]
    numbers = pd.DataFrame({"model": [1.0, float("nan")], "prompt": ["p", "p"], "response": ["x", "y"]})
    out = io.BytesIO()
    numbers.to_parquet(out)
    assert problems(read_answers(out.getvalue(), "a.parquet")) == [(2, "model")]


@pytest.mark.parametrize(
    "name, data, said",
    [
        ("a.csv", b"", "is empty"),
        ("a.jsonl", b" \n\n", "is empty"),
        ("a.csv", b"\xef\xbb\xbf", "needs the columns"),
        ("a.csv", b"model,prompt,response\n", "no answer that can be used"),
        ("a.csv", b"model,prompt,answer\nm,p,x\n", "it has: answer, model, prompt"),
        ("a.csv", b"model,response\nm,x\n", "needs the columns"),
        ("a.csv", b"model;prompt;response\nm;p;x\n", "it has: model;prompt;response"),
        ("a.csv", "model,prompt,response\nm,p,x\nm,café,x\n".encode("latin-1"), r"not UTF-8 text \(line 3\)"),
        ("a.jsonl", '{"model": "é"}'.encode("utf-16"), "not UTF-8"),
        ("a.csv", b'model,prompt,response\nm,p,x\nm,p,"open\nm,p,x\n', "starts at line 3"),
        ("a.csv", b"model,prompt,response\n,p,x\n", "first problem: Row 2, model"),
        ("a.jsonl", b"{broken\n[]\n", "no line that is a JSON object"),
        ("a.jsonl", b'{"model": "m"}\n', "it has: model"),
        ("a.parquet", b"PAR1 not really PAR1", "not a readable Parquet"),
        ("a.parquet", parquet_of([{"model": "m", "text": "x"}]), "it has: model, text"),
        ("a.parquet", parquet_of([dict(ROWS[0])])[:-9], "not a readable Parquet"),
        ("a.xlsx", b"PK", ".csv, .jsonl or .parquet"),
        ("answers", b"x", ".csv, .jsonl or .parquet"),
    ],
)
def test_files_that_cannot_be_used(name: str, data: bytes, said: str) -> None:
    assert re.search(said, refused(data, name))


def test_too_many_rows_or_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.runs.answers.MAX_ROWS", 2)
    assert "3 rows; 2 are the most" in refused(csv_of(ROWS), "a.csv")
    monkeypatch.setattr("core.runs.answers.MAX_BYTES", 10)
    assert "larger than" in refused(csv_of(ROWS), "a.csv")


def test_the_template_can_be_read_back() -> None:
    assert len(read_answers(template(), "template.csv").answers) == 2


def test_rows_of_a_run() -> None:
    texts = ["Help her.", "", "  ", "I'm sorry, but I can't help with that.", "Help her."]
    read = read_answers(jsonl_of([{"model": "m", "prompt": "p", "response": text} for text in texts]), "a.jsonl")
    rows = list(imported_rows("r1", read))
    assert [row.outcome for row in rows] == ["ok", "unparsed", "unparsed", "refused", "ok"]
    assert [row.epoch for row in rows] == [1, 2, 3, 4, 5] and len({row.trial_id for row in rows}) == 5
    assert {row.attempts for row in rows} == {0}
