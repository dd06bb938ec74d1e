"""For whom is this model best: every model against the values of many peoples and groups."""

import streamlit as st

from core.analysis.pluralism import cluster_order
from core.analysis.scores import Scores
from core.charts.heatmap import heatmap
from core.charts.world import VIEWS, world
from core.values.cultures import SPREAD
from pages.shared.charting import show_chart
from pages.shared.parts import (
    choose_statistic,
    downloads,
    empty,
    measure_note,
    nothing_read,
    warn_of_low_information,
)
from pages.shared.pluralism import best_table, choose_people, map_alt, map_note, map_of, profiles_of
from pages.shared.sidebar import View, view


def draw(shown: View) -> None:
    scores = shown.results.raw.only(shown.models)
    if not scores.models:
        nothing_read(shown)
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        statistic = choose_statistic("map_statistic", "profile_match")
        chosen = choose_people()
        ordered = st.toggle("Like next to like", True, key="clustered", bind="query-params", persist_state="session")
    if not chosen:
        st.info("Choose at least one kind of people.")
        return
    found = map_of(scores, chosen, statistic)
    names = {profile.id: profile.name for profile in chosen}
    rows = cluster_order(found.value).tolist() if ordered else None
    columns = cluster_order(found.value.T).tolist() if ordered else None
    show_chart(heatmap(found, names, rows, columns), key="map", alt="Alignment of models and peoples")
    st.caption(f"★ first for these people; ≈ may be first, but others may as well. {SPREAD}.")
    measure_note(shown)
    warn_of_low_information(shown)
    st.subheader("Who may be first, for whom")
    st.dataframe(best_table(found, names), hide_index=True)
    downloads(found.frame().replace({"profile": names}), "models-by-people")
    on_the_map(scores, statistic)


def on_the_map(scores: Scores, statistic: str) -> None:
    """One model's alignment with every country that was surveyed."""
    st.subheader("One model, country by country")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        model = str(st.selectbox("Model", scores.models, key="mapped", bind="query-params", width=360))
        area = st.segmented_control(
            "Area",
            VIEWS,
            default="europe",
            required=True,
            format_func=str.capitalize,
            key="area",
            bind="query-params",
            persist_state="session",
        )
    countries = profiles_of(["country"])
    names = {profile.id: profile.name for profile in countries}
    found = map_of(scores, countries, statistic)
    show_chart(world(found, model, names, str(area)), key="world", alt=map_alt(found, model, names))
    st.caption(map_note(found.profiles, names, str(area)))


st.title("For whom is each model best?")
shown = view()
if shown is None:
    empty("The map needs results to weigh.")
elif not shown.results.system.circular:
    st.info("People were surveyed on Schwartz's ten values only. Choose results of that value system in the sidebar.")
else:
    draw(shown)
