"""A bank's items as a suite that the method `portrait` asks: one item a response, its own prompts where it has some."""

import re
from collections.abc import Mapping, Sequence

from core.items.bank import BankItem, ItemBank
from core.items.bank_read import Template
from core.items.item import Item, Option, Suite
from core.values.system import SCHWARTZ

RESPONSE = "response"  # the role of the option that holds what is rated; other roles are variations
SITUATION, MESSAGE = "situation", "message"
_KINDS = {SITUATION: "reddit", MESSAGE: "sharegpt"}  # as the published templates are called
_MESSAGES = ("ShareGPT", "LMSYS")
_BLANK = re.compile(r"\{\{?\s*(\w+)\s*\}?\}|\[([A-Z_]+)\]")
# Which words in the name of a blank tell what belongs there; the first that fits counts.
_ROLES = (
    (("title",), "title"),
    (("response", "output", "answer", "reply", "portrait"), RESPONSE),
    (("text", "scenario", "message", "content", "query", "prompt", "post", "situation", "question"), "text"),
)


def suite_of(
    bank: ItemBank,
    name: str,
    suite_id: str,
    stakes: Mapping[str, Sequence[str]],
    keep: frozenset[str] | None = None,
    templates: Sequence[Template] = (),
) -> Suite:
    """The items of `bank`, all or those in `keep`. `stakes` are the values that each item stands for, by id; with
    `templates` each item carries the published prompts, filled in."""
    words = {(one.variation, one.kind): one.text for one in templates}
    items = tuple(_item(item, stakes, words) for item in bank.items if keep is None or item.id in keep)
    return Suite(suite_id, name, SCHWARTZ, items, about(bank), bank.source, bank.licence)


def about(bank: ItemBank) -> str:
    """What can be said of a bank in a sentence."""
    rated = "validated on people" if bank.validated else "not validated: nobody has rated these items"
    return f"{len(bank.items)} responses to {len({item.query for item in bank.items})} situations, {rated}."


def kind(item: BankItem) -> str:
    """Whether its query is a situation or a message to an assistant."""
    return MESSAGE if item.source in _MESSAGES else SITUATION


def _item(item: BankItem, stakes: Mapping[str, Sequence[str]], words: Mapping[tuple[str, str], str]) -> Item:
    text = f"{item.title}\n\n{item.text}" if item.title else item.text
    filled = [
        Option(prompt, variation)
        for (variation, of), template in words.items()
        if of == _KINDS[kind(item)] and (prompt := fill(template, item)) is not None
    ]
    options = (Option(item.response, RESPONSE), *filled)
    return Item(item.id, text, tuple(stakes.get(item.id, ())), kind(item), "", options)


def fill(template: str, item: BankItem) -> str | None:
    """A published template with its blanks, such as {title} or {response}, filled in; None where a blank is not
    understood or none takes the response."""
    cells = {"title": item.title, "text": item.text, RESPONSE: item.response}
    roles = [_role(found.group(1) or found.group(2)) for found in _BLANK.finditer(template)]
    if None in roles or RESPONSE not in roles or "text" not in roles:
        return None
    return _BLANK.sub(lambda found: cells[_role(found.group(1) or found.group(2)) or ""], template)


def _role(name: str) -> str | None:
    return next((role for words, role in _ROLES if any(word in name.lower() for word in words)), None)
