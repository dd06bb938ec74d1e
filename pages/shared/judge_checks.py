"""Checking a judge on a sample of a run's answers, and what checks of the judges of a run have found."""

import math

import pandas as pd
import streamlit as st

from core.errors import UserError
from core.runs.judge_checks import PROBES, READINGS, USUAL_ANSWERS, changed
from core.runs.rereading import Reader, reading_estimate
from core.store import readings
from core.store.queries import RunHead
from core.store.readings import ReadingOf
from pages.shared.parts import dollars
from pages.shared.plain import escape, show_error
from pages.shared.resources import manager, store


def start_check(head: RunHead, reader: Reader, insisted: bool) -> None:
    """What a check of this judge takes, and the button that starts it."""
    takes = reading_estimate(store(), head.run_id, reader, USUAL_ANSWERS, READINGS)
    said = (
        f"Reads {USUAL_ANSWERS} answers as they are, with the values in another order, and padded with neutral "
        f"sentences: at most about {takes.calls:,} calls, {takes.tokens:,} tokens, {dollars(takes.cost_usd)}."
    )
    if st.button("Check this judge", icon=":material/fact_check:", help=escape(said)):
        try:
            manager().check_judge(head.run_id, reader, insisted=insisted)
        except UserError as error:
            show_error(error)
        else:
            st.rerun()
    st.caption(f"A check: {escape(said[0].lower() + said[1:])}")


def show_checks(head: RunHead, found: list[ReadingOf]) -> None:
    """The last checks of the judges that have read, or were checked on, this run."""
    ending = manager().endings.get(head.run_id)
    if ending and ending.message not in (
        "",
        head.message,
        *(one.message for one in found),
    ):  # a check's, said here only
        st.warning(escape(ending.message), icon=":material/info:")
    table = readings.checks_for(store(), head.run_id, [one.recogniser for one in found])
    if table.empty:
        return
    shares = [changed(row.changed, row.stances) for row in table.itertuples()]
    taken = [changed(row.taken_changed, row.taken) for row in table.itertuples()]
    shown = pd.DataFrame(
        {
            "judge": table["recogniser"],
            "what was changed": table["probe"].map(PROBES),
            "answers": table["answers"],
            "stances changed": [_words(one.share, one.low, one.high) for one in shares],
            "of those not neutral": [_words(one.share, one.low, one.high) for one in taken],
            "checked (UTC)": table["checked_at"],
            "on run": table["run_id"],
        }
    )
    st.markdown("**Checks of judges**")
    st.dataframe(shown, hide_index=True)
    st.caption(
        "A judge should not mind the order of the values or sentences that say nothing. 95 % intervals (Wilson) take "
        "stances for independent; those of one answer may change together."
    )


def _words(share: float, low: float, high: float) -> str:
    return "–" if math.isnan(share) else f"{share:.1%} [{low:.1%}, {high:.1%}]"
