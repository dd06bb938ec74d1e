"""How far a ranking hangs on the weights: acceptability over many weightings, the nearest upset, one value left out."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq, linprog
from scipy.special import betaln, xlogy
from scipy.stats import kendalltau

from core.analysis.alignment import STATISTICS, Statistic, profile_match, ranks
from core.analysis.bootstrap import Floats, with_unseen
from core.analysis.pluralism import profile_map
from core.analysis.scores import Scores
from core.errors import UserError

WEIGHT_DRAWS = 10_000  # the standard error of a share is at most 0.005
NEAR = 0.1
UNSEEN_SEED = 2998  # none that draws weightings: what items hide must not depend on them
LEVEL_BELOW = 1e-9  # scores closer than this are equal: rounding must not decide


def all_weightings(n_values: int, rng: np.random.Generator, n_draws: int = WEIGHT_DRAWS) -> Floats:
    """Weights uniform on the simplex, n_draws x V: every weighting is as likely as any other (Dirichlet(1, ..., 1))."""
    return rng.dirichlet(np.ones(n_values), n_draws)


def weightings_near(
    profile: Floats, rng: np.random.Generator, distance: float = NEAR, n_draws: int = WEIGHT_DRAWS
) -> Floats:
    """Weights around `profile` (V, summing to 1), n_draws x V: Dirichlet(kappa · profile), whose mean is the profile,
    with kappa such that the mean total variation distance from it is `distance`: 0.1 moves on average a tenth of all
    weight from some values to others. A weight of 0 stays 0."""
    drawn = rng.standard_gamma(concentration(profile, distance) * profile, (n_draws, len(profile)))
    near: Floats = drawn / drawn.sum(axis=1, keepdims=True)
    return near


def mean_distance(profile: Floats, kappa: float) -> float:
    """The mean total variation distance of Dirichlet(kappa · profile) from its mean. Exact: half the sum of the mean
    absolute deviations of Beta(a, b), 2 a^a b^b / (B(a, b) (a + b)^(a + b + 1)). For large kappa near
    0.4 · Σ_v √(w_v (1 - w_v) / (kappa + 1)); it falls from 1 - Σ w² (kappa to 0) to 0."""
    a = kappa * profile[profile > 0]
    b = kappa - a
    some = b > 0
    a, b = a[some], b[some]
    logs = np.log(2) + xlogy(a, a) + xlogy(b, b) - betaln(a, b) - xlogy(kappa + 1, kappa)
    return float(np.exp(logs).sum() / 2)


def concentration(profile: Floats, distance: float) -> float:
    """The kappa at which `mean_distance` is `distance`. For equal weights on ten values: 142 for 0.1, 35 for 0.2.

    Raises UserError when no kappa from 1 to 10^7 gives it: with all weight on one value, no weights lie near.
    """
    ends = np.log([1.0, 1e7])
    if not mean_distance(profile, 1e7) < distance < mean_distance(profile, 1.0):
        raise UserError(
            f"No weights lie {distance:.0%} from this profile on average: spread its weights over more values."
        )
    return float(np.exp(brentq(lambda log: mean_distance(profile, np.exp(log)) - distance, *ends)))


@dataclass(frozen=True)
class Acceptability:
    """Stochastic multicriteria acceptability analysis over weightings of M models, R of which can be ranked.

    `ranks` (M x R, shares in [0, 1]): for what share of the weightings the model has rank 1, 2, ...; rows and columns
    sum to 1. `central` (M x V): the mean of the weights for which the model is first, what those hold dear who should
    prefer it; NaN if it never is. `confidence` (M, in [0, 1]): for what share of the bootstrap draws the model is first
    at its central weights. Models that are level share their ranks. NaN rows: n too small, or a value without a score.
    """

    models: tuple[str, ...]
    ranks: Floats
    central: Floats
    confidence: Floats

    @property
    def order(self) -> NDArray[np.int64]:
        """The models' indices, most often first first; those that cannot be ranked last."""
        keys = np.nan_to_num(self.ranks, nan=-1.0)
        return np.lexsort(-keys.T[::-1]) if keys.size else np.arange(len(self.models))


def acceptability(
    scores: Scores, weights: Floats, statistic: str = "weighted_sum", uncertain: bool = True
) -> Acceptability:
    """SMAA-2 (Lahdelma, Hokkanen & Salminen 1998, EJOR 106; Lahdelma & Salminen 2001, Operations Research 49(3)) over
    `weights` (N x V, each summing to 1). With `uncertain`, weights and scores vary together: each bootstrap draw is
    ranked under its own share of the weightings; otherwise the scores are taken as exact. Ipsatised scores give the
    analysis of the centred weighted sum. A resample that holds no item of a model's value takes the value's mean.

    Raw scores on which all items of a model agree do not vary from draw to draw, which would be false certainty: the
    draws, also those of `confidence`, hold what unseen items may change (`bootstrap.with_unseen`). Where the bootstrap
    varies, nothing is added."""
    known = np.flatnonzero(~np.isnan(scores.low).any(axis=1))
    mean = scores.mean[known]
    rng = np.random.default_rng(UNSEEN_SEED)
    draws = with_unseen(mean, scores.draws[:, known], scores.n_items[known], scores.bounds, rng)
    aligned = _varied(draws, weights, statistic) if uncertain else STATISTICS[statistic][1](mean, weights).T
    defined = ~np.isnan(aligned).any(axis=1)  # no weighting that is constant has a match
    shares, wins = _rank_shares(aligned[defined])
    size, n_values = len(scores.models), weights.shape[1]
    accepted, central = np.full((size, len(known)), np.nan), np.full((size, n_values), np.nan)
    confidence = np.full(size, np.nan)
    accepted[known] = shares
    total = wins.sum(axis=0)
    won = np.flatnonzero(total > 0)
    central[known[won]] = (wins.T @ weights[defined])[won] / total[won, None]
    confidence[known[won]] = _confidence(draws, central[known[won]], won, statistic)
    return Acceptability(scores.models, accepted, central, confidence)


def explore(
    scores: Scores, weights: Floats, statistic: str, distance: float | None, uncertain: bool = True, seed: int = 0
) -> Acceptability:
    """Acceptability over all weightings, or over those that lie `distance` from `weights` on average."""
    rng = np.random.default_rng(seed)
    drawn = all_weightings(len(weights), rng) if distance is None else weightings_near(weights, rng, distance)
    return acceptability(scores, drawn, statistic, uncertain)


def _varied(draws: Floats, weights: Floats, statistic: str) -> Floats:
    """N x M: the statistic of N weightings, dealt out evenly over the B draws of scores."""
    function, draws, weights = _ready(statistic, draws, weights)
    parts = np.array_split(weights, min(len(draws), len(weights)))
    return np.concatenate([function(d, w).T for d, w in zip(draws, parts, strict=False)])


def _ready(statistic: str, draws: Floats, weights: Floats) -> tuple[Statistic, Floats, Floats]:
    """The function to call draw by draw. To rank the values draw by draw would be slow: all are ranked here at once."""
    if statistic == "rank_match":
        return profile_match, ranks(draws), ranks(weights)
    return STATISTICS[statistic][1], draws, weights


def _confidence(draws: Floats, central: Floats, won: NDArray[np.int64], statistic: str) -> Floats:
    """How often each model of `won` is first at its own row of `central`, over the draws (shared when level)."""
    function, draws, central = _ready(statistic, draws, central)
    times = np.zeros(len(won))
    for draw in draws:  # one draw at a time: all at once would need B x M x M numbers
        times += _wins(function(draw, central).T)[np.arange(len(won)), won]
    return times / len(draws)


def _rank_shares(aligned: Floats) -> tuple[Floats, Floats]:
    """From N x M alignments: the share of rows in which a model has a rank (M x M, ranks in columns), and each row's
    first place (N x M, 1 or a share of it). k level models get 1 / k of each of the k ranks they take up."""
    rows, size = aligned.shape
    order = np.argsort(-aligned, axis=1)
    gaps = -np.diff(np.take_along_axis(aligned, order, axis=1), axis=1) > LEVEL_BELOW
    place = np.arange(size)
    starts = np.concatenate([np.ones((rows, 1), bool), gaps], axis=1)
    ends = np.concatenate([gaps, np.ones((rows, 1), bool)], axis=1)
    start = np.maximum.accumulate(np.where(starts, place, 0), axis=1)
    stop = np.minimum.accumulate(np.where(ends, place + 1, size)[:, ::-1], axis=1)[:, ::-1]
    each = 1 / (stop - start)
    # A model enters its ranks at `start` and leaves them at `stop`: summed along the ranks, this is its share of each.
    across, width = order * (size + 1), size + 1
    steps = np.bincount((across + start).ravel(), each.ravel(), size * width)
    steps -= np.bincount((across + stop).ravel(), each.ravel(), size * width)
    shares = np.maximum(steps.reshape(size, width).cumsum(axis=1)[:, :size] / max(rows, 1), 0)
    return shares, _wins(aligned)


def _wins(aligned: Floats) -> Floats:
    """Each row's first place as 1 for the best, or shared by those that are level with it; NaN rows count for none."""
    if not aligned.size:
        return np.zeros_like(aligned)
    best = aligned >= aligned.max(axis=1, keepdims=True) - LEVEL_BELOW
    won: Floats = best / np.maximum(best.sum(axis=1, keepdims=True), 1)
    return won


@dataclass(frozen=True)
class Change:
    """`weights` (V, summing to 1) at which `rival` draws level with the best, and how far they are from those before:
    the total variation distance, the share of all weight (0 to 1) that has to move."""

    rival: str
    weights: Floats
    distance: float


def change_for(scores: Scores, weights: Floats, rival: str) -> Change | None:
    """The smallest change of `weights` (V, summing to 1) after which no model has a higher weighted sum than `rival`;
    None when no weighting does. Exact: a linear program over what each value gains and loses. Models without a score on
    one of the values do not compete."""
    known = ~np.isnan(scores.mean).any(axis=1)
    own = scores.mean[scores.models.index(rival)]
    if np.isnan(own).any():
        return None
    lead = own - scores.mean[known]
    size = len(weights)
    found = linprog(
        np.full(2 * size, 0.5),  # gains, then losses
        A_ub=np.hstack([-lead, lead]),
        b_ub=lead @ weights,
        A_eq=np.concatenate([np.ones(size), -np.ones(size)])[None],
        b_eq=[0.0],
        bounds=[(0, 1)] * size + [(0, weight) for weight in weights],
    )
    if not found.success:
        return None
    moved = np.clip(weights + found.x[:size] - found.x[size:], 0, None)
    return Change(rival, moved / moved.sum(), float(np.abs(moved / moved.sum() - weights).sum() / 2))


def nearest_change(scores: Scores, weights: Floats) -> Change | None:
    """The smallest change of `weights` that costs the best model of the weighted sum its lead; None when no weighting
    does, or when fewer than two models compete. Exact, in closed form: whoever is overtaken first by anyone is
    overtaken by the new best, so each rival need only be compared with the present best."""
    known = [name for name, row in zip(scores.models, scores.mean, strict=True) if not np.isnan(row).any()]
    mean = scores.only(known).mean
    if len(known) < 2:
        return None
    best = int(np.argmax(mean @ weights))
    changes = [_overtake(known[i], mean[i] - mean[best], weights) for i in range(len(known)) if i != best]
    return min((change for change in changes if change), key=lambda change: change.distance, default=None)


def _overtake(rival: str, lead: Floats, weights: Floats) -> Change | None:
    """Weight moves to the value with the largest lead, from those with the smallest first, until the sum is 0."""
    to = int(np.argmax(lead))
    moved, missing = weights.copy(), -float(lead @ weights)
    for source in np.argsort(lead, kind="stable"):
        gain = lead[to] - lead[source]
        if missing <= 0 or gain <= 0:
            break
        step = min(weights[source], missing / gain)
        moved[source] -= step
        moved[to] += step
        missing -= step * gain
    return Change(rival, moved, float(np.abs(moved - weights).sum() / 2)) if missing <= LEVEL_BELOW else None


def leave_one_out(scores: Scores, weights: Floats, statistic: str = "weighted_sum") -> pd.DataFrame:
    """The ranking without each value in turn, the other weights scaled up to 1: on which value it hangs.

    One row a value: value; top, the model with the best estimate (missing if there is none); first, the models that may
    be first; same, whether top is that of the whole ranking; tau, Kendall's tau-b in [-1, 1] with the whole ranking
    (NaN below two models, or when all the weight was on this value).
    """
    whole = profile_map(scores, [""], weights[None], statistic).value[:, 0]
    rows = [_without(scores, weights, statistic, v, whole) for v in range(len(scores.values))]
    return pd.DataFrame(rows, columns=["value", "top", "first", "same", "tau"])


def _without(scores: Scores, weights: Floats, statistic: str, v: int, whole: Floats) -> dict[str, object]:
    rest = np.delete(weights, v)
    arrays = ("mean", "low", "high", "n_items", "n_answers", "draws")
    cut = {name: np.delete(getattr(scores, name), v, axis=-1) for name in arrays}
    left = replace(scores, values=scores.values[:v] + scores.values[v + 1 :], **cut)
    shared = np.full(rest.shape, np.nan) if rest.sum() <= 0 else rest / rest.sum()
    found = profile_map(left, [""], shared[None], statistic)
    value = found.value[:, 0]
    both = ~np.isnan(value) & ~np.isnan(whole)
    return {
        "value": scores.values[v],
        "top": _top(scores.models, value),
        "first": tuple(np.array(scores.models, dtype=object)[found.first[:, 0]]),
        "same": _top(scores.models, value) == _top(scores.models, whole),
        "tau": float(kendalltau(value[both], whole[both]).statistic) if both.sum() > 1 else float("nan"),
    }


def _top(models: tuple[str, ...], value: Floats) -> str | None:
    return None if np.isnan(value).all() else models[int(np.nanargmax(value))]
