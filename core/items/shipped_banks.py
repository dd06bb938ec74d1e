"""The item banks that ship: data/banks/NAME.toml says what a bank is, NAME.jsonl beside it holds the items. None of
them is validated: nobody has rated their items."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.items.bank import BankItem, ItemBank
from core.items.dimensions import PLACE
from core.paths import DATA
from core.toml import field, read_toml

_TEXTS = ("query", "option", "title", "text", "response")


def load_bank(path: Path) -> ItemBank:
    """The bank described by the TOML file at `path`; raises UserError at the first fault in it or in its items."""
    raw, where = read_toml(path), path.name
    lines = path.with_suffix(".jsonl")
    rows = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines() if line.strip()]
    items = tuple(_item(row, f"{lines.name}, line {number}") for number, row in enumerate(rows, 1))
    if len({item.id for item in items}) != len(items):
        raise UserError(f"{lines.name}: two items have the same query and option.")
    field(raw, "version", str, where)
    return ItemBank(
        id=field(raw, "id", str, where),
        name=field(raw, "name", str, where),
        items=items,
        validated=False,
        source=field(raw, "source", str, where),
        licence=field(raw, "licence", str, where),
    )


def _item(row: dict[str, Any], where: str) -> BankItem:
    query, option, title, text, response = (field(row, name, str, where) for name in _TEXTS)
    expresses = tuple(field(row, "expresses", list, where))
    unknown = [name for name in expresses if name not in PLACE]
    if unknown or not expresses:
        raise UserError(f"{where}: the field 'expresses' must name values, got {list(expresses)}.")
    return BankItem(query, option, title, text, response, expresses=expresses)


@cache
def shipped_banks() -> dict[str, ItemBank]:
    """Every shipped bank by id."""
    found = [load_bank(path) for path in sorted((DATA / "banks").glob("*.toml"))]
    return {bank.id: bank for bank in found}
