"""The models offered by name, the providers they belong to, and whether a provider's key is set."""

import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from core.models.base import ModelSpec
from core.models.prices import price_list
from core.models.simulated import simulation
from core.paths import DATA

Kind = Literal["embedded", "simulated", "api", "local"]
MAX_LOGPROBS = 20


@dataclass(frozen=True)
class Provider:
    """`keys` are the environment variables that may hold its key; `key_optional` says it can do without one. `base` is
    the address of its API, which the environment variables `base_variables` may replace. The API is OpenAI-compatible
    unless it has an `other_format`, which LiteLLM speaks. `seed` is what it calls the seed."""

    id: str
    label: str
    kind: Kind
    keys: tuple[str, ...] = ()
    key_optional: bool = False
    top_logprobs: int = MAX_LOGPROBS
    base: str = ""
    base_variables: tuple[str, ...] = ()
    other_format: bool = False
    seed: str = "seed"


@dataclass(frozen=True)
class CatalogueEntry:
    """A model offered by name. `key_variable` is the environment variable that its key goes into, if any."""

    name: str
    label: str
    provider: str
    kind: Kind
    key_variable: str | None
    note: str = ""


@dataclass(frozen=True)
class KeyStatus:
    """Which environment variable holds a provider's key, and whether it is set. Never the key itself.

    `variable` is None when no key is needed or the provider is not in the catalogue.
    """

    variable: str | None
    present: bool


@cache
def providers() -> dict[str, Provider]:
    """The providers of the catalogue by id."""
    lists = ("keys", "base_variables")
    return {
        raw["id"]: Provider(**raw | {name: tuple(raw.get(name, ())) for name in lists}) for raw in _raw()["providers"]
    }


@cache
def catalogue() -> tuple[CatalogueEntry, ...]:
    """Every model offered: the embedded one, the simulated respondents, then the rest in the file's order."""
    listed = [_entry(raw["name"], raw["label"], raw.get("note", "")) for raw in _raw()["models"]]
    simulated = [
        _entry(p.id, p.id.partition("/")[2].capitalize(), p.description) for p in simulation().profiles.values()
    ]
    return (*listed[:1], *simulated, *listed[1:])


def search(query: str) -> tuple[CatalogueEntry, ...]:
    """The entries whose name, label, provider or note contains every word of `query`; all of them for an empty one."""
    words = query.casefold().split()

    def text(entry: CatalogueEntry) -> str:
        return f"{entry.name} {entry.label} {entry.provider} {entry.note}".casefold()

    return tuple(entry for entry in catalogue() if all(word in text(entry) for word in words))


def provider_of(name: str) -> Provider | None:
    """The catalogue's provider of a model name, by its prefix, or for a bare name by LiteLLM's price list."""
    return providers().get(_provider_id(name))


def named_base(spec: ModelSpec) -> str:
    """The address that is asked in the place of the provider's own: the spec's, else the environment's, whichever
    client asks; "" where the provider's own is asked."""
    if spec.api_base:
        return spec.api_base
    provider_id = _provider_id(spec.name)
    set_ = (os.environ.get(variable, "").strip() for variable in _base_variables(provider_id))
    named, provider = next(filter(None, set_), ""), providers().get(provider_id)
    return "" if provider and _plain_base(provider, named) == provider.base else named


def openai_base(spec: ModelSpec) -> str | None:
    """The address, without a slash at its end, to which /chat/completions is added to ask the model that `spec` names.

    The spec's own address comes first, then the environment's, then the provider's. None where the provider speaks
    another format or is not in the catalogue, "" where it does but has no address of its own.
    """
    provider = provider_of(spec.name)
    if provider is None or provider.other_format or not (provider.base or provider.base_variables):
        return None
    return _plain_base(provider, named_base(spec) or provider.base)


def key_status(name: str) -> KeyStatus:
    """Which key the model called `name` needs and whether it is set. Imports nothing, calls nobody."""
    provider = provider_of(name)
    if provider is None or not provider.keys:
        return KeyStatus(None, False)
    present = [key for key in provider.keys if os.environ.get(key, "").strip()]
    return KeyStatus((*present, *provider.keys)[0], bool(present))


@cache
def bare_names() -> dict[str, str]:
    """Names that need no prefix ("gpt-4o") and their provider, out of LiteLLM's own price list."""
    return {
        name: str(entry.get("litellm_provider", ""))
        for name, entry in price_list().items()
        if "/" not in name and entry.get("mode") in ("chat", "responses")
    }


def _provider_id(name: str) -> str:
    prefix, slash, _ = name.partition("/")
    return prefix if slash else bare_names().get(name, "")


@cache
def _base_variables(provider_id: str) -> tuple[str, ...]:
    """The environment variables that may hold a provider's address; LiteLLM has such a name for most that the catalogue
    lacks."""
    provider = providers().get(provider_id)
    return provider.base_variables if provider else (f"{provider_id.upper()}_API_BASE",)


def _plain_base(provider: Provider, address: str) -> str:
    """An address as people give it, in the catalogue's way of writing."""
    base = address.rstrip("/").removesuffix("/chat/completions")
    # Ollama's own API is at the same address without /v1, and that is what people give.
    return f"{base}/v1" if provider.id == "ollama" and base and not base.endswith("/v1") else base


def _entry(name: str, label: str, note: str) -> CatalogueEntry:
    provider = providers()[name.partition("/")[0]]
    keys: Sequence[str | None] = provider.keys or (None,)
    return CatalogueEntry(name, label, provider.label, provider.kind, keys[0], note)


@cache
def _raw() -> dict[str, Any]:
    return tomllib.loads((DATA / "models" / "catalogue.toml").read_text(encoding="utf-8"))
