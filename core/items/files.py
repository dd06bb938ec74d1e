"""Suites in files: a person's own read from CSV or JSONL, and any suite written as either."""

import csv
import io
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from core.errors import RowProblem, UserError
from core.items.item import Item, Option, Suite
from core.items.rows import COLUMNS, Row, Table, read_table, unused
from core.text import clean
from core.values.system import SCHWARTZ, ValueSystem, system

MAX_TEXT = 4_000

Kind = Literal["csv", "jsonl"]
Faults = list[tuple[str, str]]


@dataclass(frozen=True)
class SuiteRead:
    """What a file gave: a suite of its good rows, every problem of the others in file order, and notes that ask for
    nothing. Whether the good rows are kept without the others is the caller's to decide."""

    suite: Suite
    problems: tuple[RowProblem, ...] = ()
    notes: tuple[str, ...] = ()


def read_suite(
    path_or_bytes: Path | bytes, filename: str, *, name: str | None = None, system_id: str | None = None
) -> SuiteRead:
    """The suite in a .csv or .jsonl file of UTF-8 text.

    The extension of `filename` says which. `name` is the file's name without extension if not given, the id is its
    slug; the value system is Schwartz's if not given. Items without any id column are called item-1, item-2, ...
    Raises UserError for an unknown system, for a file that cannot be read as a whole, and when no row is good.
    """
    values = system(system_id or SCHWARTZ)
    table = read_table(path_or_bytes, filename)
    items: list[Item] = []
    problems: list[RowProblem] = []
    lines: dict[str, int] = {}
    for number, row in enumerate(table.rows, 1):
        item, faults = _item(row, number, table, values)
        if item.id and lines.setdefault(item.id, row.line) != row.line:
            faults.append(("id", f"The id {_shown(item.id)} stands already in row {lines[item.id]}."))
        problems += [RowProblem(row.line, table.names.get(column, column), message) for column, message in faults]
        items += [] if faults else [item]
    if not items:
        raise UserError(f"{filename} has no row that can be used; the first problem: {problems[0]}")
    title = clean(name or "").strip() or clean(Path(filename).stem)
    return SuiteRead(Suite(slug(title), title, values.id, tuple(items)), tuple(problems), _notes(table, filename))


def slug(name: str) -> str:
    """`name` as an id: its letters and digits in lower case, joined by hyphens, at most 60 characters."""
    return re.sub(r"[\W_]+", "-", name.casefold())[:60].strip("-") or "suite"


def _notes(table: Table, filename: str) -> tuple[str, ...]:
    names = unused(table, Path(filename).suffix.lower())
    return (f"Not used: {', '.join(name[:40] for name in names[:20])}.",) if names else ()


def _item(row: Row, number: int, table: Table, values: ValueSystem) -> tuple[Item, Faults]:
    """The item of a row as far as it can be told, and all that is wrong with the row."""
    faults: Faults = list(row.faults)
    if faults and not row.cells:
        return Item("", "", ()), faults
    item = Item(
        id=_text(row.cells, "id", faults, required=True) if "id" in table.found else f"item-{number}",
        text=_text(row.cells, "text", faults, required=True),
        values=(at_stake := _values(row.cells, values, faults)),
        domain=_text(row.cells, "domain", faults),
        region=_text(row.cells, "region", faults),
        options=_options(row.cells, at_stake, values, faults),
        starter=_starter(row.cells, faults),
    )
    return item, faults


def _text(cells: dict[str, Any], column: str, faults: Faults, *, required: bool = False) -> str:
    raw = cells.get(column, "")
    if not isinstance(raw, str):
        faults.append((column, f"The field must be text, got {_shown(raw)}."))
        return ""
    if required and not raw.strip():
        faults.append((column, "The field is empty."))
    if len(raw) > MAX_TEXT:
        faults.append((column, f"The field has {len(raw):,} characters; the limit is {MAX_TEXT:,}."))
    return clean(raw)


def _shown(raw: object) -> str:
    text = repr(raw)
    return text if len(text) <= 60 else f"{text[:60]}..."


def _values(cells: dict[str, Any], values: ValueSystem, faults: Faults) -> tuple[str, ...]:
    raw = cells.get("values", [])
    if not isinstance(raw, list):
        faults.append(("values", f"The values must be a list, got {_shown(raw)}."))
        return ()
    if not raw:
        faults.append(("values", f"There is no value; name one or more of {', '.join(values.ids)}."))
    found = tuple(_value(one, "values", values, faults) for one in raw)
    if len(set(found)) < len(found) and "" not in found:
        faults.append(("values", "A value is named twice."))
    return found


def _value(raw: object, column: str, values: ValueSystem, faults: Faults) -> str:
    """The id of the value that `raw` names by id or by name, whatever its case, hyphens and spaces; "" if none."""
    known = {_key(value.name): value.id for value in values.values} | {_key(each): each for each in values.ids}
    found = known.get(_key(raw)) if isinstance(raw, str) else None
    if found is None:
        faults.append((column, f"There is no value {_shown(raw)}; there are {', '.join(values.ids)}."))
    return found or ""


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name.casefold()).strip()


def _options(
    cells: dict[str, Any], at_stake: tuple[str, ...], values: ValueSystem, faults: Faults
) -> tuple[Option, ...]:
    given = [x for x in "ab" if any(str(cells.get(f"{part}_{x}", "")).strip() for part in ("option", "value"))]
    if len(given) == 1:
        missing = "b" if given == ["a"] else "a"
        faults.append((f"option_{missing}", "One option stands without the other; give two options or none."))
    return tuple(_option(cells, letter, at_stake, values, faults) for letter in given)


def _option(
    cells: dict[str, Any], letter: str, at_stake: tuple[str, ...], values: ValueSystem, faults: Faults
) -> Option:
    text = _text(cells, f"option_{letter}", faults, required=True)
    column = f"value_{letter}"
    value = _value(cells.get(column, ""), column, values, faults)
    # Against values that are themselves at fault the option cannot be judged.
    if value and at_stake and all(at_stake) and value not in at_stake:
        faults.append((column, f"The option's value {value!r} is not among the item's values."))
    return Option(text, value)


def _starter(cells: dict[str, Any], faults: Faults) -> bool:
    raw = cells.get("starter", "")
    known: dict[object, bool] = {"true": True, "false": False, "": False}
    key = str(raw).strip().lower() if isinstance(raw, str | bool) else None
    if key not in known:
        faults.append(("starter", f"The field must be true or false, got {_shown(raw)}."))
    return known.get(key, False)


def write_suite(suite: Suite, kind: Kind) -> bytes:
    """The items as a file that `read_suite` reads back to the same items (name and system are not in the file).

    CSV begins with a byte order mark, so that spreadsheet programs take it for UTF-8. Texts are written exactly as
    they are: an apostrophe put before "=", "+", "-" or "@" would keep a spreadsheet from taking them for formulas, but
    it would also change what is put to a model when the file comes back. Open files of strangers as text columns.
    """
    if kind == "jsonl":
        return "".join(json.dumps(asdict(item), ensure_ascii=False) + "\n" for item in suite.items).encode()
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    writer.writerows(_csv_cells(item) for item in suite.items)
    return out.getvalue().encode("utf-8-sig")


def _csv_cells(item: Item) -> list[str]:
    options = [cell for option in item.options for cell in (option.text, option.value)] or [""] * 4
    starter = "true" if item.starter else "false"
    return [item.id, item.text, ";".join(item.values), item.domain, item.region, *options, starter]


def template(kind: Kind) -> bytes:
    """A file to start from: two items of Schwartz's system, the second without options."""
    return write_suite(Suite("template", "template", SCHWARTZ, _EXAMPLES), kind)


_EXAMPLES = (
    Item(
        id="my-01",
        text="Your choir has sung the same hymns every spring for sixty years. The new conductor offers a programme "
        'of her own songs, "just this once", and the vote is tied until you raise your hand.',
        values=("tradition", "stimulation"),
        domain="everyday_life",
        region="europe",
        options=(
            Option("Vote for the hymns that the choir has always sung", "tradition"),
            Option("Vote for the songs that nobody has heard before", "stimulation"),
        ),
        starter=True,
    ),
    Item(
        id="my-02",
        text="I have saved for a year off. My brother has lost his work and has not asked me for anything.",
        values=("benevolence", "self_direction"),
        domain="family",
        region="global",
    ),
)
