"""Which items tell people with different values apart: figures, promotion, and the bank that never changes."""

import pandas as pd
import streamlit as st

from core.analysis.portrait.study import RULE, Validation, summary
from core.errors import UserError
from core.items.study import CLOSED, DRAFT, TEN, VALIDATED, Study
from core.runs.freezing import freeze, validity
from core.runs.studies import Gathered, promote, table
from core.store import studies
from pages.shared.parts import downloads
from pages.shared.plain import show_error
from pages.shared.portrait import NAMES
from pages.shared.resources import store
from pages.shared.study import seen

FIGURES = {
    "rho": ("ρ", "Spearman's, of ratings with the raters' own value"),
    "low": ("from", "Bonett and Wright's 90 % interval"),
    "high": ("to", "Bonett and Wright's 90 % interval"),
    "fair": ("ρ, shrunken", "What is left when the luck of the best is taken off: adaptive shrinkage on Fisher's z"),
    "fair_low": ("shrunken, from", "90 % interval"),
    "fair_high": ("shrunken, to", "90 % interval"),
    "q": ("q (BH)", "False discovery rate after Benjamini and Hochberg, over all items and values"),
    "q_by": ("q (BY)", "The same after Benjamini and Yekutieli, under any dependence"),
    "gap": ("above others", "ρ less the greatest with a value that is not next to it"),
}


def show_validation(study: Study) -> None:
    """Everything of this part of the page."""
    if study.stage == DRAFT:
        st.info("Nothing can be said before people have rated: open the study under Items.", icon=":material/lock:")
        return
    gathered, found = seen(study)
    if gathered.n_used < RULE.few:
        raters = "rater" if gathered.n_used == 1 else "raters"
        st.info(
            f"{gathered.n_used} {raters} can be used so far; from {RULE.few} on there are figures.",
            icon=":material/hourglass_empty:",
        )
        return
    _decide(study, gathered)
    st.caption(f"The rule: {RULE.sentence}; and {study.planned} raters, as planned.")
    rows = table(study, found)
    rows["value"] = rows["value"].map(NAMES)
    only = st.toggle("Only pairs that pass, or that an item was written for", value=True, key="study_only")
    shown = rows[rows["passes"] | rows["written"]] if only else rows
    config = {
        name: st.column_config.NumberColumn(title, help=said, format="%.2f") for name, (title, said) in FIGURES.items()
    }
    for name in ("q", "q_by"):
        title, said = FIGURES[name]
        config[name] = st.column_config.NumberColumn(title, help=said, format="%.2g")
    config["p"] = st.column_config.NumberColumn(format="%.2g")
    st.dataframe(
        shown[["item", "value", "state", "passes", "n", *FIGURES, "p"]].sort_values("rho", ascending=False),
        hide_index=True,
        column_config=config,
    )
    st.caption(
        "Each rater's own mean is taken off first. The raters' ten scores sum to nought, so that part of what speaks "
        "against other values is arithmetic."
    )
    downloads(rows, f"validation-{study.id}")
    _values(study, gathered, found)


def _decide(study: Study, gathered: Gathered) -> None:
    """Promotion, the looks so far, and freezing."""
    looks = studies.looks(store(), study.id)
    if study.stage == CLOSED:
        bank = looks["bank_id"].iloc[-1] if len(looks) else ""
        st.success("The bank is frozen; models can be asked it on the page Value Portrait.", icon=":material/ac_unit:")
        st.text(f"Bank: {bank}")
        if st.button("Ask models", type="primary", icon=":material/portrait:"):
            st.session_state["portrait_imported"] = bank
            st.switch_page("pages/methods/portrait.py", query_params={})
    else:
        if gathered.n_used < study.planned:
            st.warning(
                f"{gathered.n_used} of {study.planned} planned raters: items can become provisional, not validated. "
                "Each look before the end is a chance to be taken in by chance.",
                icon=":material/visibility:",
            )
        validated = sum(each.state == VALIDATED for each in study.items)
        with st.container(horizontal=True):
            if st.button("Promote what passes", type="primary", icon=":material/upgrade:"):
                promote(store(), study)
                st.rerun()
            label = f"Freeze {validated} validated items into a bank"
            if st.button(label, icon=":material/ac_unit:", disabled=not validated, help="It cannot be undone."):
                _freeze(study)
    if len(looks):
        st.dataframe(looks, hide_index=True)
        if len(looks) > 1:
            st.caption("The false discovery rate is stated for one look; further ones raise it.")


def _freeze(study: Study) -> None:
    try:
        with st.spinner("Cross-validating and freezing…", show_time=True):
            freeze(store(), study)
    except UserError as error:
        show_error(error)
        return
    st.rerun()


@st.cache_resource(max_entries=4, show_spinner="Leaving out raters by turns…")
def _validity(path: str, study_id: str, version: tuple[int, ...], _gathered: Gathered) -> pd.DataFrame:
    found = validity(_gathered)
    ten = len(TEN)
    return pd.DataFrame({"by items": found.tags[:ten], "weighted": found.weighted[:ten], "people": found.n_tags[:ten]})


def _values(study: Study, gathered: Gathered, found: Validation) -> None:
    """By value: what passes, what chance would tag, and the validity of the bank that would come of it."""
    st.subheader("What the bank would rest on")
    counts = summary(found)
    version = tuple(studies.version(store(), study.id))
    rows = _validity(str(store().path), study.id, version, gathered).copy()
    rows.insert(0, "value", [NAMES[name] for name in TEN])
    rows.insert(1, "pass the rule", counts["passes"])
    rows.insert(2, "ρ > .3, p < .05", counts["tags"])
    rows.insert(3, "of these by chance", found.chance.expected if found.chance else float("nan"))
    numbers = {
        name: st.column_config.NumberColumn(format="%.2f") for name in ("by items", "weighted", "of these by chance")
    }
    st.dataframe(rows, hide_index=True, column_config=numbers)
    st.caption(
        "By items, weighted: Spearman's ρ between left-out people's scores and their own value, when items are picked "
        "and weighed by the other raters alone (ten folds). Empty: no item passes there. By chance: the mean over 500 "
        "permutations of the raters' values."
    )
    downloads(rows, f"values-{study.id}")
