"""The suites that ship, and a person's own."""

from pathlib import Path

import pytest
from browsing import button, frame, labels, one, press, texts, visit
from streamlit.testing.v1 import AppTest

from core.items.files import template
from core.items.shipped import shipped_suites

BAD = b"id,text,values\na,Shall I keep my promise?,benevolence\nb,,power\nc,What then?,kindness-of-sorts\n"


def upload(name: str, data: bytes) -> AppTest:
    at = visit("suites")
    at.file_uploader[0].upload(name, data, "text/plain")
    return at.run()


def test_every_shipped_suite_shows_what_it_covers(empty_app: Path) -> None:
    at = visit("suites")
    shipped = {suite.name: suite for suite in shipped_suites().values()}
    assert at.selectbox(key="show_suite").options == list(shipped)
    for name, suite in shipped.items():
        at.selectbox(key="show_suite").set_value(suite.hash).run()
        assert len(frame(at, "scenario", "courses of action")) == len(suite.items), name
        assert f"{len(suite.items)} scenarios" in texts(at) and suite.licence in texts(at)
        assert at.get("vega_lite_chart")
    assert {"CSV", "JSONL", "Template (CSV)", "Template (JSONL)"} <= set(labels(at.get("download_button")))


def test_the_address_names_the_suite(empty_app: Path) -> None:
    moral = shipped_suites()["moral_foundations"]
    assert visit("suites", show_suite=moral.name).selectbox(key="show_suite").value == moral.hash


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_the_template_is_a_suite_that_can_be_kept_and_launched(kind: str, empty_app: Path) -> None:
    at = upload(f"mine.{kind}", template(kind))
    assert not at.error
    press(at, "Keep these 2 scenarios")
    assert "Kept. Choose it under Launch." in texts(at)
    assert "mine" in visit("suites").selectbox(key="show_suite").options
    launch = visit("launch", suite="mine (2)")
    assert launch.selectbox(key="suite").options[-1] == "mine (2)" and "A suite of your own." in texts(launch)


def test_bad_rows_are_named_and_the_good_ones_may_be_kept(empty_app: Path) -> None:
    at = upload("half.csv", BAD)
    assert "2 problems; 1 rows are good." in texts(at)
    problems = frame(at, "row", "field", "problem")
    assert problems["row"].tolist() == [3, 4] and problems["field"].tolist() == ["text", "values"]
    press(at, "Keep the 1 good rows")
    assert "half" in visit("suites").selectbox(key="show_suite").options


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.csv", b""),
        ("latin.csv", "id,text\na,caf\xe9".encode("latin-1")),
        ("columns.csv", b"a,b\n1,2\n"),
        ("nothing.jsonl", b"{}\n"),
        ("binary.jsonl", b"\x00\xff\xfe\x01"),
        ("nested.jsonl", b"[" * 100_000),
    ],
)
def test_a_file_that_is_no_suite_is_refused_in_words(name: str, data: bytes, empty_app: Path) -> None:
    at = upload(name, data)
    assert not at.exception and len(at.error) == 1 and name in texts(at)
    assert not [label for label in labels(at.button) if label.startswith("Keep")]


def test_a_value_in_the_text_and_twins_are_pointed_out(empty_app: Path) -> None:
    text = "My old teacher asks whether I would rather have power over others or a quiet life by the sea."
    rows = "".join(f"{item},{text},power\n" for item in ("![i](http://evil.example/x.png)", "b"))
    at = upload("twins.csv", f"id,text,values\n{rows}".encode())
    assert not [warning for warning in at.warning if "![" in warning.value or "](" in warning.value]
    assert "nearly the same" in texts(at) and "name a value outright" in texts(at)


def test_two_suites_of_one_name_can_both_be_chosen(empty_app: Path) -> None:
    for text in ("Shall I go or shall I stay?", "Shall I speak up or keep my peace?"):
        at = upload("same.csv", f"id,text,values\na,{text},benevolence\n".encode())
        press(at, "Keep these 1 scenarios")
    at = visit("suites")
    shown = []
    for name in [name for name in at.selectbox(key="show_suite").options if name.startswith("same")]:
        shown += frame(visit("suites", show_suite=name), "scenario", "starter")["scenario"].tolist()
    assert sorted(shown) == ["Shall I go or shall I stay?", "Shall I speak up or keep my peace?"]


def test_a_name_of_ones_own_is_kept(empty_app: Path) -> None:
    at = upload("mine.csv", template("csv"))
    one(at.text_input, "Name").set_value("Hymns & <b>votes</b> ![i](x)").run()
    press(at, "Keep these 2 scenarios")
    assert "Hymns & <b>votes</b> ![i](x)" in visit("suites").selectbox(key="show_suite").options
    assert button(at, "Keep these 2 scenarios")
