"""Answers out of promptfoo's result files (`promptfoo eval --output results.json`), of every version of the format.

Versions 2 (since 2023) and 3 list every call in results.results, with the prompt as it was sent; so does what the
library's evaluate() returns, without the outer object. The table that version 2 adds is not looked at: it puts the
words of failed assertions before the model's.
"""

import json
from pathlib import PurePosixPath
from typing import Any

from core.interchange.bounded import dig, question, words
from core.items.item import Suite
from core.runs.answers import Row
from core.text import clean

ERROR = 2  # promptfoo's failureReason: 0 none, 1 an assertion failed (there is an answer), 2 the call failed
FINISH = {"length": "length", "max_tokens": "length", "content_filter": "filtered"}


def is_results(body: object) -> bool:
    """Whether parsed JSON holds results of promptfoo."""
    return _calls(body) is not None


def read_promptfoo(body: Any, filename: str, system_id: str) -> tuple[list[Row], Suite]:
    """The rows of a parsed result file, one a call and numbered from 1, and the suite they would make. Tests that were
    repeated have the same prompt, so that their answers become further answers to it."""
    rows = [_call(number, one) for number, one in enumerate(_calls(body) or [], 1)]
    return rows, _suite(body, filename, system_id)


def _calls(body: object) -> list[Any] | None:
    inner = dig(body, "results")
    calls = dig(inner, "results") if isinstance(inner, dict) else inner
    ours = isinstance(calls, list) and (not calls or any(_is_call(one) for one in calls))
    return calls if ours else None


def _is_call(one: Any) -> bool:
    return isinstance(dig(one, "prompt"), dict | str) and ("response" in one or "error" in one or "success" in one)


def _call(number: int, one: Any) -> Row:
    model = _model(dig(one, "provider"))
    output = dig(one, "response", "output")
    if dig(one, "failureReason") == ERROR or output is None:
        why = words(dig(one, "error")) or words(dig(one, "response", "error")) or "no output"
        return Row(number, {}, f"The call of {clean(model)[:60]!r} brought no answer ({clean(why)[:200]}).", "result")
    raw = dig(one, "prompt", "raw")
    cells = {
        "model": model,
        "prompt": _asked(words(raw if raw is not None else dig(one, "prompt"))),
        "response": _said(output),
        "finish": FINISH.get(words(dig(one, "response", "finishReason")), "stop"),
    }
    variables = dig(one, "vars")
    named = tuple(text for text in variables.values() if isinstance(text, str)) if isinstance(variables, dict) else ()
    return Row(number, cells, variables=named)


def _model(provider: Any) -> str:
    """A provider's label, or its id; before version 3 it could be its id alone."""
    return words(dig(provider, "label")) or words(dig(provider, "id")) or words(provider)


def _asked(raw: str) -> str:
    """What was asked; a prompt may be a conversation in JSON, which counts by its user's messages."""
    if not raw.lstrip().startswith("["):
        return raw
    try:
        messages = json.loads(raw)
    except (ValueError, RecursionError):
        return raw
    return (question(messages) if isinstance(messages, list) else "") or raw


def _said(output: object) -> str:
    """A model's output as text: a provider or a transform may have made data of it."""
    return output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)


def _suite(body: Any, filename: str, system_id: str) -> Suite:
    stem = PurePosixPath(filename).stem
    title = clean(words(dig(body, "config", "description")))[:80] or clean(stem)
    evaluation = clean(words(dig(body, "evalId")))[:60]
    version = clean(words(dig(body, "metadata", "promptfooVersion")))[:20]
    facts = ", ".join(fact for fact in (evaluation, f"promptfoo {version}" if version else "") if fact)
    told = f"promptfoo results {clean(filename)[:120]}" + (f": {facts}" if facts else "")
    return Suite(f"promptfoo-{title}"[:60], f"Prompts of {title} (promptfoo)", system_id, (), source=told)
