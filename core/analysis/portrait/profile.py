"""Profiles with intervals: queries are drawn again, as the responses to one query depend on each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.bootstrap import DRAWS, Floats, intervals, resampling_weights
from core.analysis.portrait.answers import HIGH, LOW, Answers
from core.analysis.portrait.correlate import adjusted, holm, rank_products
from core.analysis.portrait.scorers import SCORERS, Points, combine, offered, parts, points
from core.errors import UserError
from core.items.bank import ItemBank
from core.items.dimensions import DIMENSIONS, SYSTEMS, of_system

BOUNDS = (LOW - HIGH, HIGH - LOW)


@dataclass(frozen=True, eq=False)
class Profile:
    """One scorer's scores of all models: `points` (M x D), `draws` (B x M x D, all models share the drawn queries, so
    differences are paired), the 95 % interval `low`..`high` (NaN with fewer than core.analysis.bootstrap.MIN_ITEMS
    queries). `rank` is the place of a dimension within its system for each model, 1 the highest, `rank_low`..
    `rank_high` its 95 % interval."""

    scorer: str
    models: tuple[str, ...]
    points: Points
    draws: Floats
    low: Floats
    high: Floats
    rank: Floats
    rank_low: Floats
    rank_high: Floats


def profile(bank: ItemBank, answers: Answers, scorer: str, seed: int = 0, n_draws: int = DRAWS) -> Profile:
    """The profile of every model by one scorer; raises UserError when the bank has not what the scorer needs."""
    if scorer not in SCORERS:
        raise UserError(f"There is no scorer {scorer!r}; there are {', '.join(SCORERS)}.")
    made = SCORERS[scorer].make(bank, answers)
    if made is None:
        raise UserError(f"“{SCORERS[scorer].name}” cannot be computed. {SCORERS[scorer].needs}")
    found = points(bank, made)
    weights = resampling_weights(int(bank.queries.max(initial=-1)) + 1, np.random.default_rng(seed), n_draws)
    sums = parts(bank, made)
    drawn = np.matmul(weights, sums.reshape(*sums.shape[:2], -1)).reshape(len(sums), n_draws, *sums.shape[2:])
    draws = combine(drawn)
    low, high = intervals(found.score, draws, found.n_queries, BOUNDS)
    rank, drawn_ranks = _ranks(found.score[None])[0], _ranks(draws)
    rank_low, rank_high = np.quantile(drawn_ranks, [0.025, 0.975], axis=0, method="nearest")
    return Profile(scorer, answers.models, found, draws, low, high, rank, rank_low, rank_high)


def _ranks(scores: Floats) -> Floats:
    """Places of dimensions within their system (... x M x D), 1 the highest; ties share the better place, NaN last."""
    ranks = np.empty(scores.shape)
    known = np.where(np.isnan(scores), -np.inf, scores)
    for kind in SYSTEMS:
        columns = list(of_system(kind))
        part = known[..., columns]
        ranks[..., columns] = 1.0 + sum((part[..., [at]] > part).astype(float) for at in range(len(columns)))
    return ranks


def profiles(bank: ItemBank, answers: Answers, seed: int = 0, n_draws: int = DRAWS) -> dict[str, Profile]:
    """The profiles by every scorer that the bank has the means for, all from the same draws of queries."""
    return {name: profile(bank, answers, name, seed, n_draws) for name in offered(bank)}


def table(found: Profile) -> pd.DataFrame:
    """One row a model and dimension: columns model, system, dimension, score, low, high, raw, sd, n_items, n_queries,
    rank, rank_low, rank_high, scorer."""
    shape = found.points.score.shape
    cells = {
        "model": np.repeat(found.models, shape[1]),
        "system": np.tile([dimension.system for dimension in DIMENSIONS], shape[0]),
        "dimension": np.tile([dimension.id for dimension in DIMENSIONS], shape[0]),
        "score": found.points.score,
        "low": found.low,
        "high": found.high,
        "raw": found.points.raw,
        "sd": found.points.sd,
        "n_items": found.points.n_items,
        "n_queries": found.points.n_queries,
        "rank": found.rank.astype(int),
        "rank_low": found.rank_low.astype(int),
        "rank_high": found.rank_high.astype(int),
    }
    frame = pd.DataFrame({name: np.asarray(cell).reshape(-1) for name, cell in cells.items()})
    return frame.assign(scorer=found.scorer)


def rank_table(found: dict[str, Profile], models: Sequence[str]) -> pd.DataFrame:
    """Scorers side by side for one model or for the mean of several: a row a dimension (columns system, dimension) and
    a column a scorer with the place in its system of the dimension's score, of several models of their mean score."""
    frame = pd.DataFrame({"system": [d.system for d in DIMENSIONS], "dimension": [d.id for d in DIMENSIONS]})
    for name, each in found.items():
        rows = [each.models.index(model) for model in models]
        ranks = each.rank[rows] if len(rows) == 1 else _ranks(np.nanmean(each.points.score[rows], axis=0)[None])
        frame[name] = ranks[0].astype(int)
    return frame


def differences(found: Profile, first: str, second: str) -> tuple[Floats, Floats, Floats]:
    """First model less second, by dimension, with its paired 95 % interval: (difference, low, high), D each."""
    a, b = found.models.index(first), found.models.index(second)
    gap = found.points.score[a] - found.points.score[b]
    queries: NDArray[np.int64] = np.minimum(found.points.n_queries[a], found.points.n_queries[b])
    low, high = intervals(gap, found.draws[:, a] - found.draws[:, b], queries, (2 * BOUNDS[0], 2 * BOUNDS[1]))
    return gap, low, high


def difference_table(found: Profile, first: str, others: Sequence[str], kind: str) -> pd.DataFrame:
    """`first` less each of `others` by the dimensions of one system: columns other, dimension, difference, low, high
    (paired 95 % interval), p, q (Benjamini-Hochberg) and holm (Holm 1979), both over all rows of the table. p is
    two-sided by the same draws, 2 min(#<=0, #>=0) with one added to each count and to their number; NaN where there is
    no interval."""
    columns = list(of_system(kind))
    parts = []
    for other in others:
        gap, low, high = (part[columns] for part in differences(found, first, other))
        drawn = found.draws[:, found.models.index(first)] - found.draws[:, found.models.index(other)]
        drawn = drawn[:, columns]
        sides = np.minimum((drawn <= 0).sum(axis=0), (drawn >= 0).sum(axis=0)) + 1
        p = np.where(np.isnan(low), np.nan, np.minimum(2 * sides / (len(drawn) + 1), 1.0))
        cells = {"difference": gap, "low": low, "high": high, "p": p}
        names = {"other": other, "dimension": [DIMENSIONS[column].id for column in columns]}
        parts.append(pd.DataFrame(names | cells))
    rows = pd.concat(parts, ignore_index=True)
    p = rows["p"].to_numpy(dtype=np.float64)
    return rows.assign(q=adjusted(p), holm=holm(p))


def similarity(found: Profile, model: str, others: tuple[str, ...], kind: str) -> pd.DataFrame:
    """How alike the profiles are in shape: Spearman's rho over one system's dimensions, columns model, rho, best
    first. Of ten values .65 is what chance passes once in twenty."""
    columns = list(of_system(kind))
    rows = [found.models.index(other) for other in others]
    own = found.points.score[[found.models.index(model)]][:, columns]
    rho = rank_products(own.T, found.points.score[rows][:, columns].T)[0]
    return pd.DataFrame({"model": others, "rho": rho}).sort_values("rho", ascending=False, ignore_index=True)
