"""Plan an evaluation, see what it will take, and start it."""

import pandas as pd
import streamlit as st

from core.errors import UserError
from core.models.registry import check_spec
from core.runs.estimate import estimate
from core.runs.plan import Plan, check
from pages.shared.parts import dollars, watch
from pages.shared.plain import distinct, escape, show_error
from pages.shared.planning import choose_details, choose_models, choose_recogniser, suites
from pages.shared.resources import manager, store


def preview(plan: Plan) -> None:
    """What the plan will take."""
    rows = estimate(plan, store())
    table = pd.DataFrame(
        {
            "model": [row.name for row in rows],
            "calls": [row.calls for row in rows],
            "tokens in": [row.tokens_in for row in rows],
            "tokens out": [row.tokens_out for row in rows],
            "seconds": [round(row.seconds) for row in rows],
            "cost": [dollars(row.cost_usd) for row in rows],
            "basis": ["measured here" if row.measured else "rule of thumb" for row in rows],
        }
    )
    st.dataframe(table, hide_index=True)
    known = sum(row.cost_usd or 0.0 for row in rows)
    unknown = [row.name for row in rows if row.cost_usd is None]
    total = dollars(known) + (f" and what {', '.join(unknown)} costs (price unknown)" if unknown else "")
    calls, seconds = sum(row.calls for row in rows), max((row.seconds for row in rows), default=0)
    st.text(f"{calls:,} calls, about {_duration(seconds)}, {total}.")


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 1):.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


st.title("Launch an evaluation")
available = suites()
names = distinct({key: f"{suite.name} ({len(suite.items)})" for key, suite in available.items()})
key = st.selectbox(
    "Scenarios",
    list(names),
    key="suite",
    bind="query-params",
    persist_state="session",
    format_func=lambda key: names.get(key, key),
)
suite = available[str(key)]
st.caption(escape(suite.description) or "A suite of your own.")
specs = choose_models()
recogniser, judge_base = choose_recogniser(suite)
embedded_only = bool(specs) and all(spec.name.startswith(("embedded/", "simulated/")) for spec in specs)
variations, epochs, probes, asking = choose_details(embedded_only, suite)
name = st.text_input("Name of the run", f"{suite.name}", max_chars=120)
try:
    plan = check(Plan(name, suite, specs, variations, epochs, probes, recogniser, judge_base, asking))
    for spec in specs:
        check_spec(spec)
except UserError as error:
    st.warning(escape(str(error)), icon=":material/edit:")
    st.stop()
preview(plan)
if st.button("Evaluate", type="primary", icon=":material/play_arrow:"):
    try:
        run_id = manager().start(plan)
    except UserError as error:
        show_error(error)
    else:
        watch(run_id)
