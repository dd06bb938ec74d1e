"""What the page Social orientation shows of a run: rings, tables, bars, what telling changes, games."""

import pandas as pd
import streamlit as st

from core.charts.style import label, model_colours
from core.charts.svo_ring import Vector, svo_ring
from core.charts.value_rationality import value_rationality
from core.methods.hvae.conditions import condition_of, conditions
from core.runs.orientation import Orientation, load_orientation, published
from core.store import queries
from core.store.queries import RunHead
from pages.shared.charting import show_chart
from pages.shared.parts import downloads
from pages.shared.plain import escape
from pages.shared.resources import models_in_order, store

MOST_RINGS = 2
RING_WIDTH = 460  # in pixels
NAMES = {condition.id: condition.name for condition in conditions()}
BY = {True: "probabilities, where known", False: "choices"}


@st.cache_resource(max_entries=8, show_spinner="Measuring angles…")
def _found(path: str, run_id: str, version: str, expected: bool) -> Orientation:
    return load_orientation(store(), [run_id], expected)


def choose(head: RunHead) -> Orientation | None:
    """How to score, and what came out; None without answers."""
    version = queries.data_version(store(), [head.run_id])
    expected = st.segmented_control(
        "Score by",
        [True, False],
        default=True,
        required=True,
        format_func=BY.__getitem__,
        key="svo_expected",
        help="By probabilities, angles are of the mean division and other figures the mean over all 531,441 answer "
        "sheets that the model could give with them. Models that give none are scored by what they chose.",
    )
    found = _found(str(store().path), head.run_id, version, bool(expected))
    return found if len(found.sheets.about) else None


def rings(found: Orientation) -> None:
    """The rings of two models side by side."""
    models = found.models
    left, right = st.columns(2)
    shown = left.multiselect(
        "Models side by side", models, default=models[:MOST_RINGS], max_selections=MOST_RINGS, key="svo_shown"
    )
    there = [name for name in NAMES if name in set(found.by_condition["condition"])]
    told = right.multiselect(
        "Conditions", there, default=there[:5], format_func=NAMES.__getitem__, key="svo_conditions"
    )
    shown = [model for model in shown if model in models] or models[:1]
    with st.container(horizontal=True):  # one below the other where the page is narrow
        for model in shown:
            with st.container(width=RING_WIDTH):
                title = f"{label(model)}: where its choices point"
                chart = svo_ring(_vectors(found, model, told), title)
                show_chart(chart, key=f"svo_ring {model}", alt=title)
    st.caption(
        "Lines inside the ring are the six sliders; arrows the mean direction, wedges its 95 % interval over "
        "repetitions, dots single repetitions. On these sliders angles lie between -16.3° and 61.4°. The types meet "
        "at 57.15°, 22.45° and -12.04°, halfway between what each orientation would do. None is better than another."
    )
    doubted = found.by_condition[found.by_condition["doubt"] != ""]
    for model, rows in doubted.groupby("model"):
        where = ", ".join(NAMES[name] for name in rows["condition"])
        st.warning(
            f"**{escape(str(model))}** {escape(str(rows['doubt'].iloc[0]))}. It is not typed in: {escape(where)}.",
            icon=":material/warning:",
        )


def _vectors(found: Orientation, model: str, told: list[str]) -> list[Vector]:
    rows = found.by_condition[found.by_condition["model"] == model]
    return [
        Vector(
            NAMES[row["condition"]],
            condition_of(row["condition"]).target,
            *(row["theta"], row["low"], row["high"], row["complete"]),
            found.sheets.of(model, row["condition"]).divisions(),
            row["type"] or "not typed",
        )
        for row in rows.to_dict("records")
        if row["condition"] in told
    ]


def compare(found: Orientation) -> None:
    """The table of all models and conditions."""
    table = found.by_condition.assign(
        condition=found.by_condition["condition"].map(NAMES),
        type=found.by_condition["type"].replace("", "not typed"),
        missing=found.by_condition["asked"] - found.by_condition["complete"],
    )
    degrees = st.column_config.NumberColumn(format="%.1f°")
    st.dataframe(
        table,
        hide_index=True,
        column_order=[
            *("model", "condition", "theta", "low", "high", "type", "complete", "missing", "contradictory", "order"),
            *("order_effect", "order_low", "order_high", "position_share"),
        ],
        column_config={
            **dict.fromkeys(("theta", "low", "high", "order_effect", "order_low", "order_high"), degrees),
            "theta": st.column_config.NumberColumn("angle", format="%.1f°"),
            "complete": st.column_config.NumberColumn("n", help="Repetitions in which all six sliders were answered."),
            "missing": st.column_config.NumberColumn(
                help="Repetitions with a refusal, an unreadable or a failed answer: counted here, never filled in."
            ),
            "contradictory": st.column_config.NumberColumn(
                help="Repetitions whose six choices fit no order of the four divisions, of random ones 74 %. They "
                "count for the angle, not for the types."
            ),
            "order": st.column_config.Column("order found most often", width="large"),
            "order_effect": st.column_config.NumberColumn("reversed less forward", format="%.1f°"),
            "position_share": st.column_config.NumberColumn("most taken place", format="percent"),
        },
    )
    downloads(found.by_condition, "orientations")
    if len(found.inequality):
        st.markdown("**Evenness (0) or the largest sum (1)?** By the secondary sliders; for prosocial answers only.")
        types = found.by_condition.set_index(["model", "condition"])["type"].replace("", "not typed")
        known = found.inequality.join(types, on=["model", "condition"])
        st.dataframe(known.assign(condition=known["condition"].map(NAMES)), hide_index=True)
        downloads(known, "inequality-aversion")


def bars(found: Orientation) -> None:
    """Value rationality by target and condition."""
    st.subheader("Do they follow the values they are told to hold?")
    if found.rationality["condition"].nunique() > 1:
        title = "Value rationality by target"
        chart = value_rationality(found.rationality, model_colours(models_in_order()))
        show_chart(chart, key="svo_bars", alt=title)
    st.caption(
        "**Our definition.** The paper minimises a distance between the target values and the choices, but does not "
        "say which distance, nor how often it asked. Here the target is the interval of angles that one who follows "
        "the orientation without fail can have (altruistic 61.4°, prosocial 37.1° to 52.9°, individualistic -7.8° to "
        "7.8°, competitive -16.3°); value rationality is 1 less the distance to it over the largest that can be "
        "reached. Random answers get .50, .71, .71 and .50, so it is shown over chance: (x - chance) / (1 - chance)."
    )
    table = found.rationality.assign(condition=found.rationality["condition"].map(NAMES))
    numbers = st.column_config.NumberColumn(format="%.2f")
    share = st.column_config.NumberColumn(format="percent")
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            **dict.fromkeys(("rationality", "low", "high", "by_chance", "above", "above_low", "above_high"), numbers),
            **dict.fromkeys(("hits", "hits_low", "hits_high", "hits_by_chance"), share),
            **dict.fromkeys(("consistent", "consistent_by_chance"), share),
        },
    )
    downloads(found.rationality, "value-rationality")


KINDS = {
    "shift": "degrees from natural to told",
    "span": "from competitive to altruistic, share of the whole reach",
    "goal": "value rationality gained by a goal",
}


def change(found: Orientation) -> None:
    """What telling and goals change."""
    if found.contrasts.empty:
        return
    st.subheader("What does telling change?")
    st.caption("Each paired by repetition: the same face, order and epoch in both conditions. Intervals are 95 %.")
    table = found.contrasts.assign(
        condition=found.contrasts["condition"].map(NAMES), kind=found.contrasts["kind"].map(KINDS)
    )
    numbers = dict.fromkeys(("value", "low", "high"), st.column_config.NumberColumn(format="%.2f"))
    st.dataframe(table, hide_index=True, column_config=numbers)
    downloads(found.contrasts, "contrasts")


def in_games(found: Orientation) -> None:
    """Whether they play as the sliders say."""
    if found.games.empty:
        return
    st.subheader("Do they play games as the sliders say?")
    st.caption(
        "Giving is what is left to the other, from 0 (least) to 1 (most). “As expected” is the share of choices that "
        "the type shown on the sliders would make, beside what chance gives; where a game hangs on the other, "
        "data/games says what is taken for it."
    )
    table = found.games.assign(
        condition=found.games["condition"].map(NAMES), type=found.games["type"].replace("", "not typed")
    )
    share = st.column_config.NumberColumn(format="percent")
    numbers = st.column_config.NumberColumn(format="%.2f")
    config = dict.fromkeys(("as_expected", "by_chance"), share) | dict.fromkeys(("giving", "low", "high"), numbers)
    st.dataframe(table, hide_index=True, column_config=config)
    downloads(found.games, "games")


def illustration() -> None:
    """The paper's figure, for orientation only."""
    with st.expander("The paper's own figure", icon=":material/image:"):
        st.caption(
            "Read off the image (results.png of the paper's repository, January 2024) to about half a unit, and shown "
            "as an illustration only: the axis from 0 to 60 is not explained there, models and repeats are not given, "
            "and nothing here is computed from it."
        )
        table: pd.DataFrame = published()
        st.dataframe(table, hide_index=True)
