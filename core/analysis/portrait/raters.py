"""Whose ratings can be used: did a person read, answer alike when asked twice, and use the scale at all?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analysis.bootstrap import Floats

# An attentive person hardly misses one of the checks; who clicks at random passes two of them once in 36.
MOST_MISSED = 0
MOST_GAP = 1.5  # mean difference between two answers to one text; 1.94 for random clicking
LEAST_SPREAD = 0.3  # standard deviation of a person's ratings
MOST_MODAL = 0.9
FEWEST_ITEMS = 10  # below, a person's own mean cannot be taken off


@dataclass(frozen=True)
class RaterQuality:
    """`items` rated, of all; `missed` checks; `gap` between first and second answers (mean of absolute differences, NaN
    where nothing came twice); `spread` of the ratings; `modal` share of the commonest one. `reasons`, in words, why
    these ratings are not used: empty if they are."""

    items: int
    missed: int
    gap: float
    spread: float
    modal: float
    reasons: tuple[str, ...]

    @property
    def used(self) -> bool:
        return not self.reasons


def qualities(ratings: Floats, again: Floats, missed: NDArray[np.int64], scales: Floats) -> list[RaterQuality]:
    """`ratings` and `again` (P x I, NaN where not asked), `missed` checks (P), `scales` (P x D): a row for each person.
    Of several who gave the very same ratings only the first is used: it is one person twice, or a machine."""
    seen: dict[bytes, int] = {}
    found = []
    for row, own in enumerate(ratings):
        first = seen.setdefault(own.tobytes(), row)
        found.append(_quality(own, again[row], int(missed[row]), scales[row], first != row))
    return found


def _quality(own: Floats, again: Floats, missed: int, scales: Floats, copy: bool) -> RaterQuality:
    given = own[~np.isnan(own)]
    gaps = np.abs(own - again)
    gaps = gaps[~np.isnan(gaps)]
    gap = float(gaps.mean()) if len(gaps) else np.nan
    spread = float(given.std()) if len(given) else np.nan
    modal = float(np.unique(given, return_counts=True)[1].max() / len(given)) if len(given) else np.nan
    reasons = {
        "not finished": len(given) < len(own) or bool(np.isnan(scales).all()),
        f"fewer than {FEWEST_ITEMS} items": len(given) < FEWEST_ITEMS,
        "missed a check": missed > MOST_MISSED,
        "other answers to the same texts": gap > MOST_GAP,
        "all answers alike": len(given) > 0 and (spread < LEAST_SPREAD or modal > MOST_MODAL),
        "all values alike": bool(np.ptp(scales[~np.isnan(scales)]) == 0) if (~np.isnan(scales)).any() else False,
        "the same ratings as another": copy and len(given) > 0,
    }
    return RaterQuality(len(given), missed, gap, spread, modal, tuple(name for name, true in reasons.items() if true))
