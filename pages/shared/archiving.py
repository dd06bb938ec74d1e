"""A run brought from another installation."""

import streamlit as st

from core.errors import UserError
from core.interchange.archive_read import import_archive
from pages.shared.plain import escape, show_error
from pages.shared.resources import store


def bring_archive() -> None:
    """Read a run's archive into the store."""
    with st.expander("Bring a run from another installation", icon=":material/unarchive:"):
        st.caption(
            "The archive of a run, as “Export → Archive” writes it. Every part is checked against its SHA-256 before "
            "anything is stored, and the run then gives the same numbers here as there."
        )
        given = st.file_uploader("Archive", ["zip"], key="bring_archive")
        if given is None or not st.button("Read it in", icon=":material/unarchive:", type="primary"):
            return
        try:
            with st.spinner("Checking and storing…"):
                found = import_archive(store(), given.getvalue(), given.name)
        except UserError as error:
            show_error(error)
            return
        said = "is stored" if found.fresh else "was here already: nothing was changed"
        st.success(f"The run {escape(found.run_id)} ({escape(found.name)}) {said}.", icon=":material/check:")
        st.caption(f"SHA-256 of its manifest: {found.fingerprint}")
