"""A run with every outcome, stored row by row."""

from builders import NASTY, add_reading, add_responses, response, suite, verdict

from core.methods.base import Asking
from core.methods.value_compass import ValueCompass
from core.models.base import ModelSpec
from core.runs.plan import Plan
from core.store import records
from core.store.database import Store

RUN = "20261122-120000-000001"
LEXICON = "lexicon@1"
RECORDED = (
    {"item_id": "i1", "outcome": "ok", "text": "Help her. " + NASTY["emoji"], "tokens_in": 11, "tokens_out": 5},
    {"item_id": "i1", "outcome": "ok", "text": NASTY["rtl"], "epoch": 2, "tokens_in": 11, "tokens_out": 6},
    {"item_id": "i2", "outcome": "truncated", "text": "First of all,", "truncated": True, "cost_usd": 0.25},
    {"item_id": "i2", "outcome": "refused", "text": "I'm sorry, but I can't help with that.", "epoch": 2},
    {"item_id": "i3", "outcome": "unparsed", "text": ""},
    {"item_id": "i3", "outcome": "filtered", "text": "", "epoch": 2},
    {"item_id": "i2", "outcome": "error", "error": "Nothing answered.", "error_kind": "connection", "epoch": 3},
    {"item_id": "i1", "outcome": "ok", "text": "A", "variation": "closed-ab", "choice": "power"},
)


def fill(store: Store, models: tuple[str, ...] = ("lab/m",), state: str = "incomplete") -> str:
    """Store the run and return its id: the first two answers of every model are read."""
    made = suite()
    specs = tuple(ModelSpec(name, "http://localhost:8000/v1") for name in models)
    plan = Plan(
        "Every outcome", made, specs, epochs=3, asking=Asking(64, 0.5, 7), prompt_hash=ValueCompass().prompt_hash
    )
    planned = len(models) * len(RECORDED)
    run = records.NewRun(RUN, plan.name, "run", plan.to_json(), LEXICON, "presence", planned)
    records.create_run(store, run, made)
    for offset, model in enumerate(models):
        rows = [response(100 * offset + n, RUN, model=model, **cells) for n, cells in enumerate(RECORDED)]
        add_responses(store, *rows)
        for row in rows[:2]:
            add_reading(store, row, verdict(power=0.25, benevolence=0.75), LEXICON)
    records.set_state(store, RUN, state, "One call failed." if state != "done" else "")
    return RUN
