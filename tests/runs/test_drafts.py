"""Responses drafted by a model: what is asked, and what becomes an item."""

import asyncio

import pytest
from servers import error, says, serve

from core.errors import UserError
from core.items.study import faults
from core.models.base import ModelSpec
from core.runs.drafts import asked, draft

SITUATION = "A friend asks whether to leave a {safe} job for one abroad."


def test_the_prompt_gives_the_meaning_of_a_value_but_not_its_name() -> None:
    (message,) = asked(SITUATION, "security").messages
    assert SITUATION in message.content and "{definition}" not in message.content and "{words}" not in message.content
    assert "Security" not in message.content


def test_good_replies_become_items_and_others_say_why_not() -> None:
    answers = [
        says(' "Go,\n and see." '),
        says("I'm sorry, but I can't help with that."),
        says(""),
        error(401, "no key"),
    ]
    with serve(answers) as server:
        spec = ModelSpec("openai/some", server.address)
        found = asyncio.run(draft(spec, "job", "", SITUATION, ("stimulation", "power", "hedonism", "security")))
    first, refused, blank, failed = found
    assert first.item is not None and first.item.response == "Go, and see." and not faults(first.item)
    assert first.item.id == "job-stimulation" and first.item.source == "drafted by openai/some"
    assert first.item.expresses == ("stimulation",)
    assert refused.item is None and "refused" in refused.problem
    assert blank.item is None and "nothing" in blank.problem
    assert failed.item is None and failed.problem


def test_what_cannot_be_asked_is_said_before_any_call() -> None:
    for spec, text, values, said in (
        (ModelSpec("openai/some"), " ", ("power",), "situation first"),
        (ModelSpec("no such"), SITUATION, ("power",), "cannot be the name"),
        (ModelSpec("embedded/smollm2-135m"), SITUATION, ("greed",), "none of the ten"),
    ):
        with pytest.raises(UserError, match=said):
            asyncio.run(draft(spec, "job", "", text, values))
