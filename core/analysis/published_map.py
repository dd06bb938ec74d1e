"""What a published heat map of models against countries is made of: found from its figures and the models' scores.

The site names its figures a cosine in the file and a Pearson correlation on the page. Neither reproduces them; a rank
correlation does. With enough models the countries' orders of values, which the site does not publish, follow from the
figures themselves: a Spearman correlation is linear in the country's ranks, so M models are M equations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from core.analysis.alignment import rank_match, ranks
from core.analysis.bootstrap import Floats

EXACT = 1e-6  # a rank correlation of ten values moves in steps of .012
MOST_FREE = 2  # ranks that may have to be tried out; more are not told


@dataclass(frozen=True)
class MapRead:
    """`figures`: M x C as published, in the order of `models` and `countries`. `forced`: the value that was put at the
    lowest rank in every model before correlating, "" for none, None where neither reproduces the figures. `error`: the
    largest difference that then remains. `orders`: for each country the V ranks (1 lowest; ties share their mean) that
    reproduce its column, None where no or several orders do. `fits`: by assumption, the largest difference left."""

    models: tuple[str, ...]
    countries: tuple[str, ...]
    values: tuple[str, ...]
    scores: Floats
    figures: Floats
    forced: str | None
    error: float
    orders: tuple[Floats | None, ...]
    fits: dict[str, float]

    def ordered(self) -> tuple[str, ...]:
        """The countries whose order is known."""
        return tuple(name for name, order in zip(self.countries, self.orders, strict=True) if order is not None)


def read_map(scores: pd.DataFrame, cells: pd.DataFrame, values: Sequence[str]) -> MapRead:
    """Which reading of the heat map reproduces it. `scores`: columns model, value, score; `cells`: model, country,
    figure. Models without all scores or without a row in the map are left out. Raises ValueError with fewer than three
    models."""
    table = scores.pivot(index="model", columns="value", values="score").reindex(columns=list(values)).dropna()
    grid = cells.pivot(index="model", columns="country", values="figure").dropna()
    order = dict.fromkeys(cells["country"])
    models = [model for model in dict.fromkeys(cells["model"]) if model in table.index and model in grid.index]
    if len(models) < 3:
        raise ValueError("a heat map needs three models with scores")
    x = table.loc[models].to_numpy(dtype=float)
    y = grid.loc[models, list(order)].to_numpy(dtype=float)
    fits = {name: _misfit(_forced(x, values, name), y) for name in ("", *values)}
    best = min(fits, key=lambda name: (fits[name] > EXACT, name != "", fits[name]))
    found = fits[best] <= EXACT
    used = ranks(_forced(x, values, best))
    orders = tuple(_order(used, y[:, c]) if found else None for c in range(y.shape[1]))
    names = (tuple(models), tuple(map(str, order)), tuple(values))
    return MapRead(*names, x, y, best if found else None, fits[best], orders, fits)


def correlations(
    found: MapRead, forced: str = "", without: str = "", orders: Sequence[Floats | None] | None = None
) -> Floats:
    """M x C: Spearman's rho of the models' scores and the countries' orders, over all values but `without`, with
    `forced` put lowest in the models. `orders` takes the place of the map's own. NaN where a country has no order."""
    keep = [v for v, value in enumerate(found.values) if value != without]
    scores = _forced(found.scores, found.values, forced)[:, keep]
    rho: Floats = np.full(found.figures.shape, np.nan)
    for c, order in enumerate(found.orders if orders is None else orders):
        if order is not None:
            rho[:, c] = rank_match(scores, order[keep])
    return rho


def leave_one_out(found: MapRead) -> pd.DataFrame:
    """How far the map hangs on each single value. One row as published, one with the models' own ranks where a value
    was forced, and one for each value left out: columns without, mean (of all cells), most_moved (the largest change
    of a cell against the published figure), nearest (the country nearest to most models), of (to how many of them)."""
    rows = [_row("(none; as published)", found, found.figures)]
    if found.forced:
        rows.append(_row("(none; the models' own ranks)", found, correlations(found)))
    rows += [_row(value, found, correlations(found, found.forced or "", value)) for value in found.values]
    return pd.DataFrame(rows)


def nearest(found: MapRead, figures: Floats) -> tuple[str, ...]:
    """For each model the country with its highest figure; the first of those that tie."""
    best = np.argmax(np.where(np.isnan(figures), -np.inf, figures), axis=1)
    return tuple(found.countries[c] for c in best)


def _row(name: str, found: MapRead, figures: Floats) -> dict[str, object]:
    near = pd.Series(nearest(found, figures)).value_counts()
    moved = np.abs(figures - found.figures)
    known = ~np.isnan(figures)
    return {
        "without": name,
        "mean": float(figures[known].mean()) if known.any() else np.nan,
        "most_moved": float(moved[known].max()) if known.any() else np.nan,
        "nearest": str(near.index[0]) if known.any() else "",
        "of": int(near.iloc[0]) if known.any() else 0,
    }


def _forced(scores: Floats, values: Sequence[str], name: str) -> Floats:
    if not name:
        return scores
    lowest = scores.copy()
    lowest[:, list(values).index(name)] = scores.min() - 1
    return lowest


def _rows(model_ranks: Floats) -> Floats:
    """Centred ranks of length 1, so that their product with such a row is Spearman's rho."""
    centred = model_ranks - model_ranks.mean(axis=1, keepdims=True)
    unit: Floats = centred / np.sqrt((centred**2).sum(axis=1, keepdims=True))
    return unit


def _misfit(scores: Floats, figures: Floats) -> float:
    """The largest difference that is left when each country is free to have any profile at all."""
    rows = _rows(ranks(scores))
    if np.isnan(rows).any():
        return float("inf")
    best = np.linalg.lstsq(rows, figures, rcond=None)[0]
    return float(np.abs(rows @ best - figures).max())


def _order(model_ranks: Floats, column: NDArray[np.float64]) -> Floats | None:
    """The one order of values whose rank correlations with the models are `column`; None for none or several. What the
    equations leave open is tried out: whole and half ranks for the free values, the others follow."""
    v = model_ranks.shape[1]
    rows, found = _rows(model_ranks), []
    system = np.vstack([rows, np.ones(v)])
    fixed = _independent(system)
    free = [at for at in range(v) if at not in fixed]
    if len(free) > MOST_FREE:
        return None
    solve = np.linalg.pinv(system[:, fixed])
    for square in sorted({v * (v * v - 1) / 12 - lost / 2 for lost in range(5)}, reverse=True):  # less with ties
        wanted = np.append(column * np.sqrt(square), v * (v + 1) / 2)
        for tried in product(np.arange(1, v + 0.5, 0.5), repeat=len(free)):
            ranks_found = np.empty(v)
            ranks_found[free] = tried
            ranks_found[fixed] = solve @ (wanted - system[:, free] @ np.array(tried))
            whole = np.round(2 * ranks_found) / 2
            if np.abs(ranks_found - whole).max() < 1e-3 and (rankdata(whole) == whole).all():
                rho = rank_match(model_ranks, whole)
                if np.abs(rho - column).max() < EXACT:
                    found.append(whole)
    return found[0] if len(found) == 1 else None


def _independent(system: Floats) -> list[int]:
    """Columns that span all columns, greedily from the left."""
    kept: list[int] = []
    for at in range(system.shape[1]):
        if np.linalg.matrix_rank(system[:, [*kept, at]], tol=1e-9) == len(kept) + 1:
            kept.append(at)
    return kept
