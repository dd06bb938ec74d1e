"""People who do not exist, with known values, answering items of which some are planted: made by one seed."""

from dataclasses import dataclass

import numpy as np

from core.analysis.bootstrap import Floats
from core.items.bank import BankItem
from core.items.sitting import ATTENTION, Sitting, Step, next_step, rate, value_answers, words
from core.items.study import TEN, Study, opened, with_items
from core.values.questionnaires import CARDS, score

RATERS, ITEMS, PLANTED = 150, 40, 12


def item(number: int, expresses: tuple[str, ...] = ()) -> BankItem:
    return BankItem(
        f"q{number // 4:02d}", str(number % 4), "", f"Situation {number // 4}", f"Response {number}", "", "", expresses
    )


def draft(n_items: int = ITEMS, name: str = "Made", planned: int = RATERS) -> Study:
    """Item k of the first `PLANTED` is planted for value k modulo ten; what it expresses is not said to anybody."""
    empty = Study(name.lower(), name, planned=planned)
    return with_items(empty, [item(number) for number in range(n_items)])


def study(n_items: int = ITEMS, planned: int = RATERS) -> Study:
    return opened(draft(n_items, planned=planned))


def planted(n_items: int = ITEMS, n_planted: int = PLANTED) -> np.ndarray:
    """Which item truly goes with which value (I x 10)."""
    truth = np.zeros((n_items, len(TEN)), dtype=bool)
    for place in range(n_planted):
        truth[place, place % len(TEN)] = True
    return truth


@dataclass(frozen=True)
class Person:
    """`cards`: ten answers from 1 to 6. `ratings`: what this person thinks of each item. `again`: the same when asked
    a second time. `reads`: whether checks are passed."""

    code: str
    cards: list[int]
    ratings: list[int]
    again: list[int]
    reads: bool = True


def people(seed: int, n: int = RATERS, n_items: int = ITEMS, truth: np.ndarray | None = None) -> list[Person]:
    """Raters whose opinion of a planted item is 60 % of a standard deviation their own value, who have a style of their
    own (some rate everything higher) and do not answer quite the same twice."""
    rng = np.random.default_rng(seed)
    truth = planted(n_items) if truth is None else truth
    cards = rng.integers(1, 7, size=(n, len(TEN)))
    own: Floats = (cards - cards.mean(axis=1, keepdims=True)) / cards.std()
    opinion = 0.75 * own @ truth.T + rng.normal(size=(n, n_items)) + 0.6 * rng.normal(size=(n, 1))
    first, second = (
        np.clip(np.round(3.5 + 1.3 * (opinion + 0.2 * rng.normal(size=opinion.shape))), 1, 6) for _ in range(2)
    )
    letters = "ABCDEFGH"
    codes = ["".join(letters[(row // 8**place) % 8] for place in range(8)) for row in range(n)]
    return [
        Person(code, cards[row].tolist(), first[row].astype(int).tolist(), second[row].astype(int).tolist())
        for row, code in enumerate(codes)
    ]


def says(study: Study, person: Person, step: Step) -> int:
    """The rating that a person gives to a step."""
    if step.kind == ATTENTION:
        asked = next(check.answer for check in words().checks if check.id == step.item_id)
        return asked if person.reads else 7 - asked
    place = study.item_ids.index(step.item_id)
    return person.ratings[place] if step.kind == "item" else person.again[place]


def sit(study: Study, person: Person) -> Sitting:
    """A whole sitting, step by step as the page goes."""
    sitting = Sitting(study.id, person.code)
    while (step := next_step(study, sitting)) is not None:
        sitting = rate(study, sitting, step, says(study, person, step), 2.5)
    return value_answers(study, sitting, score(CARDS, person.cards))
