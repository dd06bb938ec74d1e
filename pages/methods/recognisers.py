"""What the recognisers can and cannot do, with their measured quality; and one's own text to try."""

from dataclasses import asdict

import pandas as pd
import streamlit as st

from core.charts.evidence import Mark, highlighted
from core.recognition.lexicon import LexiconRecogniser
from core.recognition.quality import lexicon_card, quality_sentence
from core.values.system import SCHWARTZ, system

EXAMPLE = (
    "Go home for the harvest feast, as your parents and their parents did. The project can wait a week; "
    "your grandmother's place at the table will not be there for ever."
)


def try_out() -> None:
    text = st.text_area("Your text", EXAMPLE, height=120, max_chars=5000)
    verdict = LexiconRecogniser().read(text)
    names = system(SCHWARTZ).names
    if verdict.message:
        st.caption(verdict.message)
    marks = [
        Mark(span.start, span.end, names[found.value], found.stance, min(1.0, span.weight))
        for found in verdict.recognitions
        for span in found.evidence
    ]
    st.html(highlighted(text, marks))
    rows = [(names[found.value], found.strength, found.stance) for found in verdict.recognitions]
    if rows:
        frame = pd.DataFrame(rows, columns=["value", "probability of presence", "verdict"])
        st.dataframe(frame.sort_values("probability of presence", ascending=False), hide_index=True)


st.title("Recognisers")
st.markdown(
    "Values are read out of free answers in one of two ways. An **LLM judge** quotes the passages that bear on a value "
    "and says whether the answer supports or opposes it. The **offline recogniser**, the default without keys, is a "
    "learned table of word pieces: it says how much a text is *about* a value, hardly whether for or against."
)
st.info(quality_sentence(), icon=":material/fact_check:")
st.subheader("Try the offline recogniser")
try_out()
st.subheader("Its card")
st.json(asdict(lexicon_card()), expanded=1)
