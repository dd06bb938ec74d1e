"""How hard a run may press and what it may spend: the choice of it, and how much of it is used."""

import streamlit as st

from core.runs.limits import MOST_AT_ONCE, Limits
from core.runs.manager import stored_limits
from core.store import ledger
from pages.shared.resources import store

_NONE = "no limit"


def choose_limits(usual: Limits, key: str) -> Limits:
    """The limits that a person sets; `key` begins the names of the widgets."""
    a, b, c = st.columns(3, vertical_alignment="bottom")
    at_once = a.number_input(
        "Calls at once, each model",
        1,
        MOST_AT_ONCE,
        usual.at_once,
        key=f"{key}_at_once",
        persist_state="session",
        help="The most calls under way to one hosted model. Fewer are sent by themselves while its provider asks for "
        "it. Models inside this app keep their own pace.",
    )
    provider = b.number_input(
        "Calls at once, each provider",
        1,
        MOST_AT_ONCE,
        usual.provider_at_once,
        key=f"{key}_provider",
        persist_state="session",
        help="Over all its models, and over all runs that go on at the same time.",
    )
    timeout = c.number_input(
        "Seconds for one call",
        1.0,
        3600.0,
        float(usual.timeout_s),
        format="%g",
        key=f"{key}_timeout",
        persist_state="session",
        help="A call that takes longer is given up and tried again.",
    )
    st.caption(
        "Budget: the run ends before it would break one of these. Models and judge count together, over the "
        "run's whole life; a run that has ended goes on once the limit is raised, and nothing is asked twice."
    )
    for name, most in _budget(usual, key).items():
        st.session_state.setdefault(name, most)  # only a field whose own value is empty can be cleared
    a, b, c, d = st.columns(4, vertical_alignment="bottom")
    cost = a.number_input(
        "Cost in dollars",
        0.0,
        None,
        None,
        0.5,
        placeholder=_NONE,
        key=f"{key}_cost",
        persist_state="session",
    )
    tokens = b.number_input(
        "Tokens",
        0,
        None,
        None,
        10_000,
        placeholder=_NONE,
        key=f"{key}_tokens",
        persist_state="session",
        help="Those sent and those answered together.",
    )
    calls = c.number_input(
        "Calls",
        0,
        None,
        None,
        100,
        placeholder=_NONE,
        key=f"{key}_calls",
        persist_state="session",
        help="Requests sent, those that failed too.",
    )
    minutes = d.number_input(
        "Minutes",
        0.0,
        None,
        None,
        5.0,
        placeholder=_NONE,
        format="%g",
        key=f"{key}_minutes",
        persist_state="session",
        help="By the clock, while the run goes on.",
    )
    cache = st.toggle(
        "Use stored replies",
        usual.cache,
        key=f"{key}_cache",
        persist_state="session",
        help="A call that was made before, with the same words and parameters, is not made again.",
    )
    seconds = None if minutes is None else minutes * 60
    return Limits(int(at_once), int(provider), float(timeout), cost, tokens, calls, seconds, cache)


def fill(limits: Limits, key: str) -> None:
    """Put limits into the widgets; only before they are drawn."""
    st.session_state.update(
        {
            f"{key}_at_once": limits.at_once,
            f"{key}_provider": limits.provider_at_once,
            f"{key}_timeout": float(limits.timeout_s),
            f"{key}_cache": limits.cache,
            **_budget(limits, key),
        }
    )


def _budget(limits: Limits, key: str) -> dict[str, float | None]:
    """What the four fields of the budget hold."""
    return {
        f"{key}_cost": _real(limits.max_cost_usd),
        f"{key}_tokens": limits.max_tokens,
        f"{key}_calls": limits.max_calls,
        f"{key}_minutes": _minutes(limits),
    }


def _real(number: float | None) -> float | None:
    """A number as the widget wants it: a plan file may hold 5 for 5.0."""
    return None if number is None else float(number)


def _minutes(limits: Limits) -> float | None:
    return None if limits.max_seconds is None else limits.max_seconds / 60


def has_budget(limits: Limits) -> bool:
    """Whether something limits what the run may spend."""
    return any((limits.max_cost_usd, limits.max_tokens, limits.max_calls, limits.max_seconds))


def budget_used(run_id: str) -> None:
    """One bar for each limit that the run has."""
    limits = stored_limits(store(), run_id)
    calls, tokens, dollars, seconds = ledger.spent(store(), run_id)
    bars = (
        (limits.max_cost_usd, dollars, f"${dollars:,.4f} of ${limits.max_cost_usd or 0:,.2f}"),
        (limits.max_tokens, tokens, f"{tokens:,} of {limits.max_tokens or 0:,} tokens"),
        (limits.max_calls, calls, f"{calls:,} of {limits.max_calls or 0:,} calls sent"),
        (limits.max_seconds, seconds, f"{seconds / 60:,.1f} of {(limits.max_seconds or 0) / 60:,.1f} minutes"),
    )
    shown = [(min(used / most, 1.0), words) for most, used, words in bars if most]
    if shown:
        for place, (share, words) in zip(st.columns(len(shown)), shown, strict=True):
            place.progress(share, f"Budget: {words.replace('$', chr(92) + '$')}")
