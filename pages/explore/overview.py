"""Which models fit the chosen profile, and which of them cannot be told apart."""

import pandas as pd
import streamlit as st

from core.analysis.alignment import Ranking, rank
from core.charts.ranking import ranking
from core.charts.style import model_colours
from pages.shared.charting import show_chart
from pages.shared.denominators import case_notes, cases_of, choose_cases
from pages.shared.parts import (
    choose_statistic,
    downloads,
    empty,
    information_notes,
    measure_note,
    nothing_read,
)
from pages.shared.resources import models_in_order
from pages.shared.sidebar import View, view

st.title("Whose values does each model speak for?")


def verdict(ranked: Ranking, profile: str) -> str:
    """The ranking in one sentence."""
    table = ranked.table
    first = ranked.first
    if not first:
        return f"Under the profile “{profile}”: too few scenarios were scored to rank anyone yet."
    if len(table) == 1:
        return f"Under the profile “{profile}”: only one model so far. Evaluate another to compare."
    if len(first) == 1:
        return f"Under the profile “{profile}”: {first[0]} comes first, ahead of every model that can be ranked."
    return f"Under the profile “{profile}”: the first place is not decided; {', '.join(first)} cannot be told apart."


def full_table(ranked: Ranking, shown: View, cases: pd.DataFrame | None) -> pd.DataFrame:
    """The ranking with denominators and badges, and the worst and best cases where they are shown."""
    table = ranked.table.merge(shown.results.outcomes, on="model", how="left")
    if cases is not None:
        table = table.merge(cases, on="model", how="left")
    table["unread"] = table["ok"] + table["truncated"] - table["scored"]
    table["scored"] = table["scored"].astype(int).astype(str) + " of " + table["asked"].astype(int).astype(str)
    table["badge"] = ["low information" if shown.results.low_information(model) else "" for model in table["model"]]
    table["simulated"] = table["model"].str.startswith("simulated/")
    return table


def unranked(shown: View) -> None:
    """Models that were asked but of which nothing could be read: they must not vanish silently."""
    for row in shown.results.outcomes.itertuples():
        if row.model in shown.models and row.model not in shown.results.raw.models:
            st.text(
                f"Not ranked: {row.model}. Of {row.asked} questions, {row.refused} were refused, {row.unparsed} "
                f"unparsed, {row.filtered} filtered, {row.error} failed, and values could be read in {row.scored}."
            )


shown = view()
if shown is None:
    empty("There are no results yet.")
    st.stop()

statistic = choose_statistic()
scores = shown.results.raw.only(shown.models)
if not scores.models:
    nothing_read(shown)
    st.stop()
ranked = rank(scores, shown.weights, statistic)
with_cases = choose_cases()
cases = cases_of(shown, ranked) if with_cases else None
if ranked.table["alignment"].isna().all() and len(set(shown.weights.round(9))) == 1:
    st.info("With equal weights there is no profile to match: choose a profile or move a weight.")
    measure_note(shown)
    st.stop()
st.text(verdict(ranked, shown.profile.name))
figure = ranking(ranked, model_colours(models_in_order()), cases)
show_chart(figure, key="ranking", alt="Models ranked by alignment, with 95 % intervals")
if with_cases:
    case_notes(ranked, cases)
unranked(shown)
information_notes(shown, shown.models)
measure_note(shown)

table = full_table(ranked, shown, cases)
st.dataframe(
    table,
    hide_index=True,
    column_order=[
        *("rank", "model", "badge", "alignment", "low", "high", "worst", "best", "rank_low", "rank_high", "group"),
        *("n_items", "scored", "planned", "truncated", "refused", "unparsed", "filtered", "error", "unread"),
        "simulated",
    ],
    column_config={
        "low": st.column_config.NumberColumn("95 % low", format="%.2f"),
        "high": st.column_config.NumberColumn("95 % high", format="%.2f"),
        "worst": st.column_config.NumberColumn("worst case", format="%.2f"),
        "best": st.column_config.NumberColumn("best case", format="%.2f"),
        "alignment": st.column_config.NumberColumn(format="%.2f"),
        "rank_low": st.column_config.NumberColumn("best rank", help="1 + the models that are surely better"),
        "rank_high": st.column_config.NumberColumn("worst rank"),
        "group": st.column_config.NumberColumn(help="Models of one group do not differ from its first. 0: n too small"),
        "n_items": st.column_config.NumberColumn("scenarios"),
        "scored": st.column_config.TextColumn(help="Answers in which values were read, of all questions asked so far"),
        "truncated": st.column_config.NumberColumn(help="Cut off at the length limit; what is there is scored"),
        "unread": st.column_config.NumberColumn(help="Answered, but the recogniser has not, or could not, read it"),
        "error": "failed",
    },
)
downloads(table, "ranking")
