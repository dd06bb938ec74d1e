"""How far personas move a model's scores: differences between personas, paired by item, with intervals and q-values.

The score of a value is the mean answer to its items less the mean answer to all items that stand for a value, so a
persona that agrees more with everything moves nothing. Both personas count only where both answered the same question.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from core.analysis.bootstrap import DRAWS, LEVEL, MIN_ITEMS, Floats, intervals, resampling_weights
from core.analysis.portrait.answers import HIGH, LOW
from core.analysis.portrait.correlate import adjusted
from core.analysis.portrait.persona_answers import PersonaAnswers
from core.items.bank import ItemBank
from core.methods.personas import NONE, PLACEBO, attributes

BOUNDS = (2 * (LOW - HIGH), 2 * (HIGH - LOW))
LEVELS, AGAINST_NONE = "levels", "none"
KINDS = {LEVELS: "level against level", AGAINST_NONE: "each persona against none"}
FLAT = 1e-9


@dataclass(frozen=True)
class Contrast:
    """`first` less `second`, ids of personas; `attribute` is the first one's."""

    first: str
    second: str
    attribute: str


@dataclass(frozen=True, eq=False)
class Effects:
    """Contrasts (C) by value (D = 10): `delta` in points of the six-point scale with its 95 % interval, `p` two-sided
    and `q` (Benjamini-Hochberg over all values and contrasts here). `n_items`, `n_queries` and `n_cells` (questions
    that both answered) on which each rests, `queries` (C) of all values together. `df`: degrees of freedom. `sd`: the
    spread of the answers to a value's items within a persona, both pooled. `draws` and `sd_draws` (B x C x D) share
    their queries and wordings. NaN where undefined."""

    contrasts: tuple[Contrast, ...]
    delta: Floats
    low: Floats
    high: Floats
    p: Floats
    q: Floats
    sd: Floats
    n_items: NDArray[np.int64]
    n_queries: NDArray[np.int64]
    n_cells: NDArray[np.int64]
    queries: NDArray[np.int64]
    df: Floats
    draws: Floats
    sd_draws: Floats


def contrasts(personas: Sequence[str], kind: str) -> tuple[Contrast, ...]:
    """All pairs of levels of each attribute, or each persona against none."""
    here = [[level.id for level in attribute.levels if level.id in personas] for attribute in attributes().values()]
    named = list(zip(attributes(), here, strict=True))
    if kind == LEVELS:
        return tuple(Contrast(a, b, name) for name, levels in named for a, b in combinations(levels, 2))
    if NONE not in personas:
        return ()
    return tuple(Contrast(level, NONE, name) for name, levels in named for level in levels)


def effects(
    bank: ItemBank,
    answers: PersonaAnswers,
    tags: NDArray[np.bool_],
    chosen: Sequence[Contrast],
    seed: int = 0,
    n_draws: int = DRAWS,
) -> Effects:
    """The differences of `chosen` by value; `tags` (I x D) are the items that stand for each.

    Queries and wordings are the clusters. Queries are drawn again. What wordings add beyond that is their variance less
    that of the queries within (Cameron, Gelbach & Miller 2011, JBES 29(2)), the mean over the values, since a few
    wordings tell of no single value how much hangs on them; the draws get it as normal noise. The interval is Student's
    about the standard error of both, with Satterthwaite's degrees of freedom; p is its other side. Where every draw is
    the same the interval is that of `core.analysis.bootstrap.intervals`, and p is 1 for no difference, else unknown.
    With one wording nothing is known of what hangs on it.
    """
    rng = np.random.default_rng(seed)
    by_query = resampling_weights(int(bank.queries.max(initial=-1)) + 1, rng, n_draws)
    made = [_contrast(_cells(bank, answers, tags, each), by_query, rng) for each in chosen]
    shape = (len(chosen), tags.shape[1])
    delta, sd, df = (np.array([each[part] for each in made]).reshape(shape) for part in range(3))
    draws, sd_draws = (
        np.stack([each[part] for each in made], axis=1) if made else np.empty((n_draws, *shape)) for part in (3, 4)
    )
    counts = [_counts(bank, answers, tags, each) for each in chosen]
    n_items, n_queries, n_cells = (
        np.array([each[part] for each in counts], dtype=np.int64).reshape(shape) for part in range(3)
    )
    queries = np.array([each[3] for each in counts], dtype=np.int64)
    low, high, p = student(delta, draws, n_queries, df)
    return Effects(
        *(tuple(chosen), delta, low, high, p, adjusted(p), sd),
        *(n_items, n_queries, n_cells, queries, df, draws, sd_draws),
    )


def _contrast(
    sums: Floats, by_query: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Difference, spread, degrees of freedom (D each), and the draws of difference and spread (B x D each)."""
    delta, sd = _scores(sums.sum(axis=(1, 2)))
    draws, sd_draws = _scores(np.einsum("bq,pqd->pbd", by_query, sums.sum(axis=2), optimize=True))
    extra, df = _wording_variance(sums, delta)
    return delta, sd, df, draws + np.sqrt(extra) * rng.standard_normal(draws.shape), sd_draws


def _wording_variance(sums: Floats, delta: Floats) -> tuple[float, Floats]:
    """What wordings add to the variance of each difference, and the degrees of freedom of the whole (D)."""
    gap, n, every, total = sums[0], sums[1], sums[6], sums[7]
    wordings = sums.shape[2]
    queries = np.maximum((n.sum(axis=1) > 0).sum(axis=0), 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = every.sum(axis=(0, 1)) / total.sum(axis=(0, 1))
        own = (gap - n * (delta + mean)) / n.sum(axis=(0, 1))
        parts = own - (every - total * mean) / total.sum(axis=(0, 1))  # Q x W x D, linear parts that sum to 0
    known = np.isfinite(parts).all(axis=(0, 1))
    parts = np.where(known, parts, 0.0)
    of_query = (parts.sum(axis=1) ** 2).sum(axis=0) * queries / (queries - 1)
    if wordings < 2 or not known.any():
        return 0.0, queries - 1.0
    of_wording = (parts.sum(axis=0) ** 2).sum(axis=0) * wordings / (wordings - 1)
    extra = max(float((of_wording - (parts**2).sum(axis=(0, 1)))[known].mean()), 0.0)
    below = of_query**2 / (queries - 1) + extra**2 / ((wordings - 1) * known.sum())
    with np.errstate(invalid="ignore"):
        df: Floats = np.where(below > 0, (of_query + extra) ** 2 / below, queries - 1.0)
    return extra, df


def _cells(bank: ItemBank, answers: PersonaAnswers, tags: NDArray[np.bool_], contrast: Contrast) -> Floats:
    """Sums by query and wording (8 x Q x W x D, see `_scores`) over what both personas answered, each order counting
    alike within a wording."""
    a, b, orders, both = _paired(answers, contrast)
    squares = [answers.squares[answers.of(name)] for name in (contrast.first, contrast.second)]

    def mean(cells: Floats) -> Floats:
        found: Floats = np.where(both, cells, 0.0).sum(axis=-1) / np.maximum(orders, 1)
        return found

    held = (orders > 0).astype(float)  # I x W
    mask = tags.astype(float)
    union = np.repeat(tags.any(axis=1, keepdims=True), tags.shape[1], axis=1).astype(float)
    own = (mean(a - b), held, mean(squares[0]), mean(a), mean(squares[1]), mean(b))
    return np.stack([*(_by_query(bank, part, mask) for part in own), *(_by_query(bank, x, union) for x in own[:2])])


def _counts(
    bank: ItemBank, answers: PersonaAnswers, tags: NDArray[np.bool_], contrast: Contrast
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], int]:
    """Items, queries and questions by value (D each) that both answered, and the queries of all together."""
    asked = _paired(answers, contrast)[2].sum(axis=1)
    held = tags & (asked > 0)[:, None]
    by_value = [len(np.unique(bank.queries[column])) for column in held.T]
    cells: NDArray[np.int64] = asked @ tags.astype(np.int64)
    return held.sum(axis=0), np.array(by_value), cells, len(np.unique(bank.queries[held.any(axis=1)]))


def _paired(answers: PersonaAnswers, contrast: Contrast) -> tuple[Floats, Floats, NDArray[np.int64], NDArray[np.bool_]]:
    """The answers of both (I x W x 2 each), in how many orders both answered (I x W), and where (I x W x 2)."""
    a, b = (answers.values[answers.of(name)] for name in (contrast.first, contrast.second))
    both = ~np.isnan(a) & ~np.isnan(b)
    return a, b, both.sum(axis=-1), both


def _by_query(bank: ItemBank, cells: Floats, mask: Floats) -> Floats:
    """Q x W x D from I x W and I x D."""
    order = np.argsort(bank.queries, kind="stable")
    starts = np.flatnonzero(np.diff(bank.queries[order], prepend=-1))
    found: Floats = np.add.reduceat(cells[order][:, :, None] * mask[order][:, None, :], starts, axis=0)
    return found


def _scores(sums: Floats) -> tuple[Floats, Floats]:
    """Differences and spreads (... x D each) of summed parts (8 x ... x D): difference, count, then square and value of
    the first and of the second persona over a value's items; difference and count over all items."""
    gap, n, square_a, a, square_b, b, every, total = sums
    with np.errstate(invalid="ignore", divide="ignore"):
        count = np.where(n > 0, n, np.nan)
        delta: Floats = gap / count - every / np.where(total > 0, total, np.nan)
        within = (square_a / count - (a / count) ** 2 + square_b / count - (b / count) ** 2) / 2
    spread = np.sqrt(np.maximum(within, 0.0))
    return delta, np.where(spread > FLAT, spread, np.where(np.isnan(delta), np.nan, 0.0))


def student(delta: Floats, draws: Floats, n_queries: NDArray[np.int64], df: Floats) -> tuple[Floats, Floats, Floats]:
    """Interval and two-sided p of differences: (low, high, p), by Student's t with `df` degrees of freedom about the
    standard deviation of `draws` (one more axis in front), stepped up by sqrt(n / (n - 1)). NaN below `MIN_ITEMS`
    queries, or where more than 5 % of the draws are undefined."""
    n = np.maximum(n_queries, 2).astype(float)
    enough = (n_queries >= MIN_ITEMS) & (np.isfinite(draws).mean(axis=0) >= LEVEL)
    drawn = np.where(np.isfinite(draws), draws, delta)
    error = np.sqrt(((drawn - drawn.mean(axis=0)) ** 2).mean(axis=0) * n / (n - 1))
    moves = error > FLAT
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(moves, 2 * stdtr(df, -np.abs(delta) / error), np.where(np.abs(delta) < FLAT, 1.0, np.nan))
    reach = stdtrit(df, (1 + LEVEL) / 2) * error
    agreed = intervals(delta, np.broadcast_to(delta, (2, *delta.shape)), n_queries, BOUNDS)
    low, high = np.where(moves, delta - reach, agreed[0]), np.where(moves, delta + reach, agreed[1])
    low, high, p = (np.where(enough, part, np.nan) for part in (low, high, p))
    return low, high, p


@dataclass(frozen=True, eq=False)
class Yardstick:
    """What personas that say nothing about values do, by value (D): `shift` is their mean difference from no persona
    with its interval, over `placebos` of them; `band` the largest difference, in size, between two of them, over
    `pairs`. NaN where there is none."""

    shift: Floats
    low: Floats
    high: Floats
    band: Floats
    placebos: int
    pairs: int


def yardstick(levels: Effects, against_none: Effects) -> Yardstick:
    """The placebos' part of the effects of both kinds."""
    rows = [at for at, each in enumerate(against_none.contrasts) if each.attribute == PLACEBO]
    pairs = [at for at, each in enumerate(levels.contrasts) if each.attribute == PLACEBO]
    blank = np.full(levels.delta.shape[1], np.nan)
    band = np.abs(levels.delta[pairs]).max(axis=0) if pairs else blank
    if not rows:
        return Yardstick(blank, blank, blank, band, 0, len(pairs))
    shift, queries = against_none.delta[rows].mean(axis=0), against_none.n_queries[rows].min(axis=0)
    drawn, df = against_none.draws[:, rows].mean(axis=1), against_none.df[rows].min(axis=0)
    low, high, _ = student(shift, drawn, queries, df)
    return Yardstick(shift, low, high, band, len(rows), len(pairs))


def beyond(found: Effects, low: Floats, high: Floats) -> NDArray[np.bool_]:
    """C x D: whether an interval lies wholly outside the band from `low` to `high` (D each)."""
    with np.errstate(invalid="ignore"):
        outside: NDArray[np.bool_] = (found.low > high) | (found.high < low)
    return outside
