"""All runs: watch one, stop it, resume it, take its data away."""

import io

import pandas as pd
import streamlit as st

from core.errors import UserError
from core.store import queries
from core.store.queries import RunHead
from pages.shared.parts import start_first_run
from pages.shared.plain import escape, show_error
from pages.shared.resources import manager, run_heads, run_label, store
from pages.shared.watching import live_progress, live_radar, partial_radar, progress, state_of


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
                show_error(error)
            else:
                st.rerun()
        if st.button("Open the radar", icon=":material/radar:"):
            st.switch_page("pages/explore/radar.py", query_params={"run": run_label(head)})


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
            buffer = io.BytesIO()
            frame.to_parquet(buffer, index=False)
            lines = frame.to_json(orient="records", lines=True, date_format="iso", force_ascii=False)
            files = {"CSV": frame.to_csv(index=False).encode("utf-8-sig"), "JSONL": lines.encode()}
            for kind, content in (files | {"Parquet": buffer.getvalue()}).items():
                # Without "ignore" the first download would take the other buttons away.
                st.download_button(kind, content, f"{name}.{kind.lower()}", on_click="ignore")


def draw(heads: list[RunHead]) -> None:
    names = {head.run_id: run_label(head) for head in heads}
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
        st.warning(escape(head.message), icon=":material/info:")
    if failure := store().writer.failure:
        st.error(
            f"The store cannot be written: {escape(failure)}. The answers wait in memory: free space, then resume.",
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
