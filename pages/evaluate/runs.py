"""All runs: watch one, stop it, resume it, take its data away."""

import io

import pandas as pd
import streamlit as st

from core.charts.radar import radar
from core.charts.style import model_colours, model_dashes
from core.errors import UserError
from core.store import queries
from core.store.queries import RunHead
from core.values.system import system
from pages.shared.parts import RADAR_CONFIG, start_first_run
from pages.shared.resources import manager, models_in_order, results, run_heads, store

TICK_S = 1.0
RADAR_TICK_S = 3.0  # drawing costs the core that the embedded model could use
MOST_SHOWN = 5


def state_of(head: RunHead) -> str:
    """The stored state; a run that no thread carries out is interrupted, whatever the store says."""
    return "interrupted" if head.state == "running" and not manager().running(head.run_id) else head.state


def list_runs(heads: list[RunHead]) -> None:
    frame = pd.DataFrame(
        {
            "run": [head.run_id for head in heads],
            "name": [head.name for head in heads],
            "state": [state_of(head) for head in heads],
            "planned": [head.planned for head in heads],
            "value system": [head.system for head in heads],
            "read by": [head.recogniser or "nobody" for head in heads],
            "started (UTC)": [head.started_at for head in heads],
        }
    )
    st.dataframe(frame, hide_index=True)


def controls(head: RunHead) -> None:
    going = manager().running(head.run_id)
    with st.container(horizontal=True):
        if st.button("Stop", icon=":material/stop:", disabled=not going):
            manager().stop(head.run_id)
            st.toast("Stopping after the calls that are under way.")
        if st.button("Resume", icon=":material/resume:", disabled=going or state_of(head) == "done"):
            try:
                manager().resume(head.run_id)
            except UserError as error:
                st.error(str(error))
            else:
                st.rerun()
        if st.button("Open the radar", icon=":material/radar:"):
            st.session_state["run"] = head.run_id
            st.switch_page("pages/explore/radar.py")


def progress(head: RunHead) -> None:
    """Counts per model, drawn again every second while the run goes on."""
    frame = queries.progress(store(), head.run_id)
    done = int(frame[["ok", "refused", "unparsed", "filtered", "error"]].to_numpy().sum())
    state = state_of(queries.run(store(), head.run_id))
    st.progress(min(done / max(head.planned, 1), 1.0), f"{done:,} of {head.planned:,} calls · {state}")
    if frame.empty:
        st.caption("Loading the model; the first answer takes a few seconds.")
        return
    table = frame.assign(cost_usd=frame["cost_usd"].map(lambda cost: f"${cost:.4f}"))
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
    st.caption(f"{'So far' if going else 'Read'}: {n} scenarios. Bands (95 %) appear from 8 scenarios on.")


@st.fragment(run_every=TICK_S)
def live_progress(run_id: str) -> None:
    progress(queries.run(store(), run_id))
    if not manager().running(run_id):
        st.rerun()


@st.fragment(run_every=RADAR_TICK_S)
def live_radar(run_id: str) -> None:
    partial_radar(queries.run(store(), run_id))


def details(head: RunHead) -> None:
    found = queries.errors(store(), head.run_id)
    if not found.empty:
        st.subheader("What failed")
        st.dataframe(found, hide_index=True)
    with st.expander("Plan", icon=":material/description:"):
        st.json(head.plan, expanded=1)
    with st.expander("Export", icon=":material/download:"):
        if st.button("Prepare the files"):
            frame = queries.export(store(), head.run_id)
            name = f"run-{head.run_id}"
            st.download_button("CSV", frame.to_csv(index=False).encode("utf-8-sig"), f"{name}.csv", "text/csv")
            lines = frame.to_json(orient="records", lines=True, date_format="iso", force_ascii=False)
            st.download_button("JSONL", lines.encode(), f"{name}.jsonl", "application/jsonl")
            buffer = io.BytesIO()
            frame.to_parquet(buffer, index=False)
            st.download_button("Parquet", buffer.getvalue(), f"{name}.parquet")


def draw(heads: list[RunHead]) -> None:
    names = {head.run_id: f"{head.run_id} · {head.name}" for head in heads}
    if st.session_state.get("watch") not in names and st.query_params.get("watch") not in names.values():
        st.session_state["watch"] = heads[0].run_id
    chosen = st.selectbox(
        "Run",
        list(names),
        index=None,  # so that the URL names the run even when it is the newest
        format_func=lambda key: names.get(key, key),
        key="watch",
        bind="query-params",
        persist_state="session",
    )
    head = queries.run(store(), str(chosen or heads[0].run_id))
    controls(head)
    if head.message:
        st.warning(head.message, icon=":material/info:")
    if store().writer.failure:
        st.error(
            f"The store cannot be written: {store().writer.failure}. The answers wait in memory: free some space, "
            "then resume.",
            icon=":material/database_off:",
        )
    if manager().running(head.run_id):
        live_progress(head.run_id)
        live_radar(head.run_id)
    else:
        progress(head)
        partial_radar(head)
    details(head)
    st.subheader("All runs")
    list_runs(heads)


st.title("Runs")
every = run_heads()
if every:
    draw(every)
else:
    st.info("There are no runs yet.", icon=":material/hourglass_empty:")
    if st.button("Evaluate the embedded model", type="primary", icon=":material/play_arrow:"):
        start_first_run()
