"""What the pieces of the page Items share: the studies there are, and one study's statistics once computed."""

import streamlit as st

from core.analysis.portrait.study import Validation
from core.errors import UserError
from core.items.study import FEWEST_RATERS, MOST_RATERS, USUAL_RATERS, Study
from core.runs.studies import NAME, Gathered, gather, new_study, validate
from core.store import studies
from core.values.questionnaires import QUESTIONNAIRES
from pages.shared.plain import distinct, show_error
from pages.shared.resources import store

_CHOSEN = "study_pending"


def choose_study() -> str:
    """The id of a study, "" while there is none; beside it the form for another one."""
    heads = studies.studies(store())
    if not heads:
        return ""
    shown = distinct({head.study_id: head.name for head in heads})
    if pending := st.session_state.pop(_CHOSEN, ""):
        st.session_state["study"] = pending
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Study",
            list(shown),
            format_func=lambda key: shown.get(key, key),
            key="study",
            bind="query-params",
            persist_state="session",
        )
        with st.popover("Another study", icon=":material/add:"):
            make_study()
    return str(chosen)


def make_study() -> None:
    """The form for a new study; raises nothing, shows what is wrong."""
    with st.form("new_study", border=False):
        name = st.text_input("Name of the study", max_chars=NAME)
        asked = st.selectbox(
            "Raters' own values by",
            list(QUESTIONNAIRES),
            format_func=lambda key: QUESTIONNAIRES[key].name,
            help="Ten cards in our own words, on the page itself and not a validated scale; or the numbers of a "
            "questionnaire that you hand to raters, and have the right to use.",
        )
        planned = st.number_input(
            "Planned raters",
            FEWEST_RATERS,
            MOST_RATERS,
            USUAL_RATERS,
            help="Items are validated once so many can be used: decided beforehand, since to stop when the figures "
            "please promotes chance.",
        )
        made = st.form_submit_button("Make this study", type="primary", icon=":material/add:")
    if made:
        try:
            study = new_study(store(), name, str(asked), int(planned))
        except UserError as error:
            show_error(error)
            return
        choose(study.id)


def choose(study_id: str) -> None:
    """Show this study."""
    st.session_state[_CHOSEN] = study_id
    st.rerun()


@st.cache_resource(max_entries=4, show_spinner="Correlating ratings with values…")
def _seen(path: str, study_id: str, version: tuple[int, ...], _study: Study) -> tuple[Gathered, Validation]:
    gathered = gather(_study, studies.sittings(store(), study_id))
    return gathered, validate(_study, gathered)


def seen(study: Study) -> tuple[Gathered, Validation]:
    """The ratings and their statistics, computed again when they have changed. Shared: do not change them."""
    return _seen(str(store().path), study.id, tuple(studies.version(store(), study.id)), study)
