"""Naming a judge, and asking before one reads its own answers."""

from collections.abc import Iterable

import streamlit as st

from core.models.catalogue import catalogue
from core.runs.judging import judged_by_itself

PASSES = "With two, each answer is read with the values in two orders; a stance counts only if both share it."


def choose_judge(label: str, key: str) -> tuple[str, str | None, int] | None:
    """A judge's model, its address if it is not the usual one, and its passes; None while no model is named."""
    left, middle, right = st.columns([3, 3, 2], vertical_alignment="bottom")
    names = [entry.name for entry in catalogue() if entry.kind in ("api", "local")]
    given = st.session_state.get(f"{key}_judge")
    names = names if given in (None, *names) else [*names, str(given)]
    judge = left.selectbox(label, names, index=None, accept_new_options=True, key=f"{key}_judge")
    base = middle.text_input("Its server address (optional)", placeholder="http://localhost:8000/v1", key=f"{key}_base")
    passes = right.number_input("Passes", 1, 2, key=f"{key}_passes", help=PASSES)
    name = str(judge or "").strip()
    return (name, base.strip() or None, int(passes)) if name else None


def may_judge_itself(recogniser: str, models: Iterable[str], key: str) -> bool:
    """Whether the judge may read its own answers: asked only where it would."""
    if not judged_by_itself(recogniser, models):
        return False
    return st.checkbox(
        "The judge may judge itself",
        key=key,
        help="The judge is among the models it reads. Judges favour their own answers: better take another one.",
    )
