"""What the pieces of the page Value Portrait share: the banks there are, and one bank's results once computed."""

import streamlit as st

from core.charts.style import model_colours, model_dashes
from core.items.bank import ItemBank
from core.items.dimensions import DIMENSIONS, SYSTEMS
from core.items.shipped_banks import shipped_banks
from core.runs.portrait import PREFIX
from core.runs.portrait_results import PUBLISHED_MARK, PortraitResults, load
from core.store import bank_answers, banks
from core.store.banks import BankHead
from pages.shared.plain import distinct
from pages.shared.resources import models_in_order, store

NAMES = {dimension.id: dimension.name for dimension in DIMENSIONS}


def not_validated(bank: ItemBank) -> None:
    """A badge, where nobody has rated a bank's items."""
    if not bank.validated:
        st.badge("not validated", icon=":material/science:", color="orange")
        st.caption(
            "Written to express values; nobody has shown that people who hold a value agree with these responses."
        )


def own_banks() -> list[BankHead]:
    """The banks in the store, newest first."""
    return banks.banks(store())


def choose_bank() -> str:
    """The id of a bank: a person's own first, then those that ship."""
    names = {head.bank_id: head.name for head in own_banks()}
    names |= {bank.id: f"{bank.name} (not validated)" for bank in shipped_banks().values()}
    shown = distinct(names)
    return str(
        st.selectbox(
            "Item bank",
            list(shown),
            format_func=lambda key: shown.get(key, key),
            key="bank",
            bind="query-params",
            persist_state="session",
        )
    )


@st.cache_resource(max_entries=4, show_spinner="Scoring…")
def _results(path: str, bank_id: str, version: str) -> PortraitResults:
    return load(store(), bank_id)


def results(bank_id: str) -> PortraitResults:
    """The scored results of one bank, computed again when its answers have changed. Shared: do not change them."""
    made = next((str(head.made_at) for head in own_banks() if head.bank_id == bank_id), "")
    return _results(str(store().path), bank_id, made + bank_answers.version(store(), PREFIX + bank_id))


def choose_models(found: PortraitResults, key: str = "portrait_models") -> list[str]:
    """The models to look at, own ones first; published ones say so in their names."""
    every = [*found.own, *found.published]
    usual = list(found.own[:4]) or list(found.published[:3])
    chosen = st.multiselect(
        "Models", every, default=usual, key=key, bind="query-params", persist_state="session", max_selections=12
    )
    return [model for model in every if model in chosen]


def choose_model(found: PortraitResults, key: str) -> str:
    """One model."""
    every = [*found.own, *found.published]
    return str(st.selectbox("Model", every, key=key, bind="query-params", persist_state="session"))


def choose_system(found: PortraitResults) -> str:
    """Ten values, higher-order values or the Big Five; only those that the bank has items for."""
    known = [kind for kind in SYSTEMS if found.panel.loc[found.panel["system"] == kind, "items"].sum() > 0]
    if len(known) == 1:
        return known[0]
    chosen = st.segmented_control(
        "Dimensions",
        known,
        default=known[0],
        required=True,
        format_func=SYSTEMS.__getitem__,
        key="portrait_system",
        bind="query-params",
        persist_state="session",
    )
    return str(chosen)


def looks(found: PortraitResults) -> tuple[dict[str, str], dict[str, str]]:
    """Colours and dashes by model: as on all pages, published models after one's own."""
    order = [*models_in_order(), *(model for model in found.published)]
    return model_colours(order), model_dashes(order)


def published(model: str) -> bool:
    """Whether a model's answers were imported."""
    return model.endswith(PUBLISHED_MARK)
