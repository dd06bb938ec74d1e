"""Text from outside where Streamlit would read Markdown: shown letter for letter."""

from collections import Counter
from collections.abc import Mapping

import streamlit as st

from core.errors import UserError

_MARKUP = frozenset("\\`*_{}[]()#+-.!|<>$~:&")


def escape(text: str) -> str:
    """`text` as Markdown that shows it as it is; line breaks, which could begin a block, become spaces."""
    return "".join("\\" + char if char in _MARKUP else char for char in " ".join(text.splitlines()))


def distinct(names: Mapping[str, str]) -> dict[str, str]:
    """Names by key, with the key's beginning where several share one: a select box tells its options apart by name."""
    often = Counter(names.values())
    return {key: f"{name} · {key[:8]}" if often[name] > 1 else name for key, name in names.items()}


def dollars(cost: float | None) -> str:
    """A cost in words; free when nothing is charged."""
    if cost is None:
        return "price unknown"
    return "free" if cost == 0 else f"${cost:.4f}"


def show_error(error: UserError, icon: str | None = None) -> None:
    """What went wrong. The sentence may quote a file, a provider or a person."""
    st.error(escape(str(error)), icon=icon)
