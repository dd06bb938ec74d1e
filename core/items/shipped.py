"""The suites that ship: data/suites/NAME.toml says what a suite is, NAME.jsonl beside it holds the items."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from core.errors import UserError
from core.extensions import files
from core.items.files import read_suite
from core.items.item import Suite
from core.paths import DATA
from core.toml import field, read_toml


def load_suite(path: Path) -> Suite:
    """The suite described by the TOML file at `path`; raises UserError at the first fault in it or in its items."""
    raw, where = read_toml(path), path.name
    items = path.with_suffix(".jsonl")
    read = read_suite(items, items.name, system_id=field(raw, "system", str, where))
    for fault in (*read.problems, *read.notes):
        raise UserError(f"{items.name}: {fault}")
    field(raw, "version", str, where)
    return replace(
        read.suite,
        id=field(raw, "id", str, where),
        name=field(raw, "name", str, where),
        description=field(raw, "description", str, where),
        source=field(raw, "source", str, where),
        licence=field(raw, "licence", str, where),
    )


@cache
def shipped_suites() -> dict[str, Suite]:
    """Every suite by id, in the order of the file names: those that ship, then those in one's own folder."""
    found = [load_suite(path) for path in (*sorted((DATA / "suites").glob("*.toml")), *files("suites", ".toml"))]
    return {suite.id: suite for suite in found}


def shipped_suite(suite_id: str) -> Suite:
    """The suite called `suite_id`; raises UserError listing those there are."""
    try:
        return shipped_suites()[suite_id]
    except KeyError:
        raise UserError(f"There is no suite {suite_id!r}; there are {', '.join(shipped_suites())}.") from None


def starter(suite: Suite) -> Suite:
    """The items of `suite` marked for the first click, as a suite of their own; raises UserError when none is."""
    items = tuple(item for item in suite.items if item.starter)
    if not items:
        raise UserError(f"The suite {suite.name!r} has no starter items; mark some with starter = true.")
    about = (
        f"{len(items)} of the {len(suite.items)} scenarios of “{suite.name}”, for a first look: balanced over values."
    )
    return replace(suite, id=f"{suite.id}-starter", name=f"{suite.name}, starter", items=items, description=about)
