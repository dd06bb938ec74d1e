"""What all pages hold in common for as long as the process lives: the store, its runs, and scores once computed."""

import time
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.errors import UserError
from core.runs.manager import RunManager
from core.runs.people import By
from core.runs.results import Results, load
from core.runs.searching import Searches
from core.store import labels, queries
from core.store.database import Store, default_path
from core.store.queries import RunHead
from pages.shared.plain import show_error

PILOT, IMPORT = "pilot", "import"  # kinds of a run
# While a run writes, its results are out of date at once: scoring rests for so many seconds, and times its own length.
PAUSE_S = 2.5
PAUSE = 10


@st.cache_resource(show_spinner="Opening the store…")
def _manager(path: str) -> RunManager:
    return RunManager(Store(Path(path)))


def manager() -> RunManager:
    """The process-wide run manager; a store that cannot be opened ends the page with the sentence that says why."""
    try:
        return _manager(str(default_path()))
    except UserError as error:
        show_error(error, ":material/database_off:")
        st.stop()


@st.cache_resource
def _searches(path: str) -> Searches:
    return Searches(manager())


def search_runner() -> Searches:
    """The process-wide searches for questions."""
    return _searches(str(default_path()))


def store() -> Store:
    """The open store."""
    return manager().store


@st.cache_data(max_entries=4, show_spinner=False)
def _run_heads(path: str, commits: int) -> list[RunHead]:
    return queries.runs(store())


def run_label(head: RunHead) -> str:
    """A run as the select boxes and the URL name it."""
    return f"{head.run_id} · {head.name}"


def every_run() -> list[RunHead]:
    """All runs, pilots too, newest first, read again whenever something was written."""
    return _run_heads(str(store().path), store().writer.commits)


def run_heads() -> list[RunHead]:
    """The runs that have results to look at. A pilot only measures what its plan would take."""
    return [head for head in every_run() if head.kind != PILOT]


@st.cache_data(max_entries=16, show_spinner=False)
def _version(path: str, runs: tuple[str, ...], commits: int) -> str:
    return queries.data_version(store(), runs) + labels.version(store(), runs)


@st.cache_resource(max_entries=8, show_spinner="Scoring…")
def _results(
    path: str, runs: tuple[str, ...], system: str, measure: str, at_stake: bool, by: By, version: str
) -> Results:
    return load(store(), runs, system, measure, at_stake, by=by)


@st.cache_resource
def _held() -> dict[tuple[str, tuple[str, ...], str, str, bool, By], tuple[str, float]]:
    """By results, the version that was shown last and until when it may be shown while a run goes on."""
    return {}


def results(runs: Sequence[str], system: str, measure: str, at_stake: bool, by: By = "machine") -> Results:
    """The scored results of runs, by the machine's reading, people's or both, computed again only when their data have
    changed, and while one of them goes on only after a pause, ten times as long as it took. Shared: do not change
    them."""
    path, chosen = str(store().path), tuple(runs)
    key = (path, chosen, system, measure, at_stake, by)
    version, until = _held().get(key, ("", 0.0))
    if time.monotonic() < until and any(map(manager().running, chosen)):
        return _results(*key, version)
    version, start = _version(path, chosen, store().writer.commits), time.monotonic()
    found = _results(*key, version)
    end = time.monotonic()
    _held()[key] = version, end + max(PAUSE_S, PAUSE * (end - start))
    return found


@st.cache_data(max_entries=4, show_spinner=False)
def _models_in_order(path: str, commits: int) -> list[str]:
    return queries.models_in_order(store())


def models_in_order() -> list[str]:
    """Every model of the store in the order that fixes its colour."""
    return _models_in_order(str(store().path), store().writer.commits)
