"""The items of a study: written one by one, drafted by a model, read from a file; then opened to raters."""

import pandas as pd
import streamlit as st

from core.errors import UserError
from core.interchange.study_csv import read_items, template, write_items
from core.items.bank import BankItem
from core.items.files import slug
from core.items.study import DRAFT, FEWEST_ITEMS, MOST_CHARS, MOST_WORD, TEN, Study, copied, with_items
from core.runs.studies import open_study
from core.store import studies
from pages.shared.parts import downloads
from pages.shared.plain import show_error
from pages.shared.portrait import NAMES
from pages.shared.resources import store
from pages.shared.study import choose
from pages.shared.study_draft import show_draft

NEW = "a new item"


def show_editor(study: Study) -> None:
    """Everything of this part of the page."""
    if study.items:
        rows = pd.DataFrame(
            [
                {"item": each.id, "state": each.state, "situation": each.item.text, "response": each.item.response}
                | {"written for": ", ".join(NAMES[name] for name in each.item.expresses), "source": each.item.source}
                for each in study.items
            ]
        )
        st.dataframe(rows, hide_index=True)
        downloads(rows, f"items-{study.id}")
        st.download_button(
            "Items, to read in again", write_items(each.item for each in study.items), f"{study.id}.csv", "text/csv",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
    else:
        st.info(f"No item yet. {FEWEST_ITEMS} or more make a study.", icon=":material/edit_note:")
    if study.stage == DRAFT:
        _edit(study)
        show_draft(study, lambda items: keep(study, [*_items(study), *items]))
        _import(study)
        _open(study)
    else:
        st.caption("People may have read these items: they stay as they are.")
    _whole(study)


def _items(study: Study) -> list[BankItem]:
    return [each.item for each in study.items]


def keep(study: Study, items: list[BankItem]) -> None:
    """Keep these items as the study's, or say why not."""
    try:
        studies.save_study(store(), with_items(study, items))
    except UserError as error:
        show_error(error)
        return
    st.rerun()


def _edit(study: Study) -> None:
    with st.expander("Write an item", icon=":material/edit:", expanded=True):
        chosen = str(st.selectbox("Edit", [NEW, *study.item_ids], key="study_edit"))
        old = next((item for item in _items(study) if item.id == chosen), BankItem("", ""))
        with st.form(f"item {study.id} {chosen} {len(study.items)}", border=False):
            query = st.text_input("Short name of the situation", old.query, max_chars=MOST_WORD, placeholder="new-job")
            option = st.text_input("Number or name of the response", old.option, max_chars=MOST_WORD, placeholder="1")
            text = st.text_area("Situation, as somebody tells it", old.text, max_chars=MOST_CHARS)
            response = st.text_area("Response", old.response, max_chars=MOST_CHARS)
            meant = st.multiselect(
                "Written to express (raters do not see it)", TEN, list(old.expresses), format_func=NAMES.__getitem__
            )
            with st.container(horizontal=True):
                saved = st.form_submit_button("Keep the item", type="primary", icon=":material/save:")
                removed = st.form_submit_button("Remove it", icon=":material/delete:", disabled=chosen == NEW)
    new = BankItem(query, option, old.title, text, response, old.source or "own", expresses=tuple(meant))
    if saved:
        keep(study, [*_items(study), new] if chosen == NEW else [new if i.id == chosen else i for i in _items(study)])
    if removed:
        keep(study, [item for item in _items(study) if item.id != chosen])


def _import(study: Study) -> None:
    with st.expander("Read items from a file", icon=":material/upload_file:"):
        st.download_button("A file to start from", template(), "items.csv", "text/csv", on_click="ignore")
        upload = st.file_uploader("Items (CSV)", type=["csv"], key=f"items_file_{study.id}")
        if upload is None:
            return
        read = read_items(upload.getvalue(), upload.name)
        st.text(f"{len(read.items)} items can be used.")
        if read.problems:
            st.error(f"{len(read.problems)} rows cannot be used.")
            rows = [(each.row, each.field, each.message) for each in read.problems]
            st.dataframe(pd.DataFrame(rows, columns=["row", "file and field", "problem"]), hide_index=True)
        label = "Add the good rows" if read.problems else "Add these items"
        if st.button(label, type="primary", icon=":material/add:", disabled=not read.items):
            keep(study, [*_items(study), *read.items])


def _open(study: Study) -> None:
    few = len(study.items) < FEWEST_ITEMS
    said = f"From then on items and plan ({study.planned} raters) are fixed."
    if st.button("Open for raters", type="primary", icon=":material/lock_open:", disabled=few, help=said):
        open_study(store(), study)
        st.rerun()
    st.caption(said if not few else f"{FEWEST_ITEMS - len(study.items)} more items, and the study can be opened.")


def _whole(study: Study) -> None:
    """Copying and deleting a study."""
    with st.expander("Copy or delete this study", icon=":material/folder_managed:"):
        name = st.text_input("Name of the copy", f"{study.name} 2"[:80], key=f"copy_{study.id}")
        if st.button("Copy its items to a new draft", icon=":material/content_copy:"):
            if slug(name) in {head.study_id for head in studies.studies(store())} or not name.strip():
                raise UserError("Give the copy a name of its own.")
            studies.save_study(store(), copied(study, slug(name), name.strip()))
            choose(slug(name))
        sure = st.checkbox("Delete it with everything that raters said", key=f"delete_{study.id}")
        if st.button("Delete the study", icon=":material/delete:", disabled=not sure):
            studies.delete_study(store(), study.id)
            st.session_state.pop("study", None)
            st.rerun()
