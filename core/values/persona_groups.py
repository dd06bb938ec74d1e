"""Human means for personas: the survey groups that ship, and a person's own as CSV: group,value,mean,sd,n[,centred]."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.csv_records import utf8
from core.errors import RowProblem, UserError
from core.values.cultures import cultures
from core.values.surveys.aggregates import read_aggregates

LEAST = 10  # persons: means of fewer are about persons rather than groups


@dataclass(frozen=True)
class HumanGroup:
    """People of one kind: `means` (centred points of a six-point scale) and `sds` between persons hold ten numbers in
    Schwartz's order. `name` is the profile's id, or what the file calls the group."""

    name: str
    means: tuple[float, ...]
    sds: tuple[float, ...]
    n: int
    source: str


@dataclass(frozen=True)
class ReadGroups:
    """What a file gave; `problems` are rows that cannot be used, and no group with one of them is kept."""

    groups: tuple[HumanGroup, ...]
    problems: tuple[RowProblem, ...]
    warnings: tuple[str, ...]


def shipped_group(profile: str) -> HumanGroup | None:
    """The survey profile of that id; None where there is none, or one without standard deviations."""
    found = cultures().get(profile)
    if found is None or found.sds is None:
        return None
    return HumanGroup(profile, found.means, found.sds, found.n, f"{found.source}, n = {found.n:,}")


def read_groups(data: bytes, filename: str) -> ReadGroups:
    """The groups in a CSV file with a row for each group and value, and all ten values of every group.

    Means that are not marked as centred have the mean of the group's ten subtracted. A group needs a standard deviation
    for every value and at least `LEAST` persons. Raises UserError when no group can be kept.
    """
    head, mark, rest = utf8(data, filename).partition("\n")
    names = [name.strip().strip('"').casefold() for name in head.split(",")]
    lacking = [name for name in ("group", "value", "mean", "sd", "n") if name not in names]
    if lacking:
        raise UserError(
            f"{filename}, line 1: the columns {', '.join(lacking)} are missing; write group,value,mean,sd,n."
        )
    header = ",".join("country_code" if name == "group" else name for name in names)
    try:
        read = read_aggregates((header + mark + rest).encode(), filename, least=LEAST)
    except UserError as error:
        raise UserError(str(error).replace("country_code", "group").replace("country", "group")) from error
    problems = [replace(each, field="group") if each.field == "country_code" else each for each in read.problems]
    groups = []
    lines = _first_lines(rest, names)
    for group in read.groups:
        wanting = [each.value for each in group.values if not each.sd > 0 or math.isnan(each.sd)]
        if wanting or group.n < LEAST:
            what = f"has no standard deviation for {', '.join(wanting)}" if wanting else "does not say of how many (n)"
            problems.append(RowProblem(lines.get(group.code, 0), "sd" if wanting else "n", f"{group.code} {what}."))
            continue
        sds = tuple(each.sd for each in group.values)
        means = tuple(each.mean for each in group.values)
        groups.append(HumanGroup(group.code, means, sds, group.n, group.source or filename))
    if not groups:
        raise UserError(f"{filename} has no group that can be used; the first problem: {problems[0]}")
    left = [f"{each.label} has {each.n} persons, fewer than {LEAST}: left out." for each in read.left_out]
    return ReadGroups(tuple(groups), tuple(sorted(problems, key=lambda each: each.row)), (*read.warnings, *left))


def _first_lines(rest: str, names: Sequence[str]) -> dict[str, int]:
    """The line on which each group first stands."""
    place = names.index("group")
    found: dict[str, int] = {}
    for line, text in enumerate(rest.splitlines(), 2):
        cells = text.split(",")
        if len(cells) > place:
            found.setdefault(cells[place].strip().strip('"'), line)
    return found
