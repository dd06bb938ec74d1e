"""One scenario across models side by side: what each said, the values read in it and the words that show them."""

import pandas as pd
import streamlit as st

from core.recognition.quality import leaning_sentence
from core.runs.drilldown import answers_to
from core.store import queries
from core.store.queries import Filter
from pages.shared.answers import draw_answers, draw_closed, marked_by
from pages.shared.filtering import choose_filter
from pages.shared.parts import downloads, empty, measure_note, warn_of_low_information
from pages.shared.resources import store
from pages.shared.sidebar import View, view


def choose_item(found: pd.DataFrame, names: dict[str, str]) -> str:
    """A scenario from the list, or the one named in the URL."""
    table = found.assign(
        item_values=[", ".join(names.get(v, v) for v in values) for values in found["item_values"]],
        domain=found["domain"].str.replace("_", " "),
        region=found["region"].str.replace("_", " "),
        scored=found["scored"].astype(str) + " of " + found["asked"].astype(str),
    )
    means = ["strength", "scored"] if found["scored"].any() else []  # only where the filter has a value
    picked = st.dataframe(
        table,
        hide_index=True,
        height=260,
        on_select="rerun",
        selection_mode="single-row",
        key="scenario-list",
        column_order=["item_id", "text", "item_values", "domain", "region", "answers", *means],
        column_config={
            "item_id": st.column_config.TextColumn("id", width="small"),
            "text": st.column_config.TextColumn("scenario", width="large"),
            "item_values": "at stake",
            "strength": st.column_config.NumberColumn("mean strength", format="%.2f"),
            "scored": st.column_config.TextColumn(help="Answers in the mean, of the open questions asked so far"),
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


def marked_values(shown: View, chosen: Filter, at_stake: list[str]) -> list[str]:
    """The values whose words are marked: the one filtered by; else all, but offline, where every answer holds a little
    of each, those at stake."""
    if chosen.value:
        return [chosen.value]
    every = list(shown.results.system.ids)
    return at_stake if shown.results.measure == "presence" and at_stake else every


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
    answers = marked_by(answers_to(store(), shown.results.runs, chosen, item))
    free = [answer for answer in answers if not answer.variation.startswith("closed-")]
    marked = marked_values(shown, chosen, list(row["item_values"]))
    st.caption(
        f"Marked: {', '.join(names[value] for value in marked)}. Blue: present or supported; orange: opposed. "
        "Hover a marked word for its value."
    )
    draw_answers(free, names, marked)
    draw_closed([answer for answer in answers if answer not in free], names)
    measure_note(shown)
    if leaning := leaning_sentence(shown.recogniser):
        st.caption(f":material/explore: {leaning}")
    warn_of_low_information(shown)
    with st.expander("Download the list of scenarios", icon=":material/download:"):
        downloads(found.assign(item_values=found["item_values"].map(";".join)), "scenarios")


st.title("Scenarios and answers")
shown = view()
if shown is None:
    empty("There are no answers to read yet.")
else:
    draw(shown)
