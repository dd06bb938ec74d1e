"""What failed in a run, by cause, with what to do about it."""

import streamlit as st

from core.runs.remedies import Failure, failures
from core.store import ledger, queries
from pages.shared.resources import store

NAMED = 3


def failed(run_id: str, going: bool) -> None:
    """Every cause with its remedy, then the words of those who failed. `going`: the run is not over."""
    errors, causes = queries.errors(store(), run_id), ledger.causes(store(), run_id)
    found = failures(errors, causes)
    if not found:
        return
    st.subheader("What failed")
    for failure in found:
        with st.container(border=True):
            st.markdown(f"**{failure.remedy.cause}**")
            st.text(counted(failure, going))
            st.caption(failure.remedy.todo)
    if not errors.empty:
        with st.expander("In the words of those who failed", icon=":material/format_quote:"):
            st.dataframe(errors, hide_index=True)


def counted(failure: Failure, going: bool) -> str:
    """How often, and with whom."""
    parts = []
    if failure.missing:
        parts.append(f"{failure.missing:,} {'answers are' if failure.missing > 1 else 'answer is'} missing")
    if failure.requests:
        over = not (going or failure.missing or failure.kind == "filtered")
        later = ", and the answers came later" if over else ""
        parts.append(f"{failure.requests:,} {'requests' if failure.requests > 1 else 'request'} failed{later}")
    more = len(failure.models) - NAMED
    names = ", ".join(failure.models[:NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"{' · '.join(parts)} · {names}"
