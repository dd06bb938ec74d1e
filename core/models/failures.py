"""From whatever a client library raises to one ModelError: what happened, which model, what to do, and never a key."""

import json
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from core.models.base import ErrorKind, ModelError, ModelSpec
from core.models.catalogue import key_status, provider_of
from core.text import clean

LONGEST = 300  # characters of the provider's own words
LONGEST_WAIT_S = 366 * 86_400  # what asks for more than a year is no wait that anybody means

_SECRET_NAME = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD)(_ID)?$", re.IGNORECASE)
_SECRET_TEXT = re.compile(
    r"\b(?:bearer|basic)\s+[\w.~+/*=-]{4,}"
    r"|\b(?:sk|pk|rk|gsk|xai|hf|pplx|key|r8|nvapi|csk|fw|glpat|ghp)[-_][\w*.-]{4,}"
    r"|\bAIza[\w*-]{6,}|\b(?:AKIA|ASIA)[A-Z0-9*]{8,}"
    r"|(?<=[?&]key=)[^&\s\"']+"
    r"|(?:authorization|x-api-key|api[_-]?key)[\"']?\s*[:=]\s*[\"']?[^\s\"',}]+",
    re.IGNORECASE,
)
_WRAPPING = re.compile(r"^\s*(?:litellm\.)?\w*(?:Error|Exception|Timeout)\w*\s*(?::|-)\s*")
_NO_CONNECTION = re.compile(
    r"connection (error|refused|reset)|cannot connect|failed to establish|name or service", re.I
)
_NO_KEY = re.compile(r"missing credentials|api[_ ]key (client option )?must be set|missing .*api key|no api key", re.I)
_NO_CREDIT = re.compile(r"insufficient_quota|credit balance|payment required", re.I)
_QUOTA = re.compile(r"exceeded your current quota", re.I)
_PASSES = re.compile(r"RESOURCE_EXHAUSTED|retryDelay|retry in", re.I)
_DELAY = re.compile(r"(?:retry in |retryDelay\W{1,8})(\d+(?:\.\d+)?) ?s", re.I)
_NO_CONTEXT = re.compile(r"context (window|length|size)|maximum context|too many tokens|prompt is too long", re.I)
_FILTERED = re.compile(r"content[_ ](filter|management|policy)|response was filtered", re.I)
_MESSAGE = re.compile(r'"message"\s*:\s*("(?:[^"\\]|\\.)*")')
_OTHER_MESSAGE = re.compile(r'"(?:detail|error)"\s*:\s*("(?:[^"\\]|\\.)*")')
_NETWORK = (
    "Connect",
    "Connection",
    "ServerDisconnected",
    "ClientPayload",
    "RemoteProtocol",
    "ReadError",
    "ClientOSError",
)

_NO_CREDIT_SAID = "refused because the account has no credit left; top it up with the provider or choose another model"
_STATUS: Mapping[int, ErrorKind] = {
    401: "authentication",
    402: "authentication",
    403: "authentication",
    404: "not_found",
}


class Told(Exception):
    """A failure that the client itself has words for: they follow the model's name, and end the sentence."""

    def __init__(self, words: str, kind: ErrorKind) -> None:
        super().__init__(words)
        self.kind: ErrorKind = kind


def check_key(spec: ModelSpec) -> None:
    """Raises ModelError naming the environment variable when the model that `spec` names lacks a key it cannot do
    without. A server of one's own, at `spec.api_base`, may want none."""
    provider, status = provider_of(spec.name), key_status(spec.name)
    if provider and provider.keys and not (provider.key_optional or status.present or spec.api_base):
        message = f"{spec.name} needs a key from {provider.label}: set {status.variable} and start again."
        raise ModelError(message, "authentication")


def missing_keys(specs: Iterable[ModelSpec]) -> list[str]:
    """A sentence for each of these models that lacks a key it cannot do without."""
    found = []
    for spec in specs:
        try:
            check_key(spec)
        except ModelError as error:
            found.append(str(error))
    return found


def model_error(error: BaseException, spec: ModelSpec, timeout_s: float) -> ModelError:
    """`error`, raised while calling the model that `spec` names, as a ModelError with one sentence for a person."""
    if isinstance(error, Told):
        return ModelError(f"{spec.name} {error}", error.kind)
    if _unknown_provider(error):
        return ModelError(f"{spec.name} names no provider that is known; a name looks like openai/gpt-4o.", "not_found")
    words = provider_words(error)
    kind = error_kind(error, words)
    wait = retry_after(error) if kind in ("rate_limit", "server") else None
    no_credit = kind == "authentication" and _no_credit(error, words)
    sentence = f"{spec.name} {_NO_CREDIT_SAID if no_credit else _said(kind, spec, words, timeout_s)}"
    quoted = f" (details: {words})" if words else ""
    return ModelError(f"{sentence}{quoted}.", kind, wait)


def error_kind(error: BaseException, words: str = "") -> ErrorKind:
    """Which kind of failure `error` is: by its class, then by its HTTP status, then by what it says."""
    name = type(error).__name__
    if isinstance(error, TimeoutError) or "Timeout" in name:
        return "timeout"
    if "ContentPolicy" in name:
        return "filtered"
    if _unknown_provider(error):
        return "not_found"
    if _NO_KEY.search(words) or _no_credit(error, words):
        return "authentication"
    return _by_status(error, words)


def _unknown_provider(error: BaseException) -> bool:
    return "UnknownProvider" in type(error).__name__ or "LLM Provider NOT provided" in str(error)


def _no_credit(error: BaseException, words: str) -> bool:
    """Whether the account has nothing left to pay with. Google says that the quota is exceeded of a limit by the minute
    too; that it passes stands beside the message, so that for a 429 all of the body is read."""
    said = _raw(error) if _status(error) == 429 else words
    return bool(_NO_CREDIT.search(said) or (_QUOTA.search(said) and not _PASSES.search(said)))


def _status(error: BaseException) -> int:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else 500


def _by_status(error: BaseException, words: str) -> ErrorKind:
    status = _status(error)
    if status in _STATUS:
        return _STATUS[status]
    if status == 429:
        return "rate_limit"
    if status == 408:
        return "timeout"
    if 400 <= status < 500:
        return "filtered" if _FILTERED.search(words) else "bad_request"
    names = [type(cause).__name__ for cause in _causes(error)]
    dropped = any(name.startswith(_NETWORK) or name.endswith(_NETWORK) for name in names)
    return "connection" if dropped or _NO_CONNECTION.search(words) else "server"


def _said(kind: ErrorKind, spec: ModelSpec, words: str, timeout_s: float) -> str:
    where = spec.api_base or "its usual address"
    key = key_status(spec.name)
    variable = key.variable or "the provider's environment variable"
    if kind == "bad_request" and _NO_CONTEXT.search(words):
        return "cannot read that much text; shorten the item or choose a model with a longer context"
    return {
        "authentication": f"did not accept the key; {'check' if key.present else 'set'} the key in {variable}",
        "not_found": "is not known there; check the spelling of the name and the address",
        "bad_request": "refused the request; the setting or text it names must change",
        "rate_limit": "takes no more requests for now; wait, or lower the number of calls at once",
        "timeout": f"did not answer within {timeout_s:g} seconds; try again or choose a faster model",
        "connection": f"could not be reached, or hung up, at {where}; check that the server runs and the network is up",
        "server": "failed or answered with something unreadable; try again later",
        "filtered": "was kept from answering by the provider's content filter; this item has no answer there",
        "unavailable": "cannot be used here",
    }[kind]


def provider_words(error: BaseException) -> str:
    """What the provider said, on one line, without mark-up and keys, cut at `LONGEST` characters."""
    text = scrub(str(getattr(error, "message", None) or error))[:20_000]
    text = text.split("Traceback (most recent call last)")[0]
    text = _message_field(text)
    while (shorter := _WRAPPING.sub("", text, count=1)) != text:
        text = shorter
    text = " ".join(re.sub(r"<[^<>]*>", " ", text).split())
    text = clean(scrub(text)).rstrip(" .:")
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _message_field(text: str) -> str:
    found = _MESSAGE.search(text) or _OTHER_MESSAGE.search(text)
    try:
        return str(json.loads(found.group(1), strict=False)) if found else text
    except ValueError:
        return text


def scrub(text: str) -> str:
    """`text` without anything that is or looks like a key: values of key variables, sk-..., Bearer ..."""
    secrets = {value.strip() for name, value in os.environ.items() if _SECRET_NAME.search(name)}
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= 6:
            text = text.replace(secret, "[key]")
    return _SECRET_TEXT.sub("[key]", text)


def retry_after(error: BaseException) -> float | None:
    """Seconds that the provider asks to wait (0 or more): from its Retry-After header, in seconds or as a date, or
    without that header from what its answer says, as Google's does."""
    for cause in _causes(error):
        for headers in (
            getattr(getattr(cause, "response", None), "headers", None),
            getattr(cause, "litellm_response_headers", None),
            getattr(cause, "headers", None),
        ):
            if isinstance(headers, Mapping):
                values = {str(name).lower(): value for name, value in headers.items()}
                if "retry-after" in values:
                    return _seconds(str(values["retry-after"]))
    asked = _DELAY.search(_raw(error))
    return _seconds(asked[1]) if asked else None


def _seconds(value: str) -> float | None:
    """None where `value` is neither a number nor a date, or an absurd one: a run must outlive whatever is sent."""
    try:
        seconds = float(value)
    except ValueError:
        try:
            when = parsedate_to_datetime(value)
            when = when if when.tzinfo else when.replace(tzinfo=UTC)
            seconds = (when - datetime.now(UTC)).total_seconds()
        except (ValueError, OverflowError, TypeError):
            return None
    return max(0.0, seconds) if math.isfinite(seconds) and seconds <= LONGEST_WAIT_S else None


def _raw(error: BaseException) -> str:
    """All that the provider's answer and the client library say: to look for signs in, never to be shown."""
    return "\n".join(str(getattr(cause, "message", None) or cause)[:20_000] for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__
