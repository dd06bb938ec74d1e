"""How far the answers can be read as values: each model's sensitivity and style, and what each value rests on."""

import pandas as pd
import streamlit as st

from core.analysis.portrait.reliability import COVERAGE, HALVES, MODAL, REFUSED, SHIFT, SPREAD, gates
from core.items.dimensions import SYSTEMS
from core.runs.portrait_results import PortraitResults
from pages.shared.parts import downloads
from pages.shared.portrait import NAMES, choose_system

MODEL_COLUMNS = {
    "prompt": ("wording changes it", "Share of items answered otherwise in another wording (options in first order)"),
    "order": ("order changes it", "Share of answers that change when the options are reversed"),
    "gap": ("mean difference", "Between the variations, in points of the six-point scale"),
    "shift": ("shift by order", "Mean answer with reversed options less the mean with the first order, in points"),
    "mean": ("mean answer", "1: not like me at all, 6: very much like me"),
    "spread": ("spread of items", "Standard deviation of the items' means"),
    "modal": ("commonest answer", "Its share of all answers"),
    "halves": ("split-half", "Reliability of the profile of the ten values from two halves of the situations"),
    "coverage": ("answered", "Share of all calls"),
    "refused": ("refused", "Share of all calls; never filled in"),
}
VALUE_COLUMNS = {
    "items": ("items", "That stand for it (ρ > .3, p < .05)"),
    "queries": ("situations", "On which these items rest"),
    "negative": ("against", "Items that go against it (ρ < -.3, p < .05)"),
    "chance": ("by chance", "Items that would be tagged if ratings had nothing to do with values"),
    "false_share": ("share by chance", "Of its items, what chance explains"),
    "validity_tags": ("validity", "Do left-out people's scores by these items go with their own value? Spearman's ρ"),
    "validity_weighted": ("validity, weighted", "The same with all items weighed by their correlation"),
    "people": ("people", "On whom the validity rests"),
}
ALPHA = "Do models that lean to one of its items lean to the others? Cronbach's alpha over"


def show_reliability(found: PortraitResults) -> None:
    """Everything of this part of the page."""
    st.subheader("Can a model's answers be read as values?")
    rows = pd.DataFrame([vars(found.reliable[model]) for model in (*found.own, *found.published)])
    rows.insert(1, "badge", ["low information" if _gated(found, model) else "" for model in rows["model"]])
    rows["why"] = ["; ".join(each.sentence for each in gates(found.reliable[model])) for model in rows["model"]]
    _show(rows[["model", "badge", *MODEL_COLUMNS, "asked", "items", "why"]], MODEL_COLUMNS)
    st.caption(
        f"Low information: answered below {COVERAGE:.0%}, refused above {REFUSED:.0%}, spread below {SPREAD}, one "
        f"answer above {MODAL:.0%}, a shift by order beyond {SHIFT} points, or a split-half reliability below {HALVES}."
    )
    downloads(rows, "portrait-reliability")
    st.subheader("What does each value rest on?")
    if not found.bank.validated:
        st.info(
            "This bank is not validated: nobody has rated its items, so there is no chance level and no validity. "
            "Import a validated bank to see them.",
            icon=":material/science:",
        )
    kind = choose_system(found)
    panel = found.panel[found.panel["system"] == kind]
    panel = panel.assign(dimension=panel["dimension"].map(NAMES)).drop(columns="system")
    columns = VALUE_COLUMNS | _alphas(found)
    _show(panel[["dimension", *columns]], columns)
    st.caption(
        "Alpha is over published models or over your own runs, simulated respondents among them, and never over both; "
        "it takes three models or more."
    )
    st.caption(
        f"{SYSTEMS[kind]}. Many items are not many proofs: where chance explains most of them, or left-out people's "
        "own values are hardly found, a score says little about that value."
    )
    downloads(panel, "portrait-values")


def _alphas(found: PortraitResults) -> dict[str, tuple[str, str]]:
    """The columns of alpha, for the kinds of models that there are."""
    kinds = {"alpha_published": ("published", found.published), "alpha_own": ("own", found.own)}
    return {
        column: (f"alpha, {len(models)} {kind}", f"{ALPHA} the {len(models)} {kind} models")
        for column, (kind, models) in kinds.items()
        if models
    }


def _gated(found: PortraitResults, model: str) -> bool:
    return any(finding.gate for finding in gates(found.reliable[model]))


def _show(rows: pd.DataFrame, columns: dict[str, tuple[str, str]]) -> None:
    whole = {"items", "queries", "negative", "people"}
    config = {
        name: st.column_config.NumberColumn(title, help=said, format="%d" if name in whole else "%.2f")
        for name, (title, said) in columns.items()
    }
    badge = {"badge": st.column_config.Column(width="medium"), "why": st.column_config.Column(width="large")}
    rounded = rows.assign(**{name: rows[name].astype(float).round(2) + 0.0 for name in columns if name not in whole})
    st.dataframe(rounded, hide_index=True, column_config=config | badge, placeholder="")
