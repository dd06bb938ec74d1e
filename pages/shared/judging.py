"""Asking before a judge reads its own answers."""

from collections.abc import Iterable

import streamlit as st

from core.runs.judging import judged_by_itself


def may_judge_itself(recogniser: str, models: Iterable[str], key: str) -> bool:
    """Whether the judge may read its own answers: asked only where it would."""
    if not judged_by_itself(recogniser, models):
        return False
    return st.checkbox(
        "The judge may judge itself",
        key=key,
        help="The judge is among the models it reads. Judges favour their own answers: better take another one.",
    )
