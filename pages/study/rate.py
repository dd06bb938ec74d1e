"""Where people rate the items of a study: consent, a code, one text at a time, ten questions on values, thanks."""

import streamlit as st

from core.errors import UserError
from core.items.sitting import next_step, read_code
from core.items.study import OPEN
from core.store import studies
from pages.shared.plain import distinct, show_error
from pages.shared.raters_only import named, raters_only
from pages.shared.rating import ask_step, ask_values, consent, own_data, thank
from pages.shared.resources import store

st.title("Rate responses")
heads = [head for head in studies.studies(store()) if head.stage == OPEN or head.raters]
linked = named([head.study_id for head in heads])
if raters_only() and not linked and len(heads) != 1:
    st.info("Follow the link that you were given: it names the study.", icon=":material/link:")
    st.stop()
if not heads:
    st.info("No study is open for rating. One is made, and opened, on the page Items.", icon=":material/rate_review:")
    if st.button("Make a study", type="primary", icon=":material/add:"):
        st.switch_page("pages/study/items.py", query_params={})
    st.stop()
names = distinct({head.study_id: head.name for head in heads})
study_id = linked or heads[0].study_id
if len(heads) > 1 and not linked:
    study_id = str(
        st.selectbox(
            "Study", list(names), format_func=lambda key: names.get(key, key), key="rate_study", bind="query-params"
        )
    )
codes = st.session_state.setdefault("rate_codes", {})  # this browser tab's sitting in each study
try:
    study = studies.load_study(store(), study_id)
    sitting = studies.sitting(store(), study_id, read_code(codes[study_id])) if study_id in codes else None
    if sitting is None:
        consent(study, codes)
    elif study.stage != OPEN:
        st.info("This study takes no more ratings.", icon=":material/lock:")
        own_data(study, sitting, codes)
    else:
        step = next_step(study, sitting)
        if step is not None:
            ask_step(study, sitting, step)
        elif not sitting.scores:
            ask_values(study, sitting)
        else:
            thank()
        own_data(study, sitting, codes)
except UserError as error:
    show_error(error)
