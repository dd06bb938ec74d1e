"""A server for raters alone: with POLYCOMPASS_RATERS_ONLY set only the rating page exists, whatever is typed."""

import os
from collections.abc import Collection
from typing import NoReturn

import streamlit as st

from pages.shared import first_visit
from pages.shared.resources import manager

ENVIRONMENT = "POLYCOMPASS_RATERS_ONLY"
RATE = "pages/study/rate.py"
_OFF = ("", "0", "false", "no", "off")


def raters_only() -> bool:
    """Whether this server is for raters. Any word that does not plainly say no counts as yes."""
    return os.environ.get(ENVIRONMENT, "").strip().lower() not in _OFF


def serve(lost: bool) -> NoReturn:
    """Run the rating page under its usual address, or the front door that leads to it, and nothing of app.py after."""
    rate = st.Page(RATE, title="Rate", icon=":material/rate_review:")
    page = st.navigation([st.Page(_door, title="Welcome", default=True), rate], position="hidden")
    if lost:
        first_visit.reload()
    manager()
    page.run()
    st.stop()


def _door() -> None:
    st.switch_page(RATE, query_params=st.query_params.to_dict())


def named(study_ids: Collection[str]) -> str:
    """The study that the address names (`/rate?study=ID`), "" where it names none of these."""
    study_id = st.query_params.get("study", "")
    return study_id if study_id in study_ids else ""
