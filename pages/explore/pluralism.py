"""For whom is this model best: every model against the values of many peoples and groups."""

import streamlit as st

from core.analysis.alignment import STATISTICS
from core.analysis.pluralism import cluster_order
from core.charts.heatmap import heatmap
from core.values.cultures import SPREAD
from pages.shared.parts import RADAR_CONFIG, downloads, empty, measure_note, nothing_read
from pages.shared.pluralism import KINDS, best_table, map_of, profiles_of
from pages.shared.sidebar import View, view


def draw(shown: View) -> None:
    scores = shown.results.raw.only(shown.models)
    if not scores.models:
        nothing_read(shown)
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        statistic = st.segmented_control(
            "Statistic",
            list(STATISTICS),
            default="profile_match",
            required=True,
            format_func=lambda key: STATISTICS[key][0],
            key="map_statistic",
            wrap=True,
            bind="query-params",
            persist_state="session",
            help="With any weighted sum one or two models win everywhere, because all people share their highest "
            "values and talkative models score high on all. Only a profile match tells cultures apart.",
        )
        kinds = st.multiselect(
            "People",
            list(KINDS),
            default=["country"],
            format_func=lambda kind: KINDS[kind],
            key="people",
            bind="query-params",
            persist_state="session",
        )
        ordered = st.toggle("Like next to like", True, key="clustered", bind="query-params", persist_state="session")
    chosen = profiles_of(kinds)
    if not chosen:
        st.info("Choose at least one kind of people.")
        return
    found = map_of(scores, chosen, str(statistic))
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
