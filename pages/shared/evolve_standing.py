"""How models stand on evolved questions: the figure, the table, and the answers to one question side by side."""

import json

import pandas as pd
import streamlit as st

from core.analysis.expression import Expression, expression
from core.analysis.scores import Scores
from core.analysis.standing import SCORINGS, SHARE, TEAMS, WITHIN, standing, table
from core.charts.standing import standing as figure
from core.charts.style import model_colours
from core.methods.adaem.opinions import read_opinions
from core.methods.base import OUTCOMES
from core.recognition.quality import card_of, quality_sentence
from core.runs.drilldown import answers_to
from core.runs.evaluation import Evaluated, on_panel
from core.runs.evolved_results import question_scores
from core.store import opinions, queries
from core.store.queries import Filter
from core.values.system import system
from pages.shared.charting import show_chart
from pages.shared.parts import downloads
from pages.shared.plain import escape
from pages.shared.resources import models_in_order, store

UNITS = {
    WITHIN: "how often it prevails over the model's other values, percent",
    SHARE: "questions on which the model expresses it, percent",
}
RELATIVE = "chance to beat another of these models, percent (50: like the others)"
NOTES = {
    TEAMS: "The published scheme: teams of unequal size distort it, and the order of the questions matters. The "
    "intervals draw both again. It is here to compare with published figures.",
    WITHIN: "Within one model. It also hangs on how readily the recogniser finds each value, which the comparison of "
    "models does not.",
}


@st.cache_data(max_entries=8, show_spinner="Reading what was expressed…")
def _questions(path: str, runs: list[str], version: str) -> pd.DataFrame:
    return question_scores(store(), runs)


@st.cache_resource(max_entries=16, show_spinner="Comparing models question by question…")
def _standing(path: str, runs: list[str], version: str, scoring: str, models: list[str], _of: Expression) -> Scores:
    return standing(_of, scoring)


def stand(found: Evaluated) -> None:
    """Everything about one evaluation."""
    version = queries.data_version(store(), found.ids)
    frame = _questions(str(store().path), found.ids, version)
    if frame.empty:
        st.info("No answer is stored yet. Resume the run under Runs.", icon=":material/hourglass_empty:")
        return
    every = expression(frame, system(found.system).ids)
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    scoring = str(
        left.selectbox(
            "Scored by", list(SCORINGS), format_func=SCORINGS.__getitem__, key="evolve_by", bind="query-params"
        )
    )
    chosen = right.multiselect("Models", every.models, key="evolve_shown_models", placeholder="All models")
    shown = every.only([model for model in every.models if not chosen or model in chosen])
    _counted(shown, found)
    if len(shown.models) < 2 and scoring not in (WITHIN, SHARE):
        st.info("A comparison needs two models: ask another one the same questions.", icon=":material/group_add:")
        return
    scores = _standing(str(store().path), found.ids, version, scoring, list(shown.models), shown)
    names = system(found.system).names
    title = f"{SCORINGS[scoring]}: {len(shown.questions)} questions"
    chart = figure(
        scores, names, model_colours(models_in_order()), title, UNITS.get(scoring, RELATIVE), scoring != SHARE
    )
    show_chart(chart, key="evolve-standing", alt=title)
    if scoring in NOTES:
        st.caption(NOTES[scoring])
    _table(shown, scores, scoring, names)
    _read_them(found, shown, names)


def _counted(shown: Expression, found: Evaluated) -> None:
    said = []
    for model, scored, asked, lost in zip(shown.models, shown.scored, shown.asked, shown.lost, strict=True):
        why = ", ".join(f"{n} {OUTCOMES.get(name, name)}" for name, n in lost.items())
        said.append(f"{escape(model)} {scored} of {asked}" + (f" ({why})" if why else ""))
    st.caption(f":material/rule: Scored {'; '.join(said)}. What is missing counts neither for nor against.")
    met = sorted(on_panel(store(), found.suite_id) & set(shown.models))
    if met:
        st.warning(
            f"These questions were chosen by the answers of {', '.join(map(escape, met))}.", icon=":material/group_off:"
        )
    if found.measure == "presence":
        st.caption(
            ":material/visibility: **Presence, not direction**: an answer expresses a value if one of its points is "
            f"about it. {quality_sentence(card_of(found.recogniser))}"
        )


def _table(shown: Expression, scores: Scores, scoring: str, names: dict[str, str]) -> None:
    rows = table(shown, scores, scoring == WITHIN)
    number = st.column_config.NumberColumn(format="%.1f")
    tied = "Those of one number cannot be told apart from the first of them."
    st.dataframe(
        rows.assign(value=rows["value"].map(names)),
        hide_index=True,
        height=320,
        column_config={
            **dict.fromkeys(("score", "low", "high"), number),
            "group": st.column_config.NumberColumn("tied group", help=tied),
            "share": st.column_config.NumberColumn("expressed on", format="percent"),
            "decided": st.column_config.NumberColumn(help="Questions on which it differs from another model."),
            "ties": st.column_config.NumberColumn(help="Questions on which no two of these models differ."),
            "n_items": st.column_config.NumberColumn("scored"),
            "n_asked": st.column_config.NumberColumn("asked"),
        },
    )
    downloads(rows, f"standing-{scoring}")


def _read_them(found: Evaluated, shown: Expression, names: dict[str, str]) -> None:
    """One question, and what each model said to it."""
    st.subheader("Question by question")
    frame = queries.scenarios(store(), found.ids, Filter(models=shown.models))
    picked = st.dataframe(
        frame,
        hide_index=True,
        height=260,
        column_order=["text", "domain", "region", "answers"],
        column_config={"text": st.column_config.TextColumn("question", width="large")},
        on_select="rerun",
        selection_mode="single-row",
        key="evolve-questions",
    )
    if frame.empty:
        return
    rows = [row for row in picked["selection"]["rows"] if row < len(frame)]
    question = frame.iloc[rows[0] if rows else 0]
    st.text(str(question["text"]))
    answers = answers_to(store(), found.ids, Filter(models=shown.models), str(question["item_id"]))
    with st.container(horizontal=True):
        for answer in answers:
            with st.container(border=True, width=320):
                said = read_opinions(answer.text)
                st.text(answer.model)
                st.caption(f"{OUTCOMES[answer.outcome]} · stance: {said.stance or 'none given'}")
                parts = opinions.parts(store(), answer.run_id, [answer.trial_id]).get(answer.trial_id, "[]")
                for part in json.loads(parts):
                    st.text(answer.text[part["start"] : part["end"]])
                    shows = sorted(part["shown"], key=part["strengths"].__getitem__, reverse=True)
                    st.caption("shows " + (", ".join(names[value] for value in shows) or "no value"))
                if parts == "[]":
                    st.text(answer.text or answer.error or answer.message)
