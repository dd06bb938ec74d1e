"""The suites there are, what they cover, and a person's own."""

import pandas as pd
import streamlit as st

from core.errors import UserError
from core.items.checks import coverage, near_duplicates, value_words
from core.items.files import SuiteRead, read_suite, template, write_suite
from core.items.item import Suite
from core.items.shipped import shipped_suites
from core.store import queries, records
from core.values.system import system, systems
from pages.shared.plain import distinct, escape, show_error
from pages.shared.resources import store


def items_frame(suite: Suite) -> pd.DataFrame:
    names = system(suite.system).names
    return pd.DataFrame(
        {
            "id": [item.id for item in suite.items],
            "scenario": [item.text for item in suite.items],
            "at stake": [", ".join(names[value] for value in item.values) for item in suite.items],
            "domain": [item.domain.replace("_", " ") for item in suite.items],
            "region": [item.region.replace("_", " ") for item in suite.items],
            "courses of action": [" / ".join(option.text for option in item.options) for item in suite.items],
            "starter": [item.starter for item in suite.items],
        }
    )


def show(suite: Suite) -> None:
    st.text(suite.description or "A suite of your own.")
    st.caption(
        f"{len(suite.items)} scenarios · {system(suite.system).name} · {escape(suite.licence) or 'no licence stated'}"
    )
    st.dataframe(items_frame(suite), hide_index=True, height=300)
    counts = coverage(suite)
    names = system(suite.system).names
    per_value = {names.get(value, value): count for value, count in counts["value"].items()}
    st.bar_chart(pd.Series(per_value, name="scenarios"), height=300, y_label="scenarios", sort=False)
    with st.container(horizontal=True):
        for kind in ("csv", "jsonl"):
            st.download_button(
                kind.upper(),
                write_suite(suite, kind),
                f"{suite.id}.{kind}",
                on_click="ignore",
                icon=":material/download:",
            )


def warnings(suite: Suite) -> None:
    """What a careful author would look at again."""
    words = value_words(suite, system(suite.system))
    twins = near_duplicates(suite)
    if words:
        st.warning(
            "Some scenarios name a value outright, which gives the answer away: "
            + escape(", ".join(f"{item} ({word})" for item, word in words[:20]))
        )
    if twins:
        st.warning(
            "Some scenarios are nearly the same: " + escape(", ".join(f"{t.item} and {t.earlier}" for t in twins[:20]))
        )


def keep(read: SuiteRead) -> None:
    if read.problems:
        st.error(f"{len(read.problems)} problems; {len(read.suite.items)} rows are good.")
        st.dataframe(
            pd.DataFrame([(p.row, p.field, p.message) for p in read.problems], columns=["row", "field", "problem"]),
            hide_index=True,
        )
    for note in read.notes:
        st.caption(escape(note))
    warnings(read.suite)
    st.dataframe(items_frame(read.suite), hide_index=True, height=200)
    label = (
        f"Keep the {len(read.suite.items)} good rows"
        if read.problems
        else f"Keep these {len(read.suite.items)} scenarios"
    )
    if st.button(label, type="primary"):
        records.save_suite(store(), read.suite)
        st.success("Kept. Choose it under Launch.")


st.title("Suites")
stored = {row[0]: row[2] for row in queries.own_suites(store())}
shipped = {suite.hash: suite for suite in shipped_suites().values()}
names = distinct({key: suite.name for key, suite in shipped.items()} | stored)
chosen = st.selectbox("Suite", list(names), format_func=lambda key: names[key], key="show_suite", bind="query-params")
show(shipped[chosen] if chosen in shipped else records.load_suite(store(), str(chosen)))

st.header("A suite of your own")
st.markdown("CSV or JSONL, one scenario a row. Start from a template:")
with st.container(horizontal=True):
    for kind in ("csv", "jsonl"):
        st.download_button(
            f"Template ({kind.upper()})",
            template(kind),
            f"suite-template.{kind}",
            on_click="ignore",
            icon=":material/draft:",
        )
of = st.selectbox("Value system", list(systems()), format_func=lambda key: systems()[key].name)
name = st.text_input("Name", placeholder="The file's name", max_chars=120)
upload = st.file_uploader("Your file", type=["csv", "jsonl"])
if upload is not None:
    try:
        keep(read_suite(upload.getvalue(), upload.name, name=name or None, system_id=str(of)))
    except UserError as error:
        show_error(error)
