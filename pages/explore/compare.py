"""Models, or one model in two runs, paired by item: where they differ, how surely, and the answers behind it."""

import streamlit as st

from core.analysis.corrections import CORRECTIONS
from core.analysis.paired import most_different
from core.charts.differences import differences
from core.runs.compared import Compared, answers_of, not_shared, text_of
from pages.shared.answers import draw_answers
from pages.shared.charting import show_chart
from pages.shared.comparing import choose_correction, choose_subjects, compared_with, loaded, subject_colours, tied_by
from pages.shared.parts import downloads, empty, measure_note
from pages.shared.plain import escape
from pages.shared.resources import store
from pages.shared.sidebar import View, view

NUMBER = st.column_config.NumberColumn
COLUMNS = {
    "first": st.column_config.TextColumn("model · run", width="medium"),
    "n": NUMBER("scenarios"),
    "first_score": NUMBER("score", format="%.1f", help="Mean over the scenarios in common"),
    "second_score": NUMBER("baseline", format="%.1f", help="Mean over the scenarios in common"),
    "difference": NUMBER(format="%+.1f"),
    "low": NUMBER("95 % low", format="%+.1f", help="Scenarios drawn again (bootstrap)"),
    "high": NUMBER("95 % high", format="%+.1f"),
    "t_low": NUMBER("low by t", format="%+.1f", help="Student's paired interval"),
    "t_high": NUMBER("high by t", format="%+.1f"),
    "p": NUMBER(format="%.3g", help="Paired t-test, two-sided, uncorrected"),
    "holm": NUMBER("p, Holm", format="%.3g"),
    "bh": NUMBER("p, B-H", format="%.3g"),
    "wilcoxon": NUMBER("p, Wilcoxon", format="%.3g", help="Signed ranks, uncorrected: asks less of the distribution"),
    "d_z": NUMBER("d_z", format="%.2f", help="Mean difference in standard deviations of the differences"),
    "d_low": NUMBER("d_z low", format="%.2f"),
    "d_high": NUMBER("d_z high", format="%.2f"),
    "power": NUMBER("power", format="percent", help="To find the difference of the slider with these scenarios"),
    "items_observed": NUMBER("needed, observed", format="%.0f", help="Scenarios to find this difference, 80 % power"),
    "items_chosen": NUMBER("needed, chosen", format="%.0f", help="Scenarios to find the slider's, 80 % power"),
    "detectable": NUMBER("detectable", format="%.1f", help="Points that these scenarios find with 80 % power"),
}


def draw(shown: View) -> None:
    chosen = choose_subjects(shown)
    if len(chosen) < 2:
        st.info("Nothing to compare with: choose two, or evaluate another model, or this one once more.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        correction = choose_correction()
        points = st.slider(
            "A difference worth finding (points)", 1, 30, 5, key="points", bind="query-params", persist_state="session"
        )
    found, names = loaded(shown, chosen), shown.results.system.names
    table = compared_with(found, found.names[0], float(points))
    kept = table[(table[correction] < 0.05) & ((table["low"] > 0) | (table["high"] < 0))]
    title = CORRECTIONS[correction][0]
    untested = int(table["p"].isna().sum())
    lost = f" {untested} could not be tested: fewer than 8 scenarios in common, or no variation." if untested else ""
    st.text(
        f"Of {int(table['p'].notna().sum())} differences to {found.names[0]}, {len(kept)} hold: below .05 after "
        f"{title}'s correction over all of them, with an interval that leaves out 0.{lost}"
    )
    show_chart(
        differences(table, names, subject_colours(chosen), correction, found.names[0]),
        key="differences",
        alt="Differences to the baseline by value, with 95 % intervals",
    )
    st.caption(
        "Paired by scenario: only those that both were scored on count. Dots without a line: fewer than 8 in common. "
        "Read by the machine, whatever the sidebar says of people's labels."
    )
    measure_note(shown)
    named = table.assign(value=table["value"].map(names))
    st.dataframe(named, hide_index=True, column_order=["first", "value", *list(COLUMNS)[1:]], column_config=COLUMNS)
    downloads(named, "differences")
    show_ties(found, names, correction)
    show_answers(found, names, shown)
    show_unshared(found)


def show_ties(found: Compared, names: dict[str, str], correction: str) -> None:
    st.subheader("Who cannot be told apart?")
    value = st.selectbox("On", list(names), format_func=lambda v: names[v], key="tied_on", bind="query-params")
    table = tied_by(found, correction)
    one = table[table["value"] == value].drop(columns="value")
    score = NUMBER(format="%.1f", help="Over all its own scenarios")
    st.dataframe(one, hide_index=True, column_config={"score": score, "n": "scenarios", "subject": "model · run"})
    st.caption(
        "Two that share a letter do not differ after correction over all pairs and values. Sharing a letter is no "
        "proof that they are alike: the column “detectable” above says what could have been found."
    )
    downloads(table.assign(value=table["value"].map(names)), "tied")


def show_answers(found: Compared, names: dict[str, str], shown: View) -> None:
    st.subheader("The ten scenarios on which two differ most")
    with st.container(horizontal=True):
        other = st.selectbox("Against the baseline", found.names[1:], key="other", bind="query-params")
        value = st.selectbox(
            "Over", ["", *names], format_func=lambda v: names.get(v, "all values"), key="over", bind="query-params"
        )
    rows = most_different(found.cells, found.names[0], str(other), str(value or ""))
    if rows.empty:
        st.info("They have no scenario in common on which both were scored.")
        return
    rows.insert(1, "text", [text_of(found, item) for item in rows["item_id"]])
    columns = {"first": NUMBER("baseline", format="%.1f"), "second": NUMBER("other", format="%.1f")}
    picked = st.dataframe(
        rows,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="most-different",
        column_order=["item_id", "text", *(columns if value else ()), "difference"],
        column_config=columns
        | {"difference": NUMBER(format="%.1f"), "text": st.column_config.TextColumn("scenario", width="large")},
    )
    chosen = picked["selection"]["rows"]
    if not chosen or chosen[0] >= len(rows):
        st.caption(":material/touch_app: Choose a row to read both answers with their evidence.")
        return
    item = str(rows["item_id"].iloc[chosen[0]])
    st.text(text_of(found, item))
    answers = answers_of(store(), found, item, [found.names[0], str(other)])
    st.caption(f"In this order: {escape(found.names[0])}, then {escape(str(other))}.")
    draw_answers(answers, names, [str(value)] if value else list(shown.results.system.ids))


def show_unshared(found: Compared) -> None:
    rows = not_shared(found)
    with st.expander(f"Scenarios not scored for all: {len(rows)}", icon=":material/join_inner:"):
        st.caption("Unscored: asked, but refused, lost or not readable. Unasked: not in the run.")
        st.dataframe(rows, hide_index=True)
        downloads(rows, "not-shared")


st.title("Where do models differ?")
shown = view()
if shown is None:
    empty("There is nothing to compare yet.")
else:
    draw(shown)
