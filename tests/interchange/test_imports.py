"""Logs of Inspect AI and results of promptfoo, made by those tools, read as answers; and files that would do harm."""

import io
import json
import re
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from builders import suite
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from core.interchange.imports import read_any
from core.items.item import Item
from core.runs.answers import AnswersRead

HERE = Path(__file__).parent


def read(name: str, **of: Any) -> AnswersRead:
    return read_any((HERE / name).read_bytes(), name, **of)


def triples(found: AnswersRead) -> list[tuple[str, str, str]]:
    return sorted((a.model, found.suite.by_id[a.item].text, a.response) for a in found.answers)


def refused(data: bytes, name: str) -> str:
    with pytest.raises(UserError) as caught:
        read_any(data, name)
    said = str(caught.value)
    assert said.startswith(name) and said.endswith(".") and "\n" not in said
    return said


@pytest.mark.parametrize("name", ["inspect.eval", "inspect.json"])
def test_logs_that_inspect_wrote(name: str) -> None:
    found = read(name)
    asked = {"truth": "Do I tell my friend the truth about her plan?", "money": "Keep the money I found? 💶"}
    takes = [("truth", 1), ("money", 2), ("3", 3), ("truth", 4), ("money", 5)]
    asked["3"] = "Here is trouble: help or leave?"
    expected = [("mockllm/model", asked[item], f"Yes, I would help her, take {n}. 🤝") for item, n in takes]
    assert triples(found) == sorted(expected)
    order = [answer.response for answer in found.answers if answer.item == "money"]
    assert order == ["Yes, I would help her, take 2. 🤝", "Yes, I would help her, take 5. 🤝"]
    assert [answer.finish for answer in found.answers if "take 2" in answer.response] == ["length"]
    assert len(found.problems) == 1 and "The solver broke." in str(found.problems[0])
    assert "inspect_ai 0.3.285" in found.suite.source and "task dilemmas" in found.suite.source


def test_a_log_answers_a_suite_by_id_or_wording() -> None:
    of = suite(
        items=(Item("truth", "Other words", ("power",)), Item("m", "Keep the money I found? 💶", ("benevolence",)))
    )
    found = read("inspect.eval", suite=of)
    assert sorted(answer.item for answer in found.answers) == ["m", "m", "truth", "truth"]
    assert found.suite is of and "no item '3'" in str(found.problems)


def test_results_that_promptfoo_wrote() -> None:
    found = read("promptfoo.json")
    questions = ["Do I tell my friend the truth?", "FAIL now, or help a stranger? 🤝", "Keep the money I found?"]
    expected = [
        (model, f"Answer briefly: {question}", f"{word} I would help: {question}")
        for model, word in (("lab/kind", "Gladly."), ("lab/flaky", "Perhaps."))
        for question in questions
        if model == "lab/kind" or "FAIL" not in question
    ]
    assert triples(found) == sorted(expected * 2)
    assert [problem.message for problem in found.problems] == [
        "The call of 'lab/flaky' brought no answer (The service is down.)."
    ] * 2
    assert found.suite.name == "Prompts of three dilemmas (promptfoo)" and "promptfoo 0.123.1" in found.suite.source


def test_conversations_and_failed_assertions_of_promptfoo() -> None:
    found = read("promptfoo-chat.json")
    question = "Do I tell my friend the truth?"
    assert not found.problems and {item.text for item in found.suite.items} == {question, f"Say: {question}"}
    assert (
        sorted(a.response for a in found.answers if a.model == "file://prov.js")
        == [f"Sure. I would help: {question}"] * 2
    )
    assert f"Say: {question}" in [a.response for a in found.answers if a.model == "echo"]


def test_results_of_an_old_promptfoo() -> None:
    found = read("promptfoo-0.25.json")
    asked = "Answer briefly: Do I tell my friend the truth?"
    assert triples(found) == [("lab/old", asked, f"I would help: {asked}")]
    assert "The service is down." in str(found.problems[0])


def test_promptfoo_answers_a_suite_by_its_variables() -> None:
    of = suite(items=(Item("a", "Keep the money I found?", ("power",)),))
    found = read("promptfoo.json", suite=of)
    assert [answer.item for answer in found.answers] == ["a"] * 4


def test_what_the_library_of_promptfoo_returns() -> None:
    whole = json.loads((HERE / "promptfoo.json").read_bytes())
    assert triples(read_any(json.dumps(whole["results"]).encode(), "r.json")) == triples(read("promptfoo.json"))
    one = whole["results"]["results"][0] | {"response": {"output": {"act": "help"}, "finishReason": "length"}}
    data = json.dumps({"results": {"results": [one, one | {"provider": "openai:gpt-4"}, 5, {"prompt": 3}]}}).encode()
    found = read_any(data, "r.json")
    assert [(a.model, a.response, a.finish) for a in found.answers] == [
        ("lab/kind", '{"act": "help"}', "length"),
        ("openai:gpt-4", '{"act": "help"}', "length"),
    ]
    assert [problem.row for problem in found.problems] == [3, 4]


@pytest.mark.slow
def test_logs_that_inspect_writes_now(inspect_python: str, tmp_path: Path) -> None:
    done = subprocess.run([inspect_python, str(HERE / "make_inspect_logs.py"), str(tmp_path)], timeout=110)
    assert done.returncode == 0
    for name in ("inspect.eval", "inspect.json"):
        found = read_any((tmp_path / name).read_bytes(), name)
        assert triples(found) == triples(read(name)) and len(found.problems) == 1


def log(**changes: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": "Help her."}
    sample = {"id": 1, "epoch": 1, "input": "What now?", "output": {"choices": [{"message": message}]}}
    return {"version": 2, "eval": {"model": "m", "task": "t"}, "samples": [sample | changes]}


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def eval_of(body: dict[str, Any]) -> bytes:
    samples = {f"samples/{n}_epoch_1.json": json.dumps(one).encode() for n, one in enumerate(body["samples"])}
    return packed({"header.json": json.dumps({"eval": body["eval"]}).encode()} | samples)


FORMS: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "l.json": lambda body: json.dumps(body).encode(),
    "l.eval": eval_of,
}
both = pytest.mark.parametrize("name", FORMS)


@both
def test_forms_of_content(name: str) -> None:
    parts = [
        {"type": "reasoning", "reasoning": "hm"},
        {"type": "text", "text": "Help"},
        {"type": "text", "text": "her."},
    ]
    asked = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "attachment://k"}]
    body = log(output={"choices": [{"message": {"content": parts}}]}, input=asked, attachments={"k": "A long text"})
    body["samples"] += log(id="c", output={"completion": "Old."}, epoch=2)["samples"]
    found = read_any(FORMS[name](body), name)
    assert [(a.item, a.response) for a in found.answers] == [("1", "Help\nher."), ("c", "Old.")]
    assert found.suite.by_id["1"].text == "A long text"


def test_a_log_that_was_broken_off_is_read_as_far_as_it_came() -> None:
    data = eval_of(log()).replace(b"header.json", b"header.gone")
    assert "no header.json" in refused(data, "a.eval")
    sample = json.dumps(log()["samples"][0]).encode()
    start = {"_journal/start.json": HEADER, "samples/1.json": sample}
    assert [answer.response for answer in read_any(packed(start), "a.eval").answers] == ["Help her."]


@both
def test_samples_of_wrong_types_are_told_by_number(name: str) -> None:
    body = log()
    wrong: list[Any] = [5, None, [], {}, {"id": {}, "output": 3}, {"id": "x", "output": {"choices": {"0": 1}}}]
    wrong += [
        log(output={"choices": [{"message": {"content": 7}}]})["samples"][0],
        log(error={"message": "No."})["samples"][0],
    ]
    body["samples"] += wrong
    found = read_any(FORMS[name](body), name)
    assert len(found.answers) == 1 and [p.row for p in found.problems] == list(range(2, len(wrong) + 2))


@both
def test_surrogates_and_nul_are_cleaned_in_what_is_stored(name: str) -> None:
    found = read_any(FORMS[name](log(id="a\ud83d\x00", input="b\udc00", epoch=float("nan"))), name)
    assert [item.id for item in found.suite.items] == ["a\ufffd\ufffd"] and found.suite.items[0].text == "b\ufffd"


KEYS = st.sampled_from(
    [
        "eval",
        "model",
        "samples",
        "id",
        "epoch",
        "input",
        "output",
        "choices",
        "message",
        "content",
        "error",
        "results",
        "prompt",
        "raw",
        "response",
        "provider",
        "label",
        "vars",
        "metadata",
        "polycompass",
        "attachments",
        "config",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=25,
)


@given(body=JSON, where=st.sampled_from(["", "samples", "results"]))
def test_any_json_is_read_or_refused_in_words(body: Any, where: str) -> None:
    whole = {
        "": body,
        "samples": {"eval": {"model": "m"}, "samples": [body]},
        "results": {"results": {"results": [body]}},
    }
    try:
        read_any(json.dumps(whole[where]).encode(), "any.json")
    except UserError as error:
        assert str(error).startswith("any.json")


HEADER = b'{"eval": {"model": "m"}}'


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.eval", b"", "is empty"),
        ("a.eval", b"PK\x03\x04 no zip", "not a readable zip"),
        ("a.eval", packed({"other": b"{}"}), "no header.json"),
        ("a.eval", packed({"header.json": b"{"}), "not readable JSON"),
        ("a.eval", packed({"header.json": b"[]"}), "does not name the model"),
        ("a.eval", packed({"header.json": HEADER}), "no answer that can be used"),
        ("a.eval", packed({"header.json": HEADER}, zipfile.ZIP_LZMA), "method 14"),
        ("a.eval", packed({"header.json": HEADER, "samples/1.json": b"\xff"}), "not readable JSON"),
        ("a.eval", packed({"header.json": HEADER}).replace(b"PK\x03\x04", b"PK\x03\x05"), "damaged"),
        ("a.json", b'{"eval": {"model": "m"}}', "without samples"),
        ("a.json", b'{"eval": {"model": "m"}, "samples": []}', "no answer that can be used"),
        ("a.json", b"[" * 100_000, "not readable JSON"),
        ("a.json", b'{"a":' * 100_000, "not readable JSON"),
        ("a.json", b"9" * 5000, "not readable JSON"),
        ("a.json", b"\xff\xfe{}", "not readable JSON"),
        ("a.json", b"{}", "neither a log of Inspect AI"),
        ("a.json", b"[1, 2]", "neither a log of Inspect AI"),
        ("a.json", b"NaN", "neither a log of Inspect AI"),
        ("a.json", b'{"results": {"results": [{"a": 1}]}}', "neither a log of Inspect AI"),
        ("a.txt", b"x", r"\.csv, \.jsonl, \.parquet, \.eval or \.json"),
    ],
)
def test_files_that_cannot_be_used(name: str, data: bytes, said: str) -> None:
    assert re.search(said, refused(data, name))


def zstd(content: bytes, claimed: int | None = None, frames: bytes = b"") -> bytes:
    """A log whose header.json is packed with zstd, as zipfile cannot: a stored member with its method rewritten."""
    raw = packed({"header.json": frames or pa.compress(content, codec="zstd", asbytes=True)}, zipfile.ZIP_STORED)
    size, crc = len(content) if claimed is None else claimed, zlib.crc32(content)
    place = raw.index(b"PK\x01\x02")
    head = raw[:place] + raw[place : place + 10] + struct.pack("<H", 93) + raw[place + 12 : place + 16]
    return head + struct.pack("<I", crc) + raw[place + 20 : place + 24] + struct.pack("<I", size) + raw[place + 28 :]


def test_zstd_is_read_and_checked() -> None:
    assert "no answer that can be used" in refused(zstd(HEADER), "a.eval")
    assert "not what the zip says" in refused(zstd(HEADER, claimed=3), "a.eval")
    assert "not what the zip says" in refused(zstd(HEADER + b" " * 50_000_000, claimed=len(HEADER)), "a.eval")
    assert "bytes" in refused(zstd(HEADER, claimed=2_000_000_000), "a.eval")
    broken = zstd(HEADER).replace(pa.compress(HEADER, codec="zstd", asbytes=True)[:8], b"\0" * 8)
    assert "damaged" in refused(broken, "a.eval")


def test_a_zip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = packed({"header.json": HEADER, "samples/1.json": b" " * 120_000_000})
    assert len(bomb) < 200_000 and "120,000,000 bytes; 100,000,000 are the most" in refused(bomb, "a.eval")
    monkeypatch.setattr("core.interchange.bounded.MAX_UNPACKED", 1000)
    many = packed({"header.json": HEADER} | {f"samples/{n}.json": b"[" + b" " * 200 + b"]" for n in range(9)})
    assert "202 bytes; 168 are the most" in refused(many, "a.eval")
    monkeypatch.setattr("core.interchange.bounded.MAX_MEMBERS", 9)
    assert "10 members; 9 are the most" in refused(many, "a.eval")


REAL = (HERE / "inspect.eval").read_bytes()


@given(
    changes=st.lists(st.tuples(st.integers(0, len(REAL) - 1), st.integers(0, 255)), max_size=6),
    end=st.integers(0, 40) | st.none(),
)
def test_a_damaged_log_is_read_or_refused_in_words(changes: list[tuple[int, int]], end: int | None) -> None:
    data = bytearray(REAL)
    for place, byte in changes:
        data[place] = byte
    try:
        read_any(bytes(data[: len(data) - (end or 0)]), "a.eval")
    except UserError as error:
        assert str(error).startswith("a.eval")


def test_a_member_of_several_zstd_frames_is_read_whole() -> None:
    parts = [HEADER[:7], HEADER[7:]]
    frames = b"".join(pa.compress(part, codec="zstd", asbytes=True) for part in parts)
    assert "no answer that can be used" in refused(zstd(HEADER, frames=frames), "a.eval")
