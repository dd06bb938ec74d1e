"""Answers out of logs of Inspect AI, .eval and .json.

Since 2026 Inspect packs an .eval with zstd; older ones are deflated. Both are read, the JSON likewise.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from core.errors import UserError
from core.interchange.bounded import Archive, dig, parsed, question, spoken, words
from core.items.item import Suite
from core.runs.answers import Row
from core.text import clean

ATTACHMENT = "attachment://"
FINISH = {"max_tokens": "length", "model_length": "length", "content_filter": "filtered"}


def is_log(body: object) -> bool:
    """Whether parsed JSON is an Inspect log."""
    return isinstance(dig(body, "eval"), dict) and isinstance(dig(body, "eval", "model"), str)


def read_eval(data: bytes, filename: str, system_id: str) -> tuple[list[Row], Suite]:
    """The rows of an .eval file, and the suite they would make. Raises UserError when it is none."""
    archive = Archive(data, filename)
    head = next((name for name in ("header.json", "_journal/start.json") if name in archive), None)
    if head is None:
        raise UserError(f"{filename} is no Inspect log: it has no header.json.")
    header = parsed(archive.read(head), f"{filename}, {head}")
    samples = (
        parsed(archive.read(name), f"{filename}, {name[:80]}") for name in archive if name.startswith("samples/")
    )
    return _rows(header, samples, filename, system_id)


def read_json(body: Mapping[str, Any], filename: str, system_id: str) -> tuple[list[Row], Suite]:
    """The rows of a .json log, parsed, and the suite they would make."""
    samples = body.get("samples")
    if not isinstance(samples, list):
        raise UserError(f"{filename} is an Inspect log without samples: it was kept without them, or as a header only.")
    return _rows(body, iter(samples), filename, system_id)


def _rows(header: Any, samples: Iterator[Any], filename: str, system_id: str) -> tuple[list[Row], Suite]:
    if not is_log(header):
        raise UserError(f"{filename} is no Inspect log: it does not name the model in eval.model.")
    model = header["eval"]["model"]
    numbered = [(number, body) for number, one in enumerate(samples, 1) for body in [_row(number, one, model)] if body]
    # By epoch, so that the answers to one question keep their order whatever order they came in.
    numbered.sort(key=lambda pair: pair[1][0])
    return [row for _, (_, row) in numbered], _suite(header, filename, system_id)


def _row(number: int, one: Any, model: str) -> tuple[int, Row] | None:
    """A sample's epoch and row; None for a closed question of a run of ours, whose answer is a letter."""
    own = dig(one, "metadata", "polycompass")
    variation = words(dig(own, "variation"))
    if variation.startswith("closed-"):
        return None
    epoch = dig(one, "epoch")
    order = epoch if isinstance(epoch, int) else 0
    name = words(dig(one, "id"))
    if (fault := _fault(one)) is not None:
        return order, Row(number, {}, f"Sample {name[:60]!r}, epoch {order}: {fault}", "sample")
    prompt = words(dig(own, "scenario")) or _asked(one)
    cells = {
        "model": model,
        "item": words(dig(own, "item_id")) or name,
        "prompt": prompt,
        "response": _said(one),
        "finish": FINISH.get(words(dig(one, "output", "choices", 0, "stop_reason")), "stop"),
    }
    return order, Row(number, cells)


def _fault(one: Any) -> str | None:
    """Why a sample is no answer."""
    if not isinstance(one, dict):
        return "it is not an object."
    if one.get("error"):
        return f"it ended in an error ({clean(words(dig(one, 'error', 'message')))[:200] or 'without a message'})."
    if _said(one) is None:
        return "it has no answer of the model."
    return None


def _said(one: Any) -> str | None:
    """The model's last words, None when it did not get to speak."""
    text = spoken(dig(one, "output", "choices", 0, "message", "content"))
    if text is None:
        completion = dig(one, "output", "completion")
        text = completion if isinstance(completion, str) and completion else None
    return None if text is None else _attached(one, text)


def _asked(one: Any) -> str:
    asked = dig(one, "input")
    text = question(asked) if isinstance(asked, list) else words(asked)
    return _attached(one, text)


def _attached(one: Any, text: str) -> str:
    """A long text may be kept aside, with a reference in its place."""
    kept = dig(one, "attachments", text.removeprefix(ATTACHMENT)) if text.startswith(ATTACHMENT) else None
    return kept if isinstance(kept, str) else text


def _suite(header: Any, filename: str, system_id: str) -> Suite:
    spec = header["eval"]
    task = clean(words(spec.get("task")))[:80] or PurePosixPath(filename).stem
    created = clean(words(spec.get("created")))[:10]
    tools = [
        f"{tool} {found}" for tool in ("inspect_ai", "polycompass") if (found := words(dig(spec, "packages", tool)))
    ]
    run, by = clean(words(spec.get("run_id")))[:40], clean(", ".join(tools))[:60] or "an unknown version"
    told = f"Inspect log {clean(filename)[:120]}: task {task}, run {run}, {created}, written by {by}"
    return Suite(f"inspect-{task}"[:60], f"Prompts of {task} (Inspect log)", system_id, (), source=told)
