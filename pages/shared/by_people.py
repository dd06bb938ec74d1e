"""What lies under scores by people."""

import streamlit as st

from core.analysis.bootstrap import MIN_ITEMS
from pages.shared.denominators import MOST_NAMED
from pages.shared.plain import escape
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
