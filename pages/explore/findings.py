"""Findings computed from tests: sentences with their conditions, each with the table behind it."""

import pandas as pd
import streamlit as st

from core.analysis.findings import OWN, Claim, Findings, claims_table, evidence
from core.runs.compared import Compared, text_of
from core.runs.found import conditions, counted, found_in, sentence
from pages.shared.comparing import choose_correction, fingerprint, loaded, newest
from pages.shared.parts import downloads, empty, measure_note, warn_of_low_information
from pages.shared.sidebar import View, view
from pages.shared.trusting import doubtful

PAGE = 10
KINDS = ("all", "between models", "within a model")


@st.cache_resource(max_entries=8, show_spinner="Testing…", hash_funcs={Compared: fingerprint})
def _found(compared: Compared, correction: str) -> Findings:
    return found_in(compared, correction)


@st.dialog("The table behind it", width="large")
def open_table(said: str, claim: Claim, compared: Compared) -> None:
    st.text(said)
    table = evidence(compared.cells, claim)
    table.insert(1, "text", [text_of(compared, item) for item in table["item_id"]])
    figures = {name: st.column_config.NumberColumn(format="%.1f") for name in ("first", "second", "difference")}
    st.dataframe(table, hide_index=True, column_config=figures | {"text": st.column_config.TextColumn("scenario")})
    st.caption("In points of the score; the difference is first less second, its mean is the finding.")
    downloads(table, "behind-the-finding")


def draw(shown: View) -> None:
    chosen = newest(shown)
    if not chosen:
        st.info("No value could be scored in these answers, so there is nothing to find.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        correction = choose_correction()
        kind = st.segmented_control(
            "Findings", KINDS, default=KINDS[0], required=True, key="kind", bind="query-params", persist_state="session"
        )
    compared = loaded(shown, chosen)
    found, names, measure = _found(compared, correction), shown.results.system.names, shown.results.measure
    st.text(counted(found))
    st.text(conditions(compared, shown.recogniser, measure, shown.at_stake))
    claims = [claim for claim in found.claims if kind in (KINDS[0], KINDS[1 + (claim.second == OWN)])]
    doubts = doubtful(shown)
    if not claims:
        st.info(
            "Nothing of this kind holds: no difference passed the correction with an interval that leaves out none."
        )
    pages = -(-len(claims) // PAGE)
    page = st.number_input(f"Page of {pages}", 1, pages, 1, key="findings_page") if pages > 1 else 1
    for place, claim in enumerate(claims[(page - 1) * PAGE : page * PAGE]):
        said = sentence(claim, compared, names, measure, correction)
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            with st.container():
                st.text(said)
                if claim.value in doubts:
                    st.caption(f":material/warning: {names[claim.value]} is not read reliably.")
            if st.button("Table", icon=":material/table:", key=f"claim-{place}", width="content"):
                open_table(said, claim, compared)
    table = claims_table(found)
    sentences = [sentence(claim, compared, names, measure, correction) for claim in found.claims]
    table = table.assign(value=table["value"].map(names), sentence=pd.Series(sentences, dtype=str))
    with st.expander(f"All {len(table)} findings as a table", icon=":material/table:"):
        st.dataframe(table, hide_index=True)
        downloads(table.assign(conditions=conditions(compared, shown.recogniser, measure, shown.at_stake)), "findings")
    measure_note(shown)
    warn_of_low_information(shown)


st.title("What these answers show")
shown = view()
if shown is None:
    empty("There is nothing to find yet.")
else:
    draw(shown)
