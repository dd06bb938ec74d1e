"""The questions of a search: a list, where one came from, what everyone said to it, and a suite of the best."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.errors import UserError
from core.runs.evolved import Evolved, keep_as_suite, lineage, table
from core.store import searches
from core.values.system import system
from pages.shared.parts import downloads
from pages.shared.plain import show_error
from pages.shared.resources import store

STATUSES = ("confirmed", "unconfirmed", "scored", "duplicate", "invalid", "unanswered")


def browse(found: Evolved) -> None:
    """The list, the question that is chosen, and what can be kept."""
    st.header("Questions")
    rows = table(found)
    there = [status for status in STATUSES if (rows["status"] == status).any()]
    wanted = st.pills("Show", there, selection_mode="multi", default=there[:1], key="evolve_shown")
    shown = rows[rows["status"].isin(wanted or there)].sort_values(["across", "score"], ascending=False)
    picked = st.dataframe(
        shown,
        hide_index=True,
        height=300,
        on_select="rerun",
        selection_mode="single-row",
        key="evolve-list",
        column_order=[
            "question",
            "status",
            "score",
            "published",
            "across",
            "p",
            "leads",
            "origin",
            "pull",
            "topic",
            "why",
        ],
        column_config={
            "question": st.column_config.TextColumn(width="large"),
            "score": st.column_config.NumberColumn(format="%.3f", help="On the first panel; biased upward"),
            "published": st.column_config.NumberColumn(
                "published score",
                format="%.2f",
                help="The paper's black-box score, beside ours; it chooses nothing here",
            ),
            "across": st.column_config.NumberColumn(
                "variance", format="%.3f", help="Between models, across wordings, on fresh answers; 0 if they are equal"
            ),
            "p": st.column_config.NumberColumn(format="%.3f", help="How often shuffled models differ as much"),
            "leads": st.column_config.TextColumn("differs most on"),
        },
    )
    with st.expander("Download all questions", icon=":material/download:"):
        downloads(rows, f"questions-{found.search_id}")
    ids = shown["id"].tolist()
    chosen = picked["selection"]["rows"]
    if ids:
        examine(found, ids[chosen[0]] if chosen and chosen[0] < len(ids) else ids[0])
    keep(found)


def examine(found: Evolved, name: str) -> None:
    """One question: its line from the seed, and everybody's answers side by side."""
    line = lineage(found.questions, name)
    st.subheader("From the seed to this question")
    for depth, question in enumerate(line):
        with st.container(border=True, width=max(320, 900 - 40 * depth)):
            st.text(question.text)
            score = "" if question.score != question.score else f" · score {question.score:.3f}"
            st.caption(f"{question.origin}{score} · {question.status}")
    answers = searches.answers(store(), found.search_id, line[-1].text)
    if not answers:
        return
    st.subheader("What the panel said")
    values = system(found.plan.system)
    with st.container(horizontal=True):
        for answer in answers:
            with st.container(border=True, width=320):
                st.text(f"{answer.member}{'' if answer.draw == 0 else f' · fresh answer {answer.draw}'}")
                st.caption(f"stance: {answer.stance or 'none given'}")
                if answer.fault:
                    st.text(answer.fault)
                for point, shows in zip(answer.points, answer.shows, strict=False):
                    st.text(point)
                    st.caption(_strongest(shows, values.names, values.ids))
                if not answer.points and answer.text:
                    st.text(answer.text)


def _strongest(shows: Sequence[float], names: Mapping[str, str], ids: Sequence[str], most: int = 2) -> str:
    best = sorted(range(len(shows)), key=lambda place: -shows[place])[:most]
    return "reads as " + ", ".join(f"{names[ids[place]]} {shows[place]:.2f}" for place in best if shows[place] > 0)


def keep(found: Evolved) -> None:
    """The confirmed questions as a suite, to be put to other models under Launch."""
    st.subheader("Keep them")
    if not found.confirmed:
        st.caption("Nothing was confirmed yet. More pulls, or a panel of models that differ more, would change that.")
        return
    with st.form("evolve-keep", border=False):
        name = st.text_input("Name of the suite", f"Evolved: {found.plan.name}", max_chars=120)
        if st.form_submit_button("Keep what was confirmed as a suite", icon=":material/save:"):
            try:
                suite = keep_as_suite(store(), found, name)
            except UserError as error:
                show_error(error)
                return
            said = f"Stored with {len(suite.items)} questions: put them to models under “Models on these questions”."
            st.success(said, icon=":material/check:")
    st.caption("Do not evaluate the models that sat on the panel with it: the questions were chosen for them.")
