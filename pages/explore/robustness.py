"""How far the ranking hangs on the weights: all weightings, those near, the nearest upset, one value left out."""

import streamlit as st

from core.analysis.robustness import NEAR
from core.charts.acceptability import acceptability as chart
from core.errors import UserError
from pages.shared.charting import show_chart
from pages.shared.parts import (
    choose_statistic,
    downloads,
    empty,
    measure_note,
    nothing_read,
    warn_of_low_information,
)
from pages.shared.plain import show_error
from pages.shared.robustness import central_table, explored, leave_one_out_table, rival_sentence, upset_sentence
from pages.shared.sidebar import View, view

ANY, NEARBY = "all weightings", "weightings near this profile"


def draw(shown: View) -> None:
    scores = shown.results.raw.only(shown.models)
    names = shown.results.system.names
    if not scores.models:
        nothing_read(shown)
        return
    if len(scores.models) == 1:
        st.info("One model is always first. Evaluate another to compare.")
        measure_note(shown)
        warn_of_low_information(shown)
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        statistic = choose_statistic()
        around = st.segmented_control(
            "Over",
            [ANY, NEARBY],
            default=ANY,
            required=True,
            key="around",
            bind="query-params",
            persist_state="session",
        )
        uncertain = st.toggle(
            "Scores vary too",
            True,
            key="uncertain",
            bind="query-params",
            persist_state="session",
            help="On: weights and scores vary together, within what the scenarios leave open. Off: scores as if exact.",
        )
    distance = NEAR
    if around == NEARBY:
        distance = st.slider("Share of the weight that moves, on average", 0.02, 0.3, NEAR, 0.02, key="near")
    try:
        found = explored(scores, shown.weights, statistic, distance if around == NEARBY else None, bool(uncertain))
    except UserError as error:
        show_error(error)
        return
    show_chart(chart(found, str(around)), key="smaa", alt="Rank acceptability of the models")
    st.caption(
        "Stochastic multicriteria acceptability analysis (Lahdelma & Salminen 2001) over 10,000 weightings: no one has "
        "to agree on the weights to see who would be first for how many of them. Scores on which all scenarios of a "
        "model agree vary as far as unseen ones may differ."
    )
    st.subheader("What one must hold dear to prefer a model")
    central = central_table(found, names)
    weight = st.column_config.NumberColumn(format="%.2f")
    st.dataframe(central, hide_index=True, column_config=dict.fromkeys(["confidence", *names.values()], weight))
    st.caption("Central weights: the mean of all weightings for which the model is first. Empty: it never is.")
    st.subheader("The nearest upset")
    st.text(upset_sentence(scores, shown.weights, names))
    rival = st.selectbox("What would it take for", scores.models, key="rival", bind="query-params")
    st.text(rival_sentence(scores, shown.weights, names, str(rival)))
    st.subheader("Without one value")
    left = leave_one_out_table(scores, shown.weights, statistic, names)
    st.dataframe(left, hide_index=True, column_config={"may be first": st.column_config.Column(width="large")})
    st.caption(
        "τ: Kendall's rank correlation with the whole ranking. A value whose absence changes the top decides it."
    )
    measure_note(shown)
    warn_of_low_information(shown)
    downloads(central, "central-weights")


st.title("How far does the ranking hang on the weights?")
shown = view()
if shown is None:
    empty("There is no ranking to test yet.")
else:
    draw(shown)
