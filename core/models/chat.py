"""The chat format that OpenAI began and most servers speak: messages out, an answer in. For every client of it."""

import math
import re
from collections.abc import Mapping
from typing import Any, Literal

from core.models.base import Reply, Request
from core.models.failures import Told
from core.text import clean

_MOST_TOKENS = 2**31 - 1
_OPENING = re.compile("<think(?:ing)?>")
_CLOSING = re.compile("</think(?:ing)?>")
_THOUGHTS = re.compile(rf"(?:\s*{_OPENING.pattern}.*?(?:{_CLOSING.pattern}|\Z))+", re.DOTALL)


def messages(request: Request) -> list[dict[str, str]]:
    """The messages of `request` as the format has them, fit to be sent."""
    return [{"role": message.role, "content": clean(message.content)} for message in request.messages]


def json_schema(schema: Mapping[str, object]) -> dict[str, Any]:
    """The `response_format` that asks for JSON of this shape."""
    return {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": dict(schema)}}


def read_reply(body: Mapping[str, Any], request: Request, latency_s: float, cost_usd: float | None) -> Reply:
    """The Reply in a chat completion. Raises Told where it holds no choice, and TypeError, KeyError, ValueError or
    AttributeError where a field is not of its type."""
    choices = body.get("choices")
    if not choices:
        raise Told("sent an answer with nothing in it; try again later.", "server")
    choice, usage = choices[0], body.get("usage") or {}
    said, parted = _text(choice["message"]), _parted(choice["message"])
    text = _without_thoughts(said, parted)
    # The probabilities are those of the first token. Where that began a thought, they are not those of the answer.
    first = not parted and text == said
    probs, mass = _option_probs(choice.get("logprobs"), request.options) if first else (None, None)
    return Reply(
        text=clean(text),
        finish=_finish(choice.get("finish_reason")),
        tokens_in=_count(usage.get("prompt_tokens")) or None,
        tokens_out=_count(usage.get("completion_tokens")),
        latency_s=latency_s,
        cost_usd=cost_usd,
        option_probs=probs,
        option_mass=mass,
    )


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, list):  # in parts, of which some are thoughts or pictures
        content = "".join(part["text"] for part in content if part.get("type") == "text")
    if not isinstance(content, str | None):
        raise TypeError("content")
    if content:
        return content
    # Where a model declines, some providers leave the content empty and put its words into `refusal`.
    refusal = message.get("refusal") or (message.get("provider_specific_fields") or {}).get("refusal")
    return refusal if isinstance(refusal, str) else ""


def _parted(message: Mapping[str, Any]) -> bool:
    """Whether the server, or the client, has taken the thoughts out of the answer already."""
    thoughts = message.get("reasoning_content") or message.get("reasoning")
    return isinstance(thoughts, str) and bool(thoughts.strip())


def _without_thoughts(text: str, parted: bool) -> str:
    """The answer in `text`. A server that does not part the thoughts from it puts them first: they are no part of what
    the model says, and where the length limit cut them off there is no answer. Some chat templates open the thoughts
    in the prompt, which leaves only the closing tag."""
    if thoughts := _THOUGHTS.match(text):
        return text[thoughts.end() :]
    closing = None if parted else _CLOSING.search(text)
    return text[closing.end() :] if closing and not _OPENING.search(text, 0, closing.start()) else text


def _finish(reason: object) -> Literal["stop", "length", "filtered"]:
    if reason in ("length", "model_length", "max_tokens"):
        return "length"
    return "filtered" if reason == "content_filter" else "stop"


def _count(tokens: object) -> int | None:
    if isinstance(tokens, bool) or not isinstance(tokens, int):
        return None
    return tokens if 0 <= tokens <= _MOST_TOKENS else None


def _option_probs(
    logprobs: Mapping[str, Any] | None, options: tuple[str, ...]
) -> tuple[Mapping[str, float] | None, float | None]:
    content = (logprobs or {}).get("content")
    if not options or not content:
        return None, None
    found = dict.fromkeys(options, 0.0)
    for token in content[0].get("top_logprobs") or ():
        label = token["token"].strip()
        if label in found:
            found[label] += math.exp(min(0.0, token["logprob"]))
    mass = sum(found.values())
    return ({label: p / mass for label, p in found.items()} if mass > 0 else None), mass
