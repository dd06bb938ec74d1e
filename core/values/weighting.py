"""From a profile to weights: schemes that turn ten (or any number of) centred means into weights summing to 1.

Every scheme but `top_priority` ignores a constant added to all means, so it does not matter how the means were centred.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError

Floats = NDArray[np.float64]
Numbers = Sequence[float] | Floats

# PVQ points. Of all T, .65 brings softmax weights nearest (Kullback-Leibler) to the shares of persons whose highest
# value each is, over 30 countries of ESS 9 and GSS 2012; the best T of a single country lies from .53 to .83.
SOFTMAX_T = 0.65
DISTINCTIVE_T = 0.25


@dataclass(frozen=True)
class Basis:
    """What weights can be made from: `means` (V, centred), and for the schemes that need them `top_share` (V, shares of
    persons whose highest value it is) and `reference` (V, the mean of countries)."""

    means: Numbers
    top_share: Numbers | None = None
    reference: Numbers | None = None


@dataclass(frozen=True)
class Scheme:
    """`function` takes a Basis and T and returns weights (V, summing to 1). `T` is its default, None where the scheme
    has no T and ignores it. `needs` names the optional part of the Basis without which it raises UserError."""

    label: str
    words: str
    latex: str
    function: Callable[[Basis, float], Floats]
    T: float | None = None
    needs: str | None = None


def softmax_weights(means: Numbers, T: float = SOFTMAX_T) -> Floats:
    """w_v = exp(c_v / T) / Σ exp(c_u / T): positive, in the order of the means, invertible (`softmax_inverse`).

    `T` in the unit of the means, above 0: infinity gives equal weights, small T gives all to the first. Differences of
    means become ratios of weights, as in Luce's choice rule (Luce, R. D. 1959, Individual Choice Behavior). Raises
    UserError for T not above 0 or means that are not finite.
    """
    array = _finite(means)
    if not T > 0:
        raise UserError(f"The sharpness is 1 / T and T must be above 0, got T = {T:g}.")
    powers = np.exp((array - array.max()) / T)
    weights: Floats = powers / powers.sum()
    return weights


def softmax_inverse(weights: Numbers, T: float = SOFTMAX_T) -> Floats:
    """The means that `softmax_weights` turns into `weights`, up to a constant: T ln w, centred on 0.

    `weights` need not sum to 1. Raises UserError for a weight of 0 or less, which no mean gives, and for T not above 0
    or infinite.
    """
    array = _finite(weights)
    if not 0 < T < np.inf:
        raise UserError(f"T must be a number above 0, got {T:g}.")
    if (array <= 0).any():
        raise UserError("No profile gives a weight of 0: give every value a weight above 0.")
    logs = T * np.log(array)
    return np.asarray(logs - logs.mean())


def equal(means: Numbers) -> Floats:
    """1 / V each (Dawes, R. M. 1979, American Psychologist 34, 571-582: hard to beat where weights are uncertain)."""
    return np.full(len(means), 1 / len(means))


def linear_rank(means: Numbers) -> Floats:
    """(V + 1 - r) / (V (V + 1) / 2) for rank r ("rank sum"): (11 - r) / 55 for ten values. Ties share their mean.

    Stillwell, W. G., Seaver, D. A. & Edwards, W. (1981). Organizational Behavior and Human Performance 28, 62-77.
    """
    size = len(means)
    return _by_rank(means, np.arange(size, 0, -1) / (size * (size + 1) / 2))


def rank_order_centroid(means: Numbers) -> Floats:
    """(1 / V) Σ_{j = r..V} 1 / j for rank r: the mean of all weights in that order. Ties share their mean.

    Barron, F. H. & Barrett, B. E. (1996). Management Science 42(11), 1515-1523.
    """
    size = len(means)
    return _by_rank(means, np.cumsum(1 / np.arange(size, 0, -1))[::-1] / size)


def top_priority(shares: Numbers) -> Floats:
    """The share of persons whose highest value each is, made to sum to 1 exactly. Raises UserError for a share that is
    negative or not finite, and when all are 0."""
    array = _finite(shares)
    if (array < 0).any() or array.sum() <= 0:
        raise UserError("Shares of persons must not be negative, and one of them must be above 0.")
    return np.asarray(array / array.sum())


def distinctive(means: Numbers, mean_of_countries: Numbers, T: float = DISTINCTIVE_T) -> Floats:
    """softmax((c - mean of countries) / T): what sets a culture apart, which is not what it holds important."""
    reference = _finite(mean_of_countries)
    if len(reference) != len(means):
        raise UserError(f"The mean of countries has {len(reference)} values, the profile {len(means)}.")
    return softmax_weights(_finite(means) - reference, T)


def ranks(numbers: Numbers) -> Floats:
    """Ranks from 1, the highest first; numbers that agree to 9 decimals share their mean rank."""
    return _by_rank(numbers, np.arange(1.0, len(numbers) + 1))


def effective_number(weights: Numbers) -> float:
    """exp of the entropy of weights summing to 1: as many values, counted equally, would be as evenly weighed; from 1
    to V (Hill, M. O. 1973, Ecology 54(2), 427-432, of order 1)."""
    array = np.asarray(weights, dtype=float)
    held = array[array > 0]
    return float(np.exp(-(held * np.log(held)).sum()))


def sliders(weights: Numbers) -> Floats:
    """Weights on the scale 0 to 100 of `Profile.weights`: the largest is 100, ratios are kept."""
    array = np.asarray(weights, dtype=float)
    return np.asarray(100 * array / array.max())


def weigh(scheme: str, basis: Basis, T: float | None = None) -> Floats:
    """Weights of `basis` by the scheme of that id, at its own T if none is given. Raises UserError for an unknown
    scheme, and when the scheme needs a part of the basis that is not there."""
    if scheme not in SCHEMES:
        raise UserError(f"There is no weighting scheme {scheme!r}; there are {', '.join(SCHEMES)}.")
    chosen = SCHEMES[scheme]
    return chosen.function(basis, (chosen.T or np.inf) if T is None else T)


def _finite(numbers: Numbers) -> Floats:
    array = np.asarray(numbers, dtype=float)
    if array.size == 0 or not np.isfinite(array).all():
        raise UserError(f"A profile needs a finite number for every value, got {array.tolist()}.")
    return array


def _by_rank(means: Numbers, of_rank: Floats) -> Floats:
    """`of_rank` (V, best rank first) dealt out by falling mean; ties, to 9 decimals, share the mean of theirs."""
    array = _finite(means)
    array = np.round(array - array.mean(), 9)
    dealt = np.empty(len(array))
    dealt[np.argsort(-array, kind="stable")] = of_rank
    _, tied = np.unique(array, return_inverse=True)
    shared: Floats = (np.bincount(tied, dealt) / np.bincount(tied))[tied]
    return shared


def _from_shares(basis: Basis, T: float) -> Floats:
    if basis.top_share is None:
        raise UserError(
            "Shares of persons by their highest value are not known for this profile; choose another scheme."
        )
    return top_priority(basis.top_share)


def _from_reference(basis: Basis, T: float) -> Floats:
    if basis.reference is None:
        raise UserError("There is no mean of countries to set this profile apart from; choose another scheme.")
    return distinctive(basis.means, basis.reference, T)


SCHEMES: Mapping[str, Scheme] = {
    "softmax": Scheme(
        "Softmax",
        "Each weight grows with the exponential of the mean: a value T points above another weighs 2.7 times as much.",
        r"w_v = e^{c_v/T} / \sum_u e^{c_u/T}",
        lambda basis, T: softmax_weights(basis.means, T),
        T=SOFTMAX_T,
    ),
    "equal": Scheme("Equal", "Every value counts the same.", r"w_v = 1/V", lambda basis, T: equal(basis.means)),
    "linear_rank": Scheme(
        "Linear ranks",
        "Only the order counts; from rank to rank the weight falls by the same step.",
        r"w_v = (V + 1 - r_v) / \tfrac{1}{2}V(V+1)",
        lambda basis, T: linear_rank(basis.means),
    ),
    "rank_order_centroid": Scheme(
        "Rank-order centroid",
        "Only the order counts; the mean of all weights that have this order.",
        r"w_v = \tfrac{1}{V} \sum_{j=r_v}^{V} 1/j",
        lambda basis, T: rank_order_centroid(basis.means),
    ),
    "top_priority": Scheme(
        "Top-priority share",
        "The share of persons whose highest value it is.",
        r"w_v = \text{share of persons with } v \text{ highest}",
        _from_shares,
        needs="top_share",
    ),
    "distinctive": Scheme(
        "Distinctive",
        "What sets this profile apart from the mean of countries; not what it holds important.",
        r"w_v = e^{(c_v-\bar c_v)/T} / \sum_u e^{(c_u-\bar c_u)/T}",
        _from_reference,
        T=DISTINCTIVE_T,
        needs="reference",
    ),
}
