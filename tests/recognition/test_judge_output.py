"""The judge's reply, read strictly."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.recognition.judge_output import OutputError, Quote, Reading, read_output, schema

VALUES = ("thrift", "candour")
Raw = dict[str, Any]


def entry(value: str, stance: str = "neutral", intensity: int = 0, *quotes: tuple[str, str]) -> Raw:
    evidence = [{"quote": quote, "polarity": polarity} for quote, polarity in quotes]
    return {
        "value": value,
        "evidence": evidence,
        "rationale": "",
        "stance": stance,
        "intensity": intensity,
        "confidence": "high",
    }


def whole() -> Raw:
    return {"refusal": False, "readings": [entry("candour", "supports", 2, ("Say it", "supports")), entry("thrift")]}


GOOD = json.dumps(whole(), indent=1)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"```\n{GOOD}\n```",
        f"Here is my coding {{as agreed}}:\n{GOOD}\nI hope this helps {{really}}.",
        f'<think>The form is {{"refusal": false}} and so on.</think>{GOOD}',
        f"{GOOD}\n{GOOD}",
    ],
)
def test_bare_fenced_and_wrapped_json_is_read_in_the_order_asked_for(text: str) -> None:
    coding = read_output(text, VALUES)
    assert coding.refusal is False
    assert coding.readings == (
        Reading("thrift", (), "neutral", 0),
        Reading("candour", (Quote("Say it", "supports"),), "supports", 2),
    )


def test_rationale_and_confidence_are_not_needed_to_read() -> None:
    raw = whole()
    for one in raw["readings"]:
        del one["rationale"], one["confidence"]
    assert len(read_output(json.dumps(raw), VALUES).readings) == len(VALUES)


def test_braces_and_marks_inside_a_quote_do_no_harm() -> None:
    raw = whole()
    raw["readings"][0]["evidence"][0]["quote"] = 'a } in "quotes" {"readings": []} ```'
    coding = read_output("Sure! " + json.dumps(raw), VALUES)
    assert coding.readings[1].quotes[0].text == 'a } in "quotes" {"readings": []} ```'


def drop(raw: Raw) -> None:
    raw["readings"].pop()


def repeat(raw: Raw) -> None:
    raw["readings"].append(entry("thrift", "opposes", 1))


def strange(raw: Raw) -> None:
    raw["readings"].append(entry("courage"))


def change(field: str, content: object) -> Callable[[Raw], None]:
    return lambda raw: raw["readings"][0].__setitem__(field, content)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (drop, "no reading for thrift"),
        (repeat, "more than one reading for thrift"),
        (strange, "'courage' is not the id of a value"),
        (change("value", ["candour"]), r"\['candour'\] is not the id"),
        (change("stance", "agrees"), "stance on candour must be one of"),
        (change("intensity", 3), "intensity of candour must be 0, 1 or 2, not 3"),
        (change("intensity", True), "not True"),
        (change("intensity", "2"), "not '2'"),
        (change("evidence", "Say it"), "evidence for candour must be a list"),
        (change("evidence", ["Say it"]), "must be an object with a quote"),
        (change("evidence", [{"quote": None, "polarity": "supports"}]), "must be an object with a quote"),
        (change("evidence", [{"quote": "Say it", "polarity": "neutral"}]), "polarity of each quote for candour"),
        (lambda raw: raw.update(refusal="no"), "refusal must be true or false"),
        (lambda raw: raw.update(readings={}), "readings must be a list"),
        (lambda raw: raw.update(readings=["thrift", "candour"]), "readings must be a list of objects"),
        (lambda raw: raw.pop("readings"), "no complete JSON object"),
    ],
)
def test_each_fault_is_named(spoil: Callable[[Raw], None], message: str) -> None:
    raw = whole()
    spoil(raw)
    with pytest.raises(OutputError, match=message):
        read_output(json.dumps(raw), VALUES)


@pytest.mark.parametrize(
    "text", ["", "No idea.", GOOD[: len(GOOD) // 2], GOOD[:-2], "[1, 2]", "{" * 3000, '{"a":' * 3000]
)
def test_without_a_complete_object_there_is_no_coding(text: str) -> None:
    with pytest.raises(OutputError, match="no complete JSON object"):
        read_output(text, VALUES)


def test_two_different_codings_are_ambiguous() -> None:
    other = GOOD.replace("supports", "opposes")
    with pytest.raises(OutputError, match="more than one JSON object"):
        read_output(f"The answer says {other} but I say {GOOD}", VALUES)


@given(st.text() | st.text(alphabet='{}[]",:readings 012'))
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(OutputError):
        read_output(text, VALUES)


def test_the_schema_requires_every_field_and_asks_for_evidence_first() -> None:
    top: Any = schema(VALUES)
    reading = top["properties"]["readings"]["items"]
    quote = reading["properties"]["evidence"]["items"]
    for one in (top, reading, quote):
        assert one["required"] == list(one["properties"])
        assert one["additionalProperties"] is False
    assert reading["properties"]["value"]["enum"] == list(VALUES)
    fields = list(reading["properties"])
    assert fields.index("evidence") < fields.index("stance") < fields.index("intensity")
