"""How the judges of a run read, besides what they read: quotes, their own family, and length."""

import math

import pandas as pd
import streamlit as st

from core.analysis.classification import wilson
from core.analysis.estimates import Estimate
from core.runs.judge_bias import Preference, Slope, preferences, slopes
from core.store import readings
from core.store.queries import RunHead
from core.values.system import system
from pages.shared.parts import downloads
from pages.shared.resources import store


@st.cache_data(max_entries=4, show_spinner="Comparing what the judges gave…")
def _bias(path: str, run_id: str, commits: int) -> tuple[list[Preference], list[Slope], pd.DataFrame]:
    return preferences(store(), run_id), slopes(store(), run_id), readings.notes(store(), run_id)


def show_bias(head: RunHead) -> None:
    """The judges' quotes, what they give their own family, and how length and reading go together."""
    own, long, quotes = _bias(str(store().path), head.run_id, store().writer.commits)
    if quotes.empty:
        return
    st.markdown("**How the judges read**")
    st.dataframe(_quotes(quotes), hide_index=True)
    st.caption("A stance without words of the answer counts as neutral; a judge that invents words often reads badly.")
    if own:
        names = system(head.system).names
        table = pd.DataFrame(
            {
                "judge": [one.judge for one in own],
                "its own": [", ".join(one.own) for one in own],
                "value": [names[one.value] for one in own],
                "gives its own more by": [_words(one.gap) for one in own],
                "beyond what other judges do": [_words(one.beyond) for one in own],
            }
        )
        st.dataframe(table, hide_index=True)
        st.caption(
            "Mean strength (-1 to 1) of the answers of the judge's own family less that of the others, with 95 % "
            "intervals over scenarios. The first may be a true difference between models; the second is what is left "
            "when the other judges' readings of the same answers are taken off."
        )
        downloads(table, f"own-family-{head.run_id}")
    table = pd.DataFrame(
        {
            "judge": [one.judge for one in long],
            "model": [one.model for one in long],
            "stances per 100 words more": [_words(one.stances) for one in long],
            "mean strength per 100 words more": [_words(one.strength) for one in long],
        }
    )
    st.dataframe(table, hide_index=True)
    st.caption("Longer answers may say more: a slope is a question to ask, not a proof that length moves the judge.")


def _quotes(found: pd.DataFrame) -> pd.DataFrame:
    asked = found["taken"] + found["unsupported"]
    low, high = wilson(found["unsupported"], asked)
    rates = [
        f"{bad / of:.1%} [{a:.1%}, {b:.1%}]" if of else "–"
        for bad, of, a, b in zip(found["unsupported"], asked, low, high, strict=True)
    ]
    columns = {"recogniser": "judge", "taken": "stances with words of the answer", "unsupported": "without"}
    columns |= {"repaired": "with words not quite its own", "unstable": "passes that differ"}
    return found.assign(**{"share without": rates}).rename(columns=columns)


def _words(figure: Estimate | None) -> str:
    if figure is None:
        return "– (no other judge)"
    if math.isnan(figure.value):
        return f"– ({figure.reason})"
    return f"{figure.value:+z.2f}" + ("" if math.isnan(figure.low) else f" [{figure.low:+z.2f}, {figure.high:+z.2f}]")
