"""Weights for the values: move them and watch the models change places."""

import streamlit as st

from core.analysis.alignment import STATISTICS, rank
from core.charts.ranking import ranking
from core.charts.style import model_colours
from core.errors import UserError
from core.store import records
from pages.shared.parts import RADAR_CONFIG, empty, measure_note, nothing_read
from pages.shared.plain import show_error
from pages.shared.resources import models_in_order, store
from pages.shared.sidebar import CUSTOM, View, slider_key, view


def draw(shown: View) -> None:
    if not shown.models:
        nothing_read(shown)
        return
    statistic = st.segmented_control(
        "Statistic",
        list(STATISTICS),
        default="weighted_sum",
        required=True,
        format_func=lambda key: STATISTICS[key][0],
        key="statistic",
        wrap=True,
        bind="query-params",
        persist_state="session",
    )
    ranked = rank(shown.results.raw.only(shown.models), shown.weights, str(statistic))
    if ranked.table["alignment"].isna().all():
        st.info("With equal weights there is no profile to match: choose a profile or move a weight.")
    st.plotly_chart(
        ranking(ranked, model_colours(models_in_order())), config=RADAR_CONFIG, key="live", alt="Models ranked live"
    )
    groups = ranked.table[ranked.table["group"] > 0].groupby("group")["model"].apply(", ".join)
    for number, members in groups.items():
        st.text(f"{number}. {members}")
    st.caption("Models in one line cannot be told apart (95 % interval of the paired difference from its first).")
    measure_note(shown)
    with st.expander("How the weights become a number", icon=":material/function:"):
        st.latex(r"\mathrm{alignment}(M) = \sum_v w_v\, S_v(M), \qquad \sum_v w_v = 1")
        st.markdown(
            "The sliders are divided by their sum. This is the weighted sum of Value Compass (arXiv 2501.07071). "
            "Because a talkative model scores higher on every value, the sum hardly depends on the weights; "
            "*profile match* correlates the shape of the scores with the shape of the weights instead."
        )


def save(shown: View) -> None:
    system = shown.results.system
    with st.form("save", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Name", max_chars=80, placeholder="My weights")
        if st.form_submit_button("Save these weights", icon=":material/save:"):
            weights = {value: float(st.session_state[slider_key(system, value)]) for value in system.ids}
            try:
                records.save_profile(store(), name, system.id, weights)
            except UserError as error:
                show_error(error)
            else:
                st.rerun()


def delete() -> None:
    chosen = str(st.session_state.get("profile", ""))
    if chosen.startswith("saved:"):
        st.button("Delete this saved profile", icon=":material/delete:", on_click=forget, args=(chosen,))


def forget(profile: str) -> None:
    """Delete a saved profile; its weights stay on the sliders as one's own."""
    try:
        records.delete_profile(store(), profile.removeprefix("saved:"))
    except UserError as error:
        show_error(error)
    else:
        st.session_state["profile"] = CUSTOM


shown = view()
if shown is None:
    st.title("Whose values count?")
    empty("Weights re-rank the models; there are no results to rank yet.")
else:
    draw(shown)
    save(shown)
    delete()
