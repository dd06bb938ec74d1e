"""One panel a profile: whether it can be relied on, for what, and why."""

import streamlit as st

from core.analysis.reliance import PURPOSES
from core.runs.compared import Subject
from core.runs.relied_on import Reliance, relied_on
from pages.shared.comparing import every_subject
from pages.shared.parts import downloads, empty, measure_note
from pages.shared.plain import escape
from pages.shared.resources import store
from pages.shared.sidebar import View, view

ICONS = {
    True: ":green[:material/check_circle:]",
    False: ":orange[:material/cancel:]",
    None: ":gray[:material/help:]",
}
SAID = {True: "passed", False: "not passed", None: "not known"}


@st.cache_resource(max_entries=16, show_spinner="Testing the profile…")
def _relied(path: str, subject: Subject, commits: int, key: str, _view: View) -> Reliance:
    return relied_on(store(), _view.results, subject, every_subject(_view), _view.at_stake)


def choose(shown: View) -> Subject | None:
    options = {one.name: one for one in every_subject(shown) if one.run_id in shown.results.runs}
    if not options:
        return None
    name = st.selectbox("Profile of", list(options), key="profile_of", bind="query-params", persist_state="session")
    return options[str(name or next(iter(options)))]


def draw(shown: View) -> None:
    subject = choose(shown)
    if subject is None:
        st.info("No value could be scored in these answers, so there is no profile.")
        return
    results = shown.results
    key = f"{results.raw.fingerprint} {results.system.id} {shown.at_stake} {shown.pool}"
    found = _relied(str(store().path), subject, store().writer.commits, key, shown)
    st.text(found.verdict)
    for gate in found.gates:
        with st.container(border=True, gap="xxsmall"):
            st.markdown(f"{ICONS[gate.passed]} **{escape(gate.name)}**: {SAID[gate.passed]}")
            st.text(gate.figure)
            st.caption(f"Asked for: {escape(gate.threshold)} · for {PURPOSES[gate.purpose]} · {escape(gate.source)}")
    table = found.table().assign(result=[SAID[gate.passed] for gate in found.gates])
    st.caption(
        f"{subject.answers:,} answers to {escape(subject.suite)}, {subject.first:%Y-%m-%d} to {subject.last:%Y-%m-%d}. "
        "Not known is not passed: ask in a second wording, run the model again, or let it answer a bank of items."
    )
    if results.measure == "presence":
        st.caption(
            ":material/info: How much an answer is about a value is mostly the question's doing. All models share that "
            "level, so split halves, wording and retest come out high even for a model with nothing of its own. What "
            "tells it from others: **stated against expressed** here, and **Compare**."
        )
    downloads(table.drop(columns="passed"), "reliability")
    measure_note(shown)
    show_details(found, results.system.names)


def show_details(found: Reliance, names: dict[str, str]) -> None:
    if len(found.wordings):
        st.subheader("The same questions in other words")
        st.dataframe(
            found.wordings,
            hide_index=True,
            column_config={
                "r": st.column_config.NumberColumn("r of the profiles", format="%.2f"),
                "low": st.column_config.NumberColumn("95 % low", format="%.2f"),
                "high": st.column_config.NumberColumn("95 % high", format="%.2f"),
                "items": "scenarios",
                "largest": st.column_config.NumberColumn(
                    "largest difference", format="%.1f", help="Points, on a value"
                ),
                "changed": st.column_config.NumberColumn("values changed", help="Holm's correction over the values"),
                "tested": "of tested",
            },
        )
        downloads(found.wordings, "wordings")
    st.subheader("Do the scenarios measure one thing by value?")
    table = found.alphas.assign(value=found.alphas["value"].map(names))
    figures = {name: st.column_config.NumberColumn(format="%.2f") for name in ("alpha", "low", "high")}
    st.dataframe(table, hide_index=True, column_config=figures | {"items": "scenarios"})
    st.caption(
        "Cronbach's alpha over the models of this run: do those that show the value in one scenario show it in the "
        "others? Empty: fewer than three models, or than eight scenarios that all were scored on."
    )
    downloads(table, "alphas")


st.title("Can I rely on this profile?")
shown = view()
if shown is None:
    empty("There is no profile to test yet.")
else:
    draw(shown)
