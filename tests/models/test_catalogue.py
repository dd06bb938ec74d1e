import importlib
from typing import Any

import pytest

from core.models.base import ModelSpec
from core.models.catalogue import (
    KeyStatus,
    bare_names,
    catalogue,
    key_status,
    named_base,
    openai_base,
    provider_of,
    providers,
    search,
)
from core.models.registry import check_spec, open_model


def test_it_offers_the_embedded_model_first_then_the_panel_then_the_rest() -> None:
    entries = catalogue()
    assert entries[0].name == "embedded/smollm2-135m" and entries[0].kind == "embedded"
    kinds = [entry.kind for entry in entries]
    assert kinds.count("simulated") >= 8 and kinds[1] == "simulated"
    assert len([kind for kind in kinds if kind in ("api", "local")]) >= 35
    assert len({entry.name for entry in entries}) == len(entries)
    assert all(entry.label and entry.provider for entry in entries)


def test_every_entry_opens() -> None:
    for entry in catalogue():
        assert open_model(ModelSpec(entry.name)).name == entry.name


@pytest.fixture
def litellm(monkeypatch: pytest.MonkeyPatch) -> Any:
    """LiteLLM, imported without a look at the network."""
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    return importlib.import_module("litellm")


def test_every_hosted_name_begins_with_a_provider_that_litellm_knows(litellm: Any) -> None:
    known = {provider.value for provider in litellm.LlmProviders}
    assert {entry.name.partition("/")[0] for entry in catalogue() if entry.kind in ("api", "local")} <= known


def test_most_hosted_names_are_in_litellms_price_list(litellm: Any) -> None:
    prices = litellm.model_cost
    # Neither OpenRouter nor one's own server has a fixed list.
    names = [e.name for e in catalogue() if e.kind == "api" and not e.name.startswith("openrouter/")]
    priced = [name for name in names if name in prices or name.partition("/")[2] in prices]
    assert len(priced) / len(names) >= 0.9, sorted(set(names) - set(priced))


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("GPT-4o mini", "openai/gpt-4o-mini"),
        ("anthropic opus", "anthropic/claude-opus-5-5"),
        ("no key", "embedded/smollm2-135m"),
    ],
)
def test_search_finds_by_all_words_in_any_case(query: str, name: str) -> None:
    assert name in {entry.name for entry in search(query)}


def test_search_for_nothing_gives_all_and_for_nonsense_none() -> None:
    assert search("  ") == catalogue()
    assert search("gpt zzz") == ()


def test_key_status_never_holds_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert key_status("openai/gpt-4o") == KeyStatus("OPENAI_API_KEY", False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    assert key_status("openai/anything") == key_status("gpt-4o") == KeyStatus("OPENAI_API_KEY", True)
    monkeypatch.setenv("OPENAI_API_KEY", "  ")
    assert not key_status("openai/gpt-4o").present


def test_a_second_variable_counts_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GEMINI_API_KEY", raising=False)
    monkeypatch.setenv("GOOGLE_API_KEY", "x")
    assert key_status("gemini/x") == KeyStatus("GOOGLE_API_KEY", True)


@pytest.mark.parametrize(
    "name", ["ollama/llama3.1", "embedded/smollm2-135m", "simulated/even", "someone/else", "", "/"]
)
def test_no_key_needed_or_none_known(name: str) -> None:
    assert key_status(name) == KeyStatus(None, False)


def test_bare_names_come_from_the_price_list_with_their_provider() -> None:
    names = bare_names()
    assert names["gpt-4o"] == "openai" and "openai/gpt-4o" not in names
    provider = provider_of("claude-opus-5-5")
    assert provider is not None and provider.id == "anthropic"


def test_providers_have_consistent_fields() -> None:
    for provider in providers().values():
        assert 1 <= provider.top_logprobs <= 20
        assert all(key.isupper() for key in provider.keys)
        check_spec(ModelSpec(f"{provider.id}/{'smollm2-135m' if provider.id == 'embedded' else 'even'}"))


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that names no addresses."""
    for provider in providers().values():
        for variable in provider.base_variables:
            monkeypatch.delenv(variable, raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("name", "address", "base"),
    [
        ("openai/gpt-4o", None, "https://api.openai.com/v1"),
        ("gpt-4o", None, "https://api.openai.com/v1"),
        ("openai/m", "http://localhost:8000/v1/", "http://localhost:8000/v1"),
        ("openai/m", "http://localhost:8000/v1/chat/completions", "http://localhost:8000/v1"),
        ("groq/openai/gpt-oss-20b", None, "https://api.groq.com/openai/v1"),
        ("ollama/llama3.1", None, "http://localhost:11434/v1"),
        ("ollama/llama3.1", "http://box:11434", "http://box:11434/v1"),
        ("ollama/llama3.1", "http://box:11434/v1/", "http://box:11434/v1"),
        ("hosted_vllm/m", "http://gpu:8000/v1", "http://gpu:8000/v1"),
        ("hosted_vllm/m", None, ""),
        ("anthropic/claude-opus-5-5", None, None),
        ("anthropic/claude-opus-5-5", "http://localhost:8000", None),
        ("azure/gpt-4o", "https://x.openai.azure.com", None),
        ("someone/else", "http://localhost:8000/v1", None),
    ],
)
def test_where_an_openai_compatible_model_is_asked(
    bare: pytest.MonkeyPatch, name: str, address: str | None, base: str | None
) -> None:
    assert openai_base(ModelSpec(name, address)) == base


def test_the_environments_address_comes_between_ones_own_and_the_providers(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("OPENAI_API_BASE", "http://second/v1")
    assert openai_base(ModelSpec("openai/m")) == "http://second/v1"
    bare.setenv("OPENAI_BASE_URL", "http://first/v1/")
    assert openai_base(ModelSpec("openai/m")) == "http://first/v1"
    assert openai_base(ModelSpec("openai/m", "http://mine/v1")) == "http://mine/v1"
    bare.setenv("OLLAMA_API_BASE", "http://box:11434")
    assert openai_base(ModelSpec("ollama/m")) == "http://box:11434/v1"


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("openai/m", "OPENAI_BASE_URL"),
        ("gpt-4o", "OPENAI_API_BASE"),
        ("ollama/m", "OLLAMA_API_BASE"),
        ("ollama_chat/m", "OLLAMA_API_BASE"),
        ("hosted_vllm/m", "HOSTED_VLLM_API_BASE"),
        ("openrouter/a/m", "OPENROUTER_API_BASE"),
        ("anthropic/m", "ANTHROPIC_BASE_URL"),
        ("azure/m", "AZURE_API_BASE"),
        ("perplexity/m", "PERPLEXITY_API_BASE"),
    ],
)
def test_an_address_in_the_environment_takes_the_place_of_the_providers(
    bare: pytest.MonkeyPatch, name: str, variable: str
) -> None:
    assert named_base(ModelSpec(name)) == ""
    bare.setenv(variable, " http://box:1/v1 ")
    assert named_base(ModelSpec(name)) == "http://box:1/v1"
    assert named_base(ModelSpec(name, "http://mine/v1/")) == "http://mine/v1/"


@pytest.mark.parametrize(
    ("name", "variable", "address"),
    [
        ("openai/m", "OPENAI_BASE_URL", "https://api.openai.com/v1/"),
        ("ollama/m", "OLLAMA_API_BASE", "http://localhost:11434"),
        ("ollama_chat/m", "OLLAMA_API_BASE", "http://localhost:11434/"),
        ("anthropic/m", "ANTHROPIC_BASE_URL", "https://api.anthropic.com"),
    ],
)
def test_the_providers_own_address_takes_no_place_in_the_environment_either(
    bare: pytest.MonkeyPatch, name: str, variable: str, address: str
) -> None:
    bare.setenv(variable, address)
    assert named_base(ModelSpec(name)) == ""


def test_the_addresses_are_those_that_litellm_uses(bare: pytest.MonkeyPatch, litellm: Any) -> None:
    """Some it keeps elsewhere; for Ollama it speaks the other API, for DeepSeek to the trial version."""
    for provider in providers().values():
        if provider.other_format:
            continue
        if provider.base and provider.id not in ("openai", "openrouter", "lm_studio", "ollama", "deepseek"):
            assert litellm.get_llm_provider(f"{provider.id}/m")[3] == provider.base
        if provider.base:
            check_spec(ModelSpec("openai/m", provider.base))
