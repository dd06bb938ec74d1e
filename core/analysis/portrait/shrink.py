"""What is left of the best correlations when luck is taken off: those that were picked for being high are too high."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from core.analysis.bootstrap import LEVEL, Floats

_ALMOST_ONE = 0.999999
_STEP = np.sqrt(2)  # from one width of the prior to the next
_ROUNDS, _ENOUGH = 500, 1e-6
_HALVINGS = 50


@dataclass(frozen=True, eq=False)
class Shrunken:
    """Estimates of rho with their interval (I x D)."""

    rho: Floats
    low: Floats
    high: Floats


def shrunken(rho: Floats, n: NDArray[np.int64], level: float = LEVEL) -> Shrunken:
    """Empirical Bayes on Fisher's z over all items and dimensions together (adaptive shrinkage, Stephens 2017,
    Biostatistics 18(2)).

    z_i ~ N(zeta_i, v_i) with v_i = (1 + rho_i^2 / 2) / (n_i - 3). The prior of zeta is a mixture of normals about 0,
    one of them without width, whose shares are found by EM: where few items know anything, as a rule, noise is taken
    down to nought without taking the few down with it, which one normal prior does. The estimate is the posterior
    median, and the interval holds `level` of the posterior; that the shares are estimated is left out of it. `rho` (I x
    D) over `n` people (I). NaN stay NaN.
    """
    z = np.arctanh(np.clip(rho, -_ALMOST_ONE, _ALMOST_ONE))
    noise = (1 + rho**2 / 2) / np.where(n > 3, n - 3.0, np.nan)[:, None]
    known = ~np.isnan(noise)
    found = [np.full(rho.shape, np.nan) for _ in range(3)]
    if known.any():
        weights, means, widths = _posterior(z[known], noise[known])
        for grid, share in zip(found, (0.5, (1 - level) / 2, (1 + level) / 2), strict=True):
            grid[known] = np.tanh(_quantile(weights, means, widths, share))
    return Shrunken(*found)


def _posterior(z: Floats, noise: Floats) -> tuple[Floats, Floats, Floats]:
    """Shares, means and widths (N x K) of each item's posterior."""
    grid = _widths(z, noise) ** 2
    total = grid + noise[:, None]
    log_fit = -0.5 * (np.log(total) + z[:, None] ** 2 / total)
    fit = np.exp(log_fit - log_fit.max(axis=1, keepdims=True))  # each row up to a factor, which the shares do not need
    shares = np.full(len(grid), 1 / len(grid))
    for _ in range(_ROUNDS):
        weights = fit * shares
        weights /= weights.sum(axis=1, keepdims=True)
        before, shares = shares, weights.mean(axis=0)
        if np.abs(shares - before).max() < _ENOUGH:
            break
    kept = grid / total
    return weights, kept * z[:, None], np.sqrt(kept * noise[:, None])


def _widths(z: Floats, noise: Floats) -> Floats:
    """Standard deviations of the prior's parts: 0, then from a tenth of the noise to twice the widest signal."""
    least = float(np.sqrt(noise.min())) / 10
    most = max(2 * float(np.sqrt(max((z**2 - noise).max(), 0.0))), 8 * least)
    steps = int(np.ceil(np.log(most / least) / np.log(_STEP)))
    return np.concatenate([[0.0], least * _STEP ** np.arange(steps + 1)])


def _quantile(weights: Floats, means: Floats, widths: Floats, share: float) -> Floats:
    """Where `share` of each posterior lies below, by bisection; the part without width is a step at 0."""
    reach = 8 * widths.max(axis=1)
    low, high = means.min(axis=1) - reach, means.max(axis=1) + reach
    safe = np.where(widths > 0, widths, 1e-9)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = (weights * ndtr((middle[:, None] - means) / safe)).sum(axis=1) < share
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    found: Floats = (low + high) / 2
    return found
