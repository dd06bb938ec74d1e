"""A study as it is carried out: sittings kept answer by answer, whose ratings count, and the look that promotes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from core.analysis.bootstrap import Floats
from core.analysis.portrait.raters import RaterQuality, qualities
from core.analysis.portrait.study import RULE, Rule, Validation, validation
from core.errors import UserError
from core.items.dimensions import DIMENSIONS, IDS
from core.items.files import slug
from core.items.sitting import (
    ATTENTION,
    ITEM,
    REPEAT,
    Sitting,
    Step,
    finished,
    rate,
    value_answers,
    words,
)
from core.items.study import CANDIDATE, OPEN, PROVISIONAL, TEN, VALIDATED, Study, opened
from core.store import studies
from core.store.database import Store
from core.store.studies import Look
from core.values.questionnaires import QUESTIONNAIRES, Answers

# As the published bank has them: hedonism, between two of them, belongs to none.
_GROUPS: Mapping[str, tuple[str, ...]] = {
    "openness_to_change": ("self_direction", "stimulation"),
    "self_enhancement": ("achievement", "power"),
    "conservation": ("security", "conformity", "tradition"),
    "self_transcendence": ("benevolence", "universalism"),
}
NAME = 80


@dataclass(frozen=True, eq=False)
class Gathered:
    """What people said, a row a sitting in the order of `codes`: `ratings` (P x I), the ten values in `scales` (P x 19,
    higher-order values with them, NaN elsewhere), and whether each can be used."""

    codes: tuple[str, ...]
    ratings: Floats
    scales: Floats
    quality: tuple[RaterQuality, ...]

    @property
    def used(self) -> tuple[Floats, Floats]:
        """Ratings and scales of the people whose ratings count."""
        rows = np.array([one.used for one in self.quality], dtype=bool)
        return self.ratings[rows], self.scales[rows]

    @property
    def n_used(self) -> int:
        return sum(one.used for one in self.quality)

    def left_out(self) -> dict[str, int]:
        """How many are not used, by reason; one person may have several."""
        reasons = [reason for one in self.quality for reason in one.reasons]
        return {reason: reasons.count(reason) for reason in dict.fromkeys(reasons)}


def new_study(store: Store, name: str, questionnaire: str = "cards", planned: int = 150) -> Study:
    """A draft without items. Raises UserError for an empty or long name, or one that is taken."""
    title = " ".join(name.split())
    if not title or len(title) > NAME:
        raise UserError(f"Give the study a name of 1 to {NAME} characters.")
    made = Study(slug(title), title, (), questionnaire, planned)
    if any(head.study_id == made.id for head in studies.studies(store)):
        raise UserError(f"There is a study {title!r} already; give this one another name.")
    studies.save_study(store, made)
    return made


def open_study(store: Store, study: Study) -> Study:
    """Let people rate the draft; from now on its items and its plan stay as they are. Raises UserError."""
    made = opened(study)
    studies.save_study(store, made)
    return made


def join(store: Store, study: Study, code: str) -> Sitting:
    """Begin a sitting, by a person who has just agreed to the consent text. Raises UserError where the study is not
    open."""
    if study.stage != OPEN:
        raise UserError(f"The study {study.name!r} takes no ratings: it is {study.stage}.")
    return studies.begin(store, study.id, code, words().consent_hash)


def record(store: Store, study: Study, sitting: Sitting, step: Step, rating: int, seconds: float = 0.0) -> Sitting:
    """One more rating, kept before the next text is shown; see core.items.sitting.rate."""
    after = rate(study, sitting, step, rating, seconds)
    studies.keep(store, after, finished(study, after))
    return after


def record_values(store: Store, study: Study, sitting: Sitting, answers: Answers) -> Sitting:
    """The person's own values, which end the sitting; see core.items.sitting.value_answers."""
    after = value_answers(study, sitting, answers)
    studies.keep(store, after, finished(study, after))
    return after


def gather(study: Study, sittings: Sequence[Sitting]) -> Gathered:
    """The sittings of one study as arrays. One who did not answer a check has missed it."""
    places = {name: place for place, name in enumerate(study.item_ids)}
    shape = (len(sittings), len(places))
    tables = {ITEM: np.full(shape, np.nan), REPEAT: np.full(shape, np.nan)}
    scales = np.full((len(sittings), len(IDS)), np.nan)
    missed = np.zeros(len(sittings), dtype=np.int64)
    for row, sitting in enumerate(sittings):
        for one in sitting.given:
            if one.kind in tables and one.item_id in places:
                tables[one.kind][row, places[one.item_id]] = one.rating
        answers = [(check.answer, sitting.rating(ATTENTION, check.id)) for check in words().checks]
        missed[row] = sum(given != asked for asked, given in answers)
        if sitting.scores:
            scales[row] = scale_row(study.questionnaire, sitting.scores)
    found = qualities(tables[ITEM], tables[REPEAT], missed, scales)
    return Gathered(tuple(one.code for one in sittings), tables[ITEM], scales, tuple(found))


def scale_row(questionnaire: str, scores: Sequence[float]) -> list[float]:
    """Ten scores and the higher-order values, each the mean over its values weighed by their items, in the order of
    core.items.dimensions; NaN for the Big Five."""
    ten = dict(zip(TEN, scores, strict=True))
    weight = dict(zip(TEN, map(len, QUESTIONNAIRES[questionnaire].key), strict=True))
    row = []
    for dimension in DIMENSIONS:
        members = [dimension.id] if dimension.id in ten else _GROUPS.get(dimension.id, ())
        total = sum(weight[name] for name in members)
        row.append(sum(weight[name] * ten[name] for name in members) / total if total else np.nan)
    return row


def validate(study: Study, gathered: Gathered, rule: Rule = RULE, permutations: int = 500, seed: int = 0) -> Validation:
    """The statistics of the people whose ratings count."""
    ratings, scales = gathered.used
    return validation(ratings, scales[:, : len(TEN)], rule, permutations, seed)


def decided(study: Study, seen: Validation, rule: Rule = RULE) -> Study:
    """The study with the state that each item now has: validated over as many raters as were planned and the rule asks,
    provisional before that."""
    enough = seen.raters >= study.planned
    passes = np.any(seen.passes, axis=1)
    whole = np.any(seen.passes & (seen.found.n[:, None] >= rule.min_n), axis=1) & enough
    states = np.where(whole, VALIDATED, np.where(passes, PROVISIONAL, CANDIDATE)).tolist()
    return replace(
        study, items=tuple(replace(each, state=state) for each, state in zip(study.items, states, strict=True))
    )


def promote(store: Store, study: Study, rule: Rule = RULE) -> Study:
    """Look at the ratings so far and give each item its state. Every look is kept and counted: the error rate of the
    rule holds for one look at the planned number, and each further one is another chance to be wrong. Raises UserError
    where the study is not open or too few ratings count."""
    if study.stage != OPEN:
        raise UserError(f"The study {study.name!r} is {study.stage}: its items keep the states they have.")
    gathered = gather(study, studies.sittings(store, study.id))
    if gathered.n_used < rule.few:
        raise UserError(f"{gathered.n_used} raters can be used; a look needs {rule.few}.")
    after = decided(study, validate(study, gathered, rule, permutations=0), rule)
    studies.add_look(store, after, look_of(after, gathered, rule))
    return after


def look_of(study: Study, gathered: Gathered, rule: Rule, bank_id: str = "") -> Look:
    """What is kept of a look."""
    states = [each.state for each in study.items]
    counts = states.count(PROVISIONAL), states.count(VALIDATED)
    left_out = len(gathered.codes) - gathered.n_used
    return Look(gathered.n_used, study.planned, left_out, *counts, json.dumps(vars(rule)), bank_id)


def table(study: Study, seen: Validation) -> pd.DataFrame:
    """A row for each item and value: columns item, value, state, rho, low, high, n, p, q, q_by, gap, fair, fair_low,
    fair_high, passes, written (whether the item was written for it)."""
    n_items, n_values = seen.found.rho.shape
    cells = {
        "item": np.repeat(study.item_ids, n_values),
        "value": np.tile(TEN, n_items),
        "state": np.repeat([each.state for each in study.items], n_values),
        "n": np.repeat(seen.found.n, n_values),
        "written": [name in each.item.expresses for each in study.items for name in TEN],
    }
    grids = {"rho": seen.found.rho, "low": seen.low, "high": seen.high, "p": seen.found.p, "q": seen.q}
    grids |= {"q_by": seen.q_by, "gap": seen.gap, "fair": seen.fair.rho}
    grids |= {"fair_low": seen.fair.low, "fair_high": seen.fair.high}
    cells |= {name: grid.reshape(-1) for name, grid in grids.items()}
    return pd.DataFrame(cells | {"passes": seen.passes.reshape(-1)})


def rater_table(gathered: Gathered) -> pd.DataFrame:
    """A row for each rater: columns code, used, items, missed, gap, spread, modal, reasons. No ratings, no values."""
    rows = [
        vars(one) | {"code": code, "used": one.used, "reasons": "; ".join(one.reasons)}
        for code, one in zip(gathered.codes, gathered.quality, strict=True)
    ]
    columns = ["code", "used", "items", "missed", "gap", "spread", "modal", "reasons"]
    return pd.DataFrame(rows, columns=columns)
