"""A persona is one message before a question that stays as it was."""

import re
from dataclasses import replace

import pytest

from core.errors import UserError
from core.items.bank import WORDINGS
from core.items.bank_suite import suite_of
from core.items.shipped_banks import shipped_banks
from core.methods.base import Asking
from core.methods.personas import (
    NONE,
    ORDERS,
    PLACEBO,
    PortraitPersonas,
    attributes,
    inner,
    parts,
    personas,
    told,
    variation,
    wordings,
)
from core.methods.portrait import Portrait
from core.models.base import Reply
from core.values.cultures import cultures

METHOD = PortraitPersonas()
BANK = shipped_banks()["portrait-small"]
ITEM = suite_of(BANK, "Small", "bank:small", {}).items[0]


def test_every_attribute_has_levels_with_their_own_words() -> None:
    assert {"gender", "age", "education", "politics", "country", PLACEBO} <= set(attributes())
    every = list(personas().values())[1:]
    assert len({persona.id for persona in every}) == len(every) == sum(len(a.levels) for a in attributes().values())
    assert len({persona.who for persona in every}) == len({persona.cue for persona in every}) == len(every)
    assert len(attributes()[PLACEBO].levels) >= 4 and len(wordings()) >= 3
    assert all(re.fullmatch(r"[a-z0-9_]+", name) for name in personas())
    assert all(persona.human in cultures() for persona in every if persona.human)
    assert all(persona.human for name in ("gender", "age") for persona in attributes()[name].levels)


def test_each_wording_goes_with_one_wording_of_the_question() -> None:
    assert [wording.question for wording in wordings().values()] == list(WORDINGS)
    assert len(METHOD.variations) == len(set(METHOD.variations)) == len(personas()) * 3 * 2
    assert set(METHOD.usual) < set(METHOD.variations) and variation(NONE, "you", "forward") in METHOD.usual


@pytest.mark.parametrize("persona", list(personas()))
def test_the_question_stays_as_it_was_whatever_the_persona(persona: str) -> None:
    for wording in wordings():
        for order in ORDERS:
            name = variation(persona, wording, order)
            asked, plain = METHOD.request(ITEM, name, Asking()), Portrait().request(ITEM, inner(name), Asking())
            before = told(*parts(name)[:2])
            assert asked.messages[-1] == plain.messages[-1] and asked.persona == persona
            assert replace(asked, messages=(), persona="") == replace(plain, messages=())
            assert [message.role for message in asked.messages[:-1]] == (["system"] if before else [])
            assert (before == "") == (persona == NONE) and "{" not in before


def test_answers_are_read_in_the_order_in_which_they_were_put() -> None:
    for order, choice in (("forward", "6"), ("reversed", "1")):
        reading = METHOD.read(ITEM, variation("woman", "as", order), Reply("1"))
        assert (reading.outcome, reading.choice) == ("ok", choice)
    assert (
        METHOD.read(ITEM, variation("woman", "as", "forward"), Reply("I cannot answer as a woman.")).outcome
        == "refused"
    )


@pytest.mark.parametrize(
    "name", ["woman", "woman.you", "woman.you.sideways", "martian.you.forward", "woman.v1.forward", ""]
)
def test_a_variation_that_does_not_exist_is_named(name: str) -> None:
    with pytest.raises(UserError, match=re.escape(repr(name))):
        parts(name)
