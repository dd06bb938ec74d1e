"""What the pieces of the page Personas share: the run and model looked at, their results, the names of contrasts."""

from collections.abc import Mapping

import streamlit as st

from core.analysis.portrait.personas import KINDS, LEVELS, Contrast
from core.items.bank import ItemBank
from core.methods.personas import personas
from core.runs.persona_results import PersonaResults, load
from core.store import persona_answers
from pages.shared.plain import distinct
from pages.shared.resources import store


def choose_run(runs: Mapping[str, str]) -> str:
    """One of the runs (names by id), the newest unless somebody chose."""
    names = distinct({run_id: f"{run_id} · {name}" for run_id, name in runs.items()})
    return str(
        st.selectbox(
            "Run",
            list(names),
            format_func=lambda key: names.get(key, key),
            key="persona_run",
            bind="query-params",
            persist_state="session",
        )
    )


def choose_model(run_id: str) -> str:
    """One of the models that have answered; "" where none has."""
    models = persona_answers.models_of(store(), run_id)
    if not models:
        return ""
    return str(st.selectbox("Model", models, key="persona_model", bind="query-params", persist_state="session"))


@st.cache_resource(max_entries=6, show_spinner="Comparing personas…")
def _results(path: str, bank_id: str, bank_hash: str, run_id: str, model: str, version: str) -> PersonaResults:
    return load(store(), bank_id, run_id, model)


def results(bank: ItemBank, run_id: str, model: str) -> PersonaResults:
    """The effects of one model in one run, computed again when there are more answers. Shared: do not change them."""
    return _results(
        *(str(store().path), bank.id, bank.hash, run_id, model),
        persona_answers.version(store(), run_id),
    )


def name_of(contrast: Contrast) -> str:
    """A contrast in words."""
    return f"{personas()[contrast.first].name} less {personas()[contrast.second].name}"


def choose_kind() -> str:
    """Levels against each other, or each persona against none."""
    chosen = st.segmented_control(
        "Compare",
        list(KINDS),
        default=LEVELS,
        required=True,
        format_func=KINDS.__getitem__,
        key="persona_kind",
        bind="query-params",
        persist_state="session",
    )
    return str(chosen)
