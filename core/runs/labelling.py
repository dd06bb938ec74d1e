"""One person labels the answers of a run: which comes next, and what becomes of what they say.

A labeller is shown the scenario and the answer, never who gave it nor what any recogniser or other person read in it.
"""

from dataclasses import dataclass
from typing import Literal

from core.errors import UserError
from core.recognition.human import MAX_NOTE, checked
from core.runs.aggregates import single
from core.store import labels, queries, readings
from core.store.database import Store
from core.store.labels import NewLabel
from core.values.system import system

Order = Literal["random", "least", "disagreement"]
ORDERS: dict[Order, str] = {
    "random": "at random",
    "least": "least labelled first",
    "disagreement": "where readings disagree most",
}


@dataclass(frozen=True)
class Task:
    """An answer to be labelled, whole, and how it was drawn."""

    run_id: str
    trial_id: int
    scenario: str
    text: str
    drawn: Order
    seed: int

    @property
    def key(self) -> str:
        """What a browser gives back, so that a label is never taken for another answer's."""
        return f"{self.run_id} {self.trial_id}"


def disagreeing(store: Store, run_id: str) -> list[str]:
    """The readings among which disagreement is looked for: the single ones that measure what most of them do. Fewer
    than two, and there is none to be seen."""
    found = [one for one in readings.readings_of(store, run_id) if one.read and single(one.recogniser)]
    measures = [one.measure for one in found]
    usual = max(measures, key=measures.count, default="")
    return [one.recogniser for one in found if one.measure == usual]


def next_task(store: Store, run_id: str, labeller: str, order: Order, seed: int = 0) -> Task | None:
    """The next answer for this person; None when none is left in this order. Raises UserError when the readings cannot
    disagree, as there are fewer than two."""
    readers: list[str] = []
    if order == "disagreement":
        readers = disagreeing(store, run_id)
        if len(readers) < 2:
            raise UserError(
                "The run has fewer than two readings that measure the same, so none disagree: read it again by another "
                "recogniser (Runs), or take answers at random."
            )
    trial = labels.next_trial(store, run_id, labeller, order, seed, readers)
    found = None if trial is None else labels.answer(store, run_id, trial)
    return Task(run_id, trial, *found, order, seed) if trial is not None and found else None


def keep(store: Store, task: Task, labeller: str, stated: object, note: object = "") -> int:
    """Store what a person said of an answer, and when; returns the label's number. Raises UserError, with nothing
    stored, when it is no label."""
    values = checked(stated, system(queries.run(store, task.run_id).system).ids, len(task.text))
    if not isinstance(note, str) or len(note) > MAX_NOTE:
        raise UserError(f"The note must be text of at most {MAX_NOTE:,} letters.")
    new = NewLabel(task.run_id, task.trial_id, labeller, task.drawn, task.seed, values, note.strip())
    return labels.add(store, [new])[0]


def skip(store: Store, task: Task, labeller: str) -> None:
    """Leave an answer out for now: it is not asked of this person again unless they take up what they skipped."""
    labels.add(store, [NewLabel(task.run_id, task.trial_id, labeller, task.drawn, task.seed)])
