"""The models' values on Schwartz's circle, with the profile behind them; a value opens its scenarios."""

import streamlit as st

from core.analysis.scores import Kind
from core.charts.radar import radar
from core.charts.style import model_colours, model_dashes
from pages.shared.charting import show_chart
from pages.shared.comparing import newest
from pages.shared.denominators import choose_cases, radar_note
from pages.shared.parts import (
    downloads,
    empty,
    information_notes,
    measure_note,
    nothing_read,
    shown_models,
)
from pages.shared.resources import models_in_order
from pages.shared.sidebar import View, view
from pages.shared.trusting import doubtful, greyed

MOST_SHOWN = 5
KINDS: dict[str, Kind] = {"raw": "raw", "ipsatised": "ipsatised"}
TITLES = {"score": "score", "low": "95 % low", "high": "95 % high", "worst": "worst case", "best": "best case"}

st.title("Value radar")


def open_scenarios(value_name: str) -> None:
    """Go to the scenarios behind one value."""
    st.switch_page("pages/explore/scenarios.py", query_params={"value": value_name})


def open_reliability(shown: View, model: str) -> None:
    """Go to whether one model's profile can be relied on."""
    run = [one.name for one in newest(shown) if one.model == model]
    st.switch_page("pages/explore/reliability.py", query_params={"profile_of": run[0]} if run else {})


def draw(shown: View) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.segmented_control(
            "Scores",
            list(KINDS),
            default="raw",
            required=True,
            key="scores",
            bind="query-params",
            persist_state="session",
            help="Ipsatised: the difference from the model's own average over the values. It compares shapes, not how "
            "talkative models are.",
        )
        bands = st.toggle("Intervals", True, key="bands", bind="query-params", persist_state="session")
        polygon = st.toggle("Profile", True, key="polygon", bind="query-params", persist_state="session")
        zoom = st.toggle("Zoom to the data", False, key="zoom", bind="query-params", persist_state="session")
        extreme = choose_cases()
    models = [model for model in shown_models(shown) if model in shown.results.raw.models]
    if not models:
        nothing_read(shown)
        return
    if len(models) > MOST_SHOWN:
        st.caption(
            f"The first {MOST_SHOWN} of {len(models)} models are drawn: choose up to {MOST_SHOWN} in the sidebar."
        )
        models = models[:MOST_SHOWN]
    scores = shown.results.scores(KINDS[kind]).only(models)
    cases = shown.results.cases(KINDS[kind]).only(models) if extreme else None
    system, order = shown.results.system, models_in_order()
    doubts = doubtful(shown)
    figure = radar(
        scores,
        system.names,
        model_colours(order),
        model_dashes(order),
        shown.weights if polygon else None,
        shown.results.scenarios,
        bands or extreme,
        zoom,
        cases,
        doubts,
    )
    picked = show_chart(
        figure,
        key="radar",
        on_select="rerun",
        selection_mode="points",
        alt="Radar of the models' value scores",
    )
    points = [point.get("customdata") for point in picked["selection"]["points"]]
    if points and isinstance(points[0], list):
        open_scenarios(system.names[points[0][1]])
    if cases is not None:
        radar_note(cases)
    if shown.results.scenarios is not None:
        st.caption(
            ":material/info: The dashed line is the same reading of the scenarios themselves. A model's line close "
            "to it says little more than that its answers keep to the subject."
        )
    measure_note(shown)
    information_notes(shown, models)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        value = st.selectbox("Value", system.ids, format_func=lambda value: system.names[value], key="radar_value")
        if st.button("Open its scenarios", icon=":material/forum:"):
            open_scenarios(system.names[str(value)])
        model = st.selectbox("Model", models, key="radar_model")
        if st.button("Can I rely on it?", icon=":material/verified:"):
            open_reliability(shown, str(model))
    frame = scores.frame() if cases is None else scores.frame().merge(cases.frame(), on=["model", "value"])
    frame["value"] = frame["value"].map(system.names)
    st.dataframe(
        greyed(frame, system.names, doubts),
        hide_index=True,
        column_config={name: st.column_config.NumberColumn(title, format="%.1f") for name, title in TITLES.items()}
        | {"n_items": "scenarios", "n_answers": "answers scored", "n_asked": "of asked"}
        | {"missing": st.column_config.NumberColumn(format="percent")},
    )
    st.caption("An empty interval means: n too small (fewer than 8 scenarios).")
    downloads(frame, f"scores-{kind}")


shown = view()
if shown is None:
    empty("There is no radar yet.")
else:
    draw(shown)
