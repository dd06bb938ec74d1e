"""Personas: how far a model's answers move when it is told whom to answer as, beside placebos and beside people."""

import streamlit as st

from core.errors import UserError
from core.runs.portrait import PREFIX, open_bank
from core.store import persona_answers
from pages.shared.persona_answers import show_answers, show_refusals
from pages.shared.persona_effects import show_effects
from pages.shared.persona_humans import show_humans
from pages.shared.persona_run import first_click, show_run
from pages.shared.personas import choose_model, choose_run, results
from pages.shared.plain import show_error
from pages.shared.portrait import choose_bank, not_validated
from pages.shared.resources import store

RUN = "Run"
PARTS = {"Effects": show_effects, "People": show_humans, "Refusals": show_refusals, "Answers": show_answers}

st.title("Personas")
st.warning(
    "**Role-play stereotypes of a model: not its behaviour, and not people.** A model that is told to answer as a "
    "woman shows what it takes to be typical of women. It does not show how it treats women, nor what women value, and "
    "it says nothing about any single person: draw no conclusion about individuals from this page. Models that shift "
    "like people in questionnaires need not do so in what they write elsewhere.",
    icon=":material/theater_comedy:",
)
st.markdown(
    "A model rates the items of a bank in a persona, in several wordings and in both orders of the options. Shown is "
    "the **difference between two personas**, item by item. **Placebos**, such as being left-handed, say what any "
    "persona does: a difference within their band is none."
)
bank_id = choose_bank()
try:
    bank = open_bank(store(), bank_id)
except UserError as error:
    show_error(error)
    st.stop()
not_validated(bank)
runs = dict(persona_answers.runs_of(store(), PREFIX + bank_id))
part = st.segmented_control(
    "Show", [*PARTS, RUN], default="Effects", required=True, key="persona_part", bind="query-params", wrap=True
)
if part == RUN:
    show_run(bank)
elif not runs:
    st.info("No model has answered the items of this bank in personas yet.", icon=":material/hourglass_empty:")
    first_click()
else:
    run_id = choose_run(runs)
    model = choose_model(run_id)
    if not model:
        st.info("This run has no answers yet. Runs shows how it goes on.", icon=":material/hourglass_empty:")
        st.stop()
    PARTS[str(part)](results(bank, run_id, model))
