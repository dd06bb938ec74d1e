"""Models, peoples and persons in one plane: who holds the same values higher than others do."""

import streamlit as st

from core.charts.circle import METHODS, circle
from core.charts.style import model_colours
from core.errors import UserError
from pages.shared.charting import show_chart
from pages.shared.parts import empty, measure_note, nothing_read, shown_models, warn_of_low_information
from pages.shared.placing import CAPTIONS, outlines_of, placed, places_of
from pages.shared.pluralism import choose_people
from pages.shared.resources import models_in_order
from pages.shared.sidebar import View, view


def draw(shown: View) -> None:
    models = [model for model in shown_models(shown) if model in shown.results.raw.models]
    if not models:
        nothing_read(shown)
        return
    with st.container(horizontal=True):
        method = st.segmented_control(
            "Projection",
            list(METHODS),
            default="circle",
            required=True,
            format_func=lambda key: {"circle": "Theory's circle", "pca": "Principal components", "mds": "Scaling"}[key],
            key="projection",
            bind="query-params",
            persist_state="session",
            help="Theory's circle: a place does not depend on who else is drawn. The other two show the plane in which "
            "those drawn differ most. What each loses is stated; distances lost in it are lost.",
        )
        people = choose_people()
    mine = [shown.profile] if shown.profile.id.startswith("saved:") and shown.profile.means else []
    scores = shown.results.raw.only(models)
    try:
        placing = placed(scores, [*people, *mine], str(method))
    except UserError as error:
        st.info(str(error))
        return
    places = places_of(scores, people, mine)
    names = [shown.results.system.names[value] for value in shown.results.system.ids]
    outlines = outlines_of(placing, scores, people, mine)
    figure = circle(placing, places, names, model_colours(models_in_order()), outlines)
    show_chart(figure, key="circle", alt="Models and peoples on the circle of values")
    st.caption(
        "Each is standardised over the values first: what is drawn is the shape of a profile, not how strongly it is "
        "expressed. People's ratings and models' answers are different instruments: read directions, not distances. "
        + CAPTIONS[str(method)]
    )
    measure_note(shown)
    warn_of_low_information(shown)


st.title("On the circle of values")
shown = view()
if shown is None:
    empty("There is nothing to place on the circle yet.")
elif not shown.results.system.circular:
    st.info("Only Schwartz's values lie on a circle. Choose results of that value system in the sidebar.")
else:
    draw(shown)
