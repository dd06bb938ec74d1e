"""A new model on a pool of questions that others have answered: which question to ask next, and when to stop.

What is estimated is the profile that the whole pool would give: by value, the mean share of opinions that show it. What
was asked is known, the rest predicted from the model's traits (tinyBenchmarks, arXiv 2402.14992), which the questions'
levels and slopes tie to its answers. The next question is the one from which that estimate's variance is expected to
fall most, as in adaptive testing (Fluid Benchmarking, arXiv 2509.11106; ATLAS, arXiv 2511.04689), over the values that
have not reached the target yet.
"""

from dataclasses import dataclass

import numpy as np

from core.analysis.bootstrap import Floats
from core.analysis.latent_trait import WEIGHTS, Items

LEVEL = 1.959964  # a 95 % interval


@dataclass(frozen=True)
class Profile:
    """By value (d): the share of opinions (0..1) that the whole pool is expected to show, its standard error, and the
    95 % interval; `asked` questions gave an answer, `unanswered` gave none."""

    share: Floats
    error: Floats
    low: Floats
    high: Floats
    asked: int
    unanswered: int


class Sitting:
    """One model's way through the pool. All state follows from the answers taken, so a sitting is repeated by taking
    the same answers again."""

    def __init__(self, items: Items, opinions: float = 3.0) -> None:
        """`opinions` is how many an answer usually has."""
        self._items, self._usual = items, max(opinions, 1.0)
        self._curves, self._doubt = items.curves, items.doubt
        values, self._questions = items.level.shape
        self._log: Floats = np.tile(np.log(WEIGHTS), (values, 1))
        self._shares: dict[int, Floats] = {}
        self._silent: set[int] = set()

    @property
    def taken(self) -> tuple[int, ...]:
        """The questions that were put to the model, answered or not, in order of their places."""
        return tuple(sorted({*self._shares, *self._silent}))

    def take(self, question: int, shown: Floats, opinions: float) -> None:
        """An answer: `shown` (d) sums the probabilities that an opinion shows the value, over `opinions` of them. An
        answer without any says nothing; its question is not asked again and stays predicted."""
        if question in self._shares or question in self._silent:
            raise ValueError(f"question {question} was asked already")
        if opinions <= 0:
            self._silent.add(question)
            return
        p = self._curves[:, question]
        weight = 1 / (self._items.excess + self._doubt_at(question) * opinions)
        log = shown[:, None] * np.log(p) + (opinions - shown)[:, None] * np.log1p(-p)
        self._log = self._log + weight[:, None] * log
        self._shares[question] = shown / opinions

    def profile(self) -> Profile:
        """What is known now."""
        known, rest = sorted(self._shares), self._left()
        means, factor, noise = self._predicted(rest)
        total = means.sum(axis=1) + sum((self._shares[q] for q in known), np.zeros(len(means)))
        error = np.sqrt(_variance(factor.sum(axis=1), noise.sum(axis=1))) / self._questions
        share = total / self._questions
        low, high = np.clip(share - LEVEL * error, 0, 1), np.clip(share + LEVEL * error, 0, 1)
        return Profile(share, error, low, high, len(known), len(self._silent))

    def reached(self, target: float) -> bool:
        """Whether every value's standard error is down to the target."""
        return bool(np.all(self.profile().error <= target))

    def next(self, count: int, target: float = 0.0) -> list[int]:
        """The `count` questions to ask next, the most telling first; fewer when fewer are left, none when the target is
        reached. Within a batch each is chosen as if the ones before had been answered as expected."""
        rest = self._left()
        _, factor, noise = self._predicted(rest)
        unknown = np.ones(len(rest))
        asked = np.array([question in self._silent for question in rest])
        with_rest = np.einsum("dqg,dg->dq", factor, factor.sum(axis=1)) + noise
        varies = np.sum(factor**2, axis=2) + noise
        before: list[tuple[Floats, Floats]] = []
        chosen: list[int] = []
        while len(chosen) < count and not asked.all():
            left = with_rest @ unknown
            wanting = left > (target * self._questions) ** 2
            if not wanting.any():
                break
            falls = np.sum((with_rest**2 / varies)[wanting] / left[wanting, None], axis=0)
            best = int(np.argmax(np.where(asked, -1.0, falls)))
            column = np.einsum("dqg,dg->dq", factor, factor[:, best])
            for earlier, scale in before:
                column -= earlier * (earlier[:, best] / scale)[:, None]
            scale = varies[:, best]
            with_rest = with_rest - column * (with_rest[:, best] / scale)[:, None]
            varies = varies - column**2 / scale[:, None]
            before.append((column, scale))
            chosen.append(rest[best])
            asked[best], unknown[best] = True, 0.0
        return chosen

    def _left(self) -> list[int]:
        """The questions that are predicted: not asked, or not answered."""
        return [question for question in range(self._questions) if question not in self._shares]

    def _doubt_at(self, question: int) -> Floats:
        """How much more an answer varies for the question's level and slope being known roughly, in units of the
        variance of one opinion, by value."""
        p = self._curves[:, question]
        weights = self._posterior()
        return np.asarray(
            np.sum(weights * self._doubt[:, question], axis=1) / np.sum(weights * p * (1 - p), axis=1), dtype=np.float64
        )

    def _posterior(self) -> Floats:
        found = np.exp(self._log - self._log.max(axis=1, keepdims=True))
        return np.asarray(found / found.sum(axis=1, keepdims=True), dtype=np.float64)

    def _predicted(self, questions: list[int]) -> tuple[Floats, Floats, Floats]:
        """Of some questions: expected shares (d x q), a factor (d x q x 51) of their covariance for not knowing the
        traits, and the variance of each around its expectation (d x q)."""
        p, doubt, weights = self._curves[:, questions], self._doubt[:, questions], self._posterior()
        means = np.einsum("dqg,dg->dq", p, weights)
        factor = (p - means[..., None]) * np.sqrt(weights)[:, None, :]
        of_answers = self._items.excess[:, None] * np.einsum("dqg,dg->dq", p * (1 - p), weights) / self._usual
        return means, factor, of_answers + np.einsum("dqg,dg->dq", doubt, weights)


def _variance(factor: Floats, noise: Floats) -> Floats:
    return np.asarray(np.sum(factor**2, axis=1) + noise, dtype=np.float64)
