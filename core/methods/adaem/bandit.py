"""Which topic to explore next: topics as arms, chosen by an upper confidence bound on how informative theirs were.

A question's reward is its place among all that were scored so far. A scale that the seeds' scores set once is soon left
behind: what a search finds exceeds it everywhere, all topics earn 1, and the good ones are no longer told apart.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

BONUS = 0.35
PULL_CAP = 8
TOPIC_CAP = 5
QUOTA = 0.05


@dataclass(frozen=True)
class Arm:
    """A topic: how often it was explored (the seed's own score counts once) and the mean reward, in [0, 1]."""

    topic: str
    pulls: int
    mean: float


def reward(score: float, among: Sequence[float]) -> float:
    """The share of the scores `among`, in ascending order, that lie below, equal ones counting half: in [0, 1]."""
    below, to = np.searchsorted(among, [score], "left")[0], np.searchsorted(among, [score], "right")[0]
    return float(below + to) / 2 / len(among)


def arms_of(brought: Mapping[str, Sequence[Sequence[float]]]) -> list[Arm]:
    """The arms as they stand: for each topic the scores that its pulls brought, the seed's first. A pull that brought
    none counts as one question that earns 0."""
    among = ranked(brought)
    arms = []
    for topic, pulls in brought.items():
        earned = [each for scores in pulls for each in ([reward(score, among) for score in scores] or [0.0])]
        arms.append(Arm(topic, len(pulls), float(np.mean(earned))))
    return arms


def ranked(brought: Mapping[str, Sequence[Sequence[float]]]) -> list[float]:
    """All scores in ascending order."""
    return sorted(score for pulls in brought.values() for scores in pulls for score in scores)


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
