"""Profiles as files: JSON that is read back, and a table as CSV.

The JSON is one object in UTF-8 with these fields, and no others:

- "format": "polycompass-profile", and "version": 1;
- "name": what the profile is called, and "system": the id of its value system;
- "kind": "weights" or "means";
- "weights", for that kind: a number from 0 to 100 for every value of the system, by its id;
- "means", for that kind, of Schwartz's system only: how important each value is to the people asked, as centred points
  of the questionnaire's scale (0 is a person's own average), by its id, from -100 to 100;
- "sds", optional beside means: the standard deviations between persons, by value id, from 0 to 100;
- "n", optional: how many persons were asked;
- "source", optional: where the numbers come from, and "terms", optional: on which terms they may be used.

The CSV has a row for each value. It is for reading elsewhere, not for coming back.
"""

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import UserError
from core.text import clean
from core.values.cultures import cultures
from core.values.profile import MOST, Profile
from core.values.system import SCHWARTZ, ValueSystem, system, systems

FORMAT, VERSION = "polycompass-profile", 1
FIELDS = ("format", "version", "name", "system", "kind", "weights", "means", "sds", "n", "source", "terms")
MAX_BYTES = 200_000
MAX_NAME = 80
MAX_TEXT = 10_000
FARTHEST = 100.0  # a centred mean or a spread in points, on any questionnaire's scale
MOST_PERSONS = 10**10
TERMS = (
    "Aggregates of survey data, not under the licence of Polycompass's code: for non-commercial use with the source "
    "cited; its data/cultures/NOTICE.md has the terms."
)


@dataclass(frozen=True)
class ProfileFile:
    """What a file holds: `weights` (0 to 100 by value id) or `means` (centred points in the system's order, with `sds`
    where known). `n` is the number of persons, None if not known."""

    name: str
    system: str
    weights: Mapping[str, float] = field(default_factory=dict)
    means: tuple[float, ...] | None = None
    sds: tuple[float, ...] | None = None
    n: int | None = None
    source: str = ""
    terms: str = ""

    @property
    def stands_on(self) -> str:
        """Source, number of persons and terms in one text: what must stay with the numbers."""
        n = f"n = {self.n:,}" if self.n else ""
        said = [self.source, "" if n in self.source else n, self.terms]
        return " ".join(f"{part.rstrip('.')}." for part in said if part)


def of_profile(profile: Profile) -> ProfileFile:
    """The profile as it goes into a file; one that ships with survey means takes its number of persons and terms along.
    Weights made from means stay behind, since the means make them again."""
    culture = cultures().get(profile.id)
    weights = {value: float(profile.weights.get(value, 0.0)) for value in system(profile.system).ids}
    return ProfileFile(
        name=clean(profile.name)[:MAX_NAME].strip(),
        system=profile.system,
        weights={} if profile.means else weights,
        means=profile.means,
        sds=profile.sds if profile.means else None,
        n=culture.n if culture else None,
        source=clean(profile.source)[:MAX_TEXT].strip(),
        terms=TERMS if culture else "",
    )


def file_name(name: str, kind: str) -> str:
    """A file name for a profile: its letters and digits, at most 60, joined by hyphens."""
    return f"{re.sub(r'[^0-9A-Za-z]+', '-', name)[:60].strip('-').lower() or 'profile'}.{kind}"


def to_json(file: ProfileFile) -> bytes:
    """The file's JSON, which `read_profile` reads back to the same."""
    ids = system(file.system).ids
    record: dict[str, Any] = {"format": FORMAT, "version": VERSION, "name": file.name, "system": file.system}
    if file.means:
        record |= {"kind": "means", "means": dict(zip(ids, file.means, strict=True))}
        record |= {"sds": dict(zip(ids, file.sds, strict=True))} if file.sds else {}
    else:
        record |= {"kind": "weights", "weights": {value: file.weights[value] for value in ids}}
    optional = {"n": file.n, "source": file.source, "terms": file.terms}
    record |= {key: found for key, found in optional.items() if found}
    return (json.dumps(record, ensure_ascii=False, indent=2) + "\n").encode()


def to_csv(profile: Profile) -> bytes:
    """A row for each value with its weight as it counts (0 to 100) and what it was made from. In UTF-8 with a byte
    order mark; a text that a spreadsheet program would take for a formula has an apostrophe put before it."""
    file, of = of_profile(profile), system(profile.system)
    nothing = [None] * len(of.ids)
    columns = [file.means or nothing, file.sds or nothing]
    whole = [_inert(text) for text in (profile.scheme, file.name, of.name, file.source, file.terms)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        ["value_id", "value", "weight", "mean", "sd", "n", "scheme", "profile", "system", "source", "terms"]
    )
    for value, mean, sd in zip(of.values, *columns, strict=True):
        weight = profile.weights.get(value.id, 0.0)
        writer.writerow([value.id, value.name, weight, mean, sd, file.n, *whole])
    return out.getvalue().encode("utf-8-sig")


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def read_profile(data: bytes, filename: str) -> ProfileFile:
    """The profile in a JSON file as described above. Raises UserError naming file and field when it is anything else:
    one that is too large or no JSON in UTF-8, of another format, with a field missing, unknown or twice, with a number
    that is none or out of range, or of a value system that is not known here."""
    record = _record(data, filename)
    _check_format(record, filename)
    of = _system(record, filename)
    kind = record.get("kind")
    if kind not in ("weights", "means"):
        raise _error(filename, "kind", kind, 'must be "weights" or "means"')
    if kind == "means" and of.id != SCHWARTZ:
        raise _error(filename, "kind", kind, f'must be "weights" for {of.name}: only Schwartz\'s values have means')
    for other in {"weights", "means", "sds"} - ({"means", "sds"} if kind == "means" else {"weights"}):
        if other in record:
            raise UserError(f"{filename}, field {other!r}: does not go with the kind {kind!r}; take one of them out.")
    means = _numbers(record, "means", of, filename, -FARTHEST, FARTHEST) if kind == "means" else None
    return ProfileFile(
        name=_text(record, "name", filename, MAX_NAME, required=True),
        system=of.id,
        weights={} if means else _numbers(record, "weights", of, filename, 0, MOST),
        means=tuple(means.values()) if means else None,
        sds=tuple(_numbers(record, "sds", of, filename, 0, FARTHEST).values()) if "sds" in record else None,
        n=_persons(record, filename),
        source=_text(record, "source", filename, MAX_TEXT),
        terms=_text(record, "terms", filename, MAX_TEXT),
    )


def _record(data: bytes, filename: str) -> dict[str, Any]:
    """The one object of the file."""
    if len(data) > MAX_BYTES:
        raise UserError(
            f"{filename} has {len(data):,} bytes, a profile has at most {MAX_BYTES:,}; choose a profile's JSON file."
        )
    try:
        record = json.loads(data.decode("utf-8-sig"), object_pairs_hook=lambda pairs: _once(pairs, filename))
    except UnicodeDecodeError as error:
        raise UserError(f"{filename} is not text in UTF-8 (byte {error.start + 1}); save it as UTF-8.") from error
    except json.JSONDecodeError as error:
        place = f"{filename}, line {error.lineno}, column {error.colno}"
        raise UserError(f"{place}: this is no JSON ({error.msg}); choose a profile's JSON file.") from error
    except (RecursionError, ValueError) as error:  # ValueError: thousands of digits
        raise UserError(f"{filename} holds what no profile does; choose a profile's JSON file.") from error
    if not isinstance(record, dict):
        raise UserError(f"{filename} holds no object with fields but {_shown(record)}; choose a profile's JSON file.")
    return record


def _once(pairs: list[tuple[str, Any]], filename: str) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        raise UserError(f"{filename}, field {_shown(twice)}: stands there twice; take one out.")
    return found


def _check_format(record: dict[str, Any], filename: str) -> None:
    if record.get("format") != FORMAT:
        raise _error(filename, "format", record.get("format"), f'must be "{FORMAT}"; choose a profile\'s JSON file')
    version = record.get("version")
    if type(version) is not int or version < 1:
        raise _error(filename, "version", version, f"must be {VERSION}")
    if version > VERSION:
        raise _error(filename, "version", version, f"is newer than {VERSION}; update Polycompass to read it")
    if unknown := [name for name in record if name not in FIELDS]:
        raise UserError(f"{filename}, field {_shown(unknown[0])}: is not known; the fields are {', '.join(FIELDS)}.")


def _system(record: dict[str, Any], filename: str) -> ValueSystem:
    id = record.get("system")
    if not isinstance(id, str) or id not in systems():
        raise _error(filename, "system", id, f"must be a value system known here: {', '.join(systems())}")
    return system(id)


def _numbers(
    record: dict[str, Any], name: str, of: ValueSystem, filename: str, low: float, high: float
) -> dict[str, float]:
    """A number for every value, in the system's order."""
    found = record.get(name)
    if not isinstance(found, dict):
        raise _error(filename, name, found, "must be an object with a number for each value")
    if unknown := [value for value in found if value not in of.ids]:
        raise UserError(
            f"{filename}, field {name!r}: {_shown(unknown[0])} is no value of {of.name}; it has {', '.join(of.ids)}."
        )
    if missing := [value for value in of.ids if value not in found]:
        raise UserError(f"{filename}, field {name!r}: lacks {', '.join(missing)}; give a number for each value.")
    for value, number in found.items():
        if type(number) not in (int, float) or not low <= number <= high:
            raise _error(filename, f"{name}.{value}", number, f"must be a number from {low:g} to {high:g}")
    return {value: float(found[value]) for value in of.ids}


def _persons(record: dict[str, Any], filename: str) -> int | None:
    n = record.get("n")
    if n is not None and (type(n) is not int or not 1 <= n <= MOST_PERSONS):
        raise _error(filename, "n", n, "must be a whole number of persons, 1 or more, or be left out")
    return n


def _text(record: dict[str, Any], name: str, filename: str, most: int, *, required: bool = False) -> str:
    found = record.get(name, "")
    if not isinstance(found, str):
        raise _error(filename, name, found, "must be text")
    text = clean(found).strip()
    if required and not text:
        raise UserError(f"{filename}, field {name!r}: is empty or missing; give the profile a name.")
    if len(text) > most:
        raise UserError(f"{filename}, field {name!r}: has {len(text):,} characters; shorten it to {most:,}.")
    return text


def _error(filename: str, name: str, found: object, must: str) -> UserError:
    what = "is missing" if found is None else f"is {_shown(found)}"
    return UserError(f"{filename}, field {name!r}: {what}; it {must}.")


def _shown(found: object) -> str:
    """The beginning of what was found. An object or list is not written out, nor an integer of endless digits."""
    if isinstance(found, dict | list):
        return "an object" if isinstance(found, dict) else "a list"
    if isinstance(found, int) and abs(found) >= MOST_PERSONS:
        return "a huge number" if found > 0 else "a hugely negative number"
    return repr(found) if len(repr(found)) <= 40 else f"{repr(found)[:40]}…"
