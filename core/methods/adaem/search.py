"""The search for questions that tell models' values apart (AdAEM, arXiv 2505.13531, Algorithm 1), repaired.

Seeds are scored on the first panel, and each is an arm of a bandit from then on. A pull writes a few new questions on
one topic; each is scored, and refined while that helps. At the end the best are confirmed on fresh answers of both
panels to several wordings, since the scores that chose them are biased upward.

Differs from the paper: arms begin with their seed's score instead of one blind pull each; rewards are places among all
that was scored; pulls and questions per topic are capped; what is reported was confirmed.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import comb

import numpy as np

from core.methods.adaem import bandit
from core.methods.adaem.bandit import Arm
from core.methods.adaem.objective import (
    Floats,
    cross_paraphrase,
    disentanglement,
    gjs_marginal,
    informativeness,
    permutation_p,
    published_score,
    rates,
)
from core.methods.adaem.parts import Answered, Author, Pair, Panel, Question, Reader, Seed, Similarity
from core.methods.adaem.similarity import between
from core.methods.adaem.validity import unfit

LEAST_PULLS_PER_ARM = 1.5
SHOWN = 0.5  # from this probability on, an opinion is taken to show a value where the paper has yes or no


@dataclass(frozen=True)
class Settings:
    """`pulls`: how often a topic is explored (the budget B); `width`: questions a pull writes; `refinements`:
    rewritings tried of each; `near`: the similarity from which a question counts as asked before; `step`: what a
    rewriting must gain, in standard deviations of the seeds' scores; `shortlist`: how many go to confirmation, in
    `wordings` each, and are accepted at `level`; `patience`: after so many pulls in a row that brought nothing for
    the shortlist it ends (0: never). `quota`: the share of the shortlist that each value which leads any
    question is given. `per_pair`: questions written for each pair of values in turn, in the place of the free search
    by topics, `pulls` and `width` then having no say (0: the free search)."""

    seed: int = 0
    arms: int = 40
    pulls: int = 60
    width: int = 3
    refinements: int = 2
    shots: int = 5
    near: float = 0.5
    step: float = 0.25
    from_best: float = 0.7
    bonus: float = bandit.BONUS
    pull_cap: int = bandit.PULL_CAP
    topic_cap: int = bandit.TOPIC_CAP
    shortlist: int = 40
    wordings: int = 3
    permutations: int = 199
    level: float = 0.05
    patience: int = 0
    per_pair: int = 0
    quota: float = 0.05


@dataclass(frozen=True)
class Pull:
    """One pull: the arms as they were, the topic chosen, what became of its questions, and the mean reward."""

    number: int
    arms: tuple[Arm, ...]
    topic: str
    questions: tuple[Question, ...]
    reward: float


Event = Question | Pull


def pairs_of(values: Sequence[str]) -> list[tuple[str, str]]:
    """Every pair of values, the neighbours in the value system's order first."""
    return sorted(combinations(values, 2), key=lambda pair: values.index(pair[1]) - values.index(pair[0]))


def written_at_most(settings: Settings, values: int = 10) -> int:
    """How many questions are written, refinements not counted."""
    return settings.per_pair * comb(values, 2) if settings.per_pair else settings.pulls * settings.width


def arms_for(settings: Settings, available: int) -> int:
    """How many seeds are used: of those wanted and available, no more than the pulls can explore."""
    if settings.per_pair:
        return max(1, min(settings.arms, available))
    return max(1, min(settings.arms, available, int(settings.pulls / LEAST_PULLS_PER_ARM)))


def answers_at_most(settings: Settings, seeds: int, first: int, second: int, values: int = 10) -> int:
    """The most answers a search asks for, of a first panel of so many models and a second, larger one."""
    arms = arms_for(settings, seeds)
    written = written_at_most(settings, values) * (1 + settings.refinements)
    confirmed = min(settings.shortlist, arms + written) * settings.wordings
    return (arms + written) * first + confirmed * second


class Search:
    """One search. `panel` scores, `jury` (the larger panel, which may hold the first) confirms."""

    def __init__(
        self,
        settings: Settings,
        seeds: Sequence[Seed],
        author: Author,
        reader: Reader,
        panel: Panel,
        jury: Panel,
        known: Similarity,
        fit: Callable[[str], str] = unfit,
        values: Sequence[str] = (),
    ) -> None:
        """`values` are the ids of the value system, needed where every pair of them is to have its questions."""
        self.settings = settings
        self.seeds = {seed.id: seed for seed in _spread(seeds, arms_for(settings, len(seeds)))}
        self._author, self._reader, self._panel, self._jury = author, reader, panel, jury
        self._known, self._fit, self._values = known, fit, tuple(values)
        self._of_topic: dict[str, list[Question]] = {topic: [] for topic in self.seeds}
        self._brought: dict[str, list[list[float]]] = {}  # by topic and pull, the scores
        self._count = 0
        self._step = 0.0

    async def run(self) -> AsyncIterator[Event]:
        """Everything that happens, as it happens: seeds scored, pulls, and at the end the questions confirmed or not.
        Equal settings, seeds and answers give equal events."""
        await self._begin()
        for questions in self._of_topic.values():
            yield questions[0]
        pulls = self._by_pairs() if self.settings.per_pair else self._by_topics()
        async for pull in pulls:
            yield pull
        async for question in self._confirm():
            yield question

    async def _by_topics(self) -> AsyncIterator[Pull]:
        """Pull the arms as the bandit chooses."""
        since = 0
        for number in range(1, self.settings.pulls + 1):
            arms = bandit.arms_of(self._brought)
            arm = bandit.choose(arms, self.settings.pull_cap, self.settings.bonus)
            if arm is None or (self.settings.patience and since >= self.settings.patience):
                break
            best = bandit.ranked(self._brought)[-self.settings.shortlist :]
            made = await self._pull(arm, np.random.default_rng([self.settings.seed, number]))
            pull = self._taken(number, arms, arm.topic, made)
            yield pull
            found = max((question.score for question in made if question.status == "scored"), default=-np.inf)
            since = 0 if len(best) < self.settings.shortlist or found > best[0] else since + 1

    async def _by_pairs(self) -> AsyncIterator[Pull]:
        """Write the same number of questions for every pair of values, on the topics nearest to it in turn."""
        for number, pair in enumerate(pairs_of(self._values), 1):
            arms = bandit.arms_of(self._brought)
            rng = np.random.default_rng([self.settings.seed, number])
            topics = self._topics_for(pair, number)
            made: list[Question] = []
            for turn in range(self.settings.per_pair):
                made += await self._explored(topics[turn % len(topics)], rng, pair)
            yield self._taken(number, arms, "+".join(pair), made)

    def _taken(self, number: int, arms: list[Arm], topic: str, made: list[Question]) -> Pull:
        """The pull, once what it brought is counted: for its topic, or a pair's question for the topic it is on."""
        scored = [question for question in made if question.status == "scored"]
        if self.settings.per_pair:
            for question in scored:
                self._brought[question.topic].append([question.score])
        else:
            self._brought[topic].append([question.score for question in scored])
        among = bandit.ranked(self._brought)
        earned = [bandit.reward(question.score, among) for question in scored]
        return Pull(number, tuple(arms), topic, tuple(made), float(np.mean(earned)) if earned else 0.0)

    def _topics_for(self, pair: tuple[str, str], turn: int) -> list[Seed]:
        """The topics in the order they suit a pair: those of both values, of one, of none; equal ones take turns."""
        seeds = list(self.seeds.values())
        start = turn % len(seeds)
        return sorted(seeds[start:] + seeds[:start], key=lambda seed: -len({*seed.values} & {*pair}))

    async def _begin(self) -> None:
        """Score the seeds, of which each is an arm from then on. Raises ValueError where none could be scored."""
        for seed in self.seeds.values():
            self._known.add(seed.text)
            question = await self._scored(Question(self._new_id(), seed.id, seed.text, "seed"))
            self._of_topic[seed.id].append(question)
            self._brought[seed.id] = [[question.score] if question.status == "scored" else []]
        scores = bandit.ranked(self._brought)
        if not scores:
            raise ValueError("no seed was scored")
        self._step = self.settings.step * float(np.std(scores))

    async def _pull(self, arm: Arm, rng: np.random.Generator) -> list[Question]:
        made: list[Question] = []
        for _ in range(self.settings.width):
            made += await self._explored(self.seeds[arm.topic], rng)
        return made

    async def _explored(self, seed: Seed, rng: np.random.Generator, pair: Pair = ()) -> list[Question]:
        """A new question and its refinements, all that were tried."""
        siblings = sorted(self._scored_of(seed.id), key=lambda question: -question.score)
        if not siblings:
            siblings = self._of_topic[seed.id][:1]
        parent = siblings[0] if rng.random() < self.settings.from_best else siblings[rng.integers(len(siblings))]
        text = await self._author.explore(seed, siblings[: self.settings.shots], parent, rng, pair)
        named = "+".join(pair)
        question = await self._tried(Question(self._new_id(), seed.id, text, "explore", parent.id, pair=named))
        made = [question]
        for _ in range(self.settings.refinements):
            if question.status != "scored":
                break
            better = await self._author.refine(seed, question, rng)
            refined = await self._tried(Question(self._new_id(), seed.id, better, "refine", question.id, pair=named))
            made.append(refined)
            if not refined.score - question.score > self._step:  # also where it has no score
                break
            question = refined
        self._of_topic[seed.id] += made
        return made

    async def _tried(self, question: Question) -> Question:
        """The question scored, unless it cannot be asked or was asked before."""
        if reason := self._fit(question.text):
            return replace(question, status="invalid", why=reason)
        nearness = self._known.nearness(question.text)
        if nearness > self.settings.near:
            return replace(question, status="duplicate", why=f"Its similarity to what was asked is {nearness:.2f}.")
        self._known.add(question.text)
        return await self._scored(question)

    async def _scored(self, question: Question) -> Question:
        answers = await self._panel.answer(question.text, 0)
        if answers.answered < 2:
            return replace(question, status="unanswered", why="Fewer than two models gave an opinion.")
        there = answers.opinions > 0
        found = rates(answers.shown, answers.opinions)
        shown = await self._reader.shows(question.text)
        return replace(
            question,
            score=informativeness(found[there], shown),
            divergence=gjs_marginal(found[there]),
            distance=disentanglement(found[there], shown),
            rates=found,
            published=_published(answers, shown),
        )

    def _scored_of(self, topic: str) -> list[Question]:
        return [question for question in self._of_topic[topic] if question.status == "scored"]

    async def _confirm(self) -> AsyncIterator[Question]:
        """Ask the best ones of the jury anew, in several wordings."""
        every = {question.id: question for topic in self.seeds for question in self._scored_of(topic)}
        scored = [(question.id, question.topic, question.score) for question in every.values()]
        leads = {question.id: question.pair or str(question.lead) for question in every.values()}
        rng = np.random.default_rng([self.settings.seed, 0])
        cap, quota = self.settings.topic_cap, self.settings.quota
        if self.settings.per_pair:  # what is spread over the pairs needs no spreading over topics
            cap, quota = self.settings.shortlist, 1 / comb(len(self._values), 2)
        for name in bandit.shortlist(scored, leads, self.settings.shortlist, cap, quota):
            wordings = await self._author.paraphrases(every[name].text, self.settings.wordings)
            rounds = [await self._jury.answer(text, 1 + place) for place, text in enumerate(wordings)]
            yield self._judged(replace(every[name], wordings=tuple(wordings)), rounds, rng)

    def _judged(self, question: Question, rounds: Sequence[Answered], rng: np.random.Generator) -> Question:
        """Confirmed if the models that answered every wording differ by more than chance."""
        there = np.all([answers.opinions > 0 for answers in rounds], axis=0)
        if len(rounds) < 2 or there.sum() < 2:
            return replace(question, status="unconfirmed", why="Fewer than two models answered two wordings.")
        p = np.array([answers.shown[there] / answers.opinions[there, None] for answers in rounds])
        across, chance = cross_paraphrase(p), permutation_p(p, self.settings.permutations, rng)
        confirmed = chance <= self.settings.level and across > 0
        return replace(question, status="confirmed" if confirmed else "unconfirmed", across=across, p=chance)

    def _new_id(self) -> str:
        self._count += 1
        return f"q{self._count:05d}"


def _published(answers: Answered, question: Floats) -> float:
    """The paper's black-box score; NaN where fewer than two models' opinions are known one by one."""
    said = [one for one in answers.said if len(one.shows)]
    if len(said) < 2:
        return float("nan")
    similarity = between([one.points for one in said])
    return published_score([one.shows >= SHOWN for one in said], question >= SHOWN, similarity)


def false_discoveries(questions: Sequence[Question], level: float) -> float:
    """The share of the confirmed that chance alone would bring, at most: level x tried / confirmed, in [0, 1]; NaN
    where nothing was confirmed (Benjamini & Hochberg 1995, with all null)."""
    tried = [question for question in questions if not np.isnan(question.p)]
    confirmed = sum(question.status == "confirmed" for question in tried)
    return min(1.0, level * len(tried) / confirmed) if confirmed else float("nan")


def _spread(seeds: Sequence[Seed], count: int) -> list[Seed]:
    """So many of the seeds, taken in turn from every category."""
    by_category: dict[str, list[Seed]] = {}
    for seed in seeds:
        by_category.setdefault(seed.category, []).append(seed)
    turns = [group[n] for n in range(len(seeds)) for group in by_category.values() if n < len(group)]
    return turns[:count]
