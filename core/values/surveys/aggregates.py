"""Means that somebody else has computed, as CSV: country_code,value,mean[,sd,n,source,year,centred,...]."""

import csv
import io
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from core.errors import RowProblem, UserError
from core.text import clean
from core.values.surveys.delimited import decode, open_delimited
from core.values.surveys.result import (
    LEAST_PERSONS,
    GroupMeans,
    LeftOut,
    SurveyAggregate,
    ValueMean,
)
from core.values.system import SCHWARTZ, system

_BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False, "": False}
_WIDEST = 5.0


@dataclass(frozen=True)
class _Row:
    line: int
    cells: dict[str, str]
    group: str
    centred: bool
    mean: ValueMean


def read_aggregates(data: bytes, filename: str, *, least: int = LEAST_PERSONS) -> SurveyAggregate:
    """The profiles in an aggregates file, one row for each country (or other group) and value.

    A value is named by id, name or short name. Where `centred` is false or not given, the mean of the group's ten
    means is subtracted from each. Groups with n below `least` are left out; n that is not given is let pass with a
    warning. A group with a problem in any row is not kept. Raises UserError when no group can be kept.
    """
    rows, problems = _rows(data, filename)
    groups: list[GroupMeans] = []
    left_out: list[LeftOut] = []
    bad = {problem_group for problem_group, _ in problems}
    listed = [problem for _, problem in problems]
    ordered = sorted(rows, key=lambda row: row.group)
    for code, members in groupby(ordered, key=lambda row: row.group):
        found = list(members)
        faults = _group_problems(found) if code not in bad else []
        listed += faults
        if code in bad or faults:
            continue
        group = _group(found)
        if any(each.n and each.n < least for each in group.values):
            left_out.append(LeftOut(group.code, group.label, group.n))
        else:
            groups.append(group)
    listed.sort(key=lambda problem: problem.row)
    if not groups:
        raise UserError(_nothing(filename, listed, left_out, least))
    instruments = {row.cells.get("instrument", "") for row in rows} - {""}
    return SurveyAggregate(
        survey="Aggregated means",
        instrument=" and ".join(sorted(instruments)) or "not stated",
        wave="",
        year=_years(groups),
        weight="",
        grouped_by=("country_code",),
        persons=sum(group.n for group in groups) + sum(group.n for group in left_out),
        kept=sum(group.n for group in groups),
        groups=tuple(groups),
        left_out=tuple(left_out),
        warnings=tuple(_warnings(groups, rows, instruments)),
        problems=tuple(listed),
    )


def _rows(data: bytes, filename: str) -> tuple[list[_Row], list[tuple[str, RowProblem]]]:
    """The rows that can be read, and the problems of the others with the group they would belong to."""
    table = open_delimited(data, filename)
    header = [name.casefold() for name in table.columns]
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise UserError(f"{filename} has the columns {', '.join(map(repr, twice))} more than once; keep one of each.")
    reader = csv.reader(io.StringIO(decode(data, filename)[0], newline=""), delimiter=table.separator)
    rows: list[_Row] = []
    problems: list[tuple[str, RowProblem]] = []
    line = 1
    for record in _records(reader, filename):
        start, line = line, reader.line_num + 1
        if start == 1 or not any(cell.strip() for cell in record):
            continue
        cells = {name: clean(cell).strip() for name, cell in zip(header, record, strict=False)}
        group, faults = cells.get("country_code", ""), []
        if len(record) != len(header):
            faults = [("row", f"There are {len(record)} cells where the header names {len(header)} columns.")]
        else:
            row, faults = _row(start, cells, decimal_comma=table.separator != ",")
            rows.append(row)
        problems += [(group, RowProblem(start, field, message)) for field, message in faults]
    return rows, problems


def _records(reader: Iterable[list[str]], filename: str) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise UserError(f"{filename}: its rows cannot be told apart ({error}); check that quotes pair up.") from error


def _row(line: int, cells: dict[str, str], decimal_comma: bool) -> tuple[_Row, list[tuple[str, str]]]:
    faults: list[tuple[str, str]] = []

    def number(field: str, required: bool = False, least: float = -math.inf) -> float:
        text = cells.get(field, "").replace(",", "." if decimal_comma else ",")
        if not text and not required:
            return math.nan
        try:
            found = float(text)
        except ValueError:
            found = math.nan
        if not math.isfinite(found) or found < least:
            bound = f" not below {least:g}" if least > -math.inf else ""
            faults.append((field, f"Expected a number{bound}, found {text[:40]!r}."))
        return found

    if not cells.get("country_code"):
        faults.append(("country_code", "The field is empty; name the country or group."))
    value = _value(cells.get("value", ""))
    if not value:
        known = ", ".join(system(SCHWARTZ).ids)
        faults.append(("value", f"There is no value {cells.get('value', '')[:40]!r}; there are {known}."))
    centred = _BOOLEANS.get(cells.get("centred", "").casefold())
    if centred is None:
        faults.append(("centred", f"Expected true or false, found {cells['centred'][:40]!r}."))
    mean, sd, n = number("mean", required=True), number("sd", least=0), number("n", least=0)
    n_eff = number("n_eff", least=0)
    count = 0 if math.isnan(n) else int(n)
    return _Row(
        line, cells, cells.get("country_code", ""), bool(centred), ValueMean(value, mean, sd, count, n_eff)
    ), faults


def _value(name: str) -> str:
    """The id of the value that `name` is the id, name or short name of; "" if none."""
    key = name.casefold().replace("-", "_").replace(" ", "_")
    for value in system(SCHWARTZ).values:
        if key in (value.id, value.name.casefold().replace("-", "_"), value.short.casefold()):
            return value.id
    return ""


def _group_problems(rows: list[_Row]) -> list[RowProblem]:
    """What is wrong with a group whose rows are each in order."""
    problems: list[RowProblem] = []
    first: dict[str, int] = {}
    for row in rows:
        if first.setdefault(row.mean.value, row.line) != row.line:
            message = f"{row.group} has {row.mean.value} already in row {first[row.mean.value]}."
            problems.append(RowProblem(row.line, "value", message))
        if row.centred != rows[0].centred:
            message = f"{row.group} is centred in row {rows[0].line} but not here, or the reverse; give it one way."
            problems.append(RowProblem(row.line, "centred", message))
    lacking = [value for value in system(SCHWARTZ).ids if value not in first]
    if lacking:
        message = f"{rows[0].group} lacks {', '.join(lacking)}; all ten values are needed."
        problems.append(RowProblem(rows[0].line, "value", message))
    return problems


def _group(rows: list[_Row]) -> GroupMeans:
    shift = 0.0 if rows[0].centred else sum(row.mean.mean for row in rows) / len(rows)
    by_value = {row.mean.value: replace(row.mean, mean=row.mean.mean - shift) for row in rows}
    cells = rows[0].cells
    return GroupMeans(
        code=rows[0].group,
        label=cells.get("country") or rows[0].group,
        n=max(row.mean.n for row in rows),
        values=tuple(by_value[value] for value in system(SCHWARTZ).ids),
        source=cells.get("source", ""),
        year=cells.get("year", ""),
    )


def _years(groups: list[GroupMeans]) -> str:
    years = sorted({group.year for group in groups} - {""})
    return f"{years[0]}-{years[-1]}" if len(years) > 1 else "".join(years)


def _warnings(groups: list[GroupMeans], rows: list[_Row], instruments: set[str]) -> list[str]:
    warnings = []
    if unknown := [group.code for group in groups if any(not each.n for each in group.values)]:
        warnings.append(
            f"The number of persons is not given for {', '.join(unknown[:10])}; means of few are uncertain."
        )
    if any(not row.centred for row in rows):
        warnings.append("Means that are not marked as centred had the mean of their group's ten values subtracted.")
    if any(abs(each.mean) > _WIDEST for group in groups for each in group.values):
        warnings.append("Some means are further from 0 than a scale from 1 to 6 allows; check scale and centring.")
    if len(instruments) > 1:
        warnings.append("The file mixes instruments; their scales differ, so compare orders rather than means.")
    return warnings


def _nothing(filename: str, problems: list[RowProblem], left_out: list[LeftOut], least: int) -> str:
    if problems:
        return f"{filename} has no group that can be used; the first problem: {problems[0]}"
    if left_out:
        first = left_out[0]
        return f"{filename} has no group with {least} persons or more; the first, {first.label}, has {first.n}."
    return f"{filename} has a header but no rows; expected one row for each country and value."
