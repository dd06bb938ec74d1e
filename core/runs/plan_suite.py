"""The suite of a plan file: shipped, stored, in a file beside it, or in the plan itself."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.items.files import read_suite
from core.items.item import Item, Suite
from core.items.shipped import shipped_suites, starter
from core.runs import portrait
from core.runs.plan_fields import Fields, shown
from core.store import queries, records
from core.store.database import Store
from core.values.system import SCHWARTZ

STARTER = "-starter"
ABOUT = ("description", "source", "licence")
KNOWN = ("id", "hash", "file", "name", "system", *ABOUT, "items", "bank", "only", "prompts")
FORMS = {
    "bank": ("bank", "only", "prompts", "hash"),
    "items": ("items", "id", "name", "system", *ABOUT),
    "file": ("file", "name", "system", "hash"),
    "id": ("id", "hash"),
    "hash": ("hash",),
}
_ITEM = ("id", "text", "values", "domain", "region", "options", "starter")


def suite_table(suite: Suite) -> dict[str, Any]:
    """What a plan file says of its suite: the name and hash of a shipped one, all of any other."""
    if suite.id.startswith(portrait.PREFIX):
        _, bank, only, prompts = suite.id.split(":")
        return {"bank": bank, "only": only, "prompts": prompts, "hash": suite.hash}
    if suite == shipped(suite.id):
        return {"id": suite.id, "hash": suite.hash}
    about = {name: getattr(suite, name) for name in ABOUT if getattr(suite, name)}
    items = [_item_table(item) for item in suite.items]
    return {"id": suite.id, "name": suite.name, "system": suite.system, **about, "items": items}


def _item_table(item: Item) -> dict[str, Any]:
    table = {name: cell for name, cell in asdict(item).items() if cell}
    return table | {name: list(table[name]) for name in ("values", "options") if name in table}


def shipped(name: str) -> Suite | None:
    """The shipped suite called `name`, or the starter of one; None where there is none."""
    if name in shipped_suites():
        return shipped_suites()[name]
    whole = shipped_suites().get(name.removesuffix(STARTER))
    return starter(whole) if whole and any(item.starter for item in whole.items) else None


def read_suite_table(fields: Fields, store: Store | None, folder: Path | None) -> tuple[Suite, tuple[str, ...]]:
    """The suite that a plan's table means, and notes; raises UserError naming the field when there is none.

    `store` holds the suites that are named by hash; `folder` is the plan's own, without which no file is read.
    """
    form = next((name for name in FORMS if name in fields.raw), None)
    if form is None:
        raise UserError(f"{fields.where}: the plan has no suite. Add one of {', '.join(FORMS)}.")
    fields = Fields(fields.raw, f"{fields.where} (with {form})", FORMS[form])
    if form == "bank":
        return _of_bank(fields, store), ()
    if form == "items":
        return _inline(fields), ()
    if form == "file":
        return _file(fields, folder)
    return _shipped(fields, store) if form == "id" else (_stored(fields, store), ())


def _of_bank(fields: Fields, store: Store | None) -> Suite:
    """Items of a bank are named, not written out: their texts are not for passing on."""
    if store is None:
        fields.fault("bank", "needs a store, which is where banks are.")
    bank = portrait.open_bank(store, fields.text("bank"))
    suite = portrait.bank_suite(store, bank, fields.text("only", "all"), fields.text("prompts", portrait.OWN))
    wanted = fields.maybe("hash")
    if wanted in (None, suite.hash):
        return suite
    if _is_stored(store, wanted):
        return records.load_suite(store, wanted)
    fields.fault("hash", f"is {shown(wanted)}, but the bank's items give {suite.hash}. Leave it out to take them.")


def _shipped(fields: Fields, store: Store | None) -> tuple[Suite, tuple[str, ...]]:
    name, wanted = fields.text("id"), fields.maybe("hash")
    suite = shipped(name)
    if suite is None:
        known = ", ".join(shipped_suites())
        fields.fault("id", f"names no shipped suite, got {shown(name)}; there are {known}, some with {STARTER}.")
    if wanted in (None, suite.hash):
        return suite, ()
    if store is not None and _is_stored(store, wanted):
        note = f"The suite {name!r} has changed since this plan was written; its former items come from the store."
        return records.load_suite(store, wanted), (note,)
    fields.fault(
        "hash", f"is {shown(wanted)}, but {name!r} has changed to {suite.hash}. Leave the hash out to take it so."
    )


def _stored(fields: Fields, store: Store | None) -> Suite:
    wanted = fields.text("hash")
    if store is None or not _is_stored(store, wanted):
        fields.fault(
            "hash", f"names a suite that is not in the store, got {shown(wanted)}. Name a file, or give its items."
        )
    return records.load_suite(store, wanted)


def _is_stored(store: Store, wanted: str) -> bool:
    return queries.has_suite(store, wanted)


def _file(fields: Fields, folder: Path | None) -> tuple[Suite, tuple[str, ...]]:
    named = fields.text("file")
    if folder is None:
        fields.fault("file", "is read on the command line only. Give the suite's items in the plan instead.")
    path = folder / Path(named).expanduser()
    if not path.is_file():
        fields.fault("file", f"names {shown(named)}, but there is no such file in {folder}.")
    read = read_suite(path, path.name, name=fields.maybe("name"), system_id=fields.maybe("system"))
    if read.problems:
        more = f" ({len(read.problems)} problems in all)" if len(read.problems) > 1 else ""
        raise UserError(f"{path.name}: {read.problems[0]}{more} Correct the file.")
    wanted = fields.maybe("hash")
    if wanted not in (None, read.suite.hash):
        fields.fault(
            "hash",
            f"is {shown(wanted)}, but the items in {path.name} give {read.suite.hash}. Leave it out to take them.",
        )
    return read.suite, tuple(f"{path.name}: {note}" for note in read.notes)


def _inline(fields: Fields) -> Suite:
    tables = fields.tables("items", _ITEM)
    for table in tables:
        table.tables("options", ("text", "value"))
    if not tables:
        fields.fault("items", "is empty. Give at least one item.")
    name = fields.text("name", "Suite of a plan")
    lines = "\n".join(json.dumps(table.raw) for table in tables).encode()
    read = read_suite(lines, "items.jsonl", name=name, system_id=fields.text("system", SCHWARTZ))
    if read.problems:
        first = read.problems[0]
        raise UserError(f"{fields.where}: item {first.row}, field {first.field!r}: {first.message}")
    return replace(
        read.suite,
        id=fields.text("id", read.suite.id),
        name=name,
        description=fields.text("description", ""),
        source=fields.text("source", ""),
        licence=fields.text("licence", ""),
    )
