"""Values read in answers that models have given already."""

import io
import json
from pathlib import Path

import pandas as pd
import pytest
from browsing import WAIT_S, frame, labels, manager, one, press, ranked, texts, type_in, visit
from streamlit.testing.v1 import AppTest

from core.items.shipped import shipped_suites
from core.paths import ROOT
from core.runs.answers import template
from core.store import queries

IMAGE = "![i](http://evil.example/x.png)"


def upload(name: str, data: bytes, at: AppTest | None = None) -> AppTest:
    at = at or visit("answers")
    at.file_uploader[0].upload(name, data, "text/plain")
    return at.run()


def finish() -> queries.RunHead:
    head = queries.runs(manager().store)[0]
    assert manager().wait(head.run_id, WAIT_S)
    return queries.run(manager().store, head.run_id)


def test_it_opens_with_a_template_and_no_button(empty_app: Path) -> None:
    at = visit("answers")
    assert labels(at.get("download_button")) == ["Template (CSV)"] and not labels(at.button)


def test_the_template_becomes_a_run_without_any_call(empty_app: Path) -> None:
    at = upload("said.csv", template())
    assert "2 answers of 2 models to 1 prompts." in texts(at)
    assert frame(at, "model", "response")["model"].tolist() == ["my-model", "other-model"]
    press(at, "Read these 2 answers", "runs")
    head = finish()
    assert (head.state, head.kind, head.name) == ("done", "import", "said.csv")
    at.run()
    assert at.get("progress")[0].text == "2 of 2 answers · done"
    assert sorted(ranked(visit())) == ["my-model", "other-model"]


def test_answers_to_a_shipped_suite_and_parquet(empty_app: Path) -> None:
    suite = shipped_suites()["everyday"]
    rows = [
        ("lab/m", item.id, f"I would help my family and my friends with this, number {n}.")
        for n, item in enumerate(suite.items[:9])
    ]
    buffer = io.BytesIO()
    pd.DataFrame(rows, columns=["model", "item", "response"]).to_parquet(buffer, index=False)
    at = visit("answers")
    one(at.selectbox, "The answers belong to").set_value("everyday").run()
    assert "Value system" not in labels(at.selectbox)
    press(upload("said.parquet", buffer.getvalue(), at), "Read these 9 answers", "runs")
    assert finish().system == "schwartz"
    assert frame(visit(), "model", "scored")["scored"].tolist() == ["9 of 9"]


def test_bad_rows_are_named_and_the_good_ones_read(empty_app: Path) -> None:
    rows = [
        {"model": "m", "prompt": "p", "response": "r"},
        {"model": "", "prompt": "p", "response": "r"},
        {"model": "m"},
    ]
    at = upload("half.jsonl", "\n".join(map(json.dumps, rows)).encode() + b"\n{not json")
    assert "3 rows cannot be used." in texts(at)
    assert frame(at, "row", "field", "problem")["row"].tolist() == [2, 3, 4]
    press(at, "Read the 1 good answers", "runs")
    assert finish().planned == 1


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.csv", b""),
        ("columns.csv", b"a,b\n1,2\n"),
        ("latin.csv", "model,prompt,response\nm,p,caf\xe9".encode("latin-1")),
        ("fake.parquet", b"PAR1 this is none"),
        ("list.jsonl", b"[1, 2]\n"),
        ("list.json", b"[1, 2]"),
        ("no.eval", b"PK"),
        ("marked.csv", f"model,item,response\n,{IMAGE},r\n".encode()),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(name: str, data: bytes, empty_app: Path) -> None:
    at = upload(name, data)
    assert not at.exception and len(at.error) == 1 and name in texts(at)
    assert "![" not in at.error[0].value and not labels(at.button)


def test_an_item_that_the_suite_lacks_is_quoted_as_text(empty_app: Path) -> None:
    at = visit("answers")
    one(at.selectbox, "The answers belong to").set_value("everyday").run()
    upload("other.csv", f"model,item,response\nm,{IMAGE},r\n".encode(), at)
    assert f"The suite has no item '{IMAGE}'" in texts(at) and "![" not in at.error[0].value


def test_another_value_system_needs_a_judge(empty_app: Path) -> None:
    at = visit("answers")
    one(at.selectbox, "Value system").set_value("moral_foundations").run()
    assert one(at.radio, "Values are read by").options == ["LLM judge (direction)"]
    type_in(one(at.selectbox, "Judge"), " ")
    upload("said.csv", template(), at)
    type_in(one(at.selectbox, "Judge"), " ")
    press(at, "Read these 2 answers")
    assert "The judge has no model. Name one, such as openai/gpt-4o-mini." in texts(at)
    assert not queries.runs(manager().store)


@pytest.mark.parametrize(("name", "answers"), [("inspect.eval", 5), ("inspect.json", 5), ("promptfoo.json", 10)])
def test_logs_and_results_of_other_tools(name: str, answers: int, empty_app: Path) -> None:
    at = upload(name, (ROOT / "tests" / "interchange" / name).read_bytes())
    assert len(frame(at, "row", "field", "problem")) == (2 if "promptfoo" in name else 1)
    press(at, f"Read the {answers} good answers", "runs")
    head = finish()
    assert (head.state, head.kind, head.planned) == ("done", "import", answers)
