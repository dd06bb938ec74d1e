"""Any hosted or local model behind LiteLLM, which is imported at the first call and not before: it takes seconds."""

import asyncio
import importlib
import logging
import math
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from core.models.base import ModelError, ModelSpec, Reply, Request
from core.models.catalogue import MAX_LOGPROBS, KeyStatus, key_status, provider_of
from core.models.failures import model_error
from core.text import clean

__all__ = ["KeyStatus", "LiteLLMModel", "key_status"]

_import_lock = threading.Lock()


@dataclass(frozen=True)
class _Client:
    """LiteLLM, and what it says the model can do."""

    acompletion: Any
    json_schema: bool
    json_object: bool
    logprobs: bool


class _NoChoices(Exception):
    """An answer without a single choice in it."""


class LiteLLMModel:
    """A model by its LiteLLM name, at its provider or at `spec.api_base`.

    One request is one call: nothing is retried here. Use it from one long-lived event loop, as LiteLLM keeps its
    connections per loop. The key comes from the provider's environment variable and is not kept.
    """

    def __init__(self, spec: ModelSpec, concurrency: int = 8, timeout_s: float = 60.0) -> None:
        self.spec = spec
        self.name = spec.name
        self.concurrency = concurrency
        self.timeout_s = timeout_s
        self._client: _Client | None = None

    async def complete(self, request: Request) -> Reply:
        """The model's answer, within `timeout_s` seconds; raises ModelError when there is none."""
        self._check_key()
        if self._client is None:
            self._client = await asyncio.to_thread(_client, self.spec)
        client = self._client
        started = time.perf_counter()
        try:
            call = client.acompletion(**self._arguments(client, request))
            response = await asyncio.wait_for(call, self.timeout_s)
            return _reply(response, request, time.perf_counter() - started)
        except _NoChoices:
            failure = ModelError(f"{self.name} sent an answer with nothing in it; try again later.", "server")
        except Exception as error:
            # Whatever a client library, or the reading of an odd answer, can raise: a run must outlive all of it.
            failure = model_error(error, self.spec, self.timeout_s)
        # Raised out here so that the original, whose text may hold a key, is not its context.
        raise failure

    def _check_key(self) -> None:
        provider, status = provider_of(self.name), key_status(self.name)
        if provider and provider.keys and not (provider.key_optional or status.present or self.spec.api_base):
            message = f"{self.name} needs a key from {provider.label}: set {status.variable} and start again."
            raise ModelError(message, "authentication")

    def _arguments(self, client: _Client, request: Request) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "model": self.name,
            "messages": [{"role": m.role, "content": clean(m.content)} for m in request.messages],
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "seed": request.seed,
            "timeout": self.timeout_s,
            "max_retries": 0,
            "num_retries": 0,
            "drop_params": True,  # a model without seeds is asked without a seed
        }
        if self.spec.api_base:
            arguments["api_base"] = self.spec.api_base
            if not key_status(self.name).present:
                arguments["api_key"] = "none"  # a local server wants none, but the client insists on some
        if request.options and client.logprobs:
            provider = provider_of(self.name)
            arguments |= {"logprobs": True, "top_logprobs": provider.top_logprobs if provider else MAX_LOGPROBS}
        if request.schema is not None and (response_format := _response_format(client, request.schema)):
            arguments["response_format"] = response_format
        return arguments


def _client(spec: ModelSpec) -> _Client:
    litellm = _litellm()
    try:
        params = litellm.get_supported_openai_params(spec.name) or []
        schema = bool(litellm.supports_response_schema(spec.name))
    except Exception:
        # A name that LiteLLM cannot place: the call itself says so better.
        params, schema = [], False
    return _Client(litellm.acompletion, schema, "response_format" in params, "logprobs" in params)


def _litellm() -> Any:
    with _import_lock:
        # Without this the import fetches a price list from the network.
        os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        litellm: Any = importlib.import_module("litellm")
        litellm.suppress_debug_info = True
        litellm.telemetry = False
        for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        return litellm


def _response_format(client: _Client, schema: Mapping[str, object]) -> dict[str, Any] | None:
    if client.json_schema:
        return {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": dict(schema)}}
    return {"type": "json_object"} if client.json_object else None


def _reply(response: Any, request: Request, latency_s: float) -> Reply:
    choices = getattr(response, "choices", None)
    if not choices:
        raise _NoChoices
    choice, usage = choices[0], getattr(response, "usage", None)
    probs, mass = _option_probs(choice, request.options)
    hidden: Mapping[str, Any] = getattr(response, "_hidden_params", None) or {}
    cost = hidden.get("response_cost")
    return Reply(
        text=_text(choice.message),
        finish=_finish(choice.finish_reason),
        tokens_in=getattr(usage, "prompt_tokens", None) or None,
        tokens_out=getattr(usage, "completion_tokens", None),
        latency_s=latency_s,
        cost_usd=float(cost) if cost is not None else None,
        option_probs=probs,
        option_mass=mass,
    )


def _text(message: Any) -> str:
    # Where a model declines, some providers leave the content empty and put its words into `refusal`.
    others: Mapping[str, Any] = getattr(message, "provider_specific_fields", None) or {}
    for text in (message.content, others.get("refusal")):
        if isinstance(text, str) and text:
            return clean(text)
    return ""


def _finish(reason: object) -> Literal["stop", "length", "filtered"]:
    return "filtered" if reason == "content_filter" else "length" if reason == "length" else "stop"


def _option_probs(choice: Any, options: tuple[str, ...]) -> tuple[Mapping[str, float] | None, float | None]:
    content = getattr(getattr(choice, "logprobs", None), "content", None)
    if not options or not content:
        return None, None
    found = dict.fromkeys(options, 0.0)
    for token in content[0].top_logprobs or ():
        label = token.token.strip()
        if label in found:
            found[label] += math.exp(min(0.0, token.logprob))
    mass = sum(found.values())
    return ({label: p / mass for label, p in found.items()} if mass > 0 else None), mass
