"""What the recognisers can and cannot do, with their measured quality side by side; and one's own text to try."""

from dataclasses import asdict

import pandas as pd
import streamlit as st

from core.charts.evidence import Mark, highlighted
from core.recognition.minilm import fallback, offline_reader
from core.recognition.quality import (
    LEANING_HELP,
    Card,
    LeaningCard,
    leaning_card,
    leaning_sentence,
    lexicon_card,
    minilm_card,
    quality_sentence,
)
from core.values.system import SCHWARTZ, system

EXAMPLE = (
    "Go home for the harvest feast, as your parents and their parents did. The project can wait a week; "
    "your grandmother's place at the table will not be there for ever."
)
READERS = {"lexicon": "Token table", "minilm": "MiniLM"}
NAMES = system(SCHWARTZ).names


def try_out(kind: str) -> None:
    text = st.text_area("Your text", EXAMPLE, height=120, max_chars=5000)
    verdict = offline_reader(kind).read(text)
    if verdict.message:
        st.caption(verdict.message)
    marks = [
        Mark(span.start, span.end, NAMES[found.value], found.stance, min(1.0, span.weight))
        for found in verdict.recognitions
        for span in found.evidence
    ]
    st.html(highlighted(text, marks))
    rows = [(NAMES[found.value], found.strength, found.stance, found.leaning) for found in verdict.recognitions]
    if rows:
        frame = pd.DataFrame(rows, columns=["value", "probability of presence", "verdict", "leaning"])
        st.dataframe(
            frame.sort_values("probability of presence", ascending=False),
            hide_index=True,
            column_config={"leaning": st.column_config.NumberColumn(format="%+.2f", help=LEANING_HELP)},
        )


def overall(cards: dict[str, Card]) -> pd.DataFrame:
    """One row a recogniser: its figures over all values, with 95 % intervals."""
    return pd.DataFrame(
        [(name, str(card.auc), str(card.macro_f1), f"{card.macro_f1_always_yes:.2f}") for name, card in cards.items()],
        columns=["recogniser", "mean AUC", "macro-F1", "macro-F1 of always yes"],
    )


def by_value(cards: dict[str, Card]) -> pd.DataFrame:
    """One row a value: how common it is, and each recogniser's figures side by side."""
    first = next(iter(cards.values()))
    columns: dict[str, list[object]] = {
        "value": [NAMES[value] for value in first.by_value],
        "base rate": [row.base_rate for row in first.by_value.values()],
    }
    figures = {
        "AUC": "auc",
        "F1": "f1",
        "average precision": "average_precision",
        "calibration error": "calibration_error",
    }
    for title, figure in figures.items():
        for name, card in cards.items():
            columns[f"{title}, {name}"] = [getattr(row, figure) for row in card.by_value.values()]
    return pd.DataFrame(columns)


def leanings() -> pd.DataFrame:
    """One row a recogniser: how well its leaning tells support from opposition, with 95 % intervals."""
    rows = [
        (READERS[key], str(one.auc), str(one.auc_on_a), str(one.auc_on_b), f"{one.auc_of_presence_alone:.2f}")
        for key, one in leaning_card().across_authors.items()
    ]
    return pd.DataFrame(rows, columns=["recogniser", "mean AUC", "on author a", "on author b", "presence alone"])


def leanings_by_value() -> pd.DataFrame:
    """One row a value: how many answers support and oppose it, and each recogniser's AUC."""
    card = leaning_card()
    counts = [(NAMES[value], *count) for value, count in card.labels.items()]
    found = pd.DataFrame(counts, columns=["value", "supported", "opposed"])
    return found.assign(
        **{f"AUC, {READERS[key]}": list(one.by_value.values()) for key, one in card.across_authors.items()}
    )


cards = {READERS["lexicon"]: lexicon_card(), READERS["minilm"]: minilm_card()}
st.title("Recognisers")
st.markdown(
    "Values are read out of free answers in one of two ways. An **LLM judge** quotes the passages that bear on a value "
    "and says whether the answer supports or opposes it. The **offline recognisers** say how much a text is *about* a "
    "value, and estimate which way it leans: the **token table**, the default without keys, weighs word pieces one by "
    "one; **MiniLM**, an optional and slower one, reads every word in its sentence."
)
for key, name in READERS.items():
    st.info(f"**{name}.** {quality_sentence(cards[name])} {leaning_sentence(key)}", icon=":material/fact_check:")
st.subheader("Try an offline recogniser")
kind = st.segmented_control("Read by", list(READERS), default="lexicon", format_func=lambda key: READERS[key])
if kind == "minilm" and fallback():
    st.caption(fallback())
try_out(kind or "lexicon")
st.subheader("How well they read, side by side")
first = next(iter(cards.values()))
st.markdown(f"On {first.n:,} held-out arguments that people labelled; intervals: {first.interval}.")
st.dataframe(overall(cards), hide_index=True)
st.dataframe(by_value(cards).style.format(precision=2), hide_index=True)
st.page_link(
    "pages/methods/quality.py", label="Measured on your own labelled texts: Quality", icon=":material/fact_check:"
)
st.subheader("How well their leaning tells for from against")
st.markdown(f"On {sum(leaning_card().answers.values()):,} answers of our own; intervals: {leaning_card().interval}.")
st.dataframe(leanings(), hide_index=True)
st.dataframe(leanings_by_value().style.format(precision=2), hide_index=True)
st.subheader("Their cards")
all_cards: dict[str, Card | LeaningCard] = {**cards, "Leaning": leaning_card()}
for tab, card in zip(st.tabs(list(all_cards)), all_cards.values(), strict=True):
    tab.json(asdict(card), expanded=1)
