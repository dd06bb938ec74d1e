"""Bring your own answers: read values in what models have said already."""

import pandas as pd
import streamlit as st

from core.errors import UserError
from core.interchange.imports import SUFFIXES, read_any
from core.items.shipped import shipped_suites
from core.models.catalogue import catalogue
from core.runs.answers import AnswersRead, template
from core.runs.judging import refuse_itself
from core.runs.plan import JUDGE, OFFLINE
from core.values.system import systems
from pages.shared.judging import may_judge_itself
from pages.shared.parts import watch
from pages.shared.plain import show_error
from pages.shared.reading import reader_name, reader_note
from pages.shared.resources import manager

NONE = "none"


def start(read: AnswersRead, name: str, recogniser: str, base: str | None, insisted: bool) -> None:
    try:
        refuse_itself(recogniser, read.models, insisted)
        run_id = manager().start_import(read, name, recogniser, base)
    except UserError as error:
        show_error(error)
    else:
        watch(run_id)


def show(read: AnswersRead) -> None:
    st.text(f"{len(read.answers):,} answers of {len(read.models)} models to {len(read.suite.items)} prompts.")
    if read.problems:
        st.error(f"{len(read.problems)} rows cannot be used.")
        rows = [(p.row, p.field, p.message) for p in read.problems[:1000]]
        st.dataframe(pd.DataFrame(rows, columns=["row", "field", "problem"]), hide_index=True)
    frame = pd.DataFrame([(a.model, a.item, a.response[:300]) for a in read.answers[:200]])
    st.dataframe(frame.set_axis(["model", "item", "response"], axis=1), hide_index=True, height=220)


st.title("Read values in your own answers")
st.markdown(
    "A CSV, JSONL or Parquet file with the columns `model`, `response` and `prompt` (or `item`, the id of a scenario) "
    "becomes a run, without any call to those models. So does a log of Inspect AI (`.eval` or `.json`) or a "
    "result file of promptfoo (`.json`): every sample, or call, is an answer."
)
st.download_button("Template (CSV)", template(), "answers-template.csv", icon=":material/draft:", on_click="ignore")
shipped = shipped_suites()
key = st.selectbox(
    "The answers belong to",
    [NONE, *shipped],
    format_func=lambda k: "prompts of their own, in the file" if k == NONE else shipped[k].name,
)
suite = shipped.get(str(key))
of = suite.system if suite else st.selectbox("Value system", list(systems()), format_func=lambda k: systems()[k].name)
upload = st.file_uploader("Your file", type=[suffix.removeprefix(".") for suffix in SUFFIXES])
offline = of == "schwartz"
kind = st.radio(
    "Values are read by",
    [*OFFLINE, JUDGE] if offline else [JUDGE],
    horizontal=True,
    format_func=reader_name,
)
reader_note(str(kind))
judge, base = "", None
if kind == JUDGE:
    names = [entry.name for entry in catalogue() if entry.kind in ("api", "local")]
    judge = str(st.selectbox("Judge", names, accept_new_options=True) or "")
    base = st.text_input("The judge's server address (optional)") or None
if upload is not None:
    try:
        read = read_any(upload.getvalue(), upload.name, suite, str(of))
    except UserError as error:
        show_error(error)
        st.stop()
    show(read)
    recogniser = f"{JUDGE}{judge}" if kind == JUDGE else str(kind)
    insisted = may_judge_itself(recogniser, read.models, "answers_itself")
    label = (
        f"Read the {len(read.answers):,} good answers" if read.problems else f"Read these {len(read.answers):,} answers"
    )
    if st.button(label, type="primary", icon=":material/play_arrow:"):
        start(read, upload.name, recogniser, base, insisted)
