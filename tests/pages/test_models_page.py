"""The catalogue, whose keys are set, and a test call."""

from pathlib import Path

import pytest
from browsing import everything, frame, labels, one, press, texts, type_in, visit
from servers import closed_address, says, serve
from streamlit.testing.v1 import AppTest

KEY = "sk-secret-123"


def call(at: AppTest, model: str, address: str = "") -> AppTest:
    type_in(one(at.selectbox, "Model"), model)
    one(at.text_input, "Server address (optional)").set_value(address)
    return press(at, "Test this model: one call")


def test_the_whole_catalogue_is_listed_without_a_run(empty_app: Path) -> None:
    names = frame(visit("models"), "name", "key")["name"].tolist()
    assert names[0] == "embedded/smollm2-135m" and {"simulated/even", "openai/gpt-4o-mini"} <= set(names)
    assert len(names) == len(set(names)) > 20


@pytest.mark.parametrize(
    ("query", "expected"), [("embedded", "embedded/smollm2-135m"), ("SIMULATED even", "simulated/even")]
)
def test_search_narrows_the_list(query: str, expected: str, empty_app: Path) -> None:
    at = visit("models")
    every = len(frame(at, "name", "key"))
    at.text_input(key="model_query").set_value(query).run()
    names = frame(at, "name", "key")["name"].tolist()
    assert expected in names and len(names) < every
    assert frame(visit("models", model_query=query), "name", "key")["name"].tolist() == names


@pytest.mark.parametrize("query", ["zzz", "%", "'; --", "![i](http://evil.example/x.png)", "🤝🏽"])
def test_a_search_without_hits_leaves_an_empty_list(query: str, empty_app: Path) -> None:
    at = visit("models")
    at.text_input(key="model_query").set_value(query).run()
    assert not at.exception and frame(at, "name", "key").empty


def test_presence_of_a_key_is_shown_and_the_key_never(empty_app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    keys = frame(visit("models"), "name", "key").set_index("name")["key"]
    assert keys["openai/gpt-4o-mini"] == "OPENAI_API_KEY is missing"
    assert keys["embedded/smollm2-135m"] == keys["simulated/even"] == "no key needed"
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    at = visit("models")
    assert frame(at, "name", "key").set_index("name")["key"]["openai/gpt-4o-mini"] == "OPENAI_API_KEY is set"
    assert not [kind for kind, content in everything(at) if KEY in content]


def test_a_simulated_respondent_answers_the_test_call(empty_app: Path) -> None:
    at = call(visit("models"), "simulated/even")
    assert "The model answers." in texts(at) and "Key: no key needed" in texts(at)
    assert labels(at.metric) == ["Seconds", "Tokens in", "Tokens out"]


def test_a_server_of_ones_own_answers(empty_app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serve() as server:
        at = call(visit("models"), "openai/mine", server.address)
    assert server.count == 1 and "The model answers." in texts(at)
    assert [metric.value for metric in at.metric][1:] == ["11", "7"]
    assert "Reply with the word: ready" in [text.value for text in at.text]


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("unauthorized", "OPENAI_API_KEY"),
        ("not_found", "The model `m` does not exist"),
        ("broken", "The server had an error"),
        ("broke", "You exceeded your current quota"),
        ("html", "Bad gateway"),
        ("garbage", "openai/mine"),
        ("drop", "openai/mine"),
    ],
)
def test_a_failing_server_shows_its_exact_words(
    behaviour: str, words: str, empty_app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serve(behaviour) as server:
        at = call(visit("models"), "openai/mine", server.address)
    assert server.count == 1 and [error.value for error in at.error] == ["The call failed."]
    assert len(at.text) == 1 and words in at.text[0].value
    assert not [kind for kind, content in everything(at) if KEY in content or "<script" in content]


def test_nobody_at_the_address_and_names_that_cannot_be(empty_app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    at = visit("models")
    assert "openai/mine" in call(at, "openai/mine", closed_address()).text[0].value
    assert "cannot be the name of a model" in call(at, "not a name").text[0].value
    assert "is not the address of a model server" in call(at, "openai/mine", "nowhere").text[0].value


def test_an_answer_is_shown_as_text(empty_app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    image = "![i](http://evil.example/x.png)"
    with serve(lambda _: says(image)) as server:
        at = call(visit("models"), "openai/mine", server.address)
    assert [kind for kind, content in everything(at) if image in content] == ["text"]
