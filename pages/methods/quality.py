"""How well recognisers read texts that people labelled: what was measured here, beside what ships."""

import streamlit as st

from core.recognition.quality import trust_rule
from core.runs.benched import by_data
from core.store import benches
from core.store.benches import BenchHead
from core.values.system import system, systems
from pages.shared.exams import show_exams
from pages.shared.measuring import MEASURED, measure_here
from pages.shared.plain import escape
from pages.shared.quality import compare, examine
from pages.shared.reading import reader_labels
from pages.shared.resources import store
from pages.shared.yardstick import people_as_yardstick

COMMAND = """\
polycompass bench-recogniser --data labelled.csv
polycompass bench-recogniser --data labelled.csv --recogniser minilm
polycompass bench-recogniser --data labelled.csv --judge openai/gpt-4o-mini --max-cost 1"""


def how_to() -> None:
    """What can be measured, here and by the command, and what it decides."""
    st.markdown(
        "A CSV file with the columns `text`, `value` and `label` (1 or 0, or supports, opposes, neutral), or your own "
        "copy of ValueEval'23, ValueEval'24 or FULCRA."
    )
    measure_here()
    st.markdown("The same from the command line; close the app first, as one program at a time can use the store:")
    st.code(COMMAND, language="sh")
    rule = trust_rule()
    st.markdown(
        f"A value on which a recogniser's AUC is below **{rule.min_auc:g}** is marked as not reliable on the Explore "
        "pages. The newest measurement of that very recogniser counts, if it has at least "
        f"{rule.min_texts} texts with the value and as many without; else the figures that ship with it. The "
        "threshold stands in `data/recogniser/trust.toml`."
    )


def closely(heads: list[BenchHead]) -> None:
    """One of the benches, with what was not read and the button that forgets it."""
    labels = reader_labels([head.recogniser for head in heads])
    by_id = {head.bench_id: head for head in heads}
    names = {key: labels[head.recogniser] for key, head in by_id.items()}
    chosen = st.selectbox("Recogniser", list(by_id), format_func=names.__getitem__, key="quality_bench")
    head = by_id[str(chosen)]
    st.caption(escape(f"{head.recogniser}, measured {head.made_at:%Y-%m-%d %H:%M} UTC on {head.texts:,} texts."))
    if head.unread:
        st.text(f"{head.unread:,} of these could not be read and are left out of every figure:")
        st.dataframe(benches.unread(store(), head.bench_id), hide_index=True)
    examine(head, system(head.system))
    if st.button("Forget this measurement", icon=":material/delete:"):
        benches.delete_bench(store(), head.bench_id)
        st.rerun()


st.title("How good is a recogniser?")
st.markdown(
    "Measured on texts that people labelled: of two texts, does the one that holds the value get the higher strength "
    "(**AUC**, by chance .50)? How much of what it finds is there (**precision**), how much of what is there does it "
    "find (**recall**)? Is a probability of .7 right seven times in ten (**calibration**)?"
)
sets = by_data(benches.benches(store()))
heads: list[BenchHead] = []
if sets:
    options = list(sets)
    if st.session_state.pop(MEASURED, False):
        st.session_state["quality_data"] = options[0]
    data = st.selectbox("Measured on", options, key="quality_data")
    heads = sets[str(data)]
else:
    st.info(
        "Nothing was measured here yet: these are the figures that ship with the offline recognisers, on held-out "
        "arguments. Measure one on texts like yours below.",
        icon=":material/hourglass_empty:",
    )
of = heads[0].system if heads else next(iter(systems()))
compare(heads, system(of))
if heads:
    st.header("One of them closely")
    closely(heads)
people_as_yardstick()
with st.expander("Measure a recogniser", icon=":material/straighten:", expanded=not heads):
    how_to()
st.header("The judges' exam")
show_exams()
