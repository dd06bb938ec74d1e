"""A search's pool over time: its panel first, then the models that sat it or ran on its suite, month by month."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.analysis.bootstrap import Floats
from core.analysis.drift import Cohort, Drift, drift
from core.runs.pool_runs import answerers
from core.runs.pools import Pool
from core.runs.sitting import sitting_plan_from_json
from core.store import searches, sittings
from core.store.database import Store
from core.store.sittings import SittingHead


def pool_drift(store: Store, pool: Pool) -> Drift:
    """How informative the pool was for its panel and for each month's later models; of what one model answered twice
    in a month, in a sitting or a run, the newest counts."""
    began = searches.head(store, pool.search_id).created_at
    single = _noise(pool)
    wordings = max(pool.opinions.shape[1], 1)
    cohorts = [Cohort(f"{began:%Y-%m}, the panel", pool.scores, single / wordings, True)]
    later = [
        (head.created_at, sitting_plan_from_json(head.plan).model.name, _scores(store, head, pool))
        for head in sittings.heads(store, pool.search_id)
    ]
    later += [(one.at, one.model, one.scores) for one in answerers(store, pool) if one.model not in pool.models]
    months: dict[str, dict[str, Floats]] = {}
    for at, model, scores in sorted(later, key=lambda one: one[0]):
        months.setdefault(f"{at:%Y-%m}", {})[model] = scores
    cohorts += [Cohort(month, np.stack(list(of.values())), single) for month, of in sorted(months.items())]
    return drift(cohorts)


def drift_table(found: Drift) -> pd.DataFrame:
    """One row a cohort: answered, informativeness, low, high, models, questions, chosen_for."""
    columns = ["answered", "informativeness", "low", "high", "models", "questions", "chosen_for"]
    rows: Sequence[tuple[object, ...]] = [tuple(vars(one).values()) for one in found.cohorts]
    return pd.DataFrame(rows, columns=columns)


def _scores(store: Store, head: SittingHead, pool: Pool) -> Floats:
    places = {question.id: place for place, question in enumerate(pool.questions)}
    scores = np.full(pool.scores.shape[1:], np.nan)
    for answer in sittings.answers(store, head.sitting_id):
        if answer.shows and answer.question_id in places:
            scores[places[answer.question_id]] = np.mean(answer.shows, axis=0)
    return scores


def _noise(pool: Pool) -> Floats:
    """The variance (Q x d) of one answer's score between wordings, within models; of a coin where there is one wording
    only."""
    counts = pool.opinions[..., None]
    blank = np.full(pool.shown.shape, np.nan)
    shares = np.divide(pool.shown, counts, out=blank, where=counts > 0)
    n = (~np.isnan(shares)).sum(axis=1)
    mean = np.nansum(shares, axis=1) / np.maximum(n, 1)
    square = np.nansum((shares - mean[:, None]) ** 2, axis=1)
    free = np.maximum(n - 1, 0).sum(axis=0)
    usual = mean.mean(axis=0)
    coin = usual * (1 - usual) / pool.usual_opinions
    return np.asarray(np.where(free > 0, square.sum(axis=0) / np.maximum(free, 1), coin), dtype=np.float64)
