"""Importing an item bank, and what came of it: what was reproduced, what is missing, which files it was."""

from pathlib import Path

import pandas as pd
import streamlit as st

from core.errors import UserError
from core.interchange.portrait import read_portrait
from core.items.bank_read import BankRead
from core.runs.banks import import_bank
from core.runs.freezing import SOURCE as STUDY
from core.store import banks
from core.store.banks import BankHead
from pages.shared.parts import downloads
from pages.shared.plain import escape, show_error
from pages.shared.resources import store

ICONS = {True: ":material/check_circle:", False: ":material/report:", None: ":material/info:"}
_READ = "portrait_read"


def banner(head: BankHead) -> None:
    """What was reproduced of the published figures, and what was not found."""
    with st.container(border=True):
        st.markdown("**How this bank was made**" if head.source == STUDY else "**What your files reproduce**")
        for check in banks.checks(store(), head.bank_id):
            st.markdown(f"{ICONS[check.ok]} {escape(check.sentence)}")
        for sentence in head.missing:
            st.caption(f":material/help: {escape(sentence)}")


def show_import(head: BankHead | None) -> None:
    """A form for a folder or a zip; below it the chosen bank's files and terms."""
    st.markdown(
        "A copy of the repository of Value Portrait (arXiv 2505.01015), as a folder on this computer or a zip, gives "
        "items, correlations, ratings, and the answers of published models. Each file may be missing; CSV files with "
        "the figures alone will do too. Everything stays in your own store."
    )
    folder = st.text_input("Folder or zip on this computer", placeholder="~/ValuePortrait", key="portrait_folder")
    upload = st.file_uploader("Or a zip", type=["zip"], key="portrait_zip")
    source: Path | bytes | None = upload.getvalue() if upload else Path(folder).expanduser() if folder.strip() else None
    if source is not None and st.button("Read the files", icon=":material/folder_open:"):
        name = upload.name.removesuffix(".zip") if upload else Path(folder).expanduser().name
        _read(source, name or "bank")
    read: BankRead | None = st.session_state.get(_READ)
    if read is not None:
        _offer(read)
    if head is not None:
        _about(head)


def _read(source: Path | bytes, name: str) -> None:
    try:
        with st.status("Reading…") as status:
            st.session_state[_READ] = read_portrait(source, name, lambda what: status.update(label=f"Reading {what}"))
    except UserError as error:
        st.session_state[_READ] = None
        show_error(error)


def _offer(read: BankRead) -> None:
    """What was found, what is wrong with it, and the button that keeps it."""
    models = len({each[0] for each in read.answers})
    st.text(f"{read.name}: {len(read.items):,} items, {len(read.ratings):,} ratings, answers of {models} models.")
    for sentence in read.missing:
        st.caption(f":material/help: {escape(sentence)}")
    if read.problems:
        st.error(f"{len(read.problems):,} rows cannot be used.")
        rows = [(problem.row, problem.field, problem.message) for problem in read.problems[:1000]]
        st.dataframe(pd.DataFrame(rows, columns=["row", "file and field", "problem"]), hide_index=True)
    label = "Import the good rows" if read.problems else "Import"
    if st.button(label, type="primary", icon=":material/download:", key="portrait_keep"):
        try:
            with st.status("Importing…") as status:
                bank = import_bank(store(), read, bool(read.problems), progress=lambda what: status.update(label=what))
        except UserError as error:
            show_error(error)
            return
        st.session_state[_READ] = None
        st.session_state["portrait_imported"] = bank.id
        st.rerun()


def _about(head: BankHead) -> None:
    st.subheader("The chosen bank")
    st.text(f"{head.name}: {head.items:,} items, answers of {head.models} published models, hash {head.bank_hash}.")
    st.text(head.licence)
    files = banks.files(store(), head.bank_id)
    st.dataframe(files, hide_index=True, column_config={"size": st.column_config.NumberColumn("bytes")})
    downloads(files, "portrait-files")
    if st.button(
        "Forget this bank", icon=":material/delete:", help="Its runs stay; their items cannot be scored then."
    ):
        banks.delete_bank(store(), head.bank_id)
        st.rerun()
