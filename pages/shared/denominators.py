"""What stands under a mean, said the same way on every page: scored M of N; and the worst and best case."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.analysis.alignment import STATISTICS, Ranking
from core.analysis.bounds import LINEAR, Bounds, alignment_bounds, reversible
from pages.shared.plain import escape
from pages.shared.sidebar import View

MOST_NAMED = 6
MOST_PAIRS = 5
MISSING = "refused, unparsed, filtered, failed, or not readable by the recogniser"


def scored_note(view: View) -> None:
    """Of how many questions the means of the chosen models are made: those asked so far and, in a run that has not
    finished, those planned."""
    rows = [row for row in view.results.outcomes.itertuples() if row.model in view.models]
    same = {_scored(row) for row in rows}
    if len(same) == 1:
        said = f"{same.pop()} open questions{' of every model' if len(rows) > 1 else ''}"
    elif len(rows) <= MOST_NAMED:
        said = "; ".join(f"{escape(row.model)} {_scored(row)}" for row in rows)
    else:
        fewest = min(rows, key=lambda row: row.scored / row.asked)
        scored, asked = (sum(int(getattr(row, name)) for row in rows) for name in ("scored", "asked"))
        said = f"{scored:,} of {asked:,} open questions; the smallest share: {escape(fewest.model)} {_scored(fewest)}"
    others = f" The others were {MISSING}; no mean counts them."
    st.caption(f":material/rule: Scored {said}.{others if any(row.scored < row.asked for row in rows) else ''}")


def _scored(row: Any) -> str:
    planned = f" asked so far ({row.planned:,} planned)" if row.planned > row.asked else ""
    return f"{row.scored:,} of {row.asked:,}{planned}"


def choose_cases() -> bool:
    """Whether the worst and best case are shown; the choice is the same on all pages."""
    return st.toggle(
        "If missing answers were not at random",
        False,
        key="cases",
        bind="query-params",
        persist_state="session",
        help=f"A mean over the answers that could be scored is that of all only if the others ({MISSING}) would have "
        "scored alike. This shows how far the mean moves if each of them had scored the least, or the most, that an "
        "answer can.",
    )


def radar_note(cases: Bounds) -> None:
    """What the radar's bands are while they show the worst and best case."""
    if not cases.missing.any():
        st.caption(
            ":material/unfold_more: No answer of these models is missing: worst and best case are the score itself."
        )
        return
    st.caption(
        ":material/unfold_more: Bands: **from the worst to the best case**, in which every missing answer scores the "
        "least or the most that an answer can. They take the place of the 95 % intervals and are none: they hold for "
        "the questions asked, and say nothing of what other scenarios would give."
    )


def cases_of(view: View, ranked: Ranking) -> pd.DataFrame | None:
    """Each model's worst and best case under a ranking's statistic; None where they are not known."""
    if ranked.statistic not in LINEAR:
        return None
    found = view.results.bounds.only(tuple(ranked.table["model"]))
    return alignment_bounds(found, view.weights, ranked.statistic)


def case_notes(ranked: Ranking, cases: pd.DataFrame | None) -> None:
    """What the thick bars of a ranking are and whose order hangs on the missing answers; or why there are none."""
    if cases is None:
        known = " and ".join(STATISTICS[name][0].lower() for name in STATISTICS if name in LINEAR)
        st.caption(f"Worst and best cases are known exactly for the {known} only: choose one of them to see them.")
        return
    if not cases["missing"].any():
        st.caption(
            ":material/unfold_more: No answer of these models is missing: worst and best case are the alignment itself."
        )
        return
    st.caption(
        ":material/unfold_more: Thick bars: from the worst to the best case, in which every missing answer scores the "
        "least or the most that an answer can. Thin bars: 95 % intervals, for chance in which scenarios were asked. "
        "They answer different questions."
    )
    st.text(_order(reversible(ranked, cases)))


def _order(pairs: Sequence[tuple[str, str]]) -> str:
    if not pairs:
        return "Were the missing answers not at random: no two ranked models could change places."
    said = "; ".join(f"{lower} may be above {upper}" for lower, upper in pairs[:MOST_PAIRS])
    more = f"; and {len(pairs) - MOST_PAIRS:,} more pairs whose bars overlap" if len(pairs) > MOST_PAIRS else ""
    return f"Were the missing answers not at random: {said}{more}."
