"""Cultures: what people of a country, region, age or gender hold important, from surveys (data/cultures/).

Means are centred PVQ points: 0 is the person's own average over all items, higher is more important. Sources, terms and
how to replace the files: data/cultures/NOTICE.md.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from core.errors import UserError
from core.paths import DATA
from core.values.csvrows import CsvRow, read_rows
from core.values.system import SCHWARTZ, system

Kind = Literal["country", "region", "age", "gender", "all"]
Ten = tuple[float, ...]

FOLDER = DATA / "cultures"
COUNTRIES, GROUPS = "culture_profiles.csv", "group_profiles_ess9.csv"
SHARES, ORIENTATIONS = "culture_top_priority_share.csv", "schwartz_cvo_80.csv"
WIDTH = 5.0  # of the PVQ scale, from 1 to 6: no centred mean lies further from 0
LEAST_SD = 0.01  # persons who all answer alike are no sample
SPREAD = "Inhabitants of a country differ far more than countries do"

ORIENTATION_NAMES = (
    "Harmony",
    "Embeddedness",
    "Hierarchy",
    "Mastery",
    "Affective Autonomy",
    "Intellectual Autonomy",
    "Egalitarianism",
)

_GROUP_NAMES = {"female": "Women", "male": "Men"}


@dataclass(frozen=True)
class CultureProfile:
    """`means`, `sds` (between persons) and `top_share` (of persons whose highest value it is, ties split) hold ten
    numbers in Schwartz's order. `sds` is None where the source gives none, `top_share` where it is not known.
    `note` says how a group was made up."""

    id: str
    name: str
    kind: Kind
    means: Ten
    sds: Ten | None
    n: int
    source: str
    year: int
    instrument: str
    citation: str
    top_share: Ten | None = None
    note: str = ""


@dataclass(frozen=True)
class Orientation:
    """One sample of Schwartz's seven cultural orientations: `scores` in the order of `ORIENTATION_NAMES`, SVS points
    (-1 to 7). `average`: computed from two samples of the country. Never a source of ten-value weights: they cannot be
    converted."""

    id: str
    name: str
    country_code: str
    scores: tuple[float, ...]
    average: bool
    source: str
    years: str


@cache
def cultures(folder: Path = FOLDER) -> dict[str, CultureProfile]:
    """Every profile by id ("country:SE", "region:Nordic", "age:15-29", "gender:female", "all:ESS9"), in the files'
    order, countries first. Raises UserError naming file, line and column when a file is not as it must be."""
    shares = _shares(folder / SHARES)
    countries = _profiles(folder / COUNTRIES, ("country_code", "country"))
    groups = _profiles(folder / GROUPS, ("group_type", "group"))
    found = [_country(rows, shares) for rows in countries] + [_group(rows) for rows in groups]
    by_id = {profile.id: profile for profile in found}
    if len(by_id) < len(found):
        raise UserError(f"{GROUPS}: two groups have the same name before the colon; rename one in the column 'group'.")
    return by_id


def of_kind(profiles: Iterable[CultureProfile], kind: Kind) -> tuple[CultureProfile, ...]:
    """The profiles of one kind, in their order."""
    return tuple(profile for profile in profiles if profile.kind == kind)


def mean_of_countries(profiles: Iterable[CultureProfile]) -> Ten:
    """Mean of the countries' means (10), each country counting the same; needs at least one country."""
    return tuple(np.mean([profile.means for profile in of_kind(profiles, "country")], axis=0).tolist())


def between_share(profiles: Iterable[CultureProfile]) -> dict[str, float]:
    """By value id, the share (0 to 1) of the variance of persons that lies between countries: the variance of the
    countries' means over it plus the mean variance within a country, each country counting the same. Countries without
    standard deviations are left out; needs two with them."""
    known = [profile for profile in of_kind(profiles, "country") if profile.sds is not None]
    between = np.var([profile.means for profile in known], axis=0, ddof=1)
    within = np.mean(np.square([profile.sds for profile in known if profile.sds is not None]), axis=0)
    return dict(zip(system(SCHWARTZ).ids, (between / (between + within)).tolist(), strict=True))


@cache
def orientations(folder: Path = FOLDER) -> tuple[Orientation, ...]:
    """Schwartz's seven cultural orientations, 80 samples and 3 averages of two; UserError as for `cultures`."""
    needed = ("sample_code", "country_code", "sample", "derived_average", "source", "years", *ORIENTATION_NAMES)
    return tuple(
        Orientation(
            id=row.text("sample_code"),
            name=row.text("sample"),
            country_code=row.text("country_code"),
            scores=tuple(row.number(name, -1, 7) for name in ORIENTATION_NAMES),
            average=row.flag("derived_average"),
            source=row.text("source"),
            years=row.text("years"),
        )
        for row in read_rows(folder / ORIENTATIONS, needed)
    )


def _profiles(path: Path, key: tuple[str, str]) -> list[dict[str, CsvRow]]:
    needed = (*key, "value_code", "mean", "sd", "n", "source", "year", "centred", "instrument", "citation")
    return list(_by_value(read_rows(path, needed), key, path.name).values())


def _by_value(rows: Iterable[CsvRow], key: tuple[str, ...], file: str) -> dict[tuple[str, ...], dict[str, CsvRow]]:
    """Rows by what the key columns say, then by value, in Schwartz's order: one row a value."""
    found: dict[tuple[str, ...], dict[str, CsvRow]] = {}
    values = {value.short: value for value in system(SCHWARTZ).values}
    for row in rows:
        code = row.text("value_code")
        if code not in values:
            raise row.error("value_code", f"is {code!r}; it must be one of {' '.join(values)}")
        if code in (mine := found.setdefault(tuple(row.text(column) for column in key), {})):
            raise row.error("value_code", f"gives {code} twice for {row.text(key[-1])}")
        mine[code] = row
    for name, mine in found.items():
        if missing := [code for code in values if code not in mine]:
            line, what = min(row.line for row in mine.values()), " / ".join(name)
            raise UserError(f"{file}, line {line}: {what} lacks the values {' '.join(missing)}; add a row for each.")
    return {name: {code: mine[code] for code in values} for name, mine in found.items()}


def _country(rows: dict[str, CsvRow], shares: Mapping[str, Ten]) -> CultureProfile:
    first = next(iter(rows.values()))
    code = first.text("country_code")
    return _profile(rows, "country", code, first.text("country"), top_share=shares.get(code))


def _group(rows: dict[str, CsvRow]) -> CultureProfile:
    first = next(iter(rows.values()))
    how, group = first.text("group_type"), first.text("group")
    kind = next((kind for kind in get_args(Kind)[1:] if how.split()[0] == kind), None)
    if kind is None:
        raise first.error("group_type", f"is {how!r}; it must begin with region, age, gender or all")
    if kind == "all":
        return _profile(rows, kind, first.text("source"), how[0].upper() + how[1:], note=group)
    label, _, members = group.partition(":")
    name = f"Ages {label}" if kind == "age" else _GROUP_NAMES.get(label, label)
    remark = how.removeprefix(kind).strip(" ()")
    note = "; ".join(part for part in (", ".join(members.split()), remark) if part)
    return _profile(rows, kind, re.sub(r"[^\w+]+", "-", label).strip("-"), name, note=note)


def _profile(
    rows: dict[str, CsvRow], kind: Kind, key: str, name: str, *, top_share: Ten | None = None, note: str = ""
) -> CultureProfile:
    first = next(iter(rows.values()))
    for row in rows.values():
        if not row.flag("centred"):
            raise row.error("centred", "is not True; subtract each person's own mean first")
        for column in ("n", "source", "year", "instrument", "citation"):
            if row.text(column) != first.text(column):
                raise row.error(column, f"differs from line {first.line}; all ten rows of {name} must agree")
    return CultureProfile(
        id=f"{kind}:{key}",
        name=name,
        kind=kind,
        means=tuple(row.number("mean", -WIDTH, WIDTH) for row in rows.values()),
        sds=_sds(rows.values(), name),
        n=first.whole("n", 1),
        source=first.text("source"),
        year=first.whole("year", 1900),
        instrument=first.text("instrument"),
        citation=first.text("citation"),
        top_share=top_share,
        note=note,
    )


def _sds(rows: Iterable[CsvRow], name: str) -> Ten | None:
    empty = [row for row in rows if not row.has("sd")]
    if not empty:
        return tuple(row.number("sd", LEAST_SD, WIDTH) for row in rows)
    if filled := [row for row in rows if row.has("sd")]:
        raise empty[0].error("sd", f"is empty but line {filled[0].line} has one; fill all ten of {name} or none")
    return None


def _shares(path: Path) -> dict[str, Ten]:
    rows = read_rows(path, ("country_code", "value_code", "top_share"))
    found = {}
    for (country,), mine in _by_value(rows, ("country_code",), path.name).items():
        found[country] = tuple(row.number("top_share", 0, 1) for row in mine.values())
        if abs(sum(found[country]) - 1) > 0.005:  # ten numbers rounded to 3 decimals
            raise UserError(f"{path.name}: the ten numbers in 'top_share' of {country} sum to {sum(found[country]):g}.")
    return found
