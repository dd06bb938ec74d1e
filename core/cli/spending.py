"""What a run has cost so far, from the ledger of its calls, in words and as JSON tells it."""

from typing import Any

import pandas as pd

from core.cli.output import UNKNOWN, dollars, say, say_table
from core.store import ledger
from core.store.database import Store


def spent(store: Store, run_id: str) -> dict[str, Any]:
    """Calls sent, tokens in and out together, dollars and seconds by the clock; `unpriced` are the models whose price
    is not known: what they cost is not in `cost_usd`."""
    calls, tokens, cost_usd, seconds = ledger.spent(store, run_id)
    table = ledger.spending(store, run_id)
    unpriced = sorted(set(table.loc[table["cost_usd"].isna(), "model"]))
    return {"calls": calls, "tokens": tokens, "cost_usd": cost_usd, "seconds": round(seconds, 3), "unpriced": unpriced}


def cost_words(found: dict[str, Any]) -> str:
    """The cost in what `spent` found."""
    if not found["unpriced"]:
        return dollars(found["cost_usd"])
    return f"{dollars(found['cost_usd'])} + {UNKNOWN}" if found["cost_usd"] else UNKNOWN


def say_spending(store: Store, run_id: str) -> None:
    """A table by model and role; nothing where no call was made."""
    table = ledger.spending(store, run_id)
    if not table.empty:
        header = (
            "model",
            "as",
            "calls",
            "failed",
            "from store",
            "tokens in",
            "tokens out",
            "cost",
            "s a call",
            "calls/s",
        )
        say()
        say_table(header, [_line(row) for row in table.to_dict("records")])


def _line(row: dict[Any, Any]) -> tuple[str, ...]:
    counts = (f"{int(row[name]):,}" for name in ("calls", "failed", "cached", "tokens_in", "tokens_out"))
    cost = dollars(None if pd.isna(row["cost_usd"]) else float(row["cost_usd"]))
    paces = ("-" if pd.isna(row[name]) else f"{row[name]:.2f}" for name in ("latency_s", "calls_per_s"))
    return row["model"], row["role"], *counts, cost, *paces
