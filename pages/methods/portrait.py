"""Value Portrait: models say how much responses are like them, and items that people rated say what that means."""

import streamlit as st

from core.errors import UserError
from core.runs.portrait import open_bank
from pages.shared.plain import show_error
from pages.shared.portrait import choose_bank, not_validated, own_banks, results
from pages.shared.portrait_import import banner, show_import
from pages.shared.portrait_items import show_items
from pages.shared.portrait_profile import show_profile
from pages.shared.portrait_reliability import show_reliability
from pages.shared.portrait_run import first_click, show_run
from pages.shared.portrait_scorers import show_scorers
from pages.shared.resources import store

RUN, IMPORT = "Run", "Import"
PARTS = {
    "Profile": show_profile,
    "Scorers": show_scorers,
    "Reliability": show_reliability,
    "Items": show_items,
}

st.title("Value Portrait")
st.markdown(
    "How much is this response like you? People answered that about every item of a validated bank, and their answers "
    "were correlated with their own values (arXiv 2505.01015). A model that agrees with an item is scored by whom that "
    "item tells apart."
)
if imported := st.session_state.pop("portrait_imported", ""):
    st.session_state["bank"] = imported
bank_id = choose_bank()
head = next((each for each in own_banks() if each.bank_id == bank_id), None)
try:
    bank = open_bank(store(), bank_id)
except UserError as error:
    show_error(error)
    st.stop()
not_validated(bank)
if head is not None:
    banner(head)
part = st.segmented_control(
    "Show", [*PARTS, RUN, IMPORT], default="Profile", required=True, key="part", bind="query-params", wrap=True
)
if part == RUN:
    show_run(bank)
elif part == IMPORT:
    show_import(head)
else:
    found = results(bank_id)
    if not found.answers.models:
        st.info("No model has answered the items of this bank yet.", icon=":material/hourglass_empty:")
        first_click()
    elif not found.profiles:
        st.info("This bank has neither correlations nor words on what its items express: nothing can be scored.")
    else:
        PARTS[str(part)](found)
