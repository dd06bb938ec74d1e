"""How many raters a study needs."""

import pandas as pd
import streamlit as st

from core.analysis.portrait.planner import PUBLISHED_RATERS, half_width, passing, raters_for, raters_for_rho
from core.analysis.portrait.study import RULE

STRENGTHS = (0.2, 0.3, 0.4, 0.5)


def show_planner() -> None:
    """Everything of this part of the page."""
    a, b = st.columns(2)
    width = float(a.slider("Half-width of the interval", 0.05, 0.4, 0.15, 0.01, key="plan_width"))
    rho = float(b.slider("ρ that you expect", 0.0, 0.9, 0.3, 0.05, key="plan_rho"))
    with st.container(horizontal=True):
        st.metric("Raters, in points of ρ", f"{raters_for_rho(rho, width):,}", border=True)
        st.metric("Raters, on Fisher's z", f"{raters_for(width):,}", border=True)
    st.caption("95 % intervals after Bonett and Wright; on Fisher's z, n = 3 + (1.06 z / w)² for any ρ up to .5.")
    published = half_width(0.3, PUBLISHED_RATERS)
    st.warning(
        f"{PUBLISHED_RATERS} raters an item, as in the published bank, give ρ = .30 an interval of ± {published:.2f}.",
        icon=":material/straighten:",
    )
    st.subheader("Will an item pass?")
    raters = int(st.number_input("Raters", 30, 100_000, 150, key="plan_raters"))
    rows = pd.DataFrame(
        {
            "true ρ": STRENGTHS,
            "probability to pass": [passing(each, raters, RULE.min_rho, RULE.above, RULE.level) for each in STRENGTHS],
            "interval ±": [half_width(each, raters) for each in STRENGTHS],
        }
    )
    config = {name: st.column_config.NumberColumn(format="%.2f") for name in rows.columns}
    st.dataframe(rows, hide_index=True, column_config=config)
    said = f"Never below {RULE.min_n} raters. " if raters < RULE.min_n else ""
    st.caption(
        f"{said}By ρ and its interval alone; the false discovery rate and the other values make it less. An item whose "
        f"true ρ is {RULE.min_rho:g} passes half of the time, however many rate it."
    )
