"""All runs: watch one, change its pace, stop it, go on with it, take its data away."""

import streamlit as st

from core.store import queries
from core.store.queries import RunHead
from pages.shared.archiving import bring_archive
from pages.shared.parts import start_first_run
from pages.shared.plain import escape
from pages.shared.readings import live_reading, show_readings
from pages.shared.resources import every_run, manager, run_label, store
from pages.shared.run_actions import controls, limits, stored_replies
from pages.shared.run_details import DRAWN, details, list_runs
from pages.shared.watching import live_progress, live_radar, partial_radar, progress


def choose(heads: list[RunHead]) -> RunHead:
    """The run to look at: by its row in the table or by its name, which the URL keeps."""
    names = {head.run_id: run_label(head) for head in heads}
    wanted = st.query_params.get("watch")
    if st.session_state.get("watch") not in names and wanted not in names.values():
        st.session_state["watch"] = heads[0].run_id
        if wanted and DRAWN not in st.session_state:  # later it is the address of a run that was deleted here
            st.info(
                f"There is no run “{escape(wanted)}” in this store; this is the newest.", icon=":material/link_off:"
            )
    table = st.container()
    chosen = st.selectbox(
        "Run",
        list(names),
        index=None,  # so that the URL names the run even when it is the newest
        format_func=lambda key: names.get(key, key),
        key="watch",
        bind="query-params",
        persist_state="session",
    )
    run_id = str(chosen or heads[0].run_id)
    with table:
        list_runs(heads, run_id)
    return queries.run(store(), run_id)


def look_at(head: RunHead, heads: list[RunHead]) -> None:
    """One run: what can be done with it, how far it is, what failed, what it is made of."""
    controls(head)
    if head.message:
        st.warning(escape(head.message), icon=":material/info:")
    if failure := store().writer.failure:
        st.error(
            f"The store cannot be written: {escape(failure)}. The answers wait in memory: free space, then resume.",
            icon=":material/database_off:",
        )
    limits(head)
    if manager().running(head.run_id) and head.state != "running":
        live_reading(head.run_id)
        progress(head)
    elif manager().running(head.run_id):
        live_progress(head.run_id)
        live_radar(head.run_id)
    else:
        progress(head)
        partial_radar(head)
        show_readings(head)
    details(head, [other for other in heads if other.run_id != head.run_id])


st.title("Runs")
every = every_run()
if every:
    look_at(choose(every), every)
    bring_archive()
    stored_replies()
else:
    st.info("There are no runs yet.", icon=":material/hourglass_empty:")
    if st.button("Evaluate the embedded model", type="primary", icon=":material/play_arrow:"):
        start_first_run()
    bring_archive()
