"""The protocol every model answers by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

ErrorKind = Literal[
    "authentication",  # wrong or missing key
    "not_found",  # unknown model or endpoint
    "bad_request",  # the provider refused the request as malformed or too long
    "rate_limit",  # too many requests; `retry_after` may say how long to wait
    "timeout",
    "connection",  # nothing answered
    "server",  # the provider failed, or answered with something unreadable
    "filtered",  # the provider's content filter blocked the request
    "unavailable",  # a package or file that this model needs is not installed
]
RETRYABLE: frozenset[ErrorKind] = frozenset({"rate_limit", "timeout", "connection", "server"})


class ModelError(Exception):
    """A call that brought no answer. The text is one sentence for a person and never holds a key."""

    def __init__(self, message: str, kind: ErrorKind, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.kind: ErrorKind = kind
        self.retry_after = retry_after

    @property
    def retryable(self) -> bool:
        return self.kind in RETRYABLE


@dataclass(frozen=True)
class Message:
    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True)
class Request:
    """One call. `options` are the labels of a closed question ("A", "B"): a model that can gives their probabilities.
    `schema` asks for JSON of that shape where the model can. Only simulated respondents, which cannot read, look at the
    rest: `stakes` are the ids of the values at stake, `role` is the value a prompt asks the model to hold, `levels` how
    much the first, second, ... answer of a scale from 1 to 6 agrees with the stakes, `persona` the id of whom it is
    told to answer as, `points` how many key points an opinion is to have."""

    messages: tuple[Message, ...]
    max_tokens: int = 256
    temperature: float = 0.0
    seed: int = 0
    options: tuple[str, ...] = ()
    schema: Mapping[str, object] | None = None
    stakes: tuple[str, ...] = ()
    role: str = ""
    levels: tuple[int, ...] = ()
    persona: str = ""
    points: int = 0


@dataclass(frozen=True)
class Reply:
    """One answer. `finish` is why it ended; `option_probs` are the probabilities of `Request.options`, renormalised to
    sum to 1, and `option_mass` the probability they had together before that (0..1). Unknown figures are None."""

    text: str
    finish: Literal["stop", "length", "filtered"] = "stop"
    tokens_in: int | None = None
    tokens_out: int | None = None
    latency_s: float = 0.0
    cost_usd: float | None = None
    option_probs: Mapping[str, float] | None = None
    option_mass: float | None = None


@dataclass(frozen=True)
class ModelSpec:
    """How a model is named and reached. `name` is what a person writes: `embedded/smollm2-135m`,
    `simulated/benevolent`, or any LiteLLM name (`openai/gpt-4o-mini`). `via` is the client to use: "" chooses by the
    name, "litellm" takes LiteLLM where the direct one would do. Never holds a key."""

    name: str
    api_base: str | None = None
    via: Literal["", "litellm"] = ""


class Model(Protocol):
    """Something that answers. `concurrency` is how many calls it takes at once without harm."""

    @property
    def name(self) -> str: ...

    @property
    def concurrency(self) -> int: ...

    async def complete(self, request: Request) -> Reply:
        """The model's answer to `request`; raises ModelError when there is none."""
        ...


@runtime_checkable
class Timed(Protocol):
    """A model whose calls end after so many seconds, which may change while it is asked."""

    timeout_s: float
