"""How far a run is, as the Runs page shows it: counts, pace and the radar so far, drawn again while the run goes on."""

import json

import pandas as pd
import streamlit as st

from core.charts.radar import radar
from core.charts.style import model_colours, model_dashes
from core.methods.base import OUTCOMES
from core.methods.personas import PortraitPersonas
from core.methods.portrait import Portrait
from core.runs.lines import Pace
from core.store import queries
from core.store.queries import RunHead
from core.values.system import system
from pages.shared.bill import took
from pages.shared.charting import show_chart
from pages.shared.failing import failed
from pages.shared.limiting import budget_used
from pages.shared.resources import IMPORT, manager, models_in_order, results, store

TICK_S = 1.0
RADAR_TICK_S = 3.0  # drawing costs the core that the embedded model could use
MOST_SHOWN = 5


def state_of(head: RunHead) -> str:
    """The stored state; a run that no thread carries out is interrupted, whatever the store says."""
    return "interrupted" if head.state == "running" and not manager().running(head.run_id) else head.state


def done_of(run_id: str) -> tuple[pd.DataFrame, int]:
    """A run's counts per model, and how many of its calls have an outcome."""
    frame = queries.progress(store(), run_id)
    return frame, int(frame[list(OUTCOMES)].to_numpy().sum())


def progress(head: RunHead) -> None:
    """How far the run is, what it took, and what failed."""
    head = queries.run(store(), head.run_id)
    frame, done = done_of(head.run_id)
    what = "answers" if head.kind == IMPORT else "calls"
    st.progress(min(done / max(head.planned, 1), 1.0), f"{done:,} of {head.planned:,} {what} · {state_of(head)}")
    budget_used(head.run_id)
    pace(manager().pace(head.run_id))
    if frame.empty and manager().running(head.run_id):
        st.caption("Waiting for the first answer: a model inside this app takes a few seconds to load.")
    if not frame.empty:
        counts(frame)
    if not frame.empty and head.kind != IMPORT:  # nothing was sent
        took(head.run_id)
    failed(head.run_id, manager().running(head.run_id))


def counts(frame: pd.DataFrame) -> None:
    """How the answers ended, by model."""
    st.dataframe(
        frame,
        hide_index=True,
        column_order=["model", *OUTCOMES, "read", "unreadable"],
        column_config={
            **OUTCOMES,
            "model": st.column_config.Column(width="medium"),
            "read": st.column_config.NumberColumn("values read"),
            "unreadable": st.column_config.NumberColumn("not readable", help="Answers that the judge could not read."),
        },
    )


def pace(lines: list[Pace]) -> None:
    """How each model of a run that goes on stands now."""
    if not lines:
        return
    table = pd.DataFrame(
        {
            "model": [line.model for line in lines],
            "as": [line.role for line in lines],
            "under way": [line.under_way for line in lines],
            "allowed": [line.allowed for line in lines],
            "most": [line.most for line in lines],
            "now": [standing(line) for line in lines],
        }
    )
    allowed = st.column_config.NumberColumn(help="At once. Halved when the provider asks for less, then grown again.")
    model, now = st.column_config.Column(width="medium"), st.column_config.Column(width="large")
    st.dataframe(table, hide_index=True, column_config={"model": model, "allowed": allowed, "now": now})


def standing(line: Pace) -> str:
    """What a model is doing, in words."""
    if line.left:
        return line.left
    if line.down:
        return "the provider is not reached; one call at a time tries again"
    if line.closed_s > 0:
        return f"paused by the provider for {line.closed_s:.0f} s"
    return "slowed down by the provider" if line.allowed < line.most else "at full pace"


def partial_radar(head: RunHead) -> None:
    """The radar as far as it is known."""
    method = json.loads(head.plan).get("method")
    if method == Portrait.id:
        st.page_link("pages/methods/portrait.py", label="Its profiles are under Value Portrait", icon=":material/face:")
        return
    if method == PortraitPersonas.id:
        st.page_link(
            "pages/methods/personas.py", label="What it shows is under Personas", icon=":material/theater_comedy:"
        )
        return
    if not head.recogniser:
        st.caption("Nothing reads values in this run: its answers are under Scenarios once it is read.")
        return
    found = results([head.run_id], head.system, head.measure, at_stake=False)
    if not found.raw.models:
        return
    order = models_in_order()
    models = [model for model in order if model in found.raw.models][:MOST_SHOWN]
    n = int(found.raw.n_items.max())
    figure = radar(found.raw.only(models), system(head.system).names, model_colours(order), model_dashes(order))
    show_chart(figure, key="partial", alt="Radar of the values read so far")
    going = manager().running(head.run_id)
    first = f" The first {MOST_SHOWN} of {len(found.raw.models)} models." if len(found.raw.models) > MOST_SHOWN else ""
    st.caption(f"{'So far' if going else 'Read'}: n = {n} scenarios.{first} Bands (95 %) appear from 8 scenarios on.")


@st.fragment(run_every=TICK_S)
def live_progress(run_id: str) -> None:
    progress(queries.run(store(), run_id))
    if not manager().running(run_id):
        redraw_page()


@st.fragment(run_every=RADAR_TICK_S)
def live_radar(run_id: str) -> None:
    partial_radar(queries.run(store(), run_id))


def redraw_page() -> None:
    """Draw the whole page again, from a fragment whose run has ended."""
    st.rerun()
