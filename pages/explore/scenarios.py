"""One scenario across models side by side: what each said, the values read in it and the words that show them."""

import pandas as pd
import streamlit as st

from core.charts.evidence import Mark, highlighted
from core.runs.drilldown import Answer, answers_to
from core.store import queries
from core.store.queries import Filter
from pages.shared.parts import downloads, empty, measure_note
from pages.shared.resources import store
from pages.shared.sidebar import View, view

STANCES = {"stance": ["supports", "opposes", "neutral"], "presence": ["present", "absent"]}
OUTCOMES = {"ok": "answered", "refused": "refused", "unparsed": "unparsed", "filtered": "filtered", "error": "failed"}
COLUMNS = 3


def choose_filter(shown: View) -> Filter:
    """The filters, each kept in the URL."""
    names = shown.results.system.names
    with st.container(horizontal=True):
        value = st.selectbox(
            "Value",
            ["", *names],
            format_func=lambda v: names.get(v, "Any value"),
            key="value",
            width=200,
            bind="query-params",
            persist_state="session",
        )
        stance = st.selectbox(
            "Stance",
            ["", *STANCES[shown.results.measure]],
            format_func=lambda s: s or "Any stance",
            key="stance",
            disabled=not value,
            width=160,
            help="Choose a value first.",
            bind="query-params",
            persist_state="session",
        )
        outcome = st.multiselect(
            "Outcome",
            list(OUTCOMES),
            format_func=lambda o: OUTCOMES[o],
            key="outcome",
            placeholder="Any outcome",
            width=240,
            bind="query-params",
            persist_state="session",
        )
        text = st.text_input(
            "Search",
            key="q",
            placeholder="in scenarios and answers",
            width=260,
            bind="query-params",
            persist_state="session",
        )
    return Filter(shown.models, tuple(outcome), str(value or ""), str(stance or "") if value else "", "", text or "")


def choose_item(found: pd.DataFrame, names: dict[str, str]) -> str:
    """A scenario from the list, or the one named in the URL."""
    table = found.assign(item_values=[", ".join(names.get(v, v) for v in values) for values in found["item_values"]])
    picked = st.dataframe(
        table,
        hide_index=True,
        height=260,
        on_select="rerun",
        selection_mode="single-row",
        key="scenario-list",
        column_order=["item_id", "text", "item_values", "domain", "region", "answers", "strength"],
        column_config={
            "item_id": st.column_config.TextColumn("id", width="small"),
            "text": st.column_config.TextColumn("scenario", width="large"),
            "item_values": "at stake",
            "strength": st.column_config.NumberColumn("mean strength", format="%.2f"),
        },
    )
    rows = picked["selection"]["rows"]
    ids: list[str] = found["item_id"].tolist()
    if rows and rows[0] < len(ids) and st.session_state.get("picked") != (rows, ids[rows[0]]):
        st.session_state["picked"] = (rows, ids[rows[0]])
        st.session_state["item"] = ids[rows[0]]
    elif not set(ids) & {st.query_params.get("item"), st.session_state.get("item")}:
        st.session_state["item"] = ids[0]
    item = st.selectbox(
        "Scenario",
        ids,
        index=None,  # so that the URL names the scenario even when it is the first
        key="item",
        bind="query-params",
        persist_state="session",
    )
    return str(item or ids[0])


def draw_answer(answer: Answer, names: dict[str, str], value: str) -> None:
    """One model's answer with its evidence."""
    with st.container(border=True):
        st.text(answer.model)
        simulated = " · simulated" if answer.model.startswith("simulated/") else ""
        cut = " · cut off at the length limit" if answer.truncated else ""
        st.caption(f"{OUTCOMES[answer.outcome]} · {answer.variation} · epoch {answer.epoch}{cut}{simulated}")
        if answer.error:
            st.text(answer.error)
        if answer.text:
            shown = [reading for reading in answer.readings if not value or reading.value == value]
            marks = [
                Mark(start, end, names[reading.value], reading.stance, weight)
                for reading in shown
                for start, end, weight in reading.evidence
            ]
            st.html(highlighted(answer.text, marks))
            if answer.chars > len(answer.text):
                st.caption(f"The first {len(answer.text):,} of {answer.chars:,} characters; the export has all.")
        if answer.message:
            st.caption(f":material/info: {answer.status}")
            st.text(answer.message)
        draw_readings(answer, names)


def draw_readings(answer: Answer, names: dict[str, str]) -> None:
    """The values read in an answer, strongest first."""
    if not answer.readings:
        return
    rows = [
        {"value": names[r.value], "stance": r.stance, "strength": r.strength, "note": r.note}
        for r in sorted(answer.readings, key=lambda r: -abs(r.strength))
        if r.stance not in ("neutral", "absent")
    ]
    if not rows:
        st.caption("No value was recognised in this answer.")
        return
    order = ["value", "stance", "strength"] + (["note"] if any(row["note"] for row in rows) else [])
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_order=order,
        key=f"readings-{answer.run_id}-{answer.trial_id}",
        column_config={"strength": st.column_config.NumberColumn(format="%.2f")},
    )


def draw_closed(closed: list[Answer], names: dict[str, str]) -> None:
    """The same scenario asked as a closed question in both orders of its two courses of action."""
    if not closed:
        return
    st.subheader("Asked as a closed question")
    rows = [
        (
            a.model,
            "as written" if a.variation == "closed-ab" else "swapped",
            OUTCOMES[a.outcome],
            names.get(a.choice or "", "none"),
            a.probability,
        )
        for a in closed
    ]
    st.dataframe(
        pd.DataFrame(rows, columns=["model", "order of the options", "outcome", "chose", "probability"]),
        hide_index=True,
        column_config={"probability": st.column_config.NumberColumn(format="%.2f", help="Of the option it chose")},
    )
    st.caption("A model that reads stays with its choice when the options are swapped.")


def draw(shown: View) -> None:
    chosen = choose_filter(shown)
    names = shown.results.system.names
    found = queries.scenarios(store(), shown.results.runs, chosen)
    if found.empty:
        st.info("No scenario passes these filters. Clear one of them.", icon=":material/filter_alt_off:")
        return
    item = choose_item(found, names)
    row = found[found["item_id"] == item].iloc[0]
    st.subheader("The scenario")
    st.text(row["text"])
    at_stake = ", ".join(names.get(value, value) for value in row["item_values"])
    if at_stake:
        st.caption(f"At stake: {at_stake}")
    answers = answers_to(store(), shown.results.runs, chosen, item)
    free = [answer for answer in answers if not answer.variation.startswith("closed-")]
    for start in range(0, len(free), COLUMNS):
        row_of = free[start : start + COLUMNS]
        for column, answer in zip(st.columns(max(len(row_of), 2)), row_of, strict=False):
            with column:
                draw_answer(answer, names, chosen.value)
    draw_closed([answer for answer in answers if answer not in free], names)
    st.caption("Blue: present or supported. Orange: opposed. Hover a marked word for its value.")
    measure_note(shown)
    with st.expander("Download the list of scenarios", icon=":material/download:"):
        downloads(found.assign(item_values=found["item_values"].map(";".join)), "scenarios")


st.title("Scenarios and answers")
shown = view()
if shown is None:
    empty("There are no answers to read yet.")
else:
    draw(shown)
