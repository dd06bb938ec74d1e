"""Published scores: the board as the site computes it, and models beside one's own runs."""

import pandas as pd
import streamlit as st

from core.analysis.alignment import normalise
from core.analysis.scores import Scores
from core.charts.published import beside
from core.charts.style import model_colours
from core.runs.published import board, side_by_side
from core.store import editions
from core.store.editions import Edition
from core.values.system import ValueSystem, systems
from pages.shared.charting import show_chart
from pages.shared.parts import downloads, shown_models
from pages.shared.plain import escape
from pages.shared.resources import models_in_order, store
from pages.shared.sidebar import View, view

MOST_SHOWN = 5
CENTRED, RAW = "against the model's own mean", "as published"
NUMBER = st.column_config.NumberColumn


def choose_system(edition: Edition) -> ValueSystem:
    """One of the value systems that the edition has scores of."""
    ids = editions.systems_of(store(), edition.edition_id)
    chosen = st.segmented_control(
        "Value system",
        ids,
        default=ids[0],
        required=True,
        format_func=lambda id: systems()[id].name,
        key="published_system",
        bind="query-params",
        wrap=True,
    )
    return systems()[str(chosen)]


def show_scores(edition: Edition) -> None:
    """The board, then some models beside one's own."""
    system = choose_system(edition)
    published = editions.scores(store(), edition.edition_id, system.id)
    _board(system, published)
    _beside(edition, system, published)


def _board(system: ValueSystem, published: pd.DataFrame) -> None:
    chosen = st.multiselect(
        "Values averaged",
        list(system.ids),
        format_func=lambda value: system.names[value],
        placeholder="All values",
        key=f"published_values_{system.id}",
        help="The site's score is the mean of the values chosen. Its first view chooses Benevolence and Universalism.",
    )
    values = [value for value in system.ids if not chosen or value in chosen]
    table = board(published, values, normalise({}, values))
    mine = view()
    profile = mine.profile.name if mine is not None and mine.results.system.id == system.id and not chosen else ""
    if mine is not None and profile:
        weighed = board(published, values, mine.weights).set_index("model")["score"]
        table.insert(5, "weighed", table["model"].map(weighed))
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            "kind": "weights",
            "released": st.column_config.DateColumn("released"),
            "score": NUMBER("mean, as published", format="%.2f"),
            "weighed": NUMBER(f"weighed by: {profile}", format="%.2f"),
            "scored": NUMBER(f"values scored, of {len(values)}"),
        },
    )
    st.caption(
        ":material/info: Published without n and without intervals: two models that stand next to each other may not "
        "differ at all. More of a value is not “better”. Zeros count as scores here; the site leaves them out."
    )
    if short := table.loc[table["score"].isna(), "model"].tolist():
        st.caption(f":material/help: No mean, for lack of a score on one of the values: {escape(', '.join(short))}.")
    downloads(table, f"published-board-{system.id}")


def _beside(edition: Edition, system: ValueSystem, published: pd.DataFrame) -> None:
    st.subheader("Beside your runs")
    names = list(dict.fromkeys(published["model"]))
    models = st.multiselect(
        "Published models",
        names,
        default=names[:2],
        max_selections=MOST_SHOWN,
        key=f"published_models_{system.id}",
    )
    kind = st.segmented_control(
        "Scores",
        [CENTRED, RAW],
        default=CENTRED,
        required=True,
        key="published_kind",
        bind="query-params",
        help="Your runs were read by another recogniser, on other scenarios: their level says nothing beside a "
        "published one. Against its own mean a model shows which values stand out.",
    )
    mine = view()
    if mine is not None and mine.results.system.id != system.id:
        mine = None
        st.caption(":material/info: The runs chosen in the sidebar measure another value system; none is drawn.")
    centred = kind == CENTRED
    rows = side_by_side(published, edition.label, _own(mine, centred), models, centred)
    if rows.empty:
        st.info("Choose a published model, or a run of your own in the sidebar.", icon=":material/tune:")
        return
    colours = model_colours(models_in_order())
    show_chart(
        beside(rows, system.names, edition.label, colours, centred),
        key="published_beside",
        alt="Published scores of the chosen models beside the scores of your runs; the table below has all figures",
    )
    st.caption(
        f":material/change_history: Hollow and grey: {escape(edition.label)}, no n, no interval. :material/circle: "
        + (_reader(mine) if mine else "Filled: your runs, once there are some of this value system.")
    )
    st.dataframe(
        rows.assign(value=rows["value"].map(system.names)),
        hide_index=True,
        column_config={name: NUMBER(format="%.1f") for name in ("score", "low", "high")} | {"n_items": "scenarios"},
    )
    downloads(rows, f"published-beside-{system.id}")


def _own(mine: View | None, centred: bool) -> Scores | None:
    if mine is None:
        return None
    chosen = [model for model in shown_models(mine) if model in mine.results.raw.models][:MOST_SHOWN]
    return mine.results.scores("ipsatised" if centred else "raw").only(chosen)


def _reader(mine: View) -> str:
    what = "presence, 0 to 100" if mine.results.measure == "presence" else "stance, −100 to 100"
    return f"Filled: your runs, 95 % intervals, read by {escape(mine.recogniser)} ({what})."
