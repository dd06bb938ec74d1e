"""Questions to start from: those that ship, and a person's own."""

import tomllib
from functools import cache

from core.csv_records import csv_records, utf8
from core.errors import RowProblem, UserError
from core.items.item import Item, Suite
from core.methods.adaem.parts import Seed
from core.methods.adaem.validity import unfit
from core.paths import DATA
from core.values.system import SCHWARTZ

MAX_BYTES = 5_000_000
COLUMNS = ("text", "category", "region")


@cache
def seeds() -> tuple[Seed, ...]:
    """The shipped questions, by category."""
    raw = tomllib.loads((DATA / "adaem" / "seeds.toml").read_text(encoding="utf-8"))
    return tuple(
        Seed(f"{key}-{number}", text, raw["categories"][key], region, (yes, no))
        for key, rows in raw["seeds"].items()
        for number, (text, region, yes, no) in enumerate(rows, 1)
    )


@cache
def seed_suite() -> Suite:
    """The shipped questions as a suite like any other."""
    items = tuple(Item(seed.id, seed.text, seed.values, seed.category, seed.region) for seed in seeds())
    about = "Controversial yes/no questions over nine topics and many regions, before any search changed them."
    source, licence = "data/adaem/seeds.toml", "CC BY 4.0"
    return Suite("seed-questions", "Seed questions", SCHWARTZ, items, about, source, licence)


def read_seeds(data: bytes, filename: str) -> tuple[tuple[Seed, ...], tuple[RowProblem, ...]]:
    """A person's questions from a CSV file with the column `text` and, if they like, `category` and `region`; and the
    rows that cannot be used. Raises UserError when the file as a whole cannot."""
    if len(data) > MAX_BYTES:
        raise UserError(f"{filename} is larger than {MAX_BYTES // 1_000_000} MB. Split it.")
    records = csv_records(utf8(data, filename), filename, MAX_BYTES)
    header = [name.strip().casefold() for name in next(records, (1, []))[1]]
    if header.count("text") != 1:
        raise UserError(f"{filename} needs one column text with a yes/no question a row.")
    found: list[Seed] = []
    problems: list[RowProblem] = []
    for line, cells in records:
        row = dict.fromkeys(COLUMNS, "") | {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
        text = " ".join(row["text"].split())
        why = unfit(text) or ("It stands there twice." if text in {seed.text for seed in found} else "")
        if why:
            problems.append(RowProblem(line, "text", why))
        else:
            found.append(Seed(f"own-{len(found) + 1}", text, row["category"] or "Own questions", row["region"]))
    return tuple(found), tuple(problems)
