"""Scorers side by side: what place each gives to every value, for one model or over all."""

import pandas as pd
import streamlit as st

from core.analysis.portrait.profile import rank_table
from core.analysis.portrait.scorers import SCORERS
from core.charts.portrait_ranks import portrait_ranks
from core.items.dimensions import SYSTEMS
from core.runs.portrait_results import PortraitResults
from pages.shared.charting import show_chart
from pages.shared.parts import downloads
from pages.shared.portrait import NAMES, choose_system

EVERY = {"published": "all published models", "own": "all own runs"}


def show_scorers(found: PortraitResults) -> None:
    """Everything of this part of the page."""
    kind = choose_system(found)
    together = {EVERY[name]: models for name in EVERY if (models := getattr(found, name))}
    every = [*together, *found.own, *found.published]
    model = str(st.selectbox("Of", every, key="portrait_ranked", bind="query-params", persist_state="session"))
    models = together.get(model, (model,))
    table = rank_table(found.profiles, models)
    table = table[table["system"] == kind]
    titles = {name: SCORERS[name].name for name in found.profiles}
    whose = f"mean of {model} ({len(models)})" if model in together else "one model"
    figure = portrait_ranks(table, NAMES, titles, f"Places of the {SYSTEMS[kind].lower()} by scorer, {whose}")
    show_chart(figure, key="portrait_ranks", alt=f"Places by scorer: {SYSTEMS[kind]}")
    if len(together) > 1:
        st.caption("Published models and your own runs, simulated respondents among them, are never averaged together.")
    st.caption(
        "Where the scorers disagree on a place, the place is a choice of method and not a finding about the model."
    )
    shown = table.assign(dimension=table["dimension"].map(NAMES)).drop(columns="system").rename(columns=titles)
    st.dataframe(shown, hide_index=True)
    downloads(shown, "portrait-scorers")
    about = [(scorer.name, scorer.about if name in titles else scorer.needs) for name, scorer in SCORERS.items()]
    with st.expander("What each scorer computes", icon=":material/functions:"):
        st.dataframe(
            pd.DataFrame(about, columns=["scorer", "what it computes, or what it lacks here"]), hide_index=True
        )
