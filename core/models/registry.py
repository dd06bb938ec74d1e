"""From a model's name to something that answers."""

from urllib.parse import urlsplit

from core.errors import UserError
from core.models import embedded
from core.models.base import Model, ModelSpec
from core.models.catalogue import bare_names, openai_base, provider_of
from core.models.embedded import EmbeddedModel
from core.models.litellm_model import LiteLLMModel
from core.models.openai_direct import DirectModel
from core.models.prices import price_list
from core.models.simulated import SimulatedModel

DEFAULT_CONCURRENCY = 8
_LOOKS = "a name looks like openai/gpt-4o-mini, ollama/llama3.1 or embedded/smollm2-135m"
_LONGEST = 300


def open_model(spec: ModelSpec, *, concurrency: int | None = None, timeout_s: float = 60.0) -> Model:
    """The model that `spec` names. Calls nobody and loads no client: that happens at the first question.

    `concurrency` (1 or more) and `timeout_s`, the seconds for one call, are for hosted models; the embedded one takes
    a call for each of its copies whatever is asked. Raises UserError saying what is wrong with the name or the address.
    """
    check_spec(spec)
    if spec.name.startswith("embedded/"):
        return EmbeddedModel(spec.name)
    if spec.name.startswith("simulated/"):
        return SimulatedModel(spec.name)
    at_once = max(1, concurrency or DEFAULT_CONCURRENCY)
    if _direct(spec):
        return DirectModel(spec, at_once, timeout_s)
    return LiteLLMModel(spec, at_once, timeout_s)


def _direct(spec: ModelSpec) -> bool:
    base, provider = openai_base(spec), provider_of(spec.name)
    if spec.via == "litellm" or base is None:
        return False
    if base:
        _check_address(base)  # it may come from the environment
    if spec.name.startswith("openai/responses/"):
        return False
    # Some models of OpenAI answer only by its other API, which LiteLLM speaks. A server of one's own has but this one.
    listed = price_list().get(spec.name.removeprefix("openai/"), {})
    return not (provider and base == provider.base and listed.get("mode") == "responses")


def check_spec(spec: ModelSpec) -> None:
    """Raises UserError when `spec` cannot name a model or its address is not one."""
    name = spec.name
    if not name or len(name) > _LONGEST or not name.isprintable() or any(char.isspace() for char in name):
        raise UserError(f"{name[:60]!r} cannot be the name of a model: {_LOOKS}, without spaces.")
    if name.startswith("embedded/") and name not in embedded.NAMES:
        raise UserError(f"There is no embedded model {name!r}; there is {', '.join(embedded.NAMES)}.")
    if name.startswith("simulated/"):
        SimulatedModel(name)
    provider, slash, model = name.partition("/")
    if slash and not (provider and model.strip("/")):
        raise UserError(f"{name!r} lacks the provider or the model: {_LOOKS}.")
    if not slash and name not in bare_names():
        raise UserError(f"{name!r} does not say whose model it is: {_LOOKS}.")
    if spec.api_base is not None:
        _check_address(spec.api_base)


def _check_address(address: str) -> None:
    looks = "an address looks like http://localhost:8000/v1"
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise UserError(f"The model's address cannot be read: {looks}.") from None
    # The address itself is not repeated where it might hold a key.
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise UserError(
            f"The model's address must hold no user name, password, ? or #: {looks}; "
            "a key belongs in the provider's environment variable."
        )
    if parts.scheme not in ("http", "https") or not host or not address.isprintable() or " " in address:
        raise UserError(f"{address[:100]!r} is not the address of a model server: {looks}.")
