"""People's labels as a yardstick: the readings of a run measured on them, and how far labellers agree."""

import streamlit as st

from core.errors import UserError
from core.runs.people import labellers_agree
from core.runs.people_bench import measure_readings
from core.runs.reader_agreement import ValueAgreement
from core.store import labels, queries
from pages.shared.agreeing import agreement_table
from pages.shared.measuring import MEASURED
from pages.shared.plain import show_error
from pages.shared.resources import run_label, store


def people_as_yardstick() -> None:
    """The runs that people labelled: measure their readings on the labels, and how far labellers agree."""
    st.header("Measured on people's labels here")
    runs = labels.labelled_runs(store())
    if not runs:
        st.info("Nobody has labelled an answer in this store yet.", icon=":material/rate_review:")
        st.page_link("pages/methods/label.py", label="Label answers", icon=":material/rate_review:")
        return
    heads = {run_id: queries.run(store(), run_id) for run_id in runs}
    run_id = st.selectbox("Labelled run", runs, format_func=lambda key: run_label(heads[key]), key="quality_people")
    found = labels.progress(store(), run_id)
    st.caption(
        f"{found.labelled:,} of {found.answers:,} answers labelled by {found.labellers}, {found.sampled:,} of them as "
        f"a random sample, {found.twice:,} by two or more."
    )
    every = st.toggle("Also answers that were not drawn at random", key="quality_every", help="They may be harder.")
    if st.button("Measure its readings on these labels", type="primary", icon=":material/straighten:"):
        try:
            with st.spinner("Computing intervals…"):
                measure_readings(store(), run_id, every)
        except UserError as error:
            show_error(error)
        else:
            st.session_state[MEASURED] = True
            st.rerun()
    rows = _labellers(str(store().path), run_id, labels.version(store(), [run_id]))
    if rows:
        st.markdown("**How far the labellers agree with each other**")
        agreement_table(heads[run_id], rows)
    else:
        st.caption("Only one person has labelled this run: how far people agree on it cannot be told.")


@st.cache_data(max_entries=4, show_spinner="Comparing the labellers…")
def _labellers(path: str, run_id: str, version: str) -> list[ValueAgreement]:
    return labellers_agree(store(), run_id)
