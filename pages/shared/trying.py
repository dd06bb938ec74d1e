"""What a plan will take: an estimate, and a pilot that measures it on a few scenarios."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from core.errors import UserError
from core.models.failures import missing_keys
from core.runs.estimate import PILOT as PILOT_BASIS
from core.runs.estimate import PILOT_ITEMS, Estimate, Whole, estimate, pilot_plan, too_small, whole
from core.runs.limits import BUDGETS, Limits
from core.runs.manager import judge_of
from core.runs.plan import Plan
from core.store import queries
from core.store.queries import RunHead
from pages.shared.parts import dollars
from pages.shared.plain import escape, show_error
from pages.shared.resources import PILOT, every_run, manager, store
from pages.shared.watching import TICK_S, done_of, redraw_page, state_of


def pilot_of(plan: Plan) -> RunHead | None:
    """The newest pilot of this very plan; what a pilot does not depend on, such as the epochs, may differ."""
    wanted = pilot_plan(plan)
    body = json.loads(replace(wanted, name="").to_json())
    for head in every_run():
        if head.kind == PILOT and head.suite_hash == wanted.suite.hash and json.loads(head.plan) | {"name": ""} == body:
            return head
    return None


def try_first(plan: Plan, limits: Limits, pilot: RunHead | None) -> None:
    """The button that starts the pilot."""
    going = pilot is not None and manager().running(pilot.run_id)
    few = min(PILOT_ITEMS, len(plan.suite.items))
    label = f"Try {few} scenarios first" if pilot is None else f"Try {few} scenarios again"
    if st.button(
        label,
        icon=":material/science:",
        disabled=going,
        help="Measures what the whole will take. The replies are stored, so the whole does not pay for them again.",
    ):
        try:
            manager().pilot(plan, limits)
        except UserError as error:
            show_error(error)
        else:
            st.rerun()


def tried(pilot: RunHead, rows: Sequence[Estimate]) -> None:
    """How the pilot is going, or went; `rows` are the estimate that it led to."""
    if manager().running(pilot.run_id):
        _live(pilot.run_id)
    elif state_of(pilot) != "done":
        said = escape(pilot.message) or "It did not come to its end."
        st.warning(f"The trial ended as {state_of(pilot)}. {said} Runs shows what failed.", icon=":material/science:")
    elif not any(row.basis == PILOT_BASIS for row in rows):
        st.caption("The trial went well; simulated respondents take no tokens, so there was nothing to measure.")
    else:
        st.caption("Measured on a few scenarios: the rows whose basis is “pilot”.")


@st.fragment(run_every=TICK_S)
def _live(run_id: str) -> None:
    _, done = done_of(run_id)
    planned = queries.run(store(), run_id).planned
    st.progress(done / max(planned, 1), f"Trying: {done:,} of {planned:,} calls")
    if not manager().running(run_id):
        redraw_page()


@st.cache_data(max_entries=8, show_spinner="Estimating…")
def _rows(path: str, plan: str, suite: str, limits: Limits, pilot: str, commits: int, _plan: Plan) -> list[Estimate]:
    return estimate(_plan, store(), limits, manager().cache, pilot)


def preview(plan: Plan, limits: Limits, pilot: RunHead | None) -> list[Estimate]:
    """What the plan will take, by model; and what will keep it from its end."""
    measured = pilot.run_id if pilot and not manager().running(pilot.run_id) else ""
    writer = store().writer
    rows = _rows(str(store().path), plan.to_json(), plan.suite.hash, limits, measured, writer.commits, plan)
    table = pd.DataFrame(
        {
            "model": [row.name for row in rows],
            "as": [row.role for row in rows],
            "calls": [row.calls for row in rows],
            "stored": [row.stored for row in rows],
            "tokens in": [row.tokens_in for row in rows],
            "tokens out": [row.tokens_out for row in rows],
            "seconds": [round(row.seconds) for row in rows],
            "cost": [dollars(row.cost_usd) for row in rows],
            "basis": [row.basis for row in rows],
        }
    )
    stored = st.column_config.NumberColumn(
        "stored replies",
        help="Calls that have a stored reply: they cost nothing "
        "and are not in the figures beside. Empty where they were not counted.",
    )
    st.dataframe(
        table, hide_index=True, column_config={"model": st.column_config.Column(width="medium"), "stored": stored}
    )
    sums = whole(rows)
    st.text(summary(sums))
    if below := [BUDGETS[name] for name in too_small(limits, sums)]:
        st.warning(
            f"By this estimate the run will stop at its limit on {' and '.join(below)} before its end. It can go on "
            "from there with another limit.",
            icon=":material/money_off:",
        )
    for sentence in missing_keys([*plan.models, *judge_of(plan)]):
        st.warning(escape(sentence), icon=":material/key_off:")
    return rows


def summary(sums: Whole) -> str:
    """The estimate in one sentence."""
    unpriced = f" and what {', '.join(sums.unpriced)} costs (price unknown)" if sums.unpriced else ""
    spared = f" ({sums.stored:,} of them have a stored reply)" if sums.stored else ""
    return f"{sums.calls:,} calls{spared}, about {duration(sums.seconds)}, {dollars(sums.cost_usd)}{unpriced}."


def duration(seconds: float) -> str:
    """A time in words."""
    if seconds < 1.5:
        return "a second"
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
