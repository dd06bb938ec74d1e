"""Measuring an offline recogniser from the page, on a person's own labelled texts."""

from pathlib import Path

import pandas as pd
import streamlit as st

from core.errors import UserError
from core.recognition.labelled import MAX_TEXTS, Labelled, checked
from core.recognition.published import read_any_labelled
from core.runs.bench import measure, new_bench_id, read_all, reader_of
from core.runs.limits import Limits
from core.runs.measuring import BENCH, going_on, measure_judge
from core.runs.plan import JUDGE, OFFLINE
from core.values.system import SCHWARTZ
from pages.shared.plain import show_error
from pages.shared.reading import reader_name, reader_note
from pages.shared.resources import manager, store
from pages.shared.working import live, ready_judge, say_cut_short

USUAL, STEP = 2000, 20
MEASURED = "quality_measured"  # in the session: there is a new measurement, to be shown first


def measure_here() -> None:
    """The files, who reads, and the button; what cannot be used is named."""
    if going_on(manager(), BENCH):
        st.session_state[MEASURED] = True  # by the next time the page is drawn whole
        live(BENCH)
        return
    say_cut_short(BENCH)
    left, right = st.columns(2)
    data = left.file_uploader("Labelled texts", ["csv", "tsv", "jsonl"], key="quality_file")
    labels = right.file_uploader("Their labels, if they are a file of their own (ValueEval)", ["tsv"])
    kind = str(st.radio("Read by", [*OFFLINE, JUDGE], format_func=_name, horizontal=True, key="quality_reader"))
    if kind != JUDGE:
        reader_note(kind)
    most = st.number_input(
        "Texts at most",
        10,
        MAX_TEXTS,
        USUAL,
        100,
        help="Of more, as many are drawn at random, the same ones each time.",
    )
    if data is None:
        return
    if data.name.lower().endswith(".tsv") and labels is None:
        st.info("Texts of ValueEval have their labels in a second file: add it on the right.")
        return
    name, content = (Path(labels.name), labels.getvalue()) if labels else (None, None)
    try:
        found = read_any_labelled(Path(data.name), data.getvalue(), name, content, SCHWARTZ)
        labelled = checked(found.sample(int(most)))
        _problems(found)
        good = "good " if found.problems else ""
        if kind == JUDGE:
            _judge(labelled)
        elif st.button(
            f"Measure on these {len(labelled.texts):,} {good}texts", type="primary", icon=":material/play_arrow:"
        ):
            _carry_out(labelled, kind)
    except UserError as error:
        show_error(error)


def _name(kind: str) -> str:
    return "LLM judge" if kind == JUDGE else reader_name(kind)


def _judge(labelled: Labelled) -> None:
    """A judge reads them in the background."""
    ready = ready_judge("Judge to be measured", labelled, "quality")
    label = f"Let it read these {len(labelled.texts):,} texts"
    if st.button(label, type="primary", icon=":material/play_arrow:", disabled=ready is None) and ready:
        measure_judge(manager(), ready[0], labelled, ready[1])
        st.rerun()


def _problems(found: Labelled) -> None:
    if found.problems:
        st.error(f"{len({problem.row for problem in found.problems}):,} rows cannot be used.")
        rows = [(problem.row, problem.field, problem.message) for problem in found.problems[:1000]]
        st.dataframe(pd.DataFrame(rows, columns=["row", "field", "problem"]), hide_index=True)


def _carry_out(labelled: Labelled, kind: str) -> None:
    """Read and measure, with progress; any press of a button ends it, and nothing is stored."""
    st.button("Stop", icon=":material/stop:")
    total, bar = len(labelled.texts), st.progress(0.0, "Reading…")

    def told(done: int) -> None:
        if done % STEP == 0 or done == total:
            bar.progress(done / total, f"{done:,} of {total:,} texts read")

    limits, bench_id = Limits(), new_bench_id()
    reader = reader_of(kind, None, labelled, limits)
    read = read_all(reader, labelled, limits, store(), manager().cache, told, bench_id)
    with st.spinner("Computing intervals…"):
        measure(store(), labelled, reader.recogniser, read, bench_id)
    st.session_state[MEASURED] = True
    st.rerun()
