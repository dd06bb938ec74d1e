import asyncio
from dataclasses import replace

import numpy as np
import pytest

from core.methods.adaem.parts import Answered, Question, Seed
from core.methods.adaem.search import (
    Event,
    Pull,
    Search,
    Settings,
    answers_at_most,
    arms_for,
    false_discoveries,
)
from core.methods.adaem.similarity import Known
from core.methods.adaem.simulated import Distinct, Respondents, World

SMALL = Settings(arms=8, pulls=12, shortlist=8, permutations=99)
FIRST, BOTH, HELD_OUT = range(4), range(8), range(8, 16)


def search(world: World, seeds: list[Seed], settings: Settings, panel: Respondents, jury: Respondents) -> list[Event]:
    async def everything() -> list[Event]:
        work = Search(settings, seeds, world, world, panel, jury, Distinct(), lambda text: "")
        return [event async for event in work.run()]

    return asyncio.run(everything())


def judged(events: list[Event]) -> list[Question]:
    return [e for e in events if isinstance(e, Question) and e.status in ("confirmed", "unconfirmed")]


def found(world: World, seeds: list[Seed], settings: Settings) -> tuple[list[Event], Respondents, Respondents]:
    panel, jury = world.panel(FIRST), world.panel(BOTH)
    return search(world, seeds, settings, panel, jury), panel, jury


def gain(world: World, texts: list[str], seeds: list[Seed], models: range) -> float:
    """True divergence of some questions over that of the seeds."""
    chosen, before = (np.mean([world.truth(text, models) for text in of]) for of in (texts, [s.text for s in seeds]))
    return float(chosen / before)


def walked(seed: int, answers: int, count: int) -> tuple[World, list[Seed], list[str]]:
    """The control: as many changes as the answers pay for, none chosen for its score."""
    world = World(16, seed)
    seeds = world.seeds(40)
    rng = np.random.default_rng(seed)
    texts = [one.text for one in seeds]

    async def walk() -> None:
        for _ in range(answers // len(FIRST) - len(seeds)):
            parent = texts[rng.integers(len(texts))]
            texts.append(await world.explore(seeds[0], [], Question("", "", parent, "seed"), rng))

    asyncio.run(walk())
    return world, seeds, [texts[n] for n in rng.choice(len(texts), count, replace=False)]


@pytest.mark.long
def test_it_beats_a_random_walk_at_the_same_cost_on_models_it_never_asked() -> None:
    settings = Settings(permutations=99)
    on_panel, held_out, confirmed, null = [], [], [], []
    for seed in range(10):
        world = World(16, seed)
        seeds = world.seeds(40)
        events, panel, _ = found(world, seeds, replace(settings, seed=seed))
        accepted = [question.text for question in judged(events) if question.status == "confirmed"]
        control, starts, texts = walked(seed, panel.asked, settings.shortlist)
        on_panel.append(gain(world, accepted, seeds, BOTH) / gain(control, texts, starts, BOTH))
        held_out.append(gain(world, accepted, seeds, HELD_OUT) / gain(control, texts, starts, HELD_OUT))
        confirmed.append(gain(world, accepted, seeds, HELD_OUT))
        same = World(16, seed, apart=0.0)
        tried = judged(found(same, same.seeds(40), replace(settings, seed=seed))[0])
        null.append(np.mean([question.status == "confirmed" for question in tried]))
    assert sum(ratio >= 1.5 for ratio in on_panel) >= 8
    assert sum(ratio >= 1.3 for ratio in held_out) >= 8
    assert np.mean(confirmed) >= 4.0
    assert np.mean(null) <= 0.12


def test_equal_settings_give_equal_events_and_another_seed_others() -> None:
    def events(seed: int) -> list[Event]:
        world = World(8, 1)
        return found(world, world.seeds(20), replace(SMALL, seed=seed))[0]

    assert str(events(0)) == str(events(0))
    assert str(events(0)) != str(events(1))


def test_it_asks_no_more_than_it_said() -> None:
    world = World(8, 2)
    events, panel, jury = found(world, world.seeds(20), SMALL)
    tried = [q for e in events if isinstance(e, Pull) for q in e.questions]
    assert panel.asked == len(FIRST) * (8 + len(tried))
    assert jury.asked == len(BOTH) * SMALL.wordings * len(judged(events))
    assert panel.asked + jury.asked <= answers_at_most(SMALL, 20, len(FIRST), len(BOTH))


def test_caps_hold_and_lineage_leads_back_to_a_seed() -> None:
    world = World(8, 3)
    events, _, _ = found(world, world.seeds(20), replace(SMALL, pull_cap=2, topic_cap=2))
    pulls = [event for event in events if isinstance(event, Pull)]
    assert max([pull.topic for pull in pulls].count(topic) for topic in {pull.topic for pull in pulls}) <= 2
    topics = [question.topic for question in judged(events)]
    assert max(map(topics.count, topics)) <= 2
    by_id = {q.id: q for e in events for q in (e.questions if isinstance(e, Pull) else (e,))}
    for question in by_id.values():
        while question.parent:
            question = by_id[question.parent]
        assert question.origin == "seed"


def test_seeds_are_cut_to_what_the_pulls_can_explore_and_spread_over_categories() -> None:
    assert arms_for(Settings(pulls=60), 72) == 40 and arms_for(Settings(pulls=12), 72) == 8
    assert arms_for(Settings(pulls=1), 72) == 1 and arms_for(Settings(pulls=600), 5) == 5
    world = World(4, 0)
    work = Search(SMALL, world.seeds(40), world, world, world.panel(FIRST), world.panel(FIRST), Distinct())
    assert len({seed.category for seed in work.seeds.values()}) == 8


class Fixed:
    """Writes what it is told to; all models answer alike, or not at all."""

    models = ("a", "b", "c")

    def __init__(self, texts: list[str], silent: tuple[str, ...] = ()) -> None:
        self.texts, self.silent = texts, silent

    async def explore(self, *_: object) -> str:
        return self.texts.pop(0)

    async def refine(self, *_: object) -> str:
        return ""

    async def paraphrases(self, question: str, count: int) -> list[str]:
        return [question] * count

    async def shows(self, question: str) -> np.ndarray:
        return np.full(10, 0.5)

    async def answer(self, question: str, draw: int) -> Answered:
        there = 0.0 if question in self.silent else 3.0
        return Answered(np.zeros((3, 10)), np.full(3, there))


def test_what_is_dropped_says_why() -> None:
    seed = Seed("1", "Should cities ban cars from their centres?", "law")
    silent = "Should monks be allowed to own land?"
    part = Fixed(["Cars are bad.", "Should cities ban cars from the centres?", silent], (silent,))
    settings = replace(SMALL, pulls=1, width=3)

    async def everything() -> list[Event]:
        return [event async for event in Search(settings, [seed], part, part, part, part, Known()).run()]

    events = asyncio.run(everything())
    (pull,) = [event for event in events if isinstance(event, Pull)]
    assert [question.status for question in pull.questions] == ["invalid", "duplicate", "unanswered"]
    whys = [question.why for question in pull.questions]
    assert "question mark" in whys[0] and "similarity" in whys[1] and "two models" in whys[2]
    assert pull.reward == 0.0
    assert [question.status for question in judged(events)] == ["unconfirmed"]


def test_the_share_of_false_discoveries_is_stated() -> None:
    tried = [Question(str(n), "t", "", "seed", status="confirmed", p=0.01) for n in range(10)]
    tried += [Question(str(n), "t", "", "seed", status="unconfirmed", p=0.5) for n in range(30)]
    assert false_discoveries(tried, 0.05) == pytest.approx(0.05 * 40 / 10)
    assert np.isnan(false_discoveries(tried[10:], 0.05))
