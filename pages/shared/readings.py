"""The readings of a run: read it again, choose who speaks for it, how far they agree, and put them together."""

import pandas as pd
import streamlit as st

from core.errors import UserError
from core.models.base import ModelSpec
from core.models.registry import check_spec
from core.runs.aggregates import RULES, Rule, aggregate, single
from core.runs.judging import judged_by_itself
from core.runs.reader_agreement import ValueAgreement, agreement
from core.runs.rereading import Reader, reading_estimate
from core.store import readings
from core.store.queries import RunHead
from core.store.readings import ReadingOf
from pages.shared.agreeing import agreement_table
from pages.shared.judge_bias import show_bias
from pages.shared.judge_checks import show_checks, start_check
from pages.shared.judging import choose_judge, may_judge_itself
from pages.shared.parts import dollars
from pages.shared.plain import escape, show_error
from pages.shared.resources import manager, store
from pages.shared.run_details import models_of

JUDGE, LEXICON, MINILM = "judge:", "lexicon", "minilm"
TICK_S = 1.0
KINDS = {
    JUDGE: "LLM judge (direction)",
    LEXICON: "Token table, offline (presence)",
    MINILM: "MiniLM, offline (presence)",
}

NAME = {"recogniser": st.column_config.Column("reading", width="large")}


@st.cache_data(max_entries=4, show_spinner=False)
def _readings(path: str, commits: int, run_id: str) -> list[ReadingOf]:
    return readings.readings_of(store(), run_id)


@st.cache_data(max_entries=8, show_spinner="Comparing the readings…")
def _agreement(path: str, run_id: str, names: tuple[str, ...], sizes: tuple[int, ...]) -> list[ValueAgreement]:
    return agreement(store(), run_id, names)


def show_readings(head: RunHead) -> None:
    """Everything about who has read a run that has ended."""
    found = _readings(str(store().path), store().writer.commits, head.run_id)
    with st.expander(f"Readings ({len(found)})", icon=":material/visibility:", expanded=len(found) > 1):
        if found:
            choose(head, found)
        read_again(head)
        show_checks(head, found)
        show_bias(head)
        compare(head, found)


def choose(head: RunHead, found: list[ReadingOf]) -> None:
    """The readings in a table, and which of them speaks for the run."""
    columns = ["recogniser", "measure", "read", "refused", "unreadable", "missing", "state"]
    table = pd.DataFrame([vars(one) for one in found])[["speaks", *columns]].rename(columns={"state": "reading again"})
    st.dataframe(table, hide_index=True, column_config=NAME)
    for one in found:
        if one.message:
            st.warning(escape(f"{one.recogniser}: {one.message}"), icon=":material/info:")
    names = [one.recogniser for one in found if one.read]
    if len(names) < 2:
        return
    speaking = next((number for number, name in enumerate(names) if name == head.recogniser), None)
    chosen = st.selectbox("The reading that speaks for the run", names, index=speaking, key=f"speaks_{head.run_id}")
    st.caption("All pages show its scores. The other readings stay.")
    if st.button("Let it speak", icon=":material/campaign:", disabled=chosen in (None, head.recogniser)):
        try:
            readings.choose(store(), head.run_id, str(chosen))
        except UserError as error:
            show_error(error)
        else:
            st.rerun()


def read_again(head: RunHead) -> None:
    """Choose another recogniser, see what it will take, and start it."""
    st.markdown("**Read the run again.** The evaluated models are not asked again; only what is missing is read.")
    offline = [LEXICON, MINILM] if head.system == "schwartz" else []
    kind = st.radio("Read by", [JUDGE, *offline], format_func=KINDS.__getitem__, horizontal=True, key="again_kind")
    reader, insisted = _judge(head) if kind == JUDGE else (Reader(str(kind)), False)
    if st.button("Read again", icon=":material/visibility:", disabled=reader is None) and reader:
        try:
            if reader.recogniser.startswith(JUDGE):
                check_spec(ModelSpec(reader.recogniser.removeprefix(JUDGE), reader.judge_base))
            manager().read_again(head.run_id, reader, insisted=insisted)
        except UserError as error:
            show_error(error)
        else:
            st.rerun()
    if kind == JUDGE and reader:
        start_check(head, reader, insisted)


def _judge(head: RunHead) -> tuple[Reader | None, bool]:
    chosen = choose_judge("Another judge", "again")
    if chosen is None:
        return None, False
    name, base, passes = chosen
    reader = Reader(f"{JUDGE}{name}", base, passes)
    models = [name.strip() for name in models_of(head).split(",")]
    insisted = may_judge_itself(reader.recogniser, models, "again_itself")
    if judged_by_itself(reader.recogniser, models) and not insisted:
        st.caption("This judge is among the models of the run: choose another one, or tick the box above.")
    took = reading_estimate(store(), head.run_id, reader)
    st.caption(f"At most about {took.calls:,} calls, {took.tokens:,} tokens, {escape(dollars(took.cost_usd))}.")
    return reader, insisted


def compare(head: RunHead, found: list[ReadingOf]) -> None:
    """Agreement per value between two or more single readings, and putting them together."""
    singles = {one.recogniser: one for one in found if one.read and single(one.recogniser)}
    if len(singles) < 2:
        return
    measures = [one.measure for one in singles.values()]
    usual = [name for name, one in singles.items() if one.measure == max(measures, key=measures.count)]
    st.markdown("**How far readings agree**")
    names = st.multiselect("Readings to compare", list(singles), default=usual, key=f"compared_{head.run_id}")
    try:
        sizes = tuple(singles[name].read for name in names)
        rows = _agreement(str(store().path), head.run_id, tuple(names), sizes)
    except UserError as error:
        st.info(escape(str(error)), icon=":material/compare_arrows:")
        return
    agreement_table(head, rows)
    rule = st.selectbox("Put them together by", list(RULES), format_func=RULES.__getitem__, key=f"rule_{head.run_id}")
    if st.button("Make this a reading", icon=":material/join:"):
        _put_together(head, names, rule)


def _put_together(head: RunHead, names: list[str], rule: Rule) -> None:
    try:
        name = aggregate(store(), head.run_id, names, rule)
    except UserError as error:
        show_error(error)
    else:
        st.toast(f"Stored as {escape(name)}.")
        st.rerun()


@st.fragment(run_every=TICK_S)
def live_reading(run_id: str) -> None:
    """How far a reading is that goes on; the whole page when it has ended."""
    for one in readings.readings_of(store(), run_id):
        if one.state == "running":
            done, answers = readings.progress(store(), run_id, one.recogniser)
            said = f"{done:,} of {answers:,} answers read by {escape(one.recogniser)}"
            st.progress(min(done / max(answers, 1), 1.0), said)
    if not manager().running(run_id):
        st.rerun()
