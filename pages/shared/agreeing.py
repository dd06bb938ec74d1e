"""How far those who read the same answers agree, recognisers or people, as a table."""

import math

import pandas as pd
import streamlit as st

from core.analysis.estimates import Estimate
from core.runs.reader_agreement import ValueAgreement
from core.store.queries import RunHead
from core.values.system import system


def agreement_table(head: RunHead, rows: list[ValueAgreement]) -> None:
    """One row a value: agreement beyond chance and as a share, with intervals, and what they mean."""
    names = system(head.system).names
    table = pd.DataFrame(
        {
            "value": [names.get(row.value, "All values") for row in rows],
            "answers": [row.answers for row in rows],
            "agreement": [row.verdict for row in rows],
            "Krippendorff's α": [_words(row.alpha) for row in rows],
            "Gwet's AC1": [_words(row.ac1) for row in rows],
            "same stance": [_words(row.percent) for row in rows],
        }
    )
    if rows and rows[0].kappa is not None:
        table["Cohen's κ (linear)"] = [_words(row.kappa) for row in rows if row.kappa]
    st.dataframe(table, hide_index=True)
    single_values = [row for row in rows if row.value]
    low = sum(row.verdict == "too low to rely on" for row in single_values)
    if low:
        st.warning(
            f"On {low} of {len(single_values)} values those who read agree too little to rely on.",
            icon=":material/flag:",
        )
    st.caption(
        "α (ordinal): .8 and above is good, .667 to .8 tentative, below that the value's scores are not to be relied "
        "on. Where nearly all readings are neutral α falls though readers agree: AC1 and the share of same stances "
        "show it. 95 % intervals resample scenarios, from 8 on."
    )


def _words(figure: Estimate) -> str:
    if math.isnan(figure.value):
        return f"– ({figure.reason})"
    return f"{figure.value:.2f}" + ("" if math.isnan(figure.low) else f" [{figure.low:.2f}, {figure.high:.2f}]")
