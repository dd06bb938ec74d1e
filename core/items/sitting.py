"""One person's sitting: what is asked in which order, and what was said. Pure; everything follows from the study and
the person's code, so that a sitting can be left and taken up again."""

import hashlib
import random
import re
import secrets
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from core.errors import UserError
from core.items.study import OPEN, Study
from core.paths import DATA
from core.toml import field, read_toml, tables, texts
from core.values.questionnaires import Answers

ITEM, ATTENTION, REPEAT = "item", "attention", "repeat"
KINDS = (ITEM, ATTENTION, REPEAT)
MOST = 6
REPEATS = 3
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that looks like another
_CODE = re.compile(f"[{_LETTERS}]{{8}}")


@dataclass(frozen=True)
class Check:
    """A text that asks for a certain answer, to see whether people read."""

    id: str
    text: str
    answer: int


@dataclass(frozen=True)
class Words:
    """All that a rater reads besides the items; `labels` from 1 to 6. `consent_hash`: to which text people
    agreed."""

    version: str
    consent: tuple[str, ...]
    question: str
    labels: tuple[str, ...]
    checks: tuple[Check, ...]
    thanks: str

    @property
    def consent_hash(self) -> str:
        return hashlib.sha256("\n".join(self.consent).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Step:
    """One thing to be rated: an item of the study, the same once more, or a check."""

    kind: str
    item_id: str


@dataclass(frozen=True)
class Given:
    """A rating from 1 (not like me at all) to 6, and how long it took (0 where unknown)."""

    kind: str
    item_id: str
    rating: int
    seconds: float = 0.0


@dataclass(frozen=True)
class Sitting:
    """What one pseudonymous person said. `scores`: ten centred scores of the questionnaire, empty until answered."""

    study_id: str
    code: str
    given: tuple[Given, ...] = ()
    scores: tuple[float, ...] = ()

    def rating(self, kind: str, item_id: str) -> int | None:
        """The answer to one step, None while there is none."""
        return next((one.rating for one in self.given if (one.kind, one.item_id) == (kind, item_id)), None)


@cache
def words() -> Words:
    """The shipped wording; raises UserError naming the field that is wrong."""
    path = DATA / "study" / "rating.toml"
    raw, where = read_toml(path), path.name
    found = Words(
        field(raw, "version", str, where),
        texts(raw, "consent", where),
        field(raw, "question", str, where),
        texts(raw, "labels", where),
        tuple(_check(table, where) for table in tables(raw, "attention", where)),
        field(raw, "thanks", str, where),
    )
    if len(found.labels) != MOST:
        raise UserError(f"{where}: the field 'labels' must have {MOST} texts, from 1 to {MOST}.")
    return found


def _check(table: dict[str, Any], where: str) -> Check:
    return Check(field(table, "id", str, where), field(table, "text", str, where), field(table, "answer", int, where))


def new_code() -> str:
    """A code that tells nothing of a person and cannot be guessed (31^8)."""
    return "".join(secrets.choice(_LETTERS) for _ in range(8))


def read_code(typed: str) -> str:
    """A code as typed, with blanks, hyphens or small letters; raises UserError when it cannot be one. A name or an
    address is therefore never taken."""
    code = re.sub(r"[\s-]", "", typed[:100]).upper()
    if not _CODE.fullmatch(code):
        raise UserError("A code has eight letters and digits, without 0, 1, I, L and O, such as KX7M-2PQD.")
    return code


def shown_code(code: str) -> str:
    """A code as people copy it."""
    return f"{code[:4]}-{code[4:]}"


def steps(study: Study, code: str) -> tuple[Step, ...]:
    """All steps of one rater: the items in an order of the rater's own, two checks in the second half, and three of the
    items of the first third once more in the last."""
    return _steps(study.id, study.item_ids, code)


@cache
def _steps(study_id: str, ids: tuple[str, ...], code: str) -> tuple[Step, ...]:
    rng = random.Random(hashlib.sha256(f"{study_id}:{code}".encode()).digest())
    order = [Step(ITEM, name) for name in rng.sample(ids, len(ids))]
    third = len(order) // 3
    again = [Step(REPEAT, step.item_id) for step in rng.sample(order[:third], min(REPEATS, third))]
    asked = [Step(ATTENTION, check.id) for check in words().checks]
    for step in again:
        order.insert(rng.randint(len(ids) - third, len(order)), step)
    for step in asked:
        order.insert(rng.randint(len(ids) // 3, len(order) - 1), step)
    return tuple(order)


def next_step(study: Study, sitting: Sitting) -> Step | None:
    """What is to be rated now; None when all has been."""
    done = {(one.kind, one.item_id) for one in sitting.given}
    return next((step for step in steps(study, sitting.code) if (step.kind, step.item_id) not in done), None)


def rate(study: Study, sitting: Sitting, step: Step, rating: int, seconds: float = 0.0) -> Sitting:
    """The sitting with one more answer. The first answer to a step stands: a second one, by a double click or from
    another tab, changes nothing. Raises UserError for a step out of turn, a rating off the scale or a closed study."""
    if study.stage != OPEN:
        raise UserError(f"The study {study.name!r} takes no ratings: it is {study.stage}.")
    if sitting.rating(step.kind, step.item_id) is not None:
        return sitting
    if step != next_step(study, sitting):
        raise UserError("This is not the next text of your sitting. Load the page again.")
    if rating not in range(1, MOST + 1):
        raise UserError(f"A rating is a whole number from 1 to {MOST}, got {rating!r}.")
    return replace(sitting, given=(*sitting.given, Given(step.kind, step.item_id, rating, max(0.0, seconds))))


def value_answers(study: Study, sitting: Sitting, answers: Answers) -> Sitting:
    """The sitting with the person's own values; the first answers stand. Raises UserError when ratings are still to
    come, or when the answers are to another questionnaire than the study's."""
    if sitting.scores:
        return sitting
    if next_step(study, sitting) is not None:
        raise UserError("The questionnaire comes after all texts have been rated.")
    if answers.questionnaire != study.questionnaire:
        raise UserError(f"The study asks {study.questionnaire!r}, these answers are to {answers.questionnaire!r}.")
    return replace(sitting, scores=answers.scores)


def finished(study: Study, sitting: Sitting) -> bool:
    """Whether everything was answered."""
    return bool(sitting.scores) and next_step(study, sitting) is None
