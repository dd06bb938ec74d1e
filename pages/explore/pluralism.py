"""For whom is this model best: every model against the values of many peoples and groups."""

import streamlit as st

from core.analysis.pluralism import cluster_order
from core.charts.heatmap import heatmap
from core.values.cultures import SPREAD
from pages.shared.parts import RADAR_CONFIG, choose_statistic, downloads, empty, measure_note, nothing_read
from pages.shared.pluralism import best_table, choose_people, map_of
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
    st.plotly_chart(
        heatmap(found, names, rows, columns), config=RADAR_CONFIG, key="map", alt="Alignment of models and peoples"
    )
    st.caption(f"★ first for these people; ≈ may be first, but others may as well. {SPREAD}.")
    measure_note(shown)
    st.subheader("Who may be first, for whom")
    st.dataframe(best_table(found, names), hide_index=True)
    downloads(found.frame().replace({"profile": names}), "models-by-people")


st.title("For whom is each model best?")
shown = view()
if shown is None:
    empty("The map needs results to weigh.")
elif not shown.results.system.circular:
    st.info("People were surveyed on Schwartz's ten values only. Choose results of that value system in the sidebar.")
else:
    draw(shown)
