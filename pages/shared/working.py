"""Judges measured in the background, as a page shows them: what it may cost, how far it is, and how it ended."""

import streamlit as st

from core.errors import UserError
from core.models.base import ModelSpec
from core.models.prices import price
from core.models.registry import check_spec
from core.recognition.labelled import Labelled
from core.runs.bench import Reader, estimate, reader_of
from core.runs.limits import Limits
from core.runs.measuring import going_on
from pages.shared.judging import choose_judge
from pages.shared.plain import dollars, escape, show_error
from pages.shared.resources import manager

TICK_S = 1.0
ANEW = "Stored replies stand for the same calls. Asked anew, it shows whether the model has changed since."


def ready_judge(label: str, labelled: Labelled, key: str) -> tuple[Reader, Limits] | None:
    """A judge to read these texts, with what that takes; None while none is named that can be asked."""
    chosen = choose_judge(label, key)
    anew = st.checkbox("Ask anew", key=f"{key}_anew", help=ANEW)
    if chosen is None:
        return None
    name, base, passes = chosen
    most = None
    if price(name) is not None:
        help = "It ends before it costs more; what was read is not paid for again."
        most = float(st.number_input("Dollars at most", 0.01, None, 5.0, key=f"{key}_most", help=help))
    limits = Limits(cache=not anew, max_cost_usd=most)
    try:
        check_spec(ModelSpec(name, base))
        reader = reader_of(f"judge:{name}", base, labelled, limits, passes)
    except UserError as error:
        show_error(error)
        return None
    takes = estimate(reader, labelled, limits, manager().cache)
    assert takes is not None
    calls, tokens = takes.calls - (takes.stored or 0), takes.tokens_in + takes.tokens_out
    st.caption(f"About {calls:,} calls, {tokens:,} tokens, {escape(dollars(takes.cost_usd))}.")
    return reader, limits


@st.fragment(run_every=TICK_S)
def live(kind: str) -> None:
    """How far it is; the whole page when it has ended."""
    works = going_on(manager(), kind)
    for work in works:
        st.progress(work.done / work.total, f"{work.done:,} of {work.total:,} answers read by {escape(work.who)}")
        if st.button("Stop", icon=":material/stop:", key=f"stop_{work.id}"):
            manager().stop(work.id)
    if not works:
        st.rerun()


def say_cut_short(kind: str) -> None:
    """The last one that this process began, if it did not come to its end."""
    works = [work for work in manager().works.values() if work.kind == kind]
    ending = manager().endings.get(works[-1].id) if works else None
    if ending and ending.state != "done":
        st.warning(escape(f"{works[-1].who}: {ending.message}"), icon=":material/info:")
