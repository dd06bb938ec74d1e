"""The profiles of chosen models by one scorer: a radar, dots with intervals, a table, and who is alike."""

import pandas as pd
import streamlit as st

from core.analysis.portrait.profile import Profile, difference_table, similarity, table
from core.analysis.portrait.reliability import gates
from core.analysis.portrait.scorers import SCORERS
from core.charts.portrait_radar import portrait_radar
from core.charts.portrait_whiskers import portrait_whiskers
from core.items.dimensions import SYSTEMS
from core.runs.portrait_results import PortraitResults
from pages.shared.charting import show_chart
from pages.shared.parts import downloads
from pages.shared.portrait import NAMES, choose_models, choose_system, looks, published

FIGURES = ("score", "low", "high", "raw", "sd")


def choose_scorer(found: PortraitResults) -> str:
    """One of the scorers that the bank has the means for."""
    chosen = st.selectbox(
        "Scorer",
        list(found.profiles),
        format_func=lambda name: SCORERS[name].name,
        key="portrait_scorer",
        bind="query-params",
        persist_state="session",
    )
    st.caption(SCORERS[str(chosen)].about)
    return str(chosen)


def show_profile(found: PortraitResults) -> None:
    """Everything of this part of the page."""
    scorer, kind = choose_scorer(found), choose_system(found)
    models = choose_models(found)
    if not models:
        st.info("Choose one model or more.")
        return
    profile = found.profiles[scorer]
    colours, dashes = looks(found)
    what = f"{SYSTEMS[kind]}, {SCORERS[scorer].name.lower()}"
    radar = portrait_radar(profile, models, kind, colours, dashes, f"Radar of the {what[0].lower()}{what[1:]}")
    show_chart(radar, key="portrait_radar", alt=f"Radar: {what}")
    dots = portrait_whiskers(profile, models, kind, colours, f"{what}, with 95 % intervals")
    show_chart(dots, key="portrait_dots", alt=f"{what}, with 95 % intervals")
    st.caption(
        "Points of the six-point scale above or below the model's own mean over the items that count; 95 % bootstrap "
        "intervals over situations. The zero ring of the radar is that mean, so its areas mean nothing. “More of a "
        "value” is not “better”."
    )
    warn(found, models)
    rows = table(profile)
    rows = rows[rows["model"].isin(models) & (rows["system"] == kind)]
    _table(rows)
    if len(models) > 1:
        _differences(profile, models, kind)
    if found.published:
        _alike(found, scorer, kind, [model for model in models if not published(model)])


def warn(found: PortraitResults, models: list[str]) -> None:
    """The badge of every shown model whose answers carry little information, with the reasons."""
    for model in models:
        reasons = [finding for finding in gates(found.reliable[model]) if finding.gate]
        if reasons:
            with st.container(border=True):
                st.badge("low information", icon=":material/warning:", color="orange")
                said = "; ".join(finding.sentence for finding in reasons)
                st.text(f"{model}: {said}. Do not read its profile as values it holds.")


def _table(rows: pd.DataFrame) -> None:
    shown = rows.assign(dimension=rows["dimension"].map(NAMES), published=rows["model"].map(published))
    st.dataframe(
        shown,
        hide_index=True,
        column_order=[
            "model",
            "published",
            "dimension",
            *FIGURES,
            "n_items",
            "n_queries",
            "rank",
            "rank_low",
            "rank_high",
        ],
        column_config={
            **{name: st.column_config.NumberColumn(format="%.2f") for name in FIGURES},
            "low": st.column_config.NumberColumn("95 % low", format="%.2f"),
            "high": st.column_config.NumberColumn("95 % high", format="%.2f"),
            "raw": st.column_config.NumberColumn("mean answer", format="%.2f"),
            "n_items": "items",
            "n_queries": "situations",
            "rank": st.column_config.NumberColumn("place"),
            "rank_low": st.column_config.NumberColumn("best place", help="95 % interval"),
            "rank_high": st.column_config.NumberColumn("worst place", help="95 % interval"),
        },
    )
    downloads(shown, "portrait-profile")


def _differences(profile: Profile, models: list[str], kind: str) -> None:
    """One model less each other shown, paired by the situations that both answered."""
    st.subheader("Which differences are more than chance?")
    first = str(st.selectbox("This model less the others", models, key="portrait_first"))
    rows = difference_table(profile, first, [model for model in models if model != first], kind)
    rows["dimension"] = rows["dimension"].map(NAMES)
    number = st.column_config.NumberColumn
    st.dataframe(
        rows,
        hide_index=True,
        key="portrait_differences",
        column_config={
            "other": "less",
            "difference": number(format="%+.2f"),
            "low": number("95 % low", format="%+.2f"),
            "high": number("95 % high", format="%+.2f"),
            "p": number(format="%.3f"),
            "q": number("q (BH)", format="%.3f", help="False discovery rate over all rows of this table"),
            "holm": number("p (Holm)", format="%.3f", help="Adjusted so that not one row in this table need be false"),
        },
    )
    st.caption(
        "Differences of scores in points of the six-point scale, with 95 % bootstrap intervals; both models share the "
        "situations that are drawn. With 1,000 draws no p is below .002."
    )
    downloads(rows, "portrait-differences")


def _alike(found: PortraitResults, scorer: str, kind: str, own: list[str]) -> None:
    """Which published models a model of one's own is most like in shape."""
    if not own:
        return
    st.subheader("Which published models are most alike?")
    model = str(st.selectbox("Of", own, key="portrait_alike"))
    rows = similarity(found.profiles[scorer], model, found.published, kind)
    st.dataframe(rows, hide_index=True, height=220, column_config={"rho": st.column_config.NumberColumn(format="%.2f")})
    st.caption(
        "Spearman's ρ between the profiles. Published answers were given in 2025 to the published prompts: alike means "
        "alike in shape, not the same model."
    )
    downloads(rows, "portrait-alike")
