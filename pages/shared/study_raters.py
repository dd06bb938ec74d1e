"""Who has rated: how many, whose ratings count and why not, and their data, which can be taken along or deleted."""

import pandas as pd
import streamlit as st

from core.analysis.portrait.raters import LEAST_SPREAD, MOST_GAP, MOST_MODAL
from core.errors import UserError
from core.interchange.study_csv import RATINGS, VALUES, bundle, read_sittings
from core.items.sitting import finished, shown_code
from core.items.study import DRAFT, OPEN, Study
from core.runs.studies import rater_table
from core.store import studies
from pages.shared.parts import downloads
from pages.shared.raters_only import ENVIRONMENT
from pages.shared.resources import store
from pages.shared.study import seen

COLUMNS = {
    "missed": ("checks missed", "%d"),
    "gap": ("difference between two answers to one text", "%.2f"),
    "spread": ("spread of the ratings", "%.2f"),
    "modal": ("commonest answer's share", "%.2f"),
}


def show_raters(study: Study) -> None:
    """Everything of this part of the page."""
    if study.stage == DRAFT:
        st.info("The study is not open yet: open it under Items, then people can rate it.", icon=":material/lock:")
        return
    gathered, _ = seen(study)
    with st.container(horizontal=True):
        st.metric("Raters", len(gathered.codes), border=True)
        st.metric("Used", f"{gathered.n_used} of {study.planned} planned", border=True)
    if study.stage == OPEN and st.button("Open the rating page", icon=":material/rate_review:"):
        st.switch_page("pages/study/rate.py", query_params={"study": study.id})
    if study.stage == OPEN:
        st.caption(
            f"The link for raters ends in `/rate?study={study.id}`. A server started with `{ENVIRONMENT}=1` shows them "
            "that page alone: no results, no other rater's data, no other study."
        )
    if gathered.codes:
        rows = rater_table(gathered)
        config = {name: st.column_config.NumberColumn(title, format=form) for name, (title, form) in COLUMNS.items()}
        st.dataframe(rows, hide_index=True, column_config=config)
        st.caption(
            f"Left out: unfinished sittings; any check missed; answers to the same texts that differ by more than "
            f"{MOST_GAP} points on average; a spread below {LEAST_SPREAD} or one answer above {MOST_MODAL:.0%}; ten "
            "equal values; and ratings that are another's to the last one. One code is one sitting: a person who takes "
            "part twice cannot be told from two."
        )
        downloads(rows, f"raters-{study.id}")
        everyone = studies.sittings(store(), study.id)
        st.download_button(
            "All data (zip of CSV files)", bundle(study, everyone), f"{study.id}.zip", "application/zip",
            icon=":material/folder_zip:", on_click="ignore",
        )  # fmt: skip
        _delete(study, gathered.codes)
    else:
        st.info("Nobody has begun yet.", icon=":material/hourglass_empty:")
    if study.stage == OPEN:
        _import(study)


def _delete(study: Study, codes: tuple[str, ...]) -> None:
    with st.expander("Delete one rater", icon=":material/person_remove:"):
        code = str(st.selectbox("Code", codes, format_func=shown_code))
        st.caption("For good: ratings, values and code. Statistics of a frozen bank stay as they are.")
        if st.button("Delete this rater", icon=":material/delete:"):
            studies.delete_rater(store(), study.id, code)
            st.rerun()


def _import(study: Study) -> None:
    with st.expander("Read ratings that were collected elsewhere", icon=":material/upload_file:"):
        st.caption(f"Two files as the zip above has them: {RATINGS} and {VALUES}. Raters under codes, never names.")
        ratings = st.file_uploader("Ratings (CSV)", type=["csv"], key=f"ratings_{study.id}")
        values = st.file_uploader("Values (CSV)", type=["csv"], key=f"values_{study.id}")
        agreed = st.checkbox("These people have agreed to this use of their answers.", key=f"agreed_{study.id}")
        if ratings is None or values is None:
            return
        read = read_sittings(study, ratings.getvalue(), values.getvalue())
        st.text(f"{len(read.sittings)} raters can be read.")
        if read.problems:
            st.error(f"{len(read.problems)} rows cannot be used.")
            rows = [(each.row, each.field, each.message) for each in read.problems]
            st.dataframe(pd.DataFrame(rows, columns=["row", "file and field", "problem"]), hide_index=True)
        label = "Add what the good rows say" if read.problems else "Add these raters"
        if st.button(label, type="primary", icon=":material/add:", disabled=not (agreed and read.sittings)):
            if not read.sittings:
                raise UserError("There is no rater in these files.")
            kept = [(one, finished(study, one)) for one in read.sittings]
            studies.add_sittings(store(), kept, "elsewhere")
            st.rerun()
