"""Responses to a situation as a model would draft them, one for each value: for a person to edit or throw away."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from core.errors import UserError
from core.items.bank import BankItem
from core.items.study import MOST_CHARS, TEN
from core.models.base import Message, ModelError, ModelSpec, Request
from core.models.registry import open_model
from core.paths import DATA
from core.recognition.refusals import is_refusal
from core.text import clean
from core.toml import field, read_toml
from core.values.system import SCHWARTZ, system

MAX_TOKENS = 200
_QUOTES = "\"'“”„‘’«» \n"


@dataclass(frozen=True)
class Draft:
    """An item, or why there is none for a value."""

    value: str
    item: BankItem | None
    problem: str = ""


@cache
def _prompt() -> tuple[str, int]:
    raw = read_toml(DATA / "prompts" / "draft.toml")
    return field(raw, "prompt", str, "draft.toml"), field(raw, "words", int, "draft.toml")


def asked(text: str, value: str) -> Request:
    """The one call that drafts a response for a value. What a person wrote is filled in last, as it may hold braces."""
    prompt, most = _prompt()
    definition = next(each.definition for each in system(SCHWARTZ).values if each.id == value)
    filled = prompt.replace("{definition}", definition).replace("{words}", str(most)).replace("{text}", text)
    return Request((Message("user", filled.strip()),), max_tokens=MAX_TOKENS, temperature=0.8, stakes=(value,))


async def draft(spec: ModelSpec, query: str, title: str, text: str, values: Sequence[str]) -> list[Draft]:
    """A draft for each of `values`, one call each, one after another. Refusals, empty replies and failed calls are
    problems, not items. Raises UserError for a model's name that cannot be one, or an empty situation."""
    if not text.strip():
        raise UserError("Write the situation first: the model answers to it.")
    model = open_model(spec)
    found = []
    for value in values:
        if value not in TEN:
            raise UserError(f"{value!r} is none of the ten values.")
        try:
            reply = await model.complete(asked(text, value))
        except ModelError as error:
            found.append(Draft(value, None, str(error)))
            continue
        found.append(_read(reply.text, spec.name, query, title, text, value))
    return found


def _read(reply: str, model: str, query: str, title: str, text: str, value: str) -> Draft:
    said = re.sub(r"\s+", " ", clean(reply)).strip(_QUOTES)[:MOST_CHARS]
    if not said:
        return Draft(value, None, "The model said nothing.")
    if is_refusal(said):
        return Draft(value, None, f"The model refused: {said[:100]}")
    return Draft(value, BankItem(query, value, title, text, said, f"drafted by {model}"[:200], expresses=(value,)))
