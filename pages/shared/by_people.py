"""What lies under scores by people, and how people's labels are used as a yardstick."""

import streamlit as st

from core.analysis.bootstrap import MIN_ITEMS
from core.errors import UserError
from core.runs.people import labellers_agree
from core.runs.people_bench import measure_readings
from core.runs.reader_agreement import ValueAgreement
from core.store import labels, queries
from pages.shared.agreeing import agreement_table
from pages.shared.denominators import MOST_NAMED
from pages.shared.measuring import MEASURED
from pages.shared.plain import escape, show_error
from pages.shared.resources import run_label, store
from pages.shared.sidebar import View


def people_note(view: View) -> None:
    """Whose reading the scores are, unless the machine's: how many labels lie under them, and which do not count."""
    found = view.results.labels
    if found is None:
        return
    how = (
        "the machine's readings of all answers, put right by how far they are off on those that people read "
        "(prediction-powered inference); intervals hold the uncertainty of the correction"
        if view.results.by == "corrected"
        else "from the answers that people read, without the machine's"
    )
    said = f"{found.answers:,} answers drawn at random, read by {found.labellers} labeller{'s'[: found.labellers != 1]}"
    more = "; of several for one answer the majority counts" if found.labellers > 1 else ""
    left = f" {found.left_out:,} labelled answers were no random draws, and do not count." if found.left_out else ""
    st.caption(f":material/rate_review: **Scores by people**: {how}. {said}{more}.{left}")
    scores = view.results.raw
    few = [model for model, n in zip(scores.models, scores.n_items.min(axis=1), strict=True) if n < MIN_ITEMS]
    if few:
        st.warning(
            f"n too small: {_named(few)} need labels on {MIN_ITEMS} scenarios or more for an interval and a rank.",
            icon=":material/hourglass_bottom:",
        )
    if found.unlabelled:
        st.caption(f"Without labels, so without scores: {_named(found.unlabelled)}.")


def _named(models: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(models) - MOST_NAMED} others" if len(models) > MOST_NAMED else ""
    return escape(", ".join(models[:MOST_NAMED])) + more


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
