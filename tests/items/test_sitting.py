"""A sitting follows from the study and the code: its order, its checks and repeats, and what may be answered when."""

from collections import Counter
from dataclasses import replace

import pytest
from study_made import draft, item, people, says, sit, study

from core.errors import UserError
from core.items.sitting import (
    ATTENTION,
    ITEM,
    REPEAT,
    Sitting,
    Step,
    finished,
    new_code,
    next_step,
    rate,
    read_code,
    shown_code,
    steps,
    value_answers,
    words,
)
from core.items.study import DRAFT, MOST_ITEMS, OPEN, copied, opened, with_items
from core.methods.portrait import LABELS
from core.values.questionnaires import CARDS, rate_cards, score

MADE = study()


def test_a_sitting_asks_every_item_once_three_again_and_two_checks() -> None:
    kinds = Counter(step.kind for step in steps(MADE, "AAAAAAAA"))
    assert kinds == {ITEM: 40, REPEAT: 3, ATTENTION: 2}
    assert {step.item_id for step in steps(MADE, "AAAAAAAA") if step.kind == ITEM} == set(MADE.item_ids)


@pytest.mark.parametrize("n_items", [10, 11, 40, MOST_ITEMS])
def test_repeats_come_late_and_checks_neither_first_nor_last(n_items: int) -> None:
    made = study(n_items)
    for number in range(40):
        order = steps(made, f"CODE{number}")
        places = {(step.kind, step.item_id): place for place, step in enumerate(order)}
        assert len(places) == len(order) == n_items + 5
        for kind, name in places:
            if kind == REPEAT:
                assert places[kind, name] - places[ITEM, name] >= n_items // 3
            if kind == ATTENTION:
                assert n_items // 3 <= places[kind, name] < len(order) - 1


def test_the_order_is_the_raters_own_and_the_same_when_taken_up_again() -> None:
    assert steps(MADE, "AAAAAAAA") == steps(study(), "AAAAAAAA") != steps(MADE, "AAAAAAAB")
    first = Counter(steps(MADE, f"CODE{number}")[0].item_id for number in range(400))
    assert len(first) == 40 and max(first.values()) < 30  # 10 expected each


def test_the_first_answer_stands_and_none_comes_out_of_turn() -> None:
    sitting = Sitting(MADE.id, "AAAAAAAA")
    first, second = steps(MADE, "AAAAAAAA")[:2]
    after = rate(MADE, sitting, first, 4, 1.5)
    assert rate(MADE, after, first, 1) is after and next_step(MADE, after) == second
    for wrong, said in ((steps(MADE, "AAAAAAAA")[5], "not the next text"), (Step(ITEM, "none"), "not the next text")):
        with pytest.raises(UserError, match=said):
            rate(MADE, after, wrong, 3)
    for rating in (0, 7, -1):
        with pytest.raises(UserError, match="whole number from 1 to 6"):
            rate(MADE, after, second, rating)
    for stage in (DRAFT, "frozen"):
        with pytest.raises(UserError, match="takes no ratings"):
            rate(replace(MADE, stage=stage), sitting, first, 3)


def test_values_come_last_and_once() -> None:
    (person,) = people(0, n=1)
    begun = Sitting(MADE.id, person.code)
    with pytest.raises(UserError, match="after all texts"):
        value_answers(MADE, begun, score(CARDS, person.cards))
    done = sit(MADE, person)
    assert finished(MADE, done) and not finished(MADE, replace(done, scores=()))
    assert sum(done.scores) == pytest.approx(0) and len(done.given) == 45
    other = rate_cards(dict.fromkeys(CARDS_IDS, 3))
    assert value_answers(MADE, done, other) is done
    with pytest.raises(UserError, match="'pvq21'"):
        value_answers(replace(MADE, questionnaire="pvq21"), replace(done, scores=()), other)


CARDS_IDS = (
    *("self_direction", "stimulation", "hedonism", "achievement", "power"),
    *("security", "conformity", "tradition", "benevolence", "universalism"),
)


def test_a_sitting_left_half_way_goes_on_where_it_was() -> None:
    (person,) = people(1, n=1)
    sitting = Sitting(MADE.id, person.code)
    for _ in range(20):
        step = next_step(MADE, sitting)
        assert step is not None
        sitting = rate(MADE, sitting, step, says(MADE, person, step))
    again = Sitting(MADE.id, person.code, tuple(reversed(sitting.given)))
    assert next_step(MADE, again) == next_step(MADE, sitting) == steps(MADE, person.code)[20]


def test_codes_are_random_and_read_as_people_type_them() -> None:
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000 and all(read_code(shown_code(code).lower()) == code for code in codes)
    assert read_code(" kx7m 2pqd ") == "KX7M2PQD"
    for wrong in ("", "Maria Muster", "maria@example.org", "KX7M-2PQ", "KX7M-2PQ0", "x" * 10_000):
        with pytest.raises(UserError, match="eight letters and digits"):
            read_code(wrong)


def test_what_raters_read_has_the_answers_of_the_models_and_says_what_is_kept() -> None:
    said = words()
    assert said.labels == tuple(reversed(LABELS)) and len(said.checks) == 2
    assert {check.answer for check in said.checks} == {2, 5}  # no one answer to everything passes both
    assert all(said.labels[check.answer - 1] in check.text for check in said.checks)
    consent = " ".join(said.consent)
    assert all(word in consent for word in ("No name", "stop at any time", "deleted"))
    assert len(said.consent_hash) == 12


def test_items_stay_once_people_may_have_read_them() -> None:
    with pytest.raises(UserError, match="cannot change any more"):
        with_items(MADE, [item(1)])
    again = copied(MADE, "two", "Two")
    assert again.stage == DRAFT and with_items(again, [item(1)]).item_ids == ("q00-1",)


def test_a_study_needs_items_and_a_plan_before_it_opens() -> None:
    assert opened(draft(10)).stage == OPEN
    for wrong, said in (
        (draft(9), "needs 10 items"),
        (draft(planned=5), "Plan 30 to"),
        (replace(draft(), questionnaire="none"), "no questionnaire"),
        (MADE, "is open already"),
    ):
        with pytest.raises(UserError, match=said):
            opened(wrong)


def test_items_are_checked_where_they_come_in() -> None:
    for wrong, said in (
        ([replace(item(1), response=" ")], "response: is empty"),
        ([replace(item(1), text="x" * 4001)], "4,001 characters"),
        ([replace(item(1), expresses=("greed",))], "'greed' is none of the ten"),
        ([item(1), item(1)], "Two items are called"),
        ([item(number) for number in range(MOST_ITEMS + 1)], "80 items at most"),
    ):
        with pytest.raises(UserError, match=said):
            with_items(draft(0), wrong)
    (kept,) = with_items(draft(0), [replace(item(1), response=" a\x00b ")]).items
    assert kept.item.response == "a\ufffdb"
