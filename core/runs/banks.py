"""Importing a bank whole: build it, compute what takes long, check it against what was published, keep it."""

from collections.abc import Callable

import pandas as pd

from core.analysis.portrait.chance import PERMUTATIONS
from core.errors import UserError
from core.items.bank import ItemBank
from core.items.bank_read import BankRead
from core.items.dimensions import IDS
from core.items.files import slug
from core.runs.bank_build import build, figures, published_answers, rated
from core.runs.bank_checks import checks
from core.store import banks
from core.store.database import Store


def import_bank(
    store: Store,
    read: BankRead,
    keep_good: bool = False,
    permutations: int = PERMUTATIONS,
    progress: Callable[[str], None] = lambda _: None,
) -> ItemBank:
    """The bank, kept in the store; one of the same name is replaced. Raises UserError, with nothing kept, when rows
    cannot be used and `keep_good` does not say to go on without them. Seconds; `progress` is told what is done."""
    if read.problems and not keep_good:
        raise UserError(
            f"{read.name}: {len(read.problems)} rows cannot be used, the first: {read.problems[0]} Nothing was kept. "
            "Mend the files, or import the good rows alone."
        )
    progress("correlations")
    people = rated(read)
    bank = build(read, slug(read.name), people)
    progress("what chance would tag, and held-out validity")
    found = figures(people, permutations)
    progress("comparison with the published figures")
    answers = published_answers(bank, read.answers)
    rows = [banks.CheckRow(each.name, each.ok, each.sentence) for each in checks(read, bank, people, answers)]
    progress("keeping it")
    table = pd.DataFrame({"dimension": IDS} | vars(found))
    banks.save_bank(store, bank, read, table, rows)
    return bank
