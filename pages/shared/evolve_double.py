"""Everyday against stress: one model's profile in everyday situations beside that on evolved questions."""

import streamlit as st

from core.charts.standing import double
from core.errors import UserError
from core.runs.evaluation import Evaluated, beside, everyday_against
from core.store.choices import suite_name
from core.store.denominators import outcomes
from core.values.system import system
from pages.shared.charting import show_chart
from pages.shared.parts import downloads
from pages.shared.plain import escape, show_error
from pages.shared.resources import run_label, store

SIDES = ("everyday", "stress")
ENDS = [f"{side}_{end}" for side in SIDES for end in ("low", "high", "n")]


def double_profile(found: Evaluated) -> None:
    """Choose the everyday run and the model; then the dumbbells and the table."""
    runs = {head.run_id: head for head in beside(store(), found)}
    models = set(outcomes(store(), found.ids)["model"])
    if not runs:
        st.info(
            "There is no run of other questions that the same recogniser read. Evaluate these models on everyday "
            "situations first.",
            icon=":material/hourglass_empty:",
        )
        if st.button("Evaluate on everyday situations", icon=":material/rocket_launch:"):
            st.switch_page("pages/evaluate/launch.py", query_params={})
        return
    left, right = st.columns(2)
    chosen = left.selectbox(
        "Everyday", list(runs), format_func=lambda key: run_label(runs[key]) if key in runs else key, key="evolve_daily"
    )
    common = sorted(models & set(outcomes(store(), [str(chosen)])["model"]))
    if not common:
        st.info("No model answered both. Choose another run.", icon=":material/person_off:")
        return
    model = str(right.selectbox("Model", common, key="evolve_model"))
    centred = st.toggle("Each profile against its own average", True, key="evolve_centred")
    values = system(found.system)
    try:
        profile = everyday_against(store(), str(chosen), found.ids, model, values.ids, centred)
    except UserError as error:
        show_error(error)
        return
    frame = profile.frame(*SIDES)
    unit = "points of mean strength (0 to 100)" + (", less the profile's own mean" if centred else "")
    title = "One model's profile, everyday and under stress"
    show_chart(double(frame, values.names, SIDES, title, unit), key="evolve-double", alt=title)
    alike = profile.alike
    said = alike.reason if alike.low != alike.low else f"95 % interval {alike.low:.2f} to {alike.high:.2f}"
    differ = int((frame["differs"] == "yes").sum())
    st.markdown(
        f"The two profiles correlate **{alike.value:.2f}** ({said}); on **{differ} of {len(frame)}** values the "
        "interval of the difference leaves out 0, each by itself."
    )
    number = st.column_config.NumberColumn(format="%.1f")
    st.dataframe(
        frame.assign(value=frame["value"].map(values.names)),
        hide_index=True,
        column_order=["value", *SIDES, "difference", "difference_low", "difference_high", "differs", *ENDS],
        column_config=dict.fromkeys([c for c in frame.columns if frame[c].dtype == float], number),
    )
    downloads(frame, "everyday-against-stress")
    name = escape(suite_name(store(), runs[str(chosen)].suite_hash)[1])
    st.caption(
        f"Everyday: {name}. Stress: {escape(found.name)}. The questions differ, and where everyday answers were read "
        "whole, so does the form of the answers. Neither profile is the true one. Where values are read offline, as "
        "how much an answer is about them, most of the correlation is the questions' doing, alike for all models: "
        "Reliability has it with that level taken off."
    )
