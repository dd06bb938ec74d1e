"""Evaluating models with evolved questions: what can be asked, the plan that asks it, and what stored runs belong
together."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from core.analysis.double_profile import DoubleProfile, double_profile
from core.errors import UserError
from core.items.item import Suite
from core.methods.adaem.method import TOKENS, AdAEM
from core.methods.adaem.points import POINTWISE
from core.methods.adaem.seeds import seed_suite
from core.methods.base import Asking
from core.models.base import ModelSpec
from core.runs.evolved import PREFIX
from core.runs.evolved_results import question_scores
from core.runs.plan import LEXICON, Plan
from core.runs.search_plan import search_plan_from_json
from core.store import choices, queries, records, searches
from core.store.choices import runs_of
from core.store.database import Store
from core.store.queries import RunHead


def askable(store: Store) -> list[Suite]:
    """The evolved suites that are kept, the newest first, then the seeds that ship."""
    kept = [row[0] for row in choices.suites_called(store, PREFIX)]
    return [*(records.load_suite(store, suite_hash) for suite_hash in kept), seed_suite()]


def evaluation_plan(
    suite: Suite,
    models: Sequence[ModelSpec],
    recogniser: str = LEXICON,
    judge_base: str | None = None,
    epochs: int = 1,
    temperature: float = 0.0,
) -> Plan:
    """A plan that asks every question of `suite` for a stance and key points, `epochs` times."""
    asking = Asking(TOKENS, temperature)
    variations = AdAEM.usual
    return Plan(suite.name, suite, tuple(models), variations, epochs, 0, recogniser, judge_base, asking, AdAEM.id)


def on_panel(store: Store, suite_id: str) -> frozenset[str]:
    """The models on whose answers an evolved suite's questions were chosen: their scores on it are not those of a
    stranger. Empty for other suites, and when the search is gone."""
    if not suite_id.startswith(PREFIX):
        return frozenset()
    try:
        plan = search_plan_from_json(searches.head(store, suite_id.removeprefix(PREFIX)).plan)
    except UserError:
        return frozenset()
    return frozenset(member.model.name for member in (*plan.panel, *plan.jury))


@dataclass(frozen=True)
class Evaluated:
    """Runs that stand side by side: one suite, one recogniser; the newest run of each model counts."""

    suite_id: str
    name: str
    system: str
    recogniser: str
    measure: str
    runs: tuple[RunHead, ...]

    @property
    def key(self) -> str:
        """What the URL calls it: its newest run."""
        return self.runs[0].run_id

    @property
    def ids(self) -> list[str]:
        return [run.run_id for run in self.runs]


def evaluated(store: Store) -> list[Evaluated]:
    """The evaluations that are stored, the one with the newest run first; answers that nobody reads are left out."""
    sets: dict[tuple[str, str], list[RunHead]] = {}
    for head in runs_of(store, AdAEM.id):
        if head.recogniser:
            sets.setdefault((head.suite_hash, head.recogniser), []).append(head)
    found = []
    for (suite_hash, recogniser), runs in sets.items():
        suite_id, name = choices.suite_name(store, suite_hash)
        found.append(Evaluated(suite_id, name, runs[0].system, recogniser, runs[0].measure, tuple(runs)))
    return found


def beside(store: Store, stress: Evaluated) -> list[RunHead]:
    """The other runs that one's profile can be compared with: of the same value system, read by the same recogniser,
    point by point or whole, with other questions."""
    own = {run.suite_hash for run in stress.runs}
    reader = stress.recogniser.removesuffix(POINTWISE)
    return [
        head
        for head in queries.runs(store)
        if head.system == stress.system
        and head.recogniser.removesuffix(POINTWISE) == reader
        and head.suite_hash not in own
        and head.kind != "pilot"
    ]


def everyday_against(
    store: Store, everyday: str, stress: Sequence[str], model: str, values: Sequence[str], centred: bool = True
) -> DoubleProfile:
    """A model's profile in a run of everyday situations, and on evolved questions: the mean strength of each value in
    its answers, over their points where they were read point by point, so that three chances to show a value do not
    count for more than one. Raises UserError when one side has no answer that could be read."""
    sides = [_items(question_scores(store, runs), model) for runs in ([everyday], stress)]
    for side, name in zip(sides, ("everyday run", "evaluation"), strict=True):
        if side["score"].isna().all():
            raise UserError(f"No answer of {model} could be read in the {name}. Choose another run or model.")
    return double_profile(sides[0], sides[1], values, centred)


def _items(scores: pd.DataFrame, model: str) -> pd.DataFrame:
    rows = scores[scores["model"] == model]
    return pd.DataFrame({"item": rows["question"], "value": rows["value"], "score": rows["mean"]})
