"""Trying a model with a single call before a run is built on it."""

import time
from dataclasses import dataclass

from core.errors import UserError
from core.models.base import ErrorKind, Message, ModelError, ModelSpec, Request
from core.models.registry import open_model

QUESTION = Request(messages=(Message("user", "Reply with the word: ready"),), max_tokens=16)


@dataclass(frozen=True)
class Probe:
    """What one call brought. `error` is the sentence to show and `kind` its sort."""

    ok: bool
    latency_s: float
    tokens_in: int | None = None
    tokens_out: int | None = None
    text: str = ""
    error: str | None = None
    kind: ErrorKind | None = None


async def test_model(spec: ModelSpec) -> Probe:
    """Exactly one call to the model that `spec` names; every failure comes back as a Probe, none is raised.

    An empty answer is a working model: only its text is empty. The latency of a failure is the time until it.
    """
    started = time.perf_counter()
    try:
        reply = await open_model(spec).complete(QUESTION)
    except UserError as error:
        return Probe(False, time.perf_counter() - started, error=str(error), kind="not_found")
    except ModelError as error:
        return Probe(False, time.perf_counter() - started, error=str(error), kind=error.kind)
    return Probe(True, reply.latency_s, reply.tokens_in, reply.tokens_out, reply.text)


# pytest collects functions by their name; this one is not a test.
test_model.__test__ = False  # type: ignore[attr-defined]
