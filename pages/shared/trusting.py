"""Values that the recogniser in hand reads too badly: named and greyed wherever its scores are shown."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.runs import exams
from core.runs.trust import Trust, trust
from pages.shared.plain import escape
from pages.shared.resources import store
from pages.shared.sidebar import View

GREY = "color: #8C8C8C"


@st.cache_data(max_entries=8, show_spinner=False)
def _trust(path: str, recogniser: str, values: tuple[str, ...], commits: int) -> dict[str, Trust]:
    return trust(recogniser, values, store())


@st.cache_data(max_entries=8, show_spinner=False)
def _exam_doubts(path: str, recogniser: str, system: str, commits: int) -> list[str]:
    return exams.doubts(store(), recogniser, system)


def _judged(view: View) -> dict[str, Trust]:
    return _trust(str(store().path), view.recogniser, view.results.system.ids, store().writer.commits)


def doubtful(view: View) -> dict[str, str]:
    """The values whose readings are not reliable, each with the figure that says so; none where people's labels put
    the scores right."""
    if view.results.by != "machine":
        return {}
    return {value: found.sentence for value, found in _judged(view).items() if found.reliable is False}


def trust_note(view: View) -> None:
    """One line that names these values and how much of the weights lies on them; or that nothing was measured."""
    system = view.results.system
    for said in _exam_doubts(str(store().path), view.recogniser, system.id, store().writer.commits):
        st.caption(f":material/school: {escape(said)} See *Quality*.")
    names, doubts = system.names, doubtful(view)
    if doubts:
        said = "; ".join(f"{names[value]} ({sentence})" for value, sentence in doubts.items())
        ids = view.results.system.ids
        share = sum(weight for value, weight in zip(ids, view.weights, strict=True) if value in doubts)
        st.caption(
            f":material/warning: **Not shown as reliable:** {escape(said)}. {share:.0%} of the weights lie on "
            f"{'it' if len(doubts) == 1 else 'them'}. See *Quality*."
        )
    elif view.results.by == "machine" and all(found.reliable is None for found in _judged(view).values()):
        st.caption(
            ":material/help: How well this recogniser reads these values has not been measured: `polycompass "
            "bench-recogniser` does it on texts that people labelled."
        )


def greyed(frame: pd.DataFrame, names: Mapping[str, str], doubts: Mapping[str, str]) -> Any:
    """A table with a column `value` (names) for st.dataframe, the rows of doubtful values in grey."""
    if not doubts:
        return frame
    grey = {names[value] for value in doubts}

    def style(row: pd.Series) -> list[str]:
        return [GREY if row["value"] in grey else ""] * len(row)

    shares = {name: "{:.0%}" for name in ("missing",) if name in frame}
    return frame.style.apply(style, axis=1).format(shares, precision=1, na_rep="")
