"""Questions that evolve to tell models' values apart: start a search, watch it, read what it found."""

import streamlit as st

from core.runs.evolved import evolved
from core.store import searches
from core.store.searches import SearchHead
from pages.shared.evolve_adaptive import adaptive
from pages.shared.evolve_browse import browse
from pages.shared.evolve_evaluate import SEARCH, choose_view, evaluate
from pages.shared.evolve_items import items, pairs, pool_or_none, wear
from pages.shared.evolve_launch import launch
from pages.shared.evolve_trace import controls, trace, watch_it
from pages.shared.resources import store

NEW = "new"

st.title("Questions that tell models apart")
st.markdown(
    "Questions that everyone answers alike say nothing about whose values a model speaks for. A search begins with "
    "controversial questions, writes new ones on the topics that pay, and keeps those on which models **differ by "
    "value**, confirmed on fresh answers in other words. What it finds is a *stress profile*: how models differ where "
    "they differ most, not how they answer everyday questions."
)


def label(found: list[SearchHead]) -> dict[str, str]:
    return {NEW: "A new search"} | {head.search_id: f"{head.search_id} · {head.name}" for head in found}


if (view := choose_view()) != SEARCH:
    evaluate(view)
    st.stop()
heads = searches.heads(store())
if (begun := st.session_state.pop("search_begun", None)) is not None:
    st.session_state["search"] = begun
names = label(heads)
chosen = str(
    st.selectbox(
        "Search",
        list(names),
        index=min(1, len(heads)),
        format_func=lambda key: names.get(key, key),
        key="search",
        bind="query-params",
        persist_state="session",
    )
)
if chosen == NEW:
    launch()
else:
    head = searches.head(store(), chosen)
    controls(head)
    watch_it(head)
    found = evolved(store(), chosen)
    if found.questions:
        trace(found)
        pairs(found)
        browse(found)
        if (pool := pool_or_none(chosen)) is not None:
            items(pool)
            adaptive(pool)
            wear(pool)
