"""How the calls of a run ended, in the words that are printed."""

import pandas as pd

from core.methods.base import OUTCOMES
from core.store import queries
from core.store.database import Store


def counts(store: Store, run_id: str) -> pd.DataFrame:
    """One row a model of the run: model, calls by how they ended (the words of OUTCOMES), and `read` and `unreadable`,
    the answers in which values were, or could not be, recognised."""
    return queries.progress(store, run_id).rename(columns=OUTCOMES)[["model", *OUTCOMES.values(), "read", "unreadable"]]


def totals(store: Store, run_id: str) -> dict[str, int]:
    """The sums of `counts` over the models."""
    return {str(name): int(total) for name, total in counts(store, run_id).drop(columns="model").sum().items()}


def ended(total: dict[str, int]) -> int:
    """The calls that have ended, however they did."""
    return sum(total[outcome] for outcome in OUTCOMES.values())
