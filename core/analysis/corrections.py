"""P-values corrected for how many comparisons were made. NaN stays NaN and counts for nothing."""

from collections.abc import Callable, Mapping

import numpy as np
from scipy.stats import false_discovery_control

from core.analysis.bootstrap import Floats

ALPHA = 0.05


def holm(p: Floats) -> Floats:
    """Holm's step-down p-values (1979, Scandinavian Journal of Statistics 6(2)), of any shape, in [0, 1]: below 0.05,
    the chance of even one false claim among all of them is at most 5 %, whatever their dependence."""

    def step_down(known: Floats) -> Floats:
        order = np.argsort(known, kind="stable")
        lifted = np.maximum.accumulate(known[order] * np.arange(len(known), 0, -1))
        found = np.empty(len(known))
        found[order] = np.minimum(lifted, 1.0)
        return found

    return _where_known(p, step_down)


def benjamini_hochberg(p: Floats) -> Floats:
    """Benjamini and Hochberg's step-up p-values (1995, Journal of the Royal Statistical Society B 57(1)), of any shape:
    below 0.05, at most 5 % of the claims are false on average, for independent or positively dependent tests."""
    return _where_known(p, false_discovery_control)


def _where_known(p: Floats, correct: Callable[[Floats], Floats]) -> Floats:
    flat = np.asarray(p, dtype=np.float64)
    found = np.full(flat.shape, np.nan)
    known = ~np.isnan(flat)
    if known.any():
        found[known] = correct(flat[known])
    return found


CORRECTIONS: Mapping[str, tuple[str, Callable[[Floats], Floats]]] = {
    "holm": ("Holm", holm),
    "bh": ("Benjamini-Hochberg", benjamini_hochberg),
}
