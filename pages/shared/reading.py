"""Who reads values in answers, as every page offers it: the two offline recognisers and a judge."""

import streamlit as st

from core.recognition.minilm import INSTALL, fallback
from core.runs.plan import JUDGE, LEXICON, MINILM


def reader_name(kind: str) -> str:
    """A recogniser as the radio buttons name it; "" is none."""
    if kind == MINILM and fallback():
        return "MiniLM (presence; not installed)"
    return {
        LEXICON: "Token table (presence)",
        MINILM: "MiniLM (presence, better and slower)",
        JUDGE: "LLM judge (direction)",
        "": "None, answers only",
    }[kind]


def reader_note(kind: str) -> None:
    """What to do where the chosen recogniser is not installed."""
    if kind == MINILM and fallback():
        st.caption(":material/info: MiniLM is not installed; the token table reads in its place. To install it:")
        st.code(INSTALL, language="sh")
