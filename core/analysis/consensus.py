"""One reading out of several: what to hold for true when recognisers, passes or people read one answer differently.

Readings are codes, answers x judges: 0 to K - 1 for the categories (such as opposes, neutral, supports, or absent,
present), -1 for none, as pandas' categoricals number them. Answer and value together make a row.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.special import logsumexp

from core.analysis.bootstrap import Floats
from core.analysis.estimates import Codes

UNDECIDED = -1
SMOOTHING = 0.5
MIN_JUDGES = 3


@dataclass(frozen=True)
class Majority:
    """Per answer: the category read most often, UNDECIDED when several are or none was read; the share of the readings
    it has (that of each of the level ones; NaN without readings); the number of readings."""

    category: Codes
    share: Floats
    n_readings: Codes


def majority(readings: Codes, n_categories: int) -> Majority:
    """The plurality of the readings, each judge counting the same."""
    votes = _one_hot(readings, n_categories).sum(axis=1)
    most, total = votes.max(axis=1), votes.sum(axis=1)
    decided = (votes == most[:, None]).sum(axis=1) == 1
    with np.errstate(invalid="ignore"):
        share = most / total
    return Majority(np.where(decided, votes.argmax(axis=1), UNDECIDED), share, total.astype(np.int64))


def mean_strength(strengths: Floats) -> tuple[Floats, Codes]:
    """The mean of the strengths of each answer (answers x judges, NaN = not read; in [-1, 1] or [0, 1] as they are),
    NaN without any, and how many there are."""
    read = ~np.isnan(strengths)
    n = read.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.where(read, strengths, 0.0).sum(axis=1) / n, n


@dataclass(frozen=True)
class DawidSkene:
    """`posterior` (answers x K): the probability of each category; NaN for answers nobody read. `confusion`
    (judges x K x K): how probably a judge reads the column when the row is true; NaN for a judge without readings.
    `prior` (K): how common the categories are. `log_likelihood` of the readings (natural logarithm, at most 0).
    `reason`: why there is no fit, all figures being NaN then; empty if there is."""

    posterior: Floats
    confusion: Floats
    prior: Floats
    log_likelihood: float
    iterations: int
    converged: bool
    reason: str = ""

    @property
    def category(self) -> Codes:
        """The most probable category of each answer, UNDECIDED where several are equally so or nobody read it."""
        best = self.posterior.max(axis=1, keepdims=True)
        top = self.posterior >= best - 1e-9
        return np.where(top.sum(axis=1) == 1, top.argmax(axis=1), UNDECIDED)


def dawid_skene(
    readings: Codes,
    n_categories: int,
    smoothing: float = SMOOTHING,
    tolerance: float = 1e-7,
    max_iterations: int = 2000,
) -> DawidSkene:
    """Maximum-likelihood truth and errors by EM (Dawid & Skene 1979, Applied Statistics 28(1), eqs. 2.3-2.5), the
    judges taken to err independently of each other given the truth.

    `smoothing`: readings added to each cell of each judge's table and to each category, greater than 0 (the mode under
    a Dirichlet(1 + smoothing) prior), so that what few readings never show is not held impossible. It has converged
    when no posterior moves by more than `tolerance`.

    The likelihood is the same whatever the categories are called, so EM starts from the shares of the votes and the
    result is named so that posteriors and votes agree most: if most readings of a category are wrong, so is the result.
    Errors can be told from truth only with three judges and two categories.
    """
    n_judges = readings.shape[1]
    votes = _one_hot(readings, n_categories)
    reason = _unfit(votes)
    if reason:
        return _no_fit(len(readings), n_judges, n_categories, reason)
    read = votes.any(axis=(1, 2))
    table = votes[read].reshape(read.sum(), -1)
    start = votes[read].sum(axis=1)
    posterior = start / start.sum(axis=1, keepdims=True)
    for iteration in range(1, max_iterations + 1):  # noqa: B007
        before = posterior
        posterior, _ = _truth(table, *_errors(table, before, smoothing))
        if np.abs(posterior - before).max() <= tolerance:
            break
    converged = bool(np.abs(posterior - before).max() <= tolerance)
    posterior = posterior[:, _names(posterior, start)]
    prior, confusion = _errors(table, posterior, smoothing)
    posterior, log_likelihood = _truth(table, prior, confusion)
    everywhere = np.full((len(readings), n_categories), np.nan)
    everywhere[read] = posterior
    confusion[:, ~votes.any(axis=(0, 2))] = np.nan
    return DawidSkene(everywhere, confusion.swapaxes(0, 1), prior, log_likelihood, iteration, converged)


def _one_hot(readings: Codes, n_categories: int) -> Floats:
    """Answers x judges x K, a row of zeros for no reading."""
    votes: Floats = (readings[:, :, None] == np.arange(n_categories)).astype(np.float64)
    return votes


def _unfit(votes: Floats) -> str:
    if votes.any(axis=(0, 2)).sum() < MIN_JUDGES:
        return f"Fewer than {MIN_JUDGES} judges: their errors cannot be told from the truth."
    if votes.any(axis=(0, 1)).sum() < 2:
        return "Only one category was read: nothing shows how the judges err."
    return ""


def _no_fit(n_answers: int, n_judges: int, size: int, reason: str) -> DawidSkene:
    posterior, confusion = np.full((n_answers, size), np.nan), np.full((n_judges, size, size), np.nan)
    return DawidSkene(posterior, confusion, np.full(size, np.nan), np.nan, 0, False, reason)


def _errors(table: Floats, posterior: Floats, smoothing: float) -> tuple[Floats, Floats]:
    """M step: prior (K) and confusion (K x judges x K) from the readings (answers x judges·K)."""
    size = posterior.shape[1]
    cells = (posterior.T @ table).reshape(size, -1, size) + smoothing
    common = posterior.sum(axis=0) + smoothing
    return common / common.sum(), cells / cells.sum(axis=2, keepdims=True)


def _truth(table: Floats, prior: Floats, confusion: Floats) -> tuple[Floats, float]:
    """E step: posterior (answers x K) and the log-likelihood of the readings."""
    joint = np.log(prior) + table @ np.log(confusion).reshape(len(prior), -1).T
    evidence = logsumexp(joint, axis=1, keepdims=True)
    posterior: Floats = np.exp(joint - evidence)
    return posterior, float(evidence.sum())


def _names(posterior: Floats, start: Floats) -> NDArray[np.intp]:
    """Which of the found categories is which: the assignment under which the most votes agree with the posterior."""
    order: NDArray[np.intp] = linear_sum_assignment(start.T @ posterior, maximize=True)[1]
    return order
