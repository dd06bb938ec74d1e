"""Value Portrait as a method: what is asked in each variation, and how answers are read."""

import asyncio
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from core.items.bank import REVERSED, VARIATIONS, BankItem, ItemBank
from core.items.bank_read import Template
from core.items.bank_suite import RESPONSE, fill, suite_of
from core.items.item import Item, Option, Suite
from core.items.shipped import shipped_suite
from core.items.shipped_banks import shipped_banks
from core.methods.base import Asking
from core.methods.portrait import Portrait, numbered
from core.methods.portrait_answer import LABELS, declines, parse
from core.methods.registry import methods
from core.models.base import ModelSpec, Reply
from core.models.simulated import SimulatedModel, rating_probs, simulation
from core.runs.plan import Plan, check
from core.values.system import SCHWARTZ, system

METHOD = Portrait()
ITEM = Item("q-1", "A {text} with braces", ("power",), "situation", "", (Option("I would {lead}.", RESPONSE),))
FORWARD = (6, 5, 4, 3, 2, 1)


def prompt(variation: str, item: Item = ITEM) -> str:
    return METHOD.request(item, variation, Asking()).messages[-1].content


def test_it_is_chosen_by_a_plan_and_asks_six_variations() -> None:
    assert isinstance(methods()["portrait"], Portrait)
    assert METHOD.variations == VARIATIONS == METHOD.usual and len(VARIATIONS) == 6
    assert not METHOD.free and METHOD.scale is None and METHOD.calls("v1") == 1


def test_every_variation_holds_text_response_and_the_six_answers_in_its_order() -> None:
    assert len({prompt(name) for name in VARIATIONS}) == 6
    for name in VARIATIONS:
        asked = prompt(name)
        assert ITEM.text in asked and "I would {lead}." in asked and "{options}" not in asked
        lines = [line for line in asked.splitlines() if line[:1].isdigit()]
        labels = list(LABELS)[:: -1 if name.endswith(REVERSED) else 1]
        assert lines == [f"{n}. {label}" for n, label in enumerate(labels, 1)]
    assert "Message:" in prompt("v1", replace(ITEM, domain="message")) and "Situation:" in prompt("v1")


def test_numbers_that_a_model_is_asked_for_turn_round_with_the_order() -> None:
    request = METHOD.request(ITEM, "v2_reversed", Asking(temperature=0.5, seed=3, max_tokens=9))
    assert request.options == ("1", "2", "3", "4", "5", "6") and request.levels == (1, 2, 3, 4, 5, 6)
    assert (request.temperature, request.seed, request.max_tokens, request.stakes) == (0.5, 3, 9, ("power",))
    probs = {"1": 0.7, "6": 0.3}
    forward = METHOD.read(ITEM, "v1", Reply("1", option_probs=probs))
    backward = METHOD.read(ITEM, "v1_reversed", Reply("1", option_probs=probs))
    assert (forward.choice, forward.probs) == ("6", {"6": 0.7, "1": 0.3})
    assert (backward.choice, backward.probs) == ("1", {"1": 0.7, "6": 0.3})


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Very much like me", 6),
        ("**Somewhat like me**.", 4),
        ("'like me'", 5),
        ("Not like me", 2),
        ("not like me at all", 1),
        ("My answer is: a little like me", 3),
        ("This is not like me at all, since I would never do so.", 1),
        ("Like me\n\nThough it is not like me at all to say so, very much like me.", 5),
        ("Like me, because very much like me would go too far", 5),
        ("1", 6),
        ("Answer: 6.", 1),
        ("**4**. a little like me", 3),
        ("2\n\nlike me", 5),
        # What the published parser took for answers.
        ("some like me", None),
        ("very little like me", None),
        ("I apologize, but I cannot generate a response that is like me.", None),
        ("I cannot select one of those phrases: very much like me, like me", None),
        # What names no answer, or two.
        ("2. not like me", None),
        ("Like me when I was young", None),
        ("not very much like me", None),
        ("unlike me", None),
        ("3/6", None),
        ("4 or 5", None),
        ("10", None),
        ("7", None),
        ("", None),
    ],
)
def test_what_stands_at_the_start_counts_and_nothing_is_guessed(text: str, answer: int | None) -> None:
    assert parse(text, FORWARD) == answer


def test_numbers_count_only_where_numbers_were_asked_for() -> None:
    assert parse("5") is None and parse("5", FORWARD) == 2 and parse("5", FORWARD[::-1]) == 5


@given(st.sampled_from(list(LABELS)), st.sampled_from(["", ".", "\n", "! Indeed", ", because"]), st.booleans())
def test_every_label_is_read_in_any_case_with_any_mark_behind_it(label: str, end: str, upper: bool) -> None:
    assert parse((label.upper() if upper else label) + end) == LABELS[label]


@given(st.text(max_size=300))
def test_no_text_breaks_the_parser(text: str) -> None:
    assert parse(text, FORWARD) in (None, *FORWARD)
    declines(text)


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply("like me"), "ok"),
        (Reply("I apologize, but I cannot generate that."), "refused"),
        (Reply("I cannot select one of those phrases as I have no self."), "refused"),
        (Reply("I would rather not say."), "refused"),
        (Reply("As an AI language model, I do not have personal thoughts."), "refused"),
        (Reply("some like me"), "unparsed"),
        (Reply(""), "unparsed"),
        (Reply("Let me think about what this", finish="length"), "truncated"),
        (Reply("like me", finish="filtered"), "filtered"),
    ],
)
def test_refusals_are_refusals(reply: Reply, outcome: str) -> None:
    found = METHOD.read(ITEM, "v1", reply)
    assert found.outcome == outcome and (found.choice is None) == (outcome != "ok") and not found.recognise


# Banks and their suites


def test_the_small_bank_gives_every_value_eight_responses_in_eight_situations_and_names_none() -> None:
    bank = shipped_banks()["portrait-small"]
    values = system(SCHWARTZ)
    assert not bank.validated and bank.best() is None and bank.askable
    for value in values.ids:
        items = [item for item in bank.items if item.expresses == (value,)]
        assert len(items) == 8 and len({item.query for item in items}) == 8
    stems = [word for value in values.values for word in value.words]
    for item in bank.items:
        words = f"{item.title} {item.text} {item.response}".lower()
        assert not [stem for stem in stems if f" {stem}" in words], item.id


def test_a_banks_suite_is_asked_by_this_method_alone() -> None:
    bank = shipped_banks()["portrait-small"]
    suite = suite_of(bank, bank.name, "bank:portrait-small:all:own", {})
    plan = Plan("p", suite, (ModelSpec("simulated/open"),), VARIATIONS, probes=0, recogniser="", method="portrait")
    assert check(plan).size == 480
    everyday = replace(plan, suite=shipped_suite("everyday"))
    with pytest.raises(UserError, match=r"Value Portrait cannot ask the suite .* has no response to rate"):
        check(everyday)
    with pytest.raises(UserError, match="name no recogniser"):
        check(replace(plan, recogniser="lexicon"))


def test_published_prompts_are_asked_word_for_word() -> None:
    template = "Title: {title}\nScenario: {scenario}\nReply: {response}\nONLY ONE of these phrases: {x}"
    item = BankItem("1001", "1", "T {response}", "S", "R")
    assert fill(template, item) is None  # a blank that is not understood
    template = template.replace("{x}", "like me")
    assert fill(template, item) == "Title: T {response}\nScenario: S\nReply: R\nONLY ONE of these phrases: like me"
    assert fill("{title} {text}", item) is None  # no place for what is rated
    bank = ItemBank("b", "B", (item, BankItem("3001", "1", "", "M", "R", source="ShareGPT")), True)
    kinds = [Template("v1", "reddit", template), Template("v1", "sharegpt", "{message} / {response}")]
    suite: Suite = suite_of(bank, "B", "bank:b:all:published", {}, None, kinds)
    assert prompt("v1", suite.items[0]).startswith("Title: T") and prompt("v1", suite.items[1]) == "M / R"
    request = METHOD.request(suite.items[0], "v1", Asking())
    assert request.options == ()
    assert METHOD.read(suite.items[0], "v1", Reply("5")).outcome == "unparsed"
    assert METHOD.read(suite.items[0], "v1", Reply("like me")).choice == "5"
    assert prompt("v2", suite.items[0]) != prompt("v1", suite.items[0])


# Simulated respondents


def test_simulated_respondents_rate_by_their_values() -> None:
    profile = simulation().profiles["simulated/self-enhancing"]
    levels = numbered("v1")
    for stakes, most in ((("power",), 5), (("universalism",), 2), ((), None)):
        probs = rating_probs(profile, stakes, levels)
        assert sum(probs) == pytest.approx(1)
        best = levels[probs.index(max(probs))]
        assert best == most if most else best in (3, 4)


def test_they_answer_by_number_or_by_phrase_as_they_are_asked() -> None:
    model = SimulatedModel("simulated/self-enhancing")
    reply = asyncio.run(model.complete(METHOD.request(ITEM, "v1_reversed", Asking())))
    found = METHOD.read(ITEM, "v1_reversed", reply)
    assert found.outcome == "ok" and found.probs is not None and sum(found.probs.values()) == pytest.approx(1)
    assert sum(int(level) * p for level, p in found.probs.items()) > 4.5
    worded = replace(ITEM, options=(*ITEM.options, Option("How much is this like you?", "v1")))
    reply = asyncio.run(model.complete(METHOD.request(worded, "v1", Asking())))
    assert METHOD.read(worded, "v1", reply).outcome == "ok" and json.dumps(reply.text.lower())[1:-1] in LABELS
