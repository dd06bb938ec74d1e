"""How far personas move a model's scores: dots with intervals over the placebo band, and the table with q-values."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.analysis.portrait.personas import LEVELS, Contrast
from core.charts.persona_effects import persona_effects
from core.charts.style import label
from core.methods.personas import PLACEBO
from core.runs.persona_results import PersonaResults, effect_table
from pages.shared.charting import show_chart
from pages.shared.parts import downloads
from pages.shared.personas import choose_kind, name_of
from pages.shared.plain import escape
from pages.shared.portrait import NAMES

FIGURES = ("delta", "low", "high", "band_low", "band_high", "sd")


def show_effects(found: PersonaResults) -> None:
    """Everything of this part of the page."""
    kind = choose_kind()
    names = {name_of(each): each for each in found.effects[kind].contrasts}
    if not names:
        st.info("This run lacks the personas for such a comparison: ask further ones under Run.")
        return
    usual = [name for name, each in names.items() if each.attribute != PLACEBO][:3] or list(names)[:1]
    chosen = st.multiselect("Contrasts", list(names), default=usual, max_selections=8, key=f"persona_contrasts_{kind}")
    table = named(effect_table(found, kind), names)
    rows = table[table["contrast"].isin(chosen)]
    if rows.empty:
        st.info("Choose one contrast or more.")
        return
    values = [NAMES[value] for value in dict.fromkeys(effect_table(found, kind)["value"])]
    figure = persona_effects(rows, values, f"What personas change in the answers of {label(found.model)}")
    show_chart(figure, key="persona_effects", alt="Differences between personas by value")
    _explain(found, kind)
    _table(rows)
    with st.expander(f"All {len(names)} contrasts", icon=":material/table:"):
        _table(table, "persona-effects-all")


def named(table: pd.DataFrame, names: Mapping[str, Contrast]) -> pd.DataFrame:
    """The table with contrasts and values in words."""
    words = {(each.first, each.second): name for name, each in names.items()}
    contrast = [words[pair] for pair in zip(table["first"], table["second"], strict=True)]
    return table.assign(value=table["value"].map(NAMES)).drop(columns=["first", "second"]).assign(contrast=contrast)


def _explain(found: PersonaResults, kind: str) -> None:
    placebo = found.yardstick
    if kind == LEVELS:
        band = (
            f"The grey band reaches as far as the largest difference between two of {placebo.pairs} pairs of placebos."
            if placebo.pairs
            else "No placebos were asked: nothing says how much any two personas differ."
        )
    else:
        band = (
            f"The grey band is the 95 % interval of the mean shift by {placebo.placebos} placebos: what any does."
            if placebo.placebos
            else "No placebos were asked: nothing says how much any persona shifts."
        )
    wordings = len(found.answers.wordings)
    worded = (
        f"{wordings} wordings of each persona"
        if wordings > 1
        else "one wording of each persona, so that what hangs on the wording is unknown"
    )
    st.caption(
        f"Centred on the mean of all items, so agreeing more with everything moves nothing. 95 % intervals over "
        f"situations and {worded}. {escape(band)} q: Benjamini-Hochberg over all values and contrasts of this "
        "comparison. “More of a value” is not “better”."
    )


def _table(rows: pd.DataFrame, name: str = "persona-effects") -> None:
    number = st.column_config.NumberColumn
    st.dataframe(
        rows,
        hide_index=True,
        key=name,
        column_order=["contrast", "value", "delta", "low", "high", "p", "q", "beyond", "items", "queries", "answers"],
        column_config={
            **{figure: number(format="%.2f") for figure in FIGURES},
            "delta": number("difference", format="%+.2f"),
            "low": number("95 % low", format="%+.2f"),
            "high": number("95 % high", format="%+.2f"),
            "p": number(format="%.4f"),
            "q": number(format="%.4f"),
            "beyond": st.column_config.TextColumn("beyond placebos", help="The interval lies outside the grey band."),
            "queries": "situations",
            "answers": number("questions", help="Questions that were answered in both personas."),
        },
    )
    downloads(rows, name)
