import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from core.models import embedded
from core.models.base import ModelSpec
from core.models.embedded import EmbeddedModel
from core.models.litellm_model import LiteLLMModel
from core.models.openai_direct import DirectModel
from core.models.registry import open_model
from core.models.simulated import SimulatedModel


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("embedded/smollm2-135m", EmbeddedModel),
        ("simulated/open", SimulatedModel),
        ("openai/gpt-4o", DirectModel),
        ("together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo", DirectModel),
        ("gpt-4o-mini", DirectModel),
        ("ollama/llama3.1", DirectModel),
        ("hosted_vllm/Qwen/Qwen3-8B", DirectModel),
        ("bedrock/us.amazon.nova-pro-v1:0", LiteLLMModel),
        ("anthropic/claude-opus-5-5", LiteLLMModel),
        ("openai/o3-pro", LiteLLMModel),  # answers by OpenAI's other API only
        ("o3-pro", LiteLLMModel),
        ("openai/responses/gpt-4o", LiteLLMModel),
        ("someone/else", LiteLLMModel),
    ],
)
def test_the_name_decides_who_answers(name: str, kind: type) -> None:
    model = open_model(ModelSpec(name))
    assert isinstance(model, kind) and model.name == name and model.concurrency >= 1


def test_concurrency_is_for_hosted_models_only() -> None:
    assert open_model(ModelSpec("openai/gpt-4o"), concurrency=3).concurrency == 3
    assert open_model(ModelSpec("openai/gpt-4o"), concurrency=0).concurrency >= 1
    assert open_model(ModelSpec("embedded/smollm2-135m"), concurrency=9).concurrency == embedded.COPIES <= 2


def test_litellm_can_be_asked_for_and_other_formats_stay_with_it() -> None:
    address = "http://localhost:8000/v1"
    assert isinstance(open_model(ModelSpec("openai/m", address, via="litellm")), LiteLLMModel)
    assert isinstance(open_model(ModelSpec("anthropic/m", address)), LiteLLMModel)
    assert isinstance(open_model(ModelSpec("openai/o3-pro", address)), DirectModel)


def test_the_time_for_one_call_reaches_either_client() -> None:
    for via in ("", "litellm"):
        model = open_model(ModelSpec("openai/gpt-4o", via=via), timeout_s=7.5)
        assert isinstance(model, DirectModel | LiteLLMModel) and model.timeout_s == 7.5


def test_an_address_in_the_environment_must_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "https://me:pa55word@x.org/v1")
    with pytest.raises(UserError, match="user name, password") as caught:
        open_model(ModelSpec("openai/gpt-4o"))
    assert "pa55word" not in str(caught.value)


@pytest.mark.parametrize(
    "name",
    ["", " ", "gpt 4o", "openai/gpt-4o\n", "a\x00/b", "\u202eopenai/x", "openai/", "/gpt", "/", "openai//", "x" * 400],
)
def test_what_cannot_be_a_name_is_told_what_a_name_looks_like(name: str) -> None:
    with pytest.raises(UserError, match="openai/gpt-4o-mini") as caught:
        open_model(ModelSpec(name))
    assert str(caught.value).isprintable() and len(str(caught.value)) < 300


def test_a_bare_name_that_nobody_knows_lacks_its_provider() -> None:
    with pytest.raises(UserError, match="does not say whose model"):
        open_model(ModelSpec("my-model"))


@pytest.mark.parametrize(
    ("name", "listed"), [("embedded/llama", "embedded/smollm2-135m"), ("simulated/x", "simulated/benevolent")]
)
def test_an_unknown_own_model_is_told_those_there_are(name: str, listed: str) -> None:
    with pytest.raises(UserError, match=listed):
        open_model(ModelSpec(name))


@pytest.mark.parametrize(
    "address", ["http://localhost:8000/v1", "https://example.org", "http://127.0.0.1:1/v1/", "http://[::1]:8000/v1"]
)
def test_addresses(address: str) -> None:
    model = open_model(ModelSpec("openai/m", address))
    assert isinstance(model, DirectModel) and model.spec.api_base == address and model.base == address.rstrip("/")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "localhost:8000",
        "ftp://x/v1",
        "file:///etc/passwd",
        "http://",
        "http://a b/",
        "http://x:99999/",
        "http://[x/",
        "http://x/\n",
    ],
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(UserError, match="http://localhost:8000/v1"):
        open_model(ModelSpec("openai/m", address))


@pytest.mark.parametrize(
    "address",
    ["https://me:pa55word@x.org/v1", "https://pa55word@x.org", "https://x.org/v1?key=pa55word", "http://x/#pa55word"],
)
def test_an_address_with_a_key_in_it_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(UserError, match="environment variable") as caught:
        open_model(ModelSpec("openai/m", address))
    assert "pa55word" not in str(caught.value)


@given(st.text(max_size=40), st.none() | st.text(max_size=40))
def test_any_text_opens_or_is_a_user_error(name: str, address: str | None) -> None:
    try:
        open_model(ModelSpec(name, address))
    except UserError as error:
        assert str(error).endswith(".")
