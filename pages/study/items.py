"""Items of one's own: written, rated by people, promoted by a rule, and frozen into a bank."""

import streamlit as st

from core.errors import UserError
from core.items.study import STATES
from core.store import studies
from pages.shared.plain import show_error
from pages.shared.resources import store
from pages.shared.study import choose_study, make_study
from pages.shared.study_items import show_editor
from pages.shared.study_planner import show_planner
from pages.shared.study_raters import show_raters
from pages.shared.study_validation import show_validation

PARTS = {"Items": show_editor, "Raters": show_raters, "Validation": show_validation}
PLAN = "How many raters?"

st.title("Items of your own")
st.markdown(
    "Write responses to situations, let people say how similar each is to their own thoughts, and find out which of "
    "them tell people with different values apart. Those that pass become a bank that models can be asked."
)
study_id = choose_study()
part = st.segmented_control(
    "Show", [*PARTS, PLAN], default="Items", required=True, key="study_part", bind="query-params", wrap=True
)
try:
    if part == PLAN:
        show_planner()
    elif not study_id:
        st.info("There is no study yet. Its items come first, then raters.", icon=":material/rate_review:")
        make_study()
    else:
        study = studies.load_study(store(), study_id)
        PARTS[str(part)](study)
        st.caption(" · ".join(f"{state}: {said}" for state, said in STATES.items()))
except UserError as error:
    show_error(error)
