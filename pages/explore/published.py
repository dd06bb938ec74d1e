"""What the official Value Compass site published, shown as published, beside one's own runs."""

import streamlit as st

from core.store import editions
from core.store.editions import Edition
from pages.shared.plain import escape
from pages.shared.published import show_scores
from pages.shared.published_cases import show_cases
from pages.shared.published_import import show_import
from pages.shared.published_map import show_map
from pages.shared.resources import store

IMPORT = "Import"
PARTS = {"Scores": show_scores, "Heat map": show_map, "Cases": show_cases}


def choose(found: list[Edition]) -> Edition:
    """The edition that is shown."""
    names = {f"{one.name} · {one.label} · {one.edition_id[:6]}": one for one in found}
    chosen = st.selectbox("Published results", list(names), key="edition", bind="query-params", persist_state="session")
    return names[str(chosen)]


st.title("Published results")
st.markdown(
    "The figures of the official Value Compass site (arXiv 2501.07071), read from your own copy. They are "
    "**published**: others measured them, once, with instruments of their own. Nothing here is computed from your "
    "runs, and nothing of it enters their scores."
)
found = editions.editions(store())
if not found:
    st.info("Nothing has been imported yet.", icon=":material/hourglass_empty:")
    show_import(None)
else:
    edition = choose(found)
    st.badge(edition.label, icon=":material/public:", color="gray")
    st.caption(escape(f"{edition.models} models. {edition.licence}"))
    part = st.segmented_control(
        "Show", [*PARTS, IMPORT], default="Scores", required=True, key="part", bind="query-params", wrap=True
    )
    if part == IMPORT:
        show_import(edition)
    else:
        PARTS[str(part)](edition)
