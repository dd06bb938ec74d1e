"""Schwartz's seven cultural orientations: another instrument, shown for what it is and never turned into weights."""

import pandas as pd
import streamlit as st

from core.values.cultures import ORIENTATION_NAMES, orientations
from pages.shared.parts import downloads

st.title("Seven cultural orientations")
st.markdown(
    "Schwartz's other theory describes *cultures*, not persons, by seven orientations, from samples of teachers and "
    "students in the years 1988 to 2000. They come from another questionnaire on another scale (-1 to 7) and cannot be "
    "turned into weights for the ten values: tried on countries with both, the conversion failed."
)
samples = orientations()
table = pd.DataFrame([one.scores for one in samples], columns=list(ORIENTATION_NAMES))
table.insert(0, "sample", [one.name for one in samples])
table["note"] = ["mean of two samples" if one.average else "" for one in samples]
chosen = st.multiselect("Samples", table["sample"].tolist(), key="samples", bind="query-params", placeholder="All")
shown = table[table["sample"].isin(chosen)] if chosen else table
figures = dict.fromkeys(ORIENTATION_NAMES, st.column_config.NumberColumn(format="%.2f"))
st.dataframe(shown, hide_index=True, height=520, column_config=figures)
st.caption(f"{samples[0].source}. {samples[0].years}. Only samples with figures are listed: other countries are blank.")
downloads(shown, "orientations")
