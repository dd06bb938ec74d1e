"""Cards that a person puts in order by dragging them, with the arrow keys or with buttons: a component of our own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.values.system import Value

_HTML = """
<ol role="listbox"></ol>
<p id="help" class="unseen">The arrow keys move this card up or down, Home and End to the first or last place.</p>
<p class="unseen" aria-live="assertive"></p>
"""
_HERE = Path(__file__)
_mount = st.components.v2.component(
    "polycompass_ordering",
    html=_HTML,
    css=_HERE.with_suffix(".css").read_text(encoding="utf-8"),
    js=_HERE.with_suffix(".js").read_text(encoding="utf-8"),
)


def ordering(label: str, cards: Sequence[Value], key: str) -> tuple[str, ...] | None:
    """The cards' ids from first to last as a person has put them; None until one was moved or `confirm` was called.

    The order is kept under `key` for the session, also while another page is open.
    """
    ids = tuple(card.id for card in cards)
    known = in_order(st.session_state.get(key), ids)
    described = [{"id": card.id, "name": card.name, "definition": card.definition} for card in cards]
    data = {"label": label, "cards": described, "order": list(known or ids)}
    placed = in_order(_mount(key=f"{key}_cards", data=data, on_order_change=_rerun).get("order"), ids)
    if placed:
        st.session_state[key] = placed
    return placed or known


def confirm(cards: Sequence[Value], key: str) -> None:
    """Take the cards as they lie: what a person says who need not move any."""
    st.session_state[key] = tuple(card.id for card in cards)


def in_order(found: Any, ids: Sequence[str]) -> tuple[str, ...] | None:
    """What came back, if it is these ids in some order, each once. A browser can send anything."""
    if not isinstance(found, list | tuple) or not all(isinstance(each, str) for each in found):
        return None
    return tuple(found) if sorted(found) == sorted(ids) else None


def _rerun() -> None:
    """A state without a callback is not reported; the new order itself is read in the run that follows."""
