"""The published bank's figures, read once, and small banks made up for tests."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from core.analysis.portrait.answers import Answers
from core.interchange.portrait import read_portrait
from core.items.bank import PUBLISHED, VARIATIONS, BankItem, Correlations, ItemBank
from core.items.bank_read import BankRead
from core.items.dimensions import IDS
from core.runs.bank_build import Rated, build, published_answers, rated


@dataclass(frozen=True, eq=False)
class Published:
    read: BankRead
    people: Rated
    bank: ItemBank
    answers: Answers


@cache
def published(folder: Path) -> Published:
    read = read_portrait(folder / "portrait", "published")
    people = rated(read)
    assert people is not None
    bank = build(read, "published", people)
    return Published(read, people, bank, published_answers(bank, read.answers))


def made_bank(queries: int = 10, per_query: int = 4, seed: int = 0, validated: bool = True) -> ItemBank:
    """Items whose correlations are drawn at random, so that each dimension has some tags."""
    rng = np.random.default_rng(seed)
    items = tuple(
        BankItem(f"q{q}", str(o), "", f"Situation {q}", f"Response {q}.{o}", expresses=(IDS[(q + o) % 10],))
        for q in range(queries)
        for o in range(per_query)
    )
    rho = rng.uniform(-0.6, 0.6, (len(items), len(IDS)))
    found = Correlations(rho, np.full_like(rho, 0.01), np.full(len(items), 45))
    return ItemBank("made", "Made", items, validated, {PUBLISHED: found} if validated else {})


def made_answers(values: np.ndarray, names: tuple[str, ...] = ()) -> Answers:  # type: ignore[type-arg]
    """Answers (M x I x V) of models that were asked everything."""
    asked = np.ones(values.shape, dtype=bool)
    return Answers(names or tuple(f"m{n}" for n in range(len(values))), values, ~asked, asked)


def random_answers(bank: ItemBank, models: int = 3, seed: int = 1) -> Answers:
    rng = np.random.default_rng(seed)
    return made_answers(rng.integers(1, 7, (models, len(bank.items), len(VARIATIONS))).astype(float))
