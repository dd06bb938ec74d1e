"""Who reads values in answers, as every page offers it: the two offline recognisers and a judge."""

from collections import Counter
from collections.abc import Iterable

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


def reader_labels(ids: Iterable[str]) -> dict[str, str]:
    """Recognisers by their plan's name or stored id, as figures and tables name them; where two versions of one would
    be called alike, with the version."""
    names = {each: _label(each) for each in ids}
    often = Counter(names.values())
    return {each: f"{name} ({each.rpartition('@')[2]})" if often[name] > 1 else name for each, name in names.items()}


def _label(recogniser: str) -> str:
    kind = recogniser.rpartition("@")[0] or recogniser
    known = {LEXICON: "Token table", MINILM: "MiniLM"}
    return known.get(kind) or f"{kind.removeprefix(JUDGE)} (judge)"
