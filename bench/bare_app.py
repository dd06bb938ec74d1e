"""The least that a page with a slider and a chart can be: what bench_dashboard compares the app's pages to."""

import plotly.graph_objects as go
import streamlit as st

st.title("Bare")
weight = st.slider("Weight", 0, 100, 50)
st.plotly_chart(go.Figure(go.Bar(x=[weight, 20, 30], y=["a", "b", "c"], orientation="h")), key="bars")
