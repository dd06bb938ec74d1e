"""What the pages that compare models across runs share: whom they compare, and scores held between reruns."""

import pandas as pd
import streamlit as st

from core.analysis.corrections import CORRECTIONS
from core.analysis.paired import against, comparison_table, paired_tests, tied
from core.charts.style import PALETTE
from core.runs import compared
from core.runs.compared import Compared, Subject
from core.store import queries
from pages.shared.resources import models_in_order, store
from pages.shared.sidebar import View

FIRST = 4  # compared before anything is chosen


def _version(view: View) -> str:
    return queries.data_version(store(), view.pool)


@st.cache_data(max_entries=8, show_spinner=False)
def _subjects(path: str, runs: tuple[str, ...], version: str) -> list[Subject]:
    return compared.subjects(store(), runs)


def every_subject(view: View) -> list[Subject]:
    """Each model in each run that the same recogniser has read, newest run first."""
    return _subjects(str(store().path), view.pool, _version(view))


def newest(view: View) -> list[Subject]:
    """The chosen models, each in its newest run of the chosen results, in the order that fixes their colours."""
    found: dict[str, Subject] = {}
    for one in every_subject(view):
        if one.run_id in view.results.runs and one.model in view.models:
            found.setdefault(one.model, one)
    return [found[model] for model in models_in_order() if model in found]


@st.cache_resource(max_entries=4, show_spinner="Comparing…")
def _loaded(
    path: str, chosen: tuple[Subject, ...], system: str, measure: str, at_stake: bool, version: str
) -> Compared:
    return compared.load(store(), chosen, system, measure, at_stake)


def loaded(view: View, chosen: list[Subject]) -> Compared:
    """The scores of these subjects item by item."""
    results = view.results
    return _loaded(str(store().path), tuple(chosen), results.system.id, results.measure, view.at_stake, _version(view))


def fingerprint(found: Compared) -> str:
    """What these scores are held by."""
    return found.cells.fingerprint


@st.cache_data(max_entries=8, show_spinner="Comparing…", hash_funcs={Compared: fingerprint})
def compared_with(found: Compared, baseline: str, chosen: float) -> pd.DataFrame:
    """Each other subject less the baseline, by value."""
    pairs = against(found.names.index(baseline), len(found.names))
    return comparison_table(found.cells, paired_tests(found.cells, pairs), chosen)


@st.cache_data(max_entries=8, show_spinner="Comparing…", hash_funcs={Compared: fingerprint})
def tied_by(found: Compared, correction: str) -> pd.DataFrame:
    """Who cannot be told apart, by value."""
    return tied(found.cells, correction)


def choose_correction() -> str:
    """How p-values are corrected for the number of comparisons; the same on all pages."""
    return str(
        st.segmented_control(
            "Correction",
            list(CORRECTIONS),
            default="holm",
            required=True,
            format_func=lambda key: CORRECTIONS[key][0],
            key="correction",
            bind="query-params",
            persist_state="session",
            help="Holm: the chance of even one false claim among all comparisons is at most 5 %. Benjamini-Hochberg: "
            "at most 5 % of the claims are false on average; it finds more.",
        )
    )


def choose_subjects(view: View) -> list[Subject]:
    """Whom to compare; the first of them is the baseline."""
    options = {one.name: one for one in every_subject(view)}
    names = st.multiselect(
        "Compare (the first is the baseline)",
        list(options),
        key="subjects",
        bind="query-params",
        persist_state="session",
        placeholder=f"The first {FIRST} models of the results chosen in the sidebar",
        help="A model in a run. The same model in two runs is a test and retest.",
    )
    return [options[name] for name in names] or newest(view)[:FIRST]


def subject_colours(chosen: list[Subject]) -> dict[str, str]:
    """A model's colour for its first run here; other runs of it take the colours that are left over."""
    order = models_in_order()
    found: dict[str, str] = {}
    for one in chosen:
        free = [colour for colour in PALETTE if colour not in found.values()] or list(PALETTE)
        own = PALETTE[order.index(one.model) % len(PALETTE)] if one.model in order else free[0]
        found[one.name] = own if own in free else free[0]
    return found
