import asyncio
import tomllib
from itertools import combinations

import numpy as np
import pytest

from core.errors import UserError
from core.methods.adaem.grammar import GrammarAuthor, grammar
from core.methods.adaem.parts import Question, Seed
from core.methods.adaem.seeds import read_seeds, seeds
from core.methods.adaem.validity import unfit
from core.paths import DATA
from core.values.system import SCHWARTZ, system

SEED = Seed(
    "1", "Should cameras recognise faces in every underground station?", "technology", "", ("security", "power")
)


def written(author: GrammarAuthor, count: int, seed: int = 0) -> list[Question]:
    """A chain of questions, each made of the one before: explored, then refined twice."""

    async def chain() -> list[Question]:
        rng = np.random.default_rng(seed)
        made = [Question("q0", SEED.id, SEED.text, "seed")]
        while len(made) <= count:
            parent = made[-1]
            if len(made) % 3 == 1:
                text = await author.explore(SEED, [], parent, rng)
            else:
                text = await author.refine(SEED, parent, rng)
            made.append(Question(f"q{len(made)}", SEED.id, text, "explore") if text else made[0])
        return made[1:]

    return asyncio.run(chain())


def test_questions_are_new_fit_and_the_same_for_the_same_draws() -> None:
    texts = [question.text for question in written(GrammarAuthor(), 60)]
    assert texts == [question.text for question in written(GrammarAuthor(), 60)]
    assert texts != [question.text for question in written(GrammarAuthor(), 60, 1)]
    assert len(set(texts)) > 50 and [unfit(text) for text in set(texts)] == [""] * len(set(texts))


def test_every_phrase_of_every_value_fits_the_shipped_topics() -> None:
    """Most combinations are short enough to be asked; every value can gain and lose."""
    known = system(SCHWARTZ).ids
    assert set(grammar().gains) == set(grammar().costs) == set(known)
    rooms = [unfit(seed.text) for seed in seeds()]
    assert rooms == [""] * len(rooms)
    author, rng = GrammarAuthor(), np.random.default_rng(0)
    texts = []
    for seed in seeds():
        question = Question("q", seed.id, seed.text, "seed")
        texts += [asyncio.run(author.explore(seed, [], question, rng)) for _ in range(5)]
    assert sum(bool(text) for text in texts) > 0.9 * len(texts)
    assert not [text for text in texts if text and unfit(text)]


def test_all_pairs_of_values_come_up() -> None:
    author, rng = GrammarAuthor(), np.random.default_rng(0)
    seed = Seed("1", "Should cities ban cars?", "law")
    question = Question("q", "1", seed.text, "seed")
    for _ in range(600):
        asyncio.run(author.explore(seed, [], question, rng))
    pairs = {frozenset((made.gain[0], made.cost[0])) for _, made in author._made.values()}
    assert pairs >= {frozenset(pair) for pair in combinations(system(SCHWARTZ).ids, 2)}


def test_paraphrases_ask_the_same_and_begin_with_the_question() -> None:
    found = asyncio.run(GrammarAuthor().paraphrases("Should cities ban cars?", 3))
    assert found == [
        "Should cities ban cars?",
        "In your view, should cities ban cars?",
        "Put plainly, should cities ban cars?",
    ]
    assert [unfit(text) for text in found] == ["", "", ""]


def test_seeds_are_many_spread_over_nine_categories_and_regions_and_belong_to_the_values() -> None:
    every = seeds()
    assert len(every) >= 60 and len({seed.id for seed in every}) == len({seed.text for seed in every}) == len(every)
    raw = tomllib.loads((DATA / "adaem" / "seeds.toml").read_text(encoding="utf-8"))
    assert {seed.category for seed in every} == set(raw["categories"].values()) and len(raw["categories"]) == 9
    assert len({seed.region for seed in every}) >= 8
    assert {value for seed in every for value in seed.values} == set(system(SCHWARTZ).ids)


def test_own_seeds_are_read_and_what_cannot_be_asked_is_told_by_its_row() -> None:
    data = b"Text,region\nShould cities ban cars?,Europe\nWhy?,\n\nShould cities  ban cars?,\nIs it right to lie?,"
    found, problems = read_seeds(data, "own.csv")
    assert [(seed.id, seed.text, seed.category, seed.region) for seed in found] == [
        ("own-1", "Should cities ban cars?", "Own questions", "Europe"),
        ("own-2", "Is it right to lie?", "Own questions", ""),
    ]
    assert [(problem.row, problem.field) for problem in problems] == [(3, "text"), (5, "text")]
    assert "1 words" in problems[0].message and "twice" in problems[1].message
    with pytest.raises(UserError, match="needs one column text"):
        read_seeds(b"question\nIs it?\n", "own.csv")
