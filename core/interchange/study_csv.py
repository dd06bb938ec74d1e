"""A study as CSV: its items, what raters said, and their values; written and read again without a loss."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.errors import RowProblem, UserError
from core.interchange.portrait_rows import Faults, Wrong, csv_rows, number, rating, shown, word
from core.items.bank import BankItem
from core.items.sitting import ATTENTION, KINDS, Given, Sitting, read_code, words
from core.items.study import MOST_ITEMS, TEN, Study, cleaned, faults

ITEMS, RATINGS, VALUES = "items.csv", "ratings.csv", "values.csv"
_ITEM_COLUMNS = ("query", "option", "title", "text", "response", "source", "expresses")
_RATING_COLUMNS = ("rater", "kind", "item", "rating", "seconds")
MOST_BYTES = 50_000_000
_A_DAY = 86_400.0


@dataclass(frozen=True)
class ItemsRead:
    """The good rows of a file of items, and every problem of the others."""

    items: tuple[BankItem, ...]
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True)
class SittingsRead:
    """The sittings of a file of ratings, and every problem of rows that were left out."""

    sittings: tuple[Sitting, ...]
    problems: tuple[RowProblem, ...]


def write_items(items: Iterable[BankItem]) -> bytes:
    """Columns query, option, title, text, response, source, expresses (values apart by semicolons)."""
    rows = [(*(getattr(item, name) for name in _ITEM_COLUMNS[:-1]), ";".join(item.expresses)) for item in items]
    return _written(_ITEM_COLUMNS, rows)


def read_items(data: bytes, filename: str) -> ItemsRead:
    """The items in a CSV in UTF-8; title, source and expresses may be missing. Raises UserError when the file as a
    whole cannot be used."""
    _limited(data, filename)
    problems = Faults(filename)
    found: dict[str, BankItem] = {}
    for line, row in csv_rows(data, filename, ("query", "option", "text", "response")):
        try:
            item = _item(row)
            if item.id in found:
                raise Wrong("option", f"{item.id[:60]} stands there twice.")
            found[item.id] = item
        except Wrong as wrong:
            problems.add(line, wrong)
    if len(found) > MOST_ITEMS:
        raise UserError(f"{filename} has {len(found):,} items; {MOST_ITEMS} are the most for one study. Split it.")
    return ItemsRead(tuple(found.values()), tuple(problems.found))


def _item(row: dict[str, str]) -> BankItem:
    _whole(row)
    query, option, title, text, response, source = (row.get(name, "") for name in _ITEM_COLUMNS[:-1])
    named = tuple(name.strip() for name in row.get("expresses", "").split(";") if name.strip())
    item = cleaned(BankItem(query, option, title, text, response, source, expresses=named))
    for name, said in faults(item):
        raise Wrong(name, said)
    return item


def write_ratings(sittings: Iterable[Sitting]) -> bytes:
    """Columns rater, kind (item, attention or repeat), item, rating, seconds: in the order in which they were given."""
    rows = [(one.code, g.kind, g.item_id, g.rating, repr(g.seconds)) for one in sittings for g in one.given]
    return _written(_RATING_COLUMNS, rows)


def write_values(sittings: Iterable[Sitting]) -> bytes:
    """A column rater and one for each of the ten values: centred scores, for those who answered."""
    return _written(("rater", *TEN), [(one.code, *map(repr, one.scores)) for one in sittings if one.scores])


def read_sittings(study: Study, ratings: bytes, values: bytes) -> SittingsRead:
    """The sittings in two files as `write_ratings` and `write_values` make them, of raters in the order of the first.
    Raises UserError when a file as a whole cannot be used."""
    _limited(ratings, RATINGS)
    _limited(values, VALUES)
    of_ratings, of_values = Faults(RATINGS), Faults(VALUES)
    given = _given(study, ratings, of_ratings)
    scores: dict[str, tuple[float, ...]] = {}
    for line, row in csv_rows(values, VALUES, ("rater", *TEN)):
        try:
            code = _code(row)
            if code in scores:
                raise Wrong("rater", f"{code} stands there twice.")
            if code not in given:
                raise Wrong("rater", f"{code} has no ratings.")
            scores[code] = tuple(number(row[name], name, -10, 10) for name in TEN)
        except Wrong as wrong:
            of_values.add(line, wrong)
    found = tuple(Sitting(study.id, code, tuple(said.values()), scores.get(code, ())) for code, said in given.items())
    return SittingsRead(found, (*of_ratings.found, *of_values.found))


def _given(study: Study, data: bytes, problems: Faults) -> dict[str, dict[tuple[str, str], Given]]:
    items, checks = set(study.item_ids), {check.id for check in words().checks}
    found: dict[str, dict[tuple[str, str], Given]] = {}
    for line, row in csv_rows(data, RATINGS, _RATING_COLUMNS[:-1]):
        try:
            code, kind = _code(row), word(row["kind"], "kind")
            if kind not in KINDS:
                raise Wrong("kind", f"must be one of {', '.join(KINDS)}, got {shown(kind)}.")
            name = row["item"]
            if name not in (checks if kind == ATTENTION else items):
                raise Wrong("item", f"the study has no {kind} {shown(name)}.")
            said = found.setdefault(code, {})
            if (kind, name) in said:
                raise Wrong("item", f"{code} has rated {shown(name)} ({kind}) already.")
            seconds = number(row.get("seconds", "").strip() or 0, "seconds", 0, _A_DAY)
            said[kind, name] = Given(kind, name, int(rating(row["rating"], "rating")), seconds)
        except Wrong as wrong:
            problems.add(line, wrong)
    return {code: said for code, said in found.items() if said}


def _code(row: dict[str, str]) -> str:
    _whole(row)
    try:
        return read_code(row["rater"])
    except UserError as error:
        raise Wrong("rater", f"{error} Give raters codes; names and addresses do not belong here.") from error


def _whole(row: dict[str, str]) -> None:
    if row.get(""):
        raise Wrong("row", "has not as many fields as the header.")


def bundle(study: Study, sittings: Sequence[Sitting]) -> bytes:
    """The three files in a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(ITEMS, write_items(each.item for each in study.items))
        archive.writestr(RATINGS, write_ratings(sittings))
        archive.writestr(VALUES, write_values(sittings))
    return buffer.getvalue()


def template() -> bytes:
    """A file of items to start from."""
    text = "A friend asks whether to leave a safe job for one abroad."
    rows = [
        BankItem("job", "1", "", text, "Go. You will not forgive yourself for never having tried.", "own"),
        BankItem("job", "2", "", text, "Stay until the savings would last you a year.", "own", expresses=("security",)),
    ]
    return write_items(rows)


def _written(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def _limited(data: bytes, filename: str) -> None:
    if len(data) > MOST_BYTES:
        raise UserError(f"{filename} is larger than {MOST_BYTES // 1_000_000} MB. Split it.")
    if not data.strip():
        raise UserError(f"{filename} is empty.")
