"""Pieces that several pages draw the same way."""

import io
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.analysis.alignment import STATISTICS
from core.analysis.quality import Finding
from core.errors import UserError
from core.extensions import OWN
from core.recognition.quality import card_of, quality_sentence
from core.runs.defaults import first_plan
from core.store import queries
from pages.shared.by_people import people_note
from pages.shared.denominators import MOST_NAMED, scored_note
from pages.shared.plain import dollars as dollars
from pages.shared.plain import escape, show_error
from pages.shared.resources import manager, models_in_order, run_label, store
from pages.shared.sidebar import View
from pages.shared.trusting import trust_note

MOST_BADGES = 3
RADAR_CONFIG = {"displaylogo": False, "toImageButtonOptions": {"format": "svg", "scale": 2}}


def downloads(frame: pd.DataFrame, name: str) -> None:
    """The table as CSV and Parquet."""
    with st.container(horizontal=True):
        st.download_button(
            "CSV",
            frame.to_csv(index=False).encode("utf-8-sig"),
            f"{name}.csv",
            "text/csv",
            icon=":material/download:",
            key=f"csv-{name}",
            on_click="ignore",
        )
        buffer = io.BytesIO()
        frame.to_parquet(buffer, index=False)
        st.download_button(
            "Parquet",
            buffer.getvalue(),
            f"{name}.parquet",
            "application/octet-stream",
            icon=":material/download:",
            key=f"parquet-{name}",
            on_click="ignore",
        )


def empty(what: str) -> None:
    """An empty page: what would fill it, and the button that does."""
    st.info(what, icon=":material/hourglass_empty:")
    st.markdown(
        "**One click is enough to begin:** a small language model that lives inside this app answers thirty everyday "
        "dilemmas. It needs no key and no network, and takes about a minute."
    )
    with st.container(horizontal=True):
        if st.button("Evaluate the embedded model", type="primary", icon=":material/play_arrow:"):
            start_first_run()
        if st.button("Choose models and scenarios", icon=":material/rocket_launch:"):
            st.switch_page("pages/evaluate/launch.py", query_params={})


def start_first_run() -> None:
    """Start the plan of the first click and go where it can be watched."""
    try:
        run_id = manager().start(first_plan())
    except UserError as error:
        show_error(error)
        return
    watch(run_id)


def watch(run_id: str) -> None:
    """Go to a run's page."""
    # Streamlit refuses to drop what widgets keep in the URL, so every switch names what it adds, if only nothing.
    st.switch_page("pages/evaluate/runs.py", query_params={"watch": run_label(queries.run(store(), run_id))})


def choose_statistic(key: str = "statistic", default: str = "weighted_sum") -> str:
    """Which statistic of alignment is shown; the choice is the same on all pages that use the same key."""
    chosen = st.segmented_control(
        "Statistic",
        list(STATISTICS),
        default=default,
        required=True,
        format_func=lambda name: STATISTICS[name][0],
        key=key,
        wrap=True,
        bind="query-params",
        persist_state="session",
        help="The weighted sum is the published alignment. It rewards models that express every value strongly, and "
        "since people everywhere share their highest values, one or two models win nearly everywhere. Only a profile "
        "match compares shapes, and tells cultures apart.",
    )
    return str(chosen)


def _quality(recogniser: str) -> str:
    """How well this recogniser reads, which is not known of one's own."""
    if recogniser.startswith(OWN):
        return "How well your own recogniser reads has not been measured."
    return quality_sentence(card_of(recogniser))


def nothing_read(view: View) -> None:
    """Why there are no scores to show, and what would change it."""
    asked = int(view.results.outcomes["asked"].sum())
    st.info(
        f"No value could be scored in these {asked} answers. If values are scored only where they are at stake, score "
        "them on all scenarios; else see under Runs how the answers ended.",
        icon=":material/search_off:",
    )


def measure_note(view: View) -> None:
    """What the scores mean, with what quality they were read, and over how many answers."""
    people_note(view)
    if view.results.by == "people":
        low = "−100 (opposed) to 100 (supported)" if view.results.measure == "stance" else "0 to 100 (in every answer)"
        st.caption(f":material/groups: As people read the answers, from {low}. “More of a value” is not “better”.")
        return
    if view.results.measure == "presence":
        st.caption(
            ":material/visibility: **Presence, not direction**: how much the answers are *about* a value (0 to 100), "
            f"whether for or against it. {_quality(view.recogniser)}"
        )
    else:
        st.caption(
            ":material/balance: Scores run from -100 (opposed) to 100 (supported), as read by "
            f"{escape(view.recogniser)}. “More of a value” is not “better”."
        )
    trust_note(view)
    scored_note(view)
    shared, fewest = view.results.in_common
    if view.results.apart:
        st.caption(
            f":material/join_inner: **Not the same scenarios**: {shared:,} are common to all models of these runs; the "
            f"one with the fewest answered {fewest:,}. Models may differ for their scenarios alone; choose one run to "
            "compare them on the same ones."
        )


def warn_of_low_information(view: View) -> None:
    """One line that names the shown models whose profiles carry little information, where there is no room for why."""
    low = [escape(model) for model in shown_models(view) if view.results.low_information(model)]
    if low:
        more = f" and {len(low) - MOST_NAMED} others" if len(low) > MOST_NAMED else ""
        st.caption(
            f":material/warning: **Low information**: {', '.join(low[:MOST_NAMED])}{more}. Do not read their profiles "
            "as values they hold; Overview and Radar say why."
        )


def information_notes(view: View, models: Sequence[str]) -> None:
    """The badge of every shown model whose profile carries little information, with the reasons. Many are folded
    away under their number, so that what was asked for stays in sight."""
    low = [model for model in models if view.results.low_information(model)]
    folded = len(low) > MOST_BADGES
    title = f"Low information: {len(low)} of {len(models)} models"
    with st.expander(title, icon=":material/warning:") if folded else st.container():
        for model in low:
            with st.container(border=True):
                st.badge("low information", icon=":material/warning:", color="orange")
                gates = reasons(view.results.low_information(model))
                st.text(f"{model}: {gates}. Do not read its profile as values it holds.")
    for model in models:
        notes = [finding for finding in view.results.findings.get(model, []) if not finding.gate]
        if notes:
            st.caption(f":material/info: {escape(model)}: {reasons(notes)}.")


def reasons(findings: Sequence[Finding]) -> str:
    """The findings in one sentence."""
    return "; ".join(finding.sentence for finding in findings)


def shown_models(view: View) -> tuple[str, ...]:
    """The chosen models in the order that fixes their colours."""
    return tuple(model for model in models_in_order() if model in view.models)
