"""What a search came to: where each question came from, what topics and values it covered, and a suite of the best."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analysis.bootstrap import Floats
from core.errors import UserError
from core.items.item import Item, Suite
from core.methods.adaem.bandit import Arm, bound
from core.methods.adaem.parts import Question
from core.methods.adaem.search import false_discoveries, pairs_of
from core.runs.search_plan import SearchPlan, search_plan_from_json
from core.store import records, searches
from core.store.database import Store
from core.values.system import system

PREFIX = "evolved-"  # begins the id of a suite that a search made


@dataclass(frozen=True)
class Evolved:
    """A search with all its questions in the order they were made, and the number of each one's pull (0: a seed)."""

    search_id: str
    plan: SearchPlan
    questions: tuple[Question, ...]
    pulls: tuple[int, ...]

    def having(self, *statuses: str) -> list[Question]:
        """The questions with one of these statuses."""
        return [question for question in self.questions if question.status in statuses]

    @property
    def confirmed(self) -> list[Question]:
        """The questions that tell models apart on fresh answers too, the most telling first."""
        return sorted(self.having("confirmed"), key=lambda question: -question.across)

    @property
    def tried(self) -> list[Question]:
        """The questions that went to confirmation."""
        return [question for question in self.questions if not np.isnan(question.p)]

    @property
    def false_share(self) -> float:
        """The share of the confirmed that chance alone would bring, at most; NaN without any."""
        return false_discoveries(self.questions, self.plan.settings.level)


def evolved(store: Store, search_id: str) -> Evolved:
    """What is stored of a search; raises UserError when there is none of that id."""
    plan = search_plan_from_json(searches.head(store, search_id).plan)
    found = searches.questions(store, search_id)
    return Evolved(search_id, plan, tuple(q for _, q in found), tuple(pull for pull, _ in found))


def lineage(questions: Sequence[Question], name: str) -> list[Question]:
    """The questions from the seed to this one, each made from the one before."""
    by_id = {question.id: question for question in questions}
    line: list[Question] = []
    while name in by_id:
        line.append(by_id[name])
        name = by_id[name].parent
    return line[::-1]


def table(found: Evolved) -> pd.DataFrame:
    """One row a question: id, pull, question, origin, status, score, published (the paper's score), across, p, leads
    (the value on which the panel differs most), pair (the values it was written for), topic (the seed's words), from
    (its parent's id), why."""
    names, ids = system(found.plan.system).names, system(found.plan.system).ids
    topics = {seed.id: seed.text for seed in found.plan.seeds}
    rows = [
        {
            "id": one.id,
            "pull": pull,
            "question": one.text,
            "origin": one.origin,
            "status": one.status,
            "score": one.score,
            "published": one.published,
            "across": one.across,
            "p": one.p,
            "leads": names[ids[one.lead]] if one.rates.size else "",
            "pair": _named(one.pair, names),
            "topic": topics.get(one.topic, one.topic),
            "from": one.parent,
            "why": one.why,
        }
        for one, pull in zip(found.questions, found.pulls, strict=True)
    ]
    return pd.DataFrame(rows)


def _named(pair: str, names: Mapping[str, str]) -> str:
    return " / ".join(names[value] for value in pair.split("+")) if pair else ""


def pair_table(found: Evolved) -> pd.DataFrame:
    """One row a pair of values: pair, written, scored, tried (that went to confirmation), confirmed and best (the
    highest score; NaN: none), counting each question under the pair it was written for; empty for a free search."""
    names, ids = system(found.plan.system).names, system(found.plan.system).ids
    if not found.plan.settings.per_pair:
        return pd.DataFrame(columns=["pair", "written", "scored", "tried", "confirmed", "best"])
    rows = []
    for pair in pairs_of(ids):
        of = [question for question in found.questions if question.pair == "+".join(pair)]
        scored = [question for question in of if question.rates.size]
        tried = [question for question in of if not np.isnan(question.p)]
        confirmed = sum(question.status == "confirmed" for question in of)
        best = max((question.score for question in scored), default=float("nan"))
        rows.append((_named("+".join(pair), names), len(of), len(scored), len(tried), confirmed, best))
    return pd.DataFrame(rows, columns=["pair", "written", "scored", "tried", "confirmed", "best"])


def coverage(found: Evolved) -> tuple[list[str], Floats]:
    """The topics that were scored, by their category, and how far their questions' answers differ on each value at
    best: categories x values, the largest standard deviation between models of the rates (0..1; NaN: none)."""
    category = {seed.id: seed.category for seed in found.plan.seeds}
    scored = [question for question in found.questions if question.rates.size]
    categories = sorted({category[question.topic] for question in scored})
    best = np.full((len(categories), len(system(found.plan.system).ids)), np.nan)
    for question in scored:
        row = categories.index(category[question.topic])
        best[row] = np.fmax(best[row], question.rates.std(axis=0))
    return categories, best


def arms_now(store: Store, search_id: str, plan: SearchPlan) -> pd.DataFrame:
    """The arms before the newest pull: topic, pulls, mean, bound, the highest bound first; empty before the first."""
    pulled = searches.pulls(store, search_id)
    if pulled.empty:
        return pd.DataFrame(columns=["topic", "pulls", "mean", "bound"])
    arms = [Arm(**raw) for raw in json.loads(pulled["arms"].iloc[-1])]
    total = sum(arm.pulls for arm in arms)
    topics = {seed.id: seed.text for seed in plan.seeds}
    rows = [(topics[a.topic], a.pulls, a.mean, bound(a, total, plan.settings.bonus)) for a in arms]
    frame = pd.DataFrame(rows, columns=["topic", "pulls", "mean", "bound"])
    return frame.sort_values("bound", ascending=False, ignore_index=True)


def keep_as_suite(store: Store, found: Evolved, name: str) -> Suite:
    """Store the confirmed questions as a suite like any other. Its description says where they come from; each item's
    id is its question's, so its lineage is found again. Raises UserError when nothing was confirmed."""
    if not found.confirmed:
        raise UserError("No question was confirmed, so there is nothing to keep as a suite.")
    seeds = {seed.id: seed for seed in found.plan.seeds}
    ids = system(found.plan.system).ids
    items = []
    for question in found.confirmed:
        seed, leads = seeds[question.topic], ids[question.lead]
        items.append(Item(f"{found.search_id}-{question.id}", question.text, (leads,), seed.category, seed.region))
    panel = ", ".join(member.name for member in found.plan.jury)
    description = f"Evolved to tell models apart, confirmed on {panel}. A stress test, not everyday questions."
    suite = Suite(
        *(f"{PREFIX}{found.search_id}", name.strip() or found.plan.name, found.plan.system, tuple(items), description),
        source=f"The search {found.search_id}",
    )
    records.save_suite(store, suite)
    return suite
