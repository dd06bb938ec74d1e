"""What is looked at as one file: HTML, PDF, and the archives of its runs."""

from functools import partial

import streamlit as st

from core.errors import UserError
from core.interchange.archive import archive
from core.reports.document import Report
from core.reports.html import to_html
from core.reports.pdf import to_pdf
from core.reports.sections import SECTIONS, compose
from core.reports.subject import Subject, subject
from pages.shared.parts import choose_statistic, empty, measure_note, nothing_read
from pages.shared.plain import escape, show_error
from pages.shared.resources import store
from pages.shared.sidebar import View, view

FILES = {
    "Report (HTML)": ("report.html", "text/html", to_html),
    "Report (PDF)": ("report.pdf", "application/pdf", to_pdf),
}
MADE = "report_made"  # the report last made, with what it was made of


def choose_sections() -> list[str]:
    """What is to be in it."""
    chosen = st.pills(
        "Sections",
        list(SECTIONS),
        selection_mode="multi",
        default=list(SECTIONS),
        format_func=lambda name: SECTIONS[name][0],
        key="sections",
        bind="query-params",
        persist_state="session",
    )
    return [name for name in SECTIONS if name in chosen]


def preview(of: Subject, chosen: list[str]) -> None:
    """What will be in it, before it is made."""
    with st.container(border=True):
        st.text(f"Models: {', '.join(of.models)}")
        st.text(f"Runs: {', '.join(f'{head.name} ({head.run_id})' for head in of.heads)}")
        st.text(f"Profile: {of.profile.name}")
        st.text("Sections: " + ", ".join(SECTIONS[name][0] for name in chosen))
    st.caption("Other models, runs or weights: choose them in the sidebar.")


def make(of: Subject, chosen: list[str]) -> tuple[Report, dict[str, bytes]]:
    """The report and its files, saying how far it is."""
    steps = len(chosen) + len(FILES)
    bar = st.progress(0.0, "Begins…")
    done = 0

    def tell(what: str) -> None:
        nonlocal done
        bar.progress(done / steps, f"{what}…")
        done += 1

    made = compose(of, [name for name in SECTIONS if name not in chosen], tell)
    files = {}
    for name, (_, _, write) in FILES.items():
        tell(name)
        files[name] = write(made)
    bar.empty()
    return made, files


def offer(files: dict[str, bytes]) -> None:
    """The files, to be taken."""
    with st.container(horizontal=True):
        for name, (file, mime, _) in FILES.items():
            st.download_button(name, files[name], file, mime, on_click="ignore", icon=":material/download:")
    st.caption(
        "The HTML file needs no network and reads in light and dark. In both files text can be selected, in figures "
        "too. The PDF's font has no Chinese, Japanese or Korean letters; the HTML has."
    )


def archives(of: Subject) -> None:
    """The runs themselves, for who wants to check the numbers."""
    st.subheader("The runs behind it")
    st.caption("Another installation reads them in under Runs, and gets the same numbers. Labellers stay unnamed.")
    with st.container(horizontal=True):
        for head in of.heads:
            st.download_button(
                escape(f"Archive of {head.name[:60]}"),
                partial(archive, store(), head.run_id),
                f"run-{head.run_id}-archive.zip",
                "application/zip",
                key=f"archive-{head.run_id}",
                disabled=head.state == "running",
                on_click="ignore",
                icon=":material/archive:",
            )


def draw(shown: View) -> None:
    statistic = choose_statistic()
    chosen = choose_sections()
    try:
        of = subject(store(), shown.results, shown.models, shown.profile, shown.weights, statistic)
    except UserError:
        nothing_read(shown)
        return
    preview(of, chosen)
    about = (of.results.runs, of.models, of.weights.tobytes(), of.scores.fingerprint, statistic, tuple(chosen))
    if st.button("Make the report", type="primary", icon=":material/summarize:", disabled=not chosen):
        try:
            st.session_state[MADE] = about, make(of, chosen)[1]
        except UserError as error:
            show_error(error)
    made = st.session_state.get(MADE)
    if made and made[0] == about:
        offer(made[1])
    measure_note(shown)
    archives(of)


st.title("A report to read, print and cite")
shown = view()
if shown is None:
    empty("There is nothing to report yet.")
else:
    draw(shown)
