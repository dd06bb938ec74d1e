"""The answers that the site shows to illustrate its scores."""

import pandas as pd
import streamlit as st

from core.charts.evidence import Mark, highlighted
from core.store import editions
from core.store.editions import Edition
from pages.shared.parts import downloads
from pages.shared.published import choose_system
from pages.shared.resources import store

MOST_SHOWN = 20


def show_cases(edition: Edition) -> None:
    """The cases of one value, with the passage that the site marks."""
    if not edition.cases:
        st.info(
            "This edition came without the site's cases (Schwartz_cases.json and the like). Import a copy that has "
            "them to read its answers here.",
            icon=":material/hourglass_empty:",
        )
        return
    system = choose_system(edition)
    published = editions.scores(store(), edition.edition_id, system.id)
    value = str(
        st.selectbox("Value", system.ids, format_func=lambda one: system.names[one], key=f"case_value_{system.id}")
    )
    models = st.multiselect(
        "Models", list(dict.fromkeys(published["model"])), placeholder="All models", key=f"case_models_{system.id}"
    )
    st.caption(
        ":material/info: Hand-picked by the site, usually two high and two low ones a value: **no sample**. No score "
        "can be computed from them, and the site's own scores do not follow from them."
    )
    shown = models or editions.case_models(store(), edition.edition_id)
    found = editions.cases(store(), edition.edition_id, system.id, value, shown)
    if found.empty:
        st.info("The site shows no case of this value for these models.", icon=":material/filter_alt_off:")
        return
    if len(found) > MOST_SHOWN:
        st.caption(f"The first {MOST_SHOWN} of {len(found)}; the download has all.")
    for case in found.head(MOST_SHOWN).to_dict("records"):
        with st.container(border=True):
            st.text(f"{case['model']} · {case['label'] or 'no label'} · score {case['score']:g}")
            st.text(case["question"])
            st.html(highlighted(case["answer"], _marks(case["start"], case["stop"], system.names[value])))
    downloads(found, f"published-cases-{value}")


def _marks(start: float | None, stop: float | None, value: str) -> list[Mark]:
    if start is None or stop is None or pd.isna(start):
        return []
    return [Mark(int(start), int(stop), value, "present")]
