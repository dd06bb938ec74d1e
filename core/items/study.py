"""A study of one's own: items that people are to rate, and how far each of them has come towards a bank."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from core.errors import UserError
from core.items.bank import BankItem
from core.items.dimensions import IDS, VALUES, of_system
from core.text import clean
from core.values.questionnaires import QUESTIONNAIRES

CANDIDATE, PROVISIONAL, VALIDATED, FROZEN = "candidate", "provisional", "validated", "frozen"
STATES: Mapping[str, str] = {
    CANDIDATE: "nothing has been shown of it",
    PROVISIONAL: "passes the rule, but fewer people than planned have rated it",
    VALIDATED: "passes the rule over as many people as were planned",
    FROZEN: "part of a bank that never changes",
}
# A study can be edited while it is a draft, rated while it is open, and neither once its bank is frozen.
DRAFT, OPEN, CLOSED = "draft", "open", "frozen"
FEWEST_ITEMS, MOST_ITEMS = 10, 80  # what one person can be asked in one sitting, and what can be told of a rater
FEWEST_RATERS, USUAL_RATERS, MOST_RATERS = 30, 150, 100_000
MOST_CHARS, MOST_WORD = 4_000, 60
TEN: tuple[str, ...] = tuple(IDS[place] for place in of_system(VALUES))


@dataclass(frozen=True)
class StudyItem:
    """A response to a situation, and its state (see STATES)."""

    item: BankItem
    state: str = CANDIDATE

    @property
    def id(self) -> str:
        return self.item.id


@dataclass(frozen=True)
class Study:
    """`questionnaire` is a key of core.values.questionnaires; `planned` is for how many raters the rule is meant, fixed
    before the first one; `stage` is DRAFT, OPEN or CLOSED."""

    id: str
    name: str
    items: tuple[StudyItem, ...] = ()
    questionnaire: str = "cards"
    planned: int = USUAL_RATERS
    stage: str = DRAFT

    @cached_property
    def item_ids(self) -> tuple[str, ...]:
        return tuple(each.id for each in self.items)


def faults(item: BankItem) -> list[tuple[str, str]]:
    """What is wrong with an item that people are to read: the field, and a sentence on it."""
    found = []
    for name, most in (("query", MOST_WORD), ("option", MOST_WORD), ("text", MOST_CHARS), ("response", MOST_CHARS)):
        cell = getattr(item, name)
        if not cell.strip():
            found.append((name, "is empty."))
        elif len(cell) > most:
            found.append((name, f"has {len(cell):,} characters; {most:,} are the most."))
    if len(item.title) > MOST_CHARS:
        found.append(("title", f"has {len(item.title):,} characters; {MOST_CHARS:,} are the most."))
    found += [
        ("expresses", f"{name[:40]!r} is none of the ten values: {', '.join(TEN)}."[:400])
        for name in item.expresses
        if name not in TEN
    ]
    return found


def cleaned(item: BankItem) -> BankItem:
    """The same item as the store can hold it, without blanks around its fields."""
    cells = (item.query, item.option, item.title, item.text, item.response)
    query, option, title, text, response = (clean(cell).strip() for cell in cells)
    source = clean(item.source).strip()[:MOST_CHARS]
    return BankItem(query, option, title, text, response, source, expresses=item.expresses)


def with_items(study: Study, items: Sequence[BankItem]) -> Study:
    """The draft with these items in place of its own. Raises UserError when it is no draft any more, or naming the
    first item that people could not be shown."""
    if study.stage != DRAFT:
        raise UserError(
            f"The items of {study.name!r} cannot change any more, since people may have read them. Make a copy of the "
            "study."
        )
    if len(items) > MOST_ITEMS:
        raise UserError(f"A study has {MOST_ITEMS} items at most, since one person rates them all; got {len(items)}.")
    kept = tuple(cleaned(item) for item in items)
    ids = [item.id for item in kept]
    for item in kept:
        for name, said in faults(item):
            raise UserError(f"Item {item.id[:60]!r}, {name}: {said}")
        if ids.count(item.id) > 1:
            raise UserError(f"Two items are called {item.id[:60]!r}: give each response to a situation its own option.")
    return replace(study, items=tuple(StudyItem(item) for item in kept))


def opened(study: Study) -> Study:
    """The draft, now to be rated. Raises UserError when it has too few items or an impossible plan."""
    if study.stage != DRAFT:
        raise UserError(f"The study {study.name!r} is {study.stage} already.")
    if len(study.items) < FEWEST_ITEMS:
        raise UserError(
            f"A study needs {FEWEST_ITEMS} items or more, since a rater's own level is taken off; {study.name!r} has "
            f"{len(study.items)}. Add some."
        )
    if not FEWEST_RATERS <= study.planned <= MOST_RATERS:
        raise UserError(f"Plan {FEWEST_RATERS} to {MOST_RATERS:,} raters, got {study.planned}.")
    if study.questionnaire not in QUESTIONNAIRES:
        raise UserError(f"There is no questionnaire {study.questionnaire!r}; there are {', '.join(QUESTIONNAIRES)}.")
    return replace(study, stage=OPEN)


def copied(study: Study, study_id: str, name: str) -> Study:
    """A draft with the same items, all candidates again: another wave tells more than another look."""
    return replace(
        study, id=study_id, name=name, stage=DRAFT, items=tuple(StudyItem(each.item) for each in study.items)
    )
