"""Profiles that leave the app as files and come back."""

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from core.errors import UserError
from core.store import queries, records
from core.values.profile import Profile
from core.values.profile_files import MAX_NAME, ProfileFile, file_name, of_profile, read_profile, to_csv, to_json
from core.values.system import ValueSystem, system
from pages.shared.plain import escape, show_error
from pages.shared.resources import store

_TURN = "profile_file_turn"


def offer(profile: Profile) -> None:
    """The profile as JSON, which comes back here, and as a table."""
    for label, content, kind, mime in (
        ("Profile (JSON)", to_json(of_profile(profile)), "json", "application/json"),
        ("Table (CSV)", to_csv(profile), "csv", "text/csv"),
    ):
        st.download_button(
            label,
            content,
            file_name(profile.name, kind),
            mime,
            icon=":material/download:",
            key=f"profile_{kind}",
            on_click="ignore",
        )


def load(shown: ValueSystem | None) -> None:
    """A profile out of a file, shown before it is saved. `shown` is the system that profiles can be chosen for here."""
    turn = st.session_state.setdefault(_TURN, 0)
    with st.expander("Load a profile from a file", icon=":material/upload_file:"):
        upload = st.file_uploader(
            "A profile that was downloaded here (JSON)", "json", key=f"profile_file_{turn}", max_upload_size=1
        )
        if upload is None:
            return
        try:
            file = read_profile(upload.getvalue(), upload.name)
        except UserError as error:
            show_error(error)
            return
        _preview(file)
        key = f"profile_file_name_{turn}"
        name = st.text_input("Save it as", file.name, max_chars=MAX_NAME, key=key)
        if name.strip() in {kept.name for kept in queries.profiles(store())}:
            st.warning("A saved profile has this name; saving would replace it.")
        st.button("Save the loaded profile", icon=":material/save:", on_click=_keep, args=(file, key, shown))


def _preview(file: ProfileFile) -> None:
    of = system(file.system)
    columns: dict[str, Iterable[object]] = {"value": of.names.values()}
    if file.means:
        columns |= {"mean (centred points)": file.means}
        columns |= {"spread between persons (sd)": file.sds} if file.sds else {}
    else:
        columns |= {"weight (0 to 100)": file.weights.values()}
    st.text(f"{file.name} ({of.name})")
    st.caption(escape(file.stands_on or "The file names no source."))
    st.dataframe(pd.DataFrame(columns), hide_index=True)


def _keep(file: ProfileFile, key: str, shown: ValueSystem | None) -> None:
    """Save it and, where it can be chosen, choose it."""
    try:
        kept = records.save_profile(
            store(), st.session_state[key], file.system, file.weights, file.means, file.sds, file.stands_on
        )
    except UserError as error:
        show_error(error)
        return
    st.session_state[_TURN] += 1
    if shown and shown.id == file.system:
        st.session_state["profile"] = f"saved:{kept}"
    else:
        st.success(escape(f"Saved: {kept}. Choose it beside results on the values of {system(file.system).name}."))
