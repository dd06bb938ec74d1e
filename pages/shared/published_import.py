"""Importing the official site's figures: from a folder, a zip, or an address that a person gives."""

from pathlib import Path

import pandas as pd
import streamlit as st

from core.errors import UserError
from core.interchange.compass import read_compass
from core.interchange.compass_address import is_address, read_address
from core.items.compass_read import CompassRead
from core.runs.published import keep
from core.store import editions
from core.store.editions import Edition
from pages.shared.parts import downloads
from pages.shared.plain import escape, show_error
from pages.shared.resources import store

_READ = "compass_read"


def show_import(edition: Edition | None) -> None:
    """A form for a folder, a zip or an address; below it the chosen edition's files."""
    st.markdown(
        "A copy of the site's repository (or of its data folder), on this computer, as a zip, or at an address. An "
        "address is called only when you press the button: https, or http on this computer; nothing else is sent. "
        "Every folder with score files is an edition of its own. All stays in your own store."
    )
    place = st.text_input(
        "Folder, zip or address", placeholder="~/ValueCompass.github.io or https://…", key="compass_place"
    )
    upload = st.file_uploader("Or a zip", type=["zip"], key="compass_zip")
    measured = st.text_input("Measured", placeholder="2025-02", key="compass_measured", help="As the site says.")
    if (upload or place.strip()) and st.button("Read the files", icon=":material/folder_open:"):
        source = upload.getvalue() if upload else place.strip()
        name = upload.name.removesuffix(".zip") if upload else ""
        _read(source, name, measured.strip())
    reads: tuple[CompassRead, ...] | None = st.session_state.get(_READ)
    if reads:
        _offer(reads)
    if edition is not None:
        _about(edition)


def _read(source: bytes | str, name: str, measured: str) -> None:
    st.session_state[_READ] = None
    try:
        with st.status("Reading…") as status:

            def told(what: str) -> None:
                status.update(label=escape(f"Reading {what}"))

            if isinstance(source, bytes):
                st.session_state[_READ] = read_compass(source, name, f"{name}.zip", measured, told)
            elif is_address(source):
                st.session_state[_READ] = read_address(source, measured=measured, progress=told)
            else:
                path = Path(source).expanduser()
                st.session_state[_READ] = read_compass(path, path.name, str(path), measured, told)
    except UserError as error:
        show_error(error)


def _offer(reads: tuple[CompassRead, ...]) -> None:
    """What was found, what is wrong with it, and the button that keeps it."""
    for read in reads:
        models = len({score.model for score in read.scores})
        st.text(f"{read.name}: {len(read.scores):,} scores of {models} models, {len(read.cases):,} cases.")
        for sentence in (*read.missing, *read.notes):
            st.caption(f":material/help: {escape(sentence)}")
    problems = [(problem.row, problem.field, problem.message) for read in reads for problem in read.problems]
    if problems:
        st.error(f"{len(problems):,} cells cannot be used.")
        st.dataframe(pd.DataFrame(problems[:1000], columns=["row", "file and field", "problem"]), hide_index=True)
    label = "Import the good rows" if problems else "Import"
    if st.button(label, type="primary", icon=":material/download:", key="compass_keep"):
        try:
            keep(store(), reads, keep_good=bool(problems))
        except UserError as error:
            show_error(error)
            return
        st.session_state[_READ] = None
        st.rerun()


def _about(edition: Edition) -> None:
    st.subheader("The chosen edition")
    st.text(f"{edition.name}, {edition.label}. From {edition.source}, {edition.imported_at:%Y-%m-%d %H:%M} UTC.")
    st.text(f"Hash of its files {edition.hash}. Scales: {', '.join(edition.scales)}. {edition.licence}")
    for sentence in (*edition.missing, *edition.notes):
        st.caption(f":material/help: {escape(sentence)}")
    files = editions.files(store(), edition.edition_id)
    st.dataframe(files, hide_index=True, column_config={"size": st.column_config.NumberColumn("bytes")})
    downloads(files, "published-files")
    if st.button("Forget this edition", icon=":material/delete:"):
        editions.delete(store(), edition.edition_id)
        st.rerun()
