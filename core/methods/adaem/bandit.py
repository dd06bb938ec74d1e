"""Which topic to explore next: topics as arms, chosen by an upper confidence bound on how informative theirs were."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

BONUS = 0.7
PULL_CAP = 8
TOPIC_CAP = 5
QUOTA = 0.05


@dataclass(frozen=True)
class Arm:
    """A topic: how often it was explored (the seed's own score counts once) and the mean reward, in [0, 1]."""

    topic: str
    pulls: int
    mean: float

    def pulled(self, rewards: Sequence[float]) -> "Arm":
        """The arm after one more pull that brought questions with these rewards; one that brought none earns 0."""
        earned = float(np.mean(rewards)) if rewards else 0.0
        return replace(self, pulls=self.pulls + 1, mean=self.mean + (earned - self.mean) / (self.pulls + 1))


@dataclass(frozen=True)
class Rewards:
    """From scores to rewards in [0, 1]: 0 at the seeds' 5 % quantile, 1 at 1.5 times their 95 % quantile."""

    low: float
    high: float

    def of(self, score: float) -> float:
        """The reward of one score."""
        return float(np.clip((score - self.low) / (self.high - self.low), 0.0, 1.0))


def rewards(seed_scores: Sequence[float]) -> Rewards:
    """The scale that the seeds' scores set. Raises ValueError without any."""
    if not len(seed_scores):
        raise ValueError("no seed was scored")
    low, high = np.quantile(np.asarray(seed_scores, dtype=float), [0.05, 0.95])
    return Rewards(float(low), float(max(1.5 * high, low + 1e-9)))


def bound(arm: Arm, total: int, bonus: float = BONUS) -> float:
    """The arm's upper confidence bound after `total` pulls of all arms: mean + bonus x sqrt(2 ln total / pulls). UCB1
    takes the budget for `total`, which never falls and so explores without end (AdAEM, Algorithm 1)."""
    return arm.mean + bonus * math.sqrt(2 * math.log(max(total, 2)) / arm.pulls)


def choose(arms: Sequence[Arm], cap: int = PULL_CAP, bonus: float = BONUS) -> Arm | None:
    """The arm with the highest bound among those pulled less than `cap` times since their seed, of equal ones the
    first; None when all are spent. Without the cap nearly all pulls go to one topic."""
    total = sum(arm.pulls for arm in arms)
    open_arms = [arm for arm in arms if arm.pulls - 1 < cap]
    return max(open_arms, key=lambda arm: bound(arm, total, bonus), default=None)


def shortlist(
    scored: Sequence[tuple[str, str, float]],
    leads: Mapping[str, str],
    most: int,
    topic_cap: int = TOPIC_CAP,
    quota: float = QUOTA,
) -> list[str]:
    """The ids of the questions to confirm: best score first, at most `topic_cap` a topic, and for every value that
    leads any question a share of at least `quota`.

    `scored` has (question, topic, score); `leads` names the value that each question elicits most, or the pair it was
    written for.
    """
    best = sorted(scored, key=lambda row: (-row[2], row[0]))
    share = max(1, math.ceil(quota * most))
    taken: list[str] = []
    topics: dict[str, int] = {}
    values: dict[str, int] = {}

    def take(question: str, topic: str) -> None:
        taken.append(question)
        topics[topic] = topics.get(topic, 0) + 1
        values[leads[question]] = values.get(leads[question], 0) + 1

    for needed in (True, False):  # first what the quotas ask for, then what is best
        for question, topic, _ in best:
            wanted = not needed or values.get(leads[question], 0) < share
            if len(taken) < most and wanted and question not in taken and topics.get(topic, 0) < topic_cap:
                take(question, topic)
    order = {question: place for place, (question, _, _) in enumerate(best)}
    return sorted(taken, key=order.__getitem__)
