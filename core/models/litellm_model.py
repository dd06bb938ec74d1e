"""Any hosted or local model behind LiteLLM, which is imported at the first call and not before: it takes seconds."""

import asyncio
import importlib
import logging
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from core.models.base import ModelSpec, Reply, Request
from core.models.catalogue import MAX_LOGPROBS, key_status, provider_of
from core.models.chat import json_schema, messages, read_reply
from core.models.failures import check_key, model_error
from core.models.prices import cost, price_list

_OPENAI = "api.openai.com"
_import_lock = threading.Lock()


@dataclass(frozen=True)
class _Client:
    """LiteLLM, and what it says the model can do."""

    acompletion: Any
    json_schema: bool
    json_object: bool
    logprobs: bool


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
        self._asked_as = asked_as(spec)
        self._client: _Client | None = None

    async def complete(self, request: Request) -> Reply:
        """The model's answer, within `timeout_s` seconds; raises ModelError when there is none."""
        check_key(self.spec)
        if self._client is None:
            self._client = await asyncio.to_thread(_client, self.spec)
        client = self._client
        started = time.perf_counter()
        try:
            call = client.acompletion(**self._arguments(client, request))
            response = await asyncio.wait_for(call, self.timeout_s)
            reply = _reply(response, request, time.perf_counter() - started)
            if reply.cost_usd is None and self._asked_as != self.name:
                return replace(reply, cost_usd=cost(self.name, reply.tokens_in, reply.tokens_out))
            return reply
        except Exception as error:
            # Whatever a client library, or the reading of an odd answer, can raise: a run must outlive all of it.
            failure = model_error(error, self.spec, self.timeout_s)
        # Raised out here so that the original, whose text may hold a key, is not its context.
        raise failure

    def _arguments(self, client: _Client, request: Request) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "model": self._asked_as,
            "messages": messages(request),
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
            key = key_status(self.name)
            if not key.present:
                arguments["api_key"] = "none"  # a local server wants none, but the client insists on some
            elif key.variable and self._asked_as != self.name:
                arguments["api_key"] = os.environ[key.variable].strip()
        if request.options and client.logprobs:
            provider = provider_of(self.name)
            arguments |= {"logprobs": True, "top_logprobs": provider.top_logprobs if provider else MAX_LOGPROBS}
        if request.schema is not None and (response_format := _response_format(client, request.schema)):
            arguments["response_format"] = response_format
        return arguments


def asked_as(spec: ModelSpec) -> str:
    """The name under which LiteLLM is asked for the model that `spec` names.

    Behind `openai/` LiteLLM calls OpenAI's own package, which takes about as much work again as all the rest. A server
    of one's own needs nothing of it, and gets the same request under LiteLLM's name for such servers. Names whose
    parameters LiteLLM changes for OpenAI's sake, those of its reasoning models, stay as they are.
    """
    provider, _, model = spec.name.partition("/")
    if provider != "openai" or not spec.api_base or urlsplit(spec.api_base).hostname == _OPENAI:
        return spec.name
    listed = price_list().get(model, {})
    plain = listed.get("mode", "chat") == "chat" and not listed.get("supports_reasoning")
    return f"hosted_vllm/{model}" if plain and not model.startswith("responses/") else spec.name


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
        return json_schema(schema)
    return {"type": "json_object"} if client.json_object else None


def _reply(response: Any, request: Request, latency_s: float) -> Reply:
    hidden: Mapping[str, Any] = getattr(response, "_hidden_params", None) or {}
    cost = hidden.get("response_cost")
    return read_reply(response.model_dump(), request, latency_s, float(cost) if cost is not None else None)
