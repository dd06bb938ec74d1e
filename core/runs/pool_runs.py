"""Runs of the evaluation that asked a pool's questions: their models are answerers of the pool as those that sat it."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from core.analysis.bootstrap import Floats
from core.methods.adaem.points import POINTWISE
from core.runs.evaluation import evaluated
from core.runs.evolved import PREFIX
from core.runs.evolved_results import question_scores
from core.runs.pools import Pool
from core.runs.search_plan import search_plan_from_json
from core.store import searches
from core.store.database import Store
from core.values.system import system


@dataclass(frozen=True)
class Answerer:
    """One model's scores on the pool in one run: Q x d, 0 to 1, NaN where a question was not asked or not read."""

    model: str
    at: datetime
    scores: Floats


def answerers(store: Store, pool: Pool) -> list[Answerer]:
    """Everyone who answered the pool's suite in a run, the oldest first. Only runs whose answers were read as the
    search read its panel's count, point by point by the same recogniser: two readers differ in level, which would look
    like models that differ."""
    recogniser = search_plan_from_json(searches.head(store, pool.search_id).plan).recogniser
    found = []
    for one in evaluated(store):
        if one.suite_id == f"{PREFIX}{pool.search_id}" and _reads_as(one.recogniser, recogniser):
            for run in one.runs:
                found += _of_run(store, pool, run.run_id, run.created_at)
    return sorted(found, key=lambda answerer: answerer.at)


def _reads_as(run: str, search: str) -> bool:
    """Whether a run's recogniser ("lexicon@1a2b+points") is the one that a search's plan names ("lexicon")."""
    return run.endswith(POINTWISE) and run.rpartition("@")[0] == search


def later_scores(store: Store, pool: Pool) -> Floats:
    """The newest answers of every model that was not on the panel: L x Q x d."""
    newest = {one.model: one.scores for one in answerers(store, pool) if one.model not in pool.models}
    return np.stack(list(newest.values())) if newest else np.empty((0, *pool.scores.shape[1:]))


def _of_run(store: Store, pool: Pool, run_id: str, at: datetime) -> list[Answerer]:
    rows = question_scores(store, [run_id])
    if rows.empty:
        return []
    questions = [f"{pool.search_id}-{question.id}" for question in pool.questions]
    found = []
    for model, mine in rows.groupby("model", sort=False):
        table = mine.pivot(index="question", columns="value", values="mean")
        scores = table.reindex(index=questions, columns=list(system(pool.system).ids)).to_numpy(dtype=np.float64)
        if not np.isnan(scores).all():
            found.append(Answerer(str(model), at, scores))
    return found
