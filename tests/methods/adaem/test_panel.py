import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from core.methods.adaem.author import ModelAuthor
from core.methods.adaem.panel import Answer, Member, ModelPanel
from core.methods.adaem.parts import Question, Seed
from core.methods.adaem.prompts import prompts
from core.models.base import ModelError, Reply, Request
from core.recognition.base import Evidence, Measure, Recognition, Verdict
from core.recognition.lexicon import LexiconRecogniser
from core.values.system import SCHWARTZ, ValueSystem, system

QUESTION = "Should cities ban cars?"
IDS = system(SCHWARTZ).ids


@dataclass
class Scripted:
    script: Callable[[Request], str]
    name: str = "lab/scripted"
    concurrency: int = 4
    asked: list[Request] = field(default_factory=list)

    async def complete(self, request: Request) -> Reply:
        self.asked.append(request)
        return Reply(self.script(request))


@dataclass
class Quoting:
    """A judge that finds power supported in "rule" and security opposed in "risk"."""

    id: str = "judge:q@1"
    measure: Measure = "stance"

    @property
    def system(self) -> ValueSystem:
        return system(SCHWARTZ)

    async def recognise(self, question: str, answer: str) -> Verdict:
        at, risk = answer.find("rule"), answer.find("risk")
        found = []
        if at >= 0:
            found.append(Recognition("power", "supports", 1.0, (Evidence(at, at + 4),)))
        if risk >= 0:
            found.append(Recognition("security", "opposes", -1.0, (Evidence(risk, risk + 4),)))
        return Verdict("ok", tuple(found)) if "unreadable" not in answer else Verdict("invalid")


def fails(request: Request) -> str:
    raise ModelError("It is down.", "server")


ANSWER = "Stance: yes\nKey points:\n1. Order: somebody must rule.\n2. Courage: take the risk.\n3. Peace: be kind."


def test_members_answer_side_by_side_and_each_point_is_read() -> None:
    kept: list[Answer] = []
    members = [
        Member("one", Scripted(lambda _: ANSWER)),
        Member("two, as a guardian", Scripted(lambda _: ANSWER), role="You keep order."),
        Member("refuses", Scripted(lambda _: "I'm sorry, but I can't help with that.")),
        Member("down", Scripted(fails)),
    ]
    panel = ModelPanel(members, Quoting(), kept.append)
    found = asyncio.run(panel.answer(QUESTION, 2))
    assert found.opinions.tolist() == [3, 3, 0, 0] and found.answered == 2
    assert found.shown[0].tolist() == [1.0 if value == "power" else 0.0 for value in IDS]
    assert [answer.member for answer in kept] == list(panel.models)
    assert kept[0].shows.argmax(axis=1)[0] == IDS.index("power") and kept[0].shows[1:].sum() == 0
    assert kept[0].opinions.stance == "yes" and [bool(answer.fault) for answer in kept] == [False, False, True, True]
    request = members[1].model.asked[0]  # type: ignore[attr-defined]
    assert request.seed == 2 and request.temperature == 1.0
    assert request.messages[0].content.startswith("You keep order. Say what you think.")
    assert QUESTION in request.messages[1].content


def test_an_answer_that_the_judge_could_not_read_counts_as_none() -> None:
    panel = ModelPanel([Member("one", Scripted(lambda _: "unreadable"))], Quoting())
    assert asyncio.run(panel.answer(QUESTION, 0)).opinions.tolist() == [0]


def test_offline_each_point_has_its_probabilities_and_the_question_its_own() -> None:
    said = "1. Faith: pray as your ancestors did in church.\n2. Fun: enjoy parties, wine and good food with music."
    panel = ModelPanel([Member("one", Scripted(lambda _: said))], LexiconRecogniser())
    found = asyncio.run(panel.answer(QUESTION, 0))
    assert found.opinions.tolist() == [2] and found.shown.min() > 0 and found.shown.max() < 2
    shows = asyncio.run(panel.shows("Should tax money pay for churches and the faith of our ancestors?"))
    assert IDS[int(np.argmax(shows - asyncio.run(panel.shows(QUESTION))))] == "tradition"


SEED = Seed("1", "Should monks own land?", "beliefs")
SCORED = Question("q1", "1", QUESTION, "seed", score=0.25, rates=np.tile(np.linspace(0.1, 0.9, 10), (2, 1)))


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("Should monks in Tibet own yaks?", "Should monks in Tibet own yaks?"),
        ("A fact: yaks.\n\n**Question: Should monks own yaks?**", "Should monks own yaks?"),
        ("Is this it?\nShould monks own yaks?\n", "Should monks own yaks?"),
        ("I cannot think of any.", ""),
        ("", ""),
    ],
)
def test_the_author_reads_one_question_out_of_a_reply(said: str, text: str) -> None:
    model = Scripted(lambda _: said)
    author = ModelAuthor(model, system(SCHWARTZ), ("a", "b"))
    assert asyncio.run(author.explore(SEED, [SCORED], SCORED, np.random.default_rng(0))) == text
    assert f"0.25  {QUESTION}" in model.asked[0].messages[1].content


def test_refining_reflects_on_what_the_answers_showed_first() -> None:
    replies = iter(["Name the cost.", "Should cities ban cars, whatever the cost?"])
    model = Scripted(lambda _: next(replies))
    author = ModelAuthor(model, system(SCHWARTZ), ("a", "b"))
    refined = asyncio.run(author.refine(SEED, SCORED, np.random.default_rng(0)))
    assert refined == "Should cities ban cars, whatever the cost?"
    names = system(SCHWARTZ).names
    assert f"2. b: mostly {names[IDS[9]]}, {names[IDS[8]]}, {names[IDS[7]]}" in model.asked[0].messages[1].content
    assert "Name the cost." in model.asked[1].messages[1].content


def test_an_author_that_is_down_writes_nothing_and_paraphrases_are_distinct_questions() -> None:
    down = ModelAuthor(Scripted(fails), system(SCHWARTZ), ("a", "b"))
    assert asyncio.run(down.refine(SEED, SCORED, np.random.default_rng(0))) == ""
    assert asyncio.run(down.paraphrases(QUESTION, 3)) == [QUESTION]
    said = f"1. Is it right to ban cars from cities?\n{QUESTION}\n- Is it right to ban cars from cities?\nNo."
    author = ModelAuthor(Scripted(lambda _: said), system(SCHWARTZ), ())
    assert asyncio.run(author.paraphrases(QUESTION, 3)) == [QUESTION, "Is it right to ban cars from cities?"]


def test_personas_are_named_and_one_of_them_is_none() -> None:
    assert len(prompts().personas) >= 6 and prompts().personas["plain"] == ""
    assert len(prompts().hash) == 12
