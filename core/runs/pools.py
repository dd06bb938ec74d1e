"""The confirmed questions of a search as a pool: what its panel said to them in all wordings, and how good each is."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analysis.bootstrap import Floats
from core.analysis.item_statistics import Alpha, alpha_with_interval, fold_alpha, item_statistics
from core.analysis.latent_trait import Items, fit
from core.errors import UserError
from core.methods.adaem.parts import Question
from core.runs.evolved import evolved
from core.store import searches
from core.store.database import Store
from core.values.system import system

LEAST_QUESTIONS = 2


@dataclass(frozen=True)
class Pool:
    """K models' fresh answers to Q questions: `shown` (K x A wordings x Q x d values) sums the probabilities that an
    opinion shows the value, `opinions` (K x A x Q) counts them."""

    search_id: str
    system: str
    models: tuple[str, ...]
    questions: tuple[Question, ...]
    shown: Floats
    opinions: Floats

    @property
    def scores(self) -> Floats:
        """Shares of opinions that show the value: K x Q x d, NaN where a model gave none."""
        counts = self.opinions.sum(axis=1)[..., None]
        shown = self.shown.sum(axis=1)
        blank: Floats = np.full(shown.shape, np.nan)
        return np.asarray(np.divide(shown, counts, out=blank, where=counts > 0), dtype=np.float64)

    @property
    def usual_opinions(self) -> float:
        """How many opinions an answer has."""
        there = self.opinions[self.opinions > 0]
        return float(there.mean()) if len(there) else 1.0

    def only(self, ids: tuple[str, ...]) -> "Pool":
        """The pool with these questions alone, in their order here."""
        places = [place for place, question in enumerate(self.questions) if question.id in ids]
        questions = tuple(self.questions[place] for place in places)
        kept = (self.shown[:, :, places], self.opinions[:, :, places])
        return Pool(self.search_id, self.system, self.models, questions, *kept)

    def items(self) -> Items:
        """The questions' levels and slopes; raises UserError when too little was answered."""
        try:
            return fit(self.shown, self.opinions)
        except ValueError as error:
            raise UserError("Fewer than two models of the panel answered: nothing follows about others.") from error


def pool_of(store: Store, search_id: str) -> Pool:
    """The confirmed questions of a search and all fresh answers to them; raises UserError when there are too few."""
    found = evolved(store, search_id)
    questions = tuple(sorted(found.confirmed, key=lambda question: question.id))
    if len(questions) < LEAST_QUESTIONS:
        raise UserError(
            f"A pool needs {LEAST_QUESTIONS} confirmed questions or more; this search has {len(questions)}."
        )
    models = tuple(member.name for member in found.plan.jury)
    wordings = max(len(question.wordings or (question.text,)) for question in questions)
    values = len(system(found.plan.system).ids)
    shown = np.zeros((len(models), wordings, len(questions), values))
    opinions = np.zeros(shown.shape[:3])
    places = {
        (text, draw): (draw - 1, place)
        for place, question in enumerate(questions)
        for draw, text in enumerate(question.wordings or (question.text,), 1)
    }
    for text, draw, member, shows in searches.fresh_answers(store, search_id):
        if (text, draw) in places and member in models and shows:
            wording, place = places[text, draw]
            at = models.index(member), wording, place
            shown[at], opinions[at] = np.sum(shows, axis=0), len(shows)
    return Pool(search_id, found.plan.system, models, questions, shown, opinions)


def item_table(pool: Pool, later: Floats | None = None) -> pd.DataFrame:
    """One row a question, on the value on which its models differ most: id, question, value, mean, spread,
    discrimination, item_rest, negative, models. `later` (L x Q x d) are models that answered afterwards."""
    names, ids = system(pool.system).names, system(pool.system).ids
    scores = pool.scores if later is None else np.concatenate([pool.scores, later])
    by_value = [item_statistics(scores[:, :, value]) for value in range(scores.shape[2])]
    rows = []
    for place, question in enumerate(pool.questions):
        lead = question.lead
        found = by_value[lead]
        rows.append(
            {
                "id": question.id,
                "question": question.text,
                "value": names[ids[lead]],
                "mean": found.mean[place],
                "spread": found.spread[place],
                "discrimination": found.discrimination[place],
                "item_rest": found.item_rest[place],
                "negative": bool(found.negative[place]),
                "models": int(found.n[place]),
            }
        )
    return pd.DataFrame(rows)


def without_negative(pool: Pool) -> Pool:
    """The pool without the questions that run against the others on the value they differ on most."""
    table = item_table(pool)
    return pool.only(tuple(table.loc[~table["negative"], "id"]))


def alphas(pool: Pool) -> pd.DataFrame:
    """Cronbach's alpha of the pool by value, with its 95 % interval over models: value, alpha, low, high, models,
    questions."""
    names, ids = system(pool.system).names, system(pool.system).ids
    rows = []
    for place, value in enumerate(ids):
        one: Alpha = alpha_with_interval(pool.scores[:, :, place])
        rows.append((names[value], one.value, one.low, one.high, one.models, one.questions))
    return pd.DataFrame(rows, columns=["value", "alpha", "low", "high", "models", "questions"])


def profile_alpha(pool: Pool) -> float:
    """The reliability of whole profiles over five folds of the pool; NaN with too few questions or models."""
    return fold_alpha(pool.scores)
