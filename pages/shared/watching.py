"""How far a run is, as the Runs page shows it: counts and the radar so far, drawn again while the run goes on."""

import streamlit as st

from core.charts.radar import radar
from core.charts.style import model_colours, model_dashes
from core.store import queries
from core.store.queries import RunHead
from core.values.system import system
from pages.shared.parts import RADAR_CONFIG, dollars
from pages.shared.resources import manager, models_in_order, results, store

TICK_S = 1.0
RADAR_TICK_S = 3.0  # drawing costs the core that the embedded model could use
MOST_SHOWN = 5


def state_of(head: RunHead) -> str:
    """The stored state; a run that no thread carries out is interrupted, whatever the store says."""
    return "interrupted" if head.state == "running" and not manager().running(head.run_id) else head.state


def progress(head: RunHead) -> None:
    """Counts per model, drawn again every second while the run goes on."""
    frame = queries.progress(store(), head.run_id)
    done = int(frame[["ok", "refused", "unparsed", "filtered", "error"]].to_numpy().sum())
    state = state_of(queries.run(store(), head.run_id))
    st.progress(min(done / max(head.planned, 1), 1.0), f"{done:,} of {head.planned:,} calls · {state}")
    if frame.empty:
        st.caption("Loading the model; the first answer takes a few seconds.")
        return
    table = frame.assign(cost_usd=frame["cost_usd"].map(dollars))
    st.dataframe(
        table,
        hide_index=True,
        column_order=[
            "model",
            "ok",
            "refused",
            "unparsed",
            "filtered",
            "error",
            "read",
            "unreadable",
            "latency_s",
            "tokens_in",
            "tokens_out",
            "cost_usd",
        ],
        column_config={
            "ok": "answered",
            "error": "failed",
            "read": st.column_config.NumberColumn("values read"),
            "tokens_in": "tokens in",
            "tokens_out": "tokens out",
            "latency_s": st.column_config.NumberColumn("seconds a call", format="%.2f"),
            "cost_usd": "cost",
        },
    )


def partial_radar(head: RunHead) -> None:
    """The radar as far as it is known."""
    if not head.recogniser:
        st.caption("Nothing reads values in this run: its answers are under Scenarios once it is read.")
        return
    found = results([head.run_id], head.system, head.measure, at_stake=False)
    if not found.raw.models:
        return
    order = models_in_order()
    models = [model for model in order if model in found.raw.models][:MOST_SHOWN]
    n = int(found.raw.n_items.max())
    figure = radar(found.raw.only(models), system(head.system).names, model_colours(order), model_dashes(order))
    st.plotly_chart(figure, config=RADAR_CONFIG, key="partial", alt="Radar of the values read so far")
    going = manager().running(head.run_id)
    st.caption(f"{'So far' if going else 'Read'}: n = {n} scenarios. Bands (95 %) appear from 8 scenarios on.")


@st.fragment(run_every=TICK_S)
def live_progress(run_id: str) -> None:
    progress(queries.run(store(), run_id))
    if not manager().running(run_id):
        st.rerun()


@st.fragment(run_every=RADAR_TICK_S)
def live_radar(run_id: str) -> None:
    partial_radar(queries.run(store(), run_id))
