"""The catalogue of models, whose keys are set, and a test call."""

import pandas as pd
import streamlit as st

from core.models.base import ModelSpec
from core.models.catalogue import key_status, search
from core.models.probe import Probe, test_model
from pages.shared.resources import manager

TIMEOUT_S = 120.0


def key_text(name: str) -> str:
    """Whether the key a model needs is set; never the key."""
    status = key_status(name)
    if status.variable is None:
        return "no key needed" if name.startswith(("embedded/", "simulated/")) else "not known"
    return f"{status.variable} is {'set' if status.present else 'missing'}"


def outcome(probe: Probe) -> None:
    """What one call brought."""
    if not probe.ok:
        st.error("The call failed.", icon=":material/error:")
        st.text(probe.error or "")
        return
    st.success("The model answers.", icon=":material/check:")
    with st.container(horizontal=True):
        st.metric("Seconds", f"{probe.latency_s:.2f}", border=True)
        st.metric("Tokens in", "unknown" if probe.tokens_in is None else probe.tokens_in, border=True)
        st.metric("Tokens out", "unknown" if probe.tokens_out is None else probe.tokens_out, border=True)
    st.text(probe.text)


st.title("Models")
query = st.text_input("Search", key="model_query", bind="query-params", placeholder="openai, llama, embedded …")
entries = search(query or "")
st.dataframe(
    pd.DataFrame(
        {
            "name": [entry.name for entry in entries],
            "label": [entry.label for entry in entries],
            "provider": [entry.provider for entry in entries],
            "kind": [entry.kind for entry in entries],
            "key": [key_text(entry.name) for entry in entries],
            "note": [entry.note for entry in entries],
        }
    ),
    hide_index=True,
    height=360,
)
st.caption(
    "Any other LiteLLM name works too. Keys are read from environment variables; they are never stored or shown."
)
st.subheader("Test a model")
with st.form("test"):
    name = st.selectbox("Model", [entry.name for entry in search("")], accept_new_options=True)
    base = st.text_input("Server address (optional)", placeholder="http://localhost:8000/v1")
    asked = st.form_submit_button("Test this model: one call", icon=":material/bolt:")
if asked and name:
    local = name.startswith(("embedded/", "simulated/"))
    st.caption(f"Key: {key_text(name)}")
    with st.spinner("Calling…", show_time=True):
        try:
            outcome(manager().call(test_model(ModelSpec(name.strip(), None if local else base or None)), TIMEOUT_S))
        except TimeoutError:
            st.error(f"No answer within {TIMEOUT_S:.0f} seconds.")
