"""What a run took: calls, tokens, dollars and time, by model and judge, over all its starts."""

import pandas as pd
import streamlit as st

from core.store import ledger
from pages.shared.parts import dollars
from pages.shared.plain import escape
from pages.shared.resources import store


def money(cost: float | None) -> str:
    """A cost in words; what a table holds for an unknown one is not a number."""
    return dollars(None if cost is None or pd.isna(cost) else float(cost))


def clock(seconds: float | None) -> str:
    """A span as 2 h 05 min, 3 min 20 s or 12 s; "" for none."""
    if seconds is None or pd.isna(seconds):
        return ""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return (
        f"{whole // 60} min {whole % 60:02d} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    )


def took(run_id: str) -> None:
    """One row a model and judge, and the whole in a sentence."""
    frame = ledger.spending(store(), run_id)
    if frame.empty:
        return
    number = st.column_config.NumberColumn
    st.dataframe(
        frame.assign(cost_usd=frame["cost_usd"].map(money)),
        hide_index=True,
        column_order=[
            *("model", "role", "calls", "failed", "cached"),
            *("tokens_in", "tokens_out", "cost_usd", "latency_s", "calls_per_s"),
        ],
        column_config={
            "model": st.column_config.Column(width="medium"),
            "role": "as",
            "calls": number("calls sent"),
            "failed": number(help="Sent without an answer; most are tried again."),
            "cached": number("stored replies", help="Calls that were spared: the reply was in the store."),
            "tokens_in": "tokens in",
            "tokens_out": "tokens out",
            "cost_usd": "cost",
            "latency_s": number("seconds a call", format="%.2f"),
            "calls_per_s": number("calls a second", format="%.1f"),
        },
    )
    st.caption(escape(whole(frame, ledger.spent(store(), run_id))))


def whole(frame: pd.DataFrame, spent: tuple[int, int, float, float]) -> str:
    """The bill in one sentence. `frame` is ledger.spending, `spent` ledger.spent of the same run."""
    calls, tokens, cost, seconds = spent
    unknown = frame.loc[frame["cost_usd"].isna(), "model"]
    price = "price unknown" if len(unknown) == len(frame) else money(cost)
    if 0 < len(unknown) < len(frame):
        price += f" without {', '.join(unknown)}, whose price is unknown"
    spared = int(frame["cached"].sum())
    saved = f", {spared:,} more spared by stored replies" if spared else ""
    return f"In all, over every start: {calls:,} calls sent{saved}; {tokens:,} tokens; {price}; {clock(seconds)}."
