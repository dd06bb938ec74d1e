"""What is left of the best correlations when luck is taken off: those that were picked for being high are too high."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from core.analysis.bootstrap import LEVEL, Floats

_ALMOST_ONE = 0.999999


@dataclass(frozen=True, eq=False)
class Shrunken:
    """Estimates of rho with their interval (I x D), and how much of each deviation from the mean was kept, in
    [0, 1]."""

    rho: Floats
    low: Floats
    high: Floats
    kept: Floats


def shrunken(rho: Floats, n: NDArray[np.int64], level: float = LEVEL) -> Shrunken:
    """Empirical Bayes on Fisher's z, for each dimension over its items (Morris 1983, JASA 78(381)).

    z_i ~ N(zeta_i, v_i) with v_i = (1 + rho_i^2 / 2) / (n_i - 3), and zeta_i ~ N(mu, tau^2) with both found by moments:
    tau^2 = max(0, variance of z - mean v). The estimate is mu + B_i (z_i - mu), B_i = tau^2 / (tau^2 + v_i); its
    interval leaves out that mu and tau are estimated. `rho` (I x D) over `n` people (I). NaN stay NaN; a column with
    fewer than three known items is all NaN.
    """
    z = np.arctanh(np.clip(rho, -_ALMOST_ONE, _ALMOST_ONE))
    people = np.where(n > 3, n - 3.0, np.nan)[:, None]
    noise = np.where(np.isnan(z), np.nan, (1 + rho**2 / 2) / people)
    z = np.where(np.isnan(noise), np.nan, z)
    enough = (~np.isnan(z)).sum(axis=0) >= 3
    z, noise = np.where(enough, z, np.nan), np.where(enough, noise, np.nan)
    counts = np.maximum((~np.isnan(z)).sum(axis=0), 2)
    mean = np.nansum(z, axis=0) / counts
    spread = np.nansum((z - mean) ** 2, axis=0) / (counts - 1) - np.nansum(noise, axis=0) / counts
    kept = np.maximum(spread, 0.0) / (np.maximum(spread, 0.0) + noise)
    centre = mean + kept * (z - mean)
    reach = ndtri((1 + level) / 2) * np.sqrt(kept * noise)
    return Shrunken(np.tanh(centre), np.tanh(centre - reach), np.tanh(centre + reach), kept)
