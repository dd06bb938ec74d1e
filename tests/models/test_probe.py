import asyncio

import pytest
from servers import serve

from core.models.base import ModelSpec
from core.models.probe import Probe, test_model

SECRET = "sk-probe-0123456789SECRET"


def probe(name: str, address: str | None = None) -> Probe:
    return asyncio.run(test_model(ModelSpec(name, address)))


def test_one_call_and_its_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    with serve() as server:
        result = probe("openai/m", server.address)
    assert server.count == 1
    assert result.ok and result.error is None and result.kind is None
    assert (result.tokens_in, result.tokens_out) == (11, 7) and result.latency_s > 0
    assert "ready" in result.text


def test_a_failure_is_the_exact_sentence_without_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    with serve("unauthorized") as server:
        result = probe("openai/m", server.address)
    assert server.count == 1 and not result.ok and result.kind == "authentication"
    assert result.error is not None and "OPENAI_API_KEY" in result.error and SECRET not in result.error


def test_a_name_that_cannot_be_is_a_failure_too() -> None:
    result = probe("not a name")
    assert not result.ok and result.kind == "not_found" and result.error is not None and "openai/" in result.error


def test_a_simulated_respondent_answers() -> None:
    assert probe("simulated/even").ok


@pytest.mark.model
def test_the_embedded_model_answers() -> None:
    result = probe("embedded/smollm2-135m")
    assert result.ok and result.text and result.tokens_out is not None and result.tokens_out <= 16
