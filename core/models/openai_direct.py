"""Models behind an OpenAI-compatible address (vLLM, Ollama, OpenRouter, OpenAI, any proxy), asked without LiteLLM: the
same behaviour for a tenth of the work."""

import asyncio
import json
import logging
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from core.models import sessions
from core.models.base import ModelError, ModelSpec, Reply, Request
from core.models.catalogue import MAX_LOGPROBS, openai_base, provider_of
from core.models.chat import json_schema, messages, read_reply
from core.models.failures import Told, check_key, model_error
from core.models.prices import price, price_list

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

log = logging.getLogger(__name__)

MOST_BYTES = 8_000_000  # of one answer, unpacked
ADAPTATIONS = 4  # of one call
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError)

_NOT_TAKEN = re.compile(
    r"unsupported|unrecogni[sz]ed|unavailable|unexpected|unknown (?:param|arg|field|name)|extra_forbidden"
    r"|only the default|n[o']t (?:be |currently )?(?:support|permit|allow|accept)|response_format.{0,40}must be",
    re.IGNORECASE | re.DOTALL,
)
_NAMES = re.compile(r"(?<!\w)(max_tokens|temperature|random_seed|seed|top_logprobs|logprobs|response_format)(?!\w)")

# What each model at each address was found not to take. Kept for the process, so that it is found out once.
_not_taken: dict[tuple[str, str], set[str]] = {}


@dataclass(frozen=True)
class _Answer:
    """What came back over the line."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Failed(Exception):
    """An answer that holds no reply, in the shape that `failures` reads."""

    def __init__(self, answer: _Answer, status: int | None = None) -> None:
        self.message = answer.body[:20_000].decode("utf-8", "replace")
        super().__init__(self.message)
        self.status_code = status or answer.status
        self.headers = answer.headers


class DirectModel:
    """A model at its provider's OpenAI-compatible address or at `spec.api_base`.

    One request is one call: nothing is retried here. Only where the server says that it does not take one of the
    parameters is the request repeated at once without it, and all later ones are made so. The key comes from the
    provider's environment variable and is not kept. See `sessions` for the connections.
    """

    def __init__(self, spec: ModelSpec, concurrency: int = 8, timeout_s: float = 60.0) -> None:
        self.spec = spec
        self.name = spec.name
        self.concurrency = concurrency
        self.timeout_s = timeout_s
        self.base = openai_base(spec) or ""
        self._provider = provider_of(spec.name)
        prefix, _, rest = spec.name.partition("/")
        self._model = rest if self._provider and self._provider.id == prefix else spec.name
        self._proxy = _proxy(self.base)
        self._not_taken = _not_taken.setdefault((self.base, self._model), set())
        self._known = _known(spec.name)

    async def complete(self, request: Request) -> Reply:
        """The model's answer, within `timeout_s` seconds; raises ModelError when there is none."""
        headers = {"Authorization": f"Bearer {self._key()}", "Content-Type": "application/json"}
        try:
            session = await sessions.session()  # the first time that loads a library, which is not the model's delay
            async with asyncio.timeout(self.timeout_s):
                return await self._ask(session, headers, request)
        except Exception as error:
            # Whatever a client library, or the reading of an odd answer, can raise: a run must outlive all of it.
            failure = model_error(error, replace(self.spec, api_base=self.base), self.timeout_s)
        # Raised out here so that the original, whose text may hold a key, is not its context.
        raise failure

    def _key(self) -> str:
        if not self.base:
            raise ModelError(
                f"{self.name} needs the address of its server, such as http://localhost:8000/v1.", "not_found"
            )
        for variable in self._provider.keys if self._provider else ():
            if key := os.environ.get(variable, "").strip():
                return key
        check_key(self.spec)
        return "none"

    async def _ask(self, session: "ClientSession", headers: dict[str, str], request: Request) -> Reply:
        for left in reversed(range(1 + ADAPTATIONS)):
            sent = self._body(request)
            started = time.perf_counter()
            answer = await self._post(session, headers, sent)
            latency_s = time.perf_counter() - started
            if not (left and answer.status in (400, 422) and self._adapts(answer, sent)):
                break
        return _reply(answer, request, latency_s, self._known)

    def _body(self, request: Request) -> dict[str, Any]:
        refused, provider = self._not_taken, self._provider
        limit = "max_completion_tokens" if "max_tokens" in refused else "max_tokens"
        body: dict[str, Any] = {"model": self._model, "messages": messages(request), limit: request.max_tokens}
        if "temperature" not in refused:
            body["temperature"] = request.temperature
        if "seed" not in refused:
            body[provider.seed if provider else "seed"] = request.seed
        if request.options and "logprobs" not in refused:
            body |= {"logprobs": True, "top_logprobs": provider.top_logprobs if provider else MAX_LOGPROBS}
        if request.schema is not None:
            forms = ("json_schema", "json_object") if self._known.json_schema else ("json_object", "json_schema")
            form = next((form for form in forms if form not in refused), "")
            if form:
                body["response_format"] = json_schema(request.schema) if form == "json_schema" else {"type": form}
        return body

    async def _post(self, session: "ClientSession", headers: dict[str, str], body: dict[str, Any]) -> _Answer:
        data = json.dumps(body).encode()
        url = f"{self.base}/chat/completions"
        # A redirect is not followed: it would take the key to an address that nobody gave.
        async with session.post(url, data=data, headers=headers, allow_redirects=False, proxy=self._proxy) as response:
            answer = _Answer(response.status, response.headers, await _bounded(response))
        if 300 <= answer.status < 400:
            host = urlsplit(answer.headers.get("Location", "")).netloc.rpartition("@")[2][:100] or "another place"
            raise Told(f"is not at {self.base}, which sends the call on to {host}; correct the address.", "not_found")
        return answer

    def _adapts(self, answer: _Answer, sent: Mapping[str, Any]) -> bool:
        """Whether the request should be made anew because a parameter in it was not taken; remembers which."""
        name = refused_parameter(answer.body.decode("utf-8", "replace"), sent)
        if name is None:
            return False
        if name not in self._not_taken:
            self._not_taken.add(name)
            done = "max_completion_tokens is sent instead" if name == "max_tokens" else "it is asked without"
            log.info("%s at %s does not take %s: from now on %s.", self.name, self.base, name, done)
        return True


def refused_parameter(text: str, sent: Mapping[str, Any]) -> str | None:
    """Which of the parameters in `sent` the server's error `text` says it does not take; None where it says no such
    thing. A response format is named by its type, "logprobs" stands for both fields, "seed" for whatever it is called.
    """
    if not _NOT_TAKEN.search(text):
        return None
    for found in (_field(text), *_NAMES.findall(text)):
        if found in sent and _NAMES.fullmatch(found):
            if found == "response_format":
                return str(sent[found]["type"])
            return str(found).removeprefix("top_").removeprefix("random_")
    return None


def _field(text: str) -> str:
    """What the error's own field `param` says, down to the first dot."""
    try:
        return str(json.loads(text)["error"]["param"]).partition(".")[0]
    except _UNREADABLE:
        return ""


@dataclass(frozen=True)
class _Known:
    """What the price list says of a model: dollars a token in and out, and whether it keeps to a schema."""

    price: tuple[float, float] | None
    json_schema: bool


def _known(name: str) -> _Known:
    listed = price_list().get(name) or price_list().get(name.partition("/")[2]) or {}
    return _Known(price(name), bool(listed.get("supports_response_schema")))


def _reply(answer: _Answer, request: Request, latency_s: float, known: _Known) -> Reply:
    if not 200 <= answer.status < 300:
        raise _Failed(answer)
    try:
        body = json.loads(answer.body)
        failed = _failed_inside(body)
        if failed is None:
            reply = read_reply(body, request, latency_s, None)
            return replace(reply, cost_usd=_cost(reply, known.price)) if known.price else reply
    except _UNREADABLE:
        failed = answer.status
    raise _Failed(answer, failed)


def _failed_inside(body: dict[str, Any]) -> int | None:
    """The status of a failure that is told inside a good answer, as OpenRouter does when its own provider fails."""
    choices = body.get("choices")
    error = body.get("error") if not choices else choices[0].get("error")
    if not error:
        return None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and 400 <= code < 600 else 500


def _cost(reply: Reply, dollars: tuple[float, float]) -> float | None:
    if reply.tokens_in is None or reply.tokens_out is None:
        return None
    return reply.tokens_in * dollars[0] + reply.tokens_out * dollars[1]


async def _bounded(response: "ClientResponse") -> bytes:
    parts, size = [], 0
    while part := await response.content.readany():
        size += len(part)
        if size > MOST_BYTES:
            response.close()
            raise Told(
                f"sent more than {MOST_BYTES // 1_000_000} MB for one answer; look at what runs there.", "server"
            )
        parts.append(part)
    return b"".join(parts)


def _proxy(address: str) -> str | None:
    """The proxy that the environment names for this address, if any."""
    parts = urlsplit(address)
    found = getproxies().get(parts.scheme)
    return found if found and parts.hostname and not proxy_bypass(parts.hostname) else None
