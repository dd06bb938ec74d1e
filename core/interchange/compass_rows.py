"""The rows of the official site's files: scores, models, cases and the heat map, each cell checked."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from core.errors import UserError
from core.interchange.bounded import dig, parsed
from core.interchange.markup import marked
from core.interchange.portrait_rows import Faults, Wrong, number, shown, word
from core.items.compass_read import SiteCase, SiteCell, SiteModel, SiteScore
from core.text import clean
from core.values.system import system

UNIT, HUNDRED = "0 to 1", "0 to 100"
DATES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%m/%d/%Y")
KINDS = {"open": "open", "close": "closed", "closed": "closed", "": ""}
_WORDLESS = re.compile(r"[^a-z0-9]+")


def scores(data: bytes, path: str, system_id: str, faults: Faults) -> tuple[list[SiteScore], str]:
    """The scores of one file, and its scale: where no figure is beyond 1 (with or without a sign) all are shares, and
    become points of 100. A zero is a score; an empty cell is none, and a problem. Raises UserError when the file is no
    such table."""
    ids = {_key(name): id for id, name in system(system_id).names.items()}
    rows = list(_rows(data, path))
    figures = [cell for _, row in rows for name, cell in row.items() if _key(name) in ids and _is_number(cell)]
    if not figures:
        raise UserError(f"{path} has no scores of {system(system_id).name}.")
    unit = max(abs(float(figure)) for figure in figures) <= 1
    most, seen = (1.0 if unit else 100.0), set()
    found = []
    for place, row in rows:
        try:
            model = word(row.get("model"), "model")
            if model in seen:
                raise Wrong("model", f"{shown(model)} stands there twice; its first row counts.")
        except Wrong as wrong:
            faults.add(place, wrong)
            continue
        seen.add(model)
        for name, value in _values(row, ids, place, faults):
            try:
                given = number(row[name], name, -most, most)
            except Wrong as wrong:
                faults.add(place, wrong)
                continue
            found.append(SiteScore(system_id, model, value, round(100 * given, 9) if unit else given, given))
    return found, UNIT if unit else HUNDRED


def _values(row: dict[str, Any], ids: dict[str, str], place: int, faults: Faults) -> Iterator[tuple[str, str]]:
    """The row's columns that are values, with the values' ids; what is missing or unknown is a problem."""
    columns = {_key(name): name for name in row if name != "model"}
    for key, name in columns.items():
        if key in ids:
            yield name, ids[key]
        else:
            faults.add(place, Wrong(clean(name)[:60], "is no value of this system; the cell is left out."))
    lacking = [id for key, id in ids.items() if key not in columns]
    if lacking:
        faults.add(place, Wrong(", ".join(lacking), "is missing in this row."))


def models(data: bytes, path: str, faults: Faults) -> list[SiteModel]:
    """The models' facts. Names are stripped of blanks at their ends; both forms of dates are read."""
    found: dict[str, SiteModel] = {}
    for place, row in _rows(data, path):
        try:
            model = word(row.get("model"), "model")
            if model in found:
                raise Wrong("model", f"{shown(model)} stands there twice; its first row counts.")
            found[model] = SiteModel(
                model,
                _text(row, "developer"),
                _kind(row.get("type")),
                _date(row.get("release date")),
                _text(row, "website"),
                _text(row, "report"),
            )
        except Wrong as wrong:
            faults.add(place, wrong)
    return list(found.values())


def cases(data: bytes, path: str, system_id: str, faults: Faults) -> list[SiteCase]:
    """The illustrations. The marked passage is read out of the markup; where the marked text is not the answer, the
    passage is looked for in the answer."""
    ids = {_key(name): id for id, name in system(system_id).names.items()}
    found = []
    for place, row in _rows(data, path):
        try:
            value = ids.get(_key(str(row.get("value"))))
            if value is None:
                raise Wrong("value", f"is no value of this system, got {shown(row.get('value'))}.")
            answer = _long(row, "answer")
            start, stop = _evidence(row.get("highlight"), answer)
            found.append(
                SiteCase(
                    system_id,
                    word(row.get("model"), "model"),
                    value,
                    number(row.get("score"), "score", 0, 100),
                    _text(row, "label"),
                    _long(row, "prompt"),
                    answer,
                    start,
                    stop,
                )
            )
        except Wrong as wrong:
            faults.add(place, wrong)
    return found


def heatmap(data: bytes, path: str, faults: Faults) -> list[SiteCell]:
    """The cells of the heat map: models x countries, each figure in [-1, 1]."""
    body = parsed(data, path)
    rows, countries, matrix = (dig(body, key) for key in ("models", "countries", "cosine_sim_matrix"))
    if not isinstance(rows, list) or not isinstance(countries, list) or not isinstance(matrix, list):
        raise UserError(f"{path} is no heat map: it must hold the lists models, countries and cosine_sim_matrix.")
    found, seen = [], set()
    for place, name in enumerate(rows, 1):
        try:
            model, line = word(name, "models"), matrix[place - 1] if place <= len(matrix) else None
            if model in seen:
                raise Wrong("models", f"{shown(model)} stands there twice; its first row counts.")
            seen.add(model)
            if not isinstance(line, list) or len(line) != len(countries):
                raise Wrong("cosine_sim_matrix", f"must hold {len(countries)} figures for {model}.")
            named = [(word(country, "countries"), cell) for country, cell in zip(countries, line, strict=True)]
            found += [SiteCell(model, country, number(cell, country, -1.000001, 1.000001)) for country, cell in named]
        except Wrong as wrong:
            faults.add(place, wrong)
    return found


def _rows(data: bytes, path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects in the file's list `data`, counted from 1."""
    body = dig(parsed(data, path), "data")
    if not isinstance(body, list):
        raise UserError(f'{path} must hold {{"data": [...]}}, as the site publishes it.')
    for place, row in enumerate(body, 1):
        if not isinstance(row, dict):
            raise UserError(f"{path}, row {place}: must be an object with the column model, got {shown(row)}.")
        yield place, row


def _key(name: str) -> str:
    return _WORDLESS.sub("", name.lower())


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _text(row: dict[str, Any], name: str) -> str:
    """A short text, "" where it is null or missing."""
    cell = row.get(name)
    return "" if cell is None else word(cell, name) if str(cell).strip() else ""


def _long(row: dict[str, Any], name: str) -> str:
    cell = row.get(name)
    if not isinstance(cell, str):
        raise Wrong(name, f"must be a text, got {shown(cell)}.")
    return clean(cell)


def _kind(cell: object) -> str:
    found = KINDS.get("" if cell is None else str(cell).strip().lower())
    if found is None:
        raise Wrong("type", f"must be Open or Close, got {shown(cell)}.")
    return found


def _date(cell: object) -> date | None:
    text = "" if cell is None else str(cell).strip().rstrip(".")
    for form in DATES:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    if text:
        raise Wrong("release date", f"must be a date such as 2024-07-23 or 07/23/2024, got {shown(cell)}.")
    return None


def _evidence(highlight: object, answer: str) -> tuple[int | None, int | None]:
    if not isinstance(highlight, str):
        return None, None
    plain, span = marked(clean(highlight))
    if span is None:
        return None, None
    if plain == answer:
        return span
    passage = plain[span[0] : span[1]]
    start = answer.find(passage)
    return (None, None) if start < 0 else (start, start + len(passage))
