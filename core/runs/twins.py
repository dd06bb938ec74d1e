"""One model's profile by two instruments: scenarios against a bank of items, or against questions made to divide."""

from collections.abc import Sequence

import numpy as np

from core.analysis.bootstrap import Floats
from core.analysis.estimates import Estimate, undefined
from core.analysis.profile_reliability import agreement, agreement_of, profile_draws
from core.items.dimensions import VALUES, of_system
from core.items.shipped_banks import shipped_banks
from core.methods.adaem.points import POINTWISE
from core.methods.adaem.seeds import seed_suite
from core.runs import portrait_results
from core.runs.compared import Compared, Subject, load, subjects
from core.runs.evolved import PREFIX as EVOLVED
from core.runs.portrait import PREFIX as BANK
from core.runs.results import Results
from core.store import bank_answers, banks, queries
from core.store.database import Store
from core.values.system import SCHWARTZ

OTHERS = 2  # models beside it that give the level of the questions
ALONE = (
    "how much answers are about a value is mostly the questions' and the reader's doing, so it takes two other models "
    "in the same run to see what is this one's"
)


def own_profile(found: Compared, subject: Subject, measure: str) -> Floats:
    """The item scores (I x V) of a subject as they tell of the model, NaN where not known. By presence these are its
    differences from the mean of the other models of its run on the same item, OTHERS at least: the level is shared by
    all of them, and r with another instrument would be that of the questions. By stance they are the scores."""
    scores: Floats = found.cells.scores
    own: Floats = scores[:, found.names.index(subject.name)]
    if measure != "presence":
        return own
    beside = [place for place, one in enumerate(found.subjects) if one.run_id == subject.run_id and one != subject]
    there = (~np.isnan(scores[:, beside])).sum(axis=1)
    level = np.nansum(scores[:, beside], axis=1) / np.where(there >= OTHERS, there, np.nan)
    differences: Floats = own - level
    return differences


def stated(store: Store, results: Results, found: Compared, subject: Subject) -> Estimate:
    """r of the profile by an item bank, one's own newest first, then those that ship, with that by scenarios."""
    why = undefined("this model has not answered a bank of Value Portrait items")
    if results.system.id != SCHWARTZ:
        return undefined("item banks hold Schwartz's values only")
    for bank_id in (*(head.bank_id for head in banks.banks(store)), *shipped_banks()):
        if subject.model not in set(bank_answers.own(store, BANK + bank_id)["model"]):
            continue
        portrait = portrait_results.load(store, bank_id)
        if not portrait.profiles or subject.model not in portrait.own:
            continue
        own = own_profile(found, subject, results.measure)
        if np.isnan(own).all():
            return undefined(ALONE)
        profile = next(iter(portrait.profiles.values()))
        row, columns = profile.models.index(subject.model), list(of_system(VALUES))
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.nansum(own, axis=0) / (~np.isnan(own)).sum(axis=0)
        n = min(int((~np.isnan(own)).any(axis=1).sum()), int(profile.points.n_queries[row, columns].min()))
        by_bank = profile.points.score[row, columns], profile.draws[:, row][:, columns]
        return agreement_of(*by_bank, mean, profile_draws(own, seed=1), n)
    return why


def stress(store: Store, results: Results, found: Compared, subject: Subject) -> Estimate:
    """r of the profile by everyday scenarios with that by questions that evolved to tell models apart, or by the
    contested ones that these start from, in the newest other run; the same recogniser may have read these point by
    point."""
    every = _same_reader(store, subject)
    for one in every:
        if one.model == subject.model and _contested(one) != _contested(subject):
            beside = [each for each in every if each.run_id == one.run_id]
            other = load(store, beside, results.system.id, results.measure, results.at_stake)
            sides = [own_profile(*side, results.measure) for side in ((found, subject), (other, one))]
            first, second = (side[~np.isnan(side).all(axis=1)] for side in sides)
            return agreement(first, second, paired=False) if len(first) and len(second) else undefined(ALONE)
    return undefined("this model has not answered both everyday scenarios and evolved questions")


def _contested(subject: Subject) -> bool:
    return subject.suite_id.startswith(EVOLVED) or subject.suite_id == seed_suite().id


def _same_reader(store: Store, subject: Subject) -> Sequence[Subject]:
    """All that the recogniser of a subject has read, whole or point by point, newest run first."""
    own = queries.run(store, subject.run_id)
    reader = own.recogniser.removesuffix(POINTWISE)
    runs = [
        head.run_id
        for head in queries.runs(store)
        if (head.system, head.measure, head.recogniser.removesuffix(POINTWISE)) == (own.system, own.measure, reader)
    ]
    return subjects(store, runs)
