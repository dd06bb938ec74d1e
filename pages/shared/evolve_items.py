"""How good the confirmed questions of a search are: each one's statistics, reliability, and how they wear."""

import streamlit as st

from core.errors import UserError
from core.runs.evolved import Evolved, pair_table
from core.runs.pool_drift import drift_table, pool_drift
from core.runs.pool_runs import later_scores
from core.runs.pools import Pool, alphas, item_table, pool_of, profile_alpha
from pages.shared.parts import downloads
from pages.shared.plain import escape
from pages.shared.resources import store

POINTS = "%.2f"


def pool_or_none(search_id: str) -> Pool | None:
    """The pool of a search; where there is none, the page says what would make one."""
    try:
        return pool_of(store(), search_id)
    except UserError as error:
        st.caption(escape(str(error)))
        return None


def pairs(found: Evolved) -> None:
    """What every pair of values came to, where the search went by pairs."""
    rows = pair_table(found)
    if rows.empty:
        return
    st.header("Pairs of values")
    covered = int((rows["scored"] > 0).sum())
    st.caption(f"{covered} of {len(rows)} pairs have a question that was scored.")
    numbers = {"best": st.column_config.NumberColumn("best score", format="%.3f")}
    st.dataframe(rows, hide_index=True, placeholder="", height=300, key="evolve-pairs", column_config=numbers)
    downloads(rows, f"pairs-{found.search_id}")


def items(pool: Pool) -> None:
    """The questions' statistics on the value on which they differ most."""
    st.header("How good the questions are")
    later = later_scores(store(), pool)
    rows = item_table(pool, later)
    against = int(rows["negative"].sum())
    since = f" and of {len(later)} that ran on these questions since" if len(later) else ""
    st.caption(
        f"By the fresh answers of {len(pool.models)} models{since}, each question on the value on which they differ "
        "most. Discrimination is the upper half of the models less the lower; item–rest is the correlation with the "
        f"other questions. {against} of {len(rows)} run against the others: models that hold the value more show it "
        "less there. With so few models these figures are rough."
    )
    if st.toggle("Only those that run against the others", key="evolve_negative", disabled=not against):
        rows = rows[rows["negative"]]
    config = {
        name: st.column_config.NumberColumn(format=POINTS) for name in ("mean", "spread", "discrimination", "item_rest")
    }
    wide = {"question": st.column_config.TextColumn(width="large")}
    st.dataframe(
        rows.drop(columns="id"),
        hide_index=True,
        placeholder="",
        height=260,
        key="evolve-items",
        column_config=config | wide,
    )
    downloads(rows, f"items-{pool.search_id}")
    with st.expander("Reliability", icon=":material/straighten:"):
        whole = profile_alpha(pool)
        said = f"{whole:.2f}" if whole == whole else "undefined with fewer than five questions or three models"
        st.markdown(
            f"Cronbach's alpha of whole profiles, over five folds of {len(pool.questions)} questions: **{said}**."
        )
        by_value = alphas(pool)
        numbers = {name: st.column_config.NumberColumn(format=POINTS) for name in ("alpha", "low", "high")}
        st.dataframe(by_value, hide_index=True, placeholder="", key="evolve-alphas", column_config=numbers)
        downloads(by_value, f"alpha-{pool.search_id}")


def wear(pool: Pool) -> None:
    """How informative the pool was, cohort by cohort, and whether to evolve it again."""
    st.header("Does the pool still tell models apart?")
    found = pool_drift(store(), pool)
    if found.ratio == found.ratio:
        st.markdown(
            f"The newest models differ **{found.ratio:.0%}** [{found.low:.0%}, {found.high:.0%}] as much as the first."
        )
    st.markdown(found.advice)
    rows = drift_table(found)
    numbers = {
        name: st.column_config.NumberColumn(format="%.4f", help="Variance between models beyond chance, squared shares")
        for name in ("informativeness", "low", "high")
    }
    st.dataframe(rows, hide_index=True, placeholder="", key="evolve-drift", column_config=numbers)
    downloads(rows, f"drift-{pool.search_id}")
