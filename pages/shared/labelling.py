"""One answer to be labelled by selecting its words and by keys: a component of our own.

It has no shadow root, as browsers do not agree on what a selection inside one is."""

from pathlib import Path
from typing import Any

import streamlit as st

from core.errors import UserError
from core.recognition.human import MAX_NOTE
from core.runs.labelling import Task, keep, skip
from core.store import labels
from core.values.system import ValueSystem
from pages.shared.resources import store

ACTIONS = ("store", "skip", "undo")
_HTML = f"""
<div class="pc-label">
  <div class="pc-answer" contenteditable="true" role="textbox" aria-readonly="true" aria-multiline="true" tabindex="0"
    aria-label="The answer. Select words in it as evidence." dir="auto" spellcheck="false" inputmode="none"></div>
  <div class="pc-rows" tabindex="-1" aria-label="Values">
    <ol class="pc-values"></ol>
    <textarea rows="2" maxlength="{MAX_NOTE}" placeholder="Note (optional)" aria-label="Note (optional)"></textarea>
    <button type="button" class="pc-store" data-action="store">Store, next (Enter)</button>
    <button type="button" data-action="skip">Skip (K)</button>
    <button type="button" data-action="undo">Undo the last (U)</button>
    <p class="pc-unseen" aria-live="polite"></p>
  </div>
</div>
"""
_HERE = Path(__file__)
_mount = st.components.v2.component(
    "polycompass_labelling",
    html=_HTML,
    css=_HERE.with_suffix(".css").read_text(encoding="utf-8"),
    js=_HERE.with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def sent(task: Task, system: ValueSystem, attempt: int) -> dict[str, Any] | None:
    """What the person has just done with this answer, if anything; `attempt` counts what was taken up already."""
    values = [{"id": value.id, "name": value.name, "definition": value.definition} for value in system.values]
    data = {"task": task.key, "attempt": attempt, "text": task.text, "values": values}
    found = _mount(key=f"label {task.key}", data=data, on_sent_change=_rerun).get("sent")
    return dict(found) if found else None


def take_up(told: dict[str, Any], task: Task, labeller: str) -> int | None:
    """Do what a browser told: the number of the stored label, None for a skip or undo. A browser can send anything, so
    UserError says what is none of it, and nothing was stored."""
    if told.get("task") != task.key or told.get("action") not in ACTIONS:
        raise UserError("The page sent something that cannot be read, and nothing was stored. Load it again.")
    if told["action"] == "store":
        return keep(store(), task, labeller, told.get("labels"), told.get("note", ""))
    if told["action"] == "skip":
        skip(store(), task, labeller)
    elif labels.undo(store(), task.run_id, labeller) is None:
        raise UserError("There is nothing to undo: you have labelled and skipped no answer of this run.")
    return None


def _rerun() -> None:
    """A trigger without a callback is not reported; it is read in the run that follows."""
