"""Why recomputed correlations of a group differ from published ones: one person's record, used in two sittings."""

import numpy as np

from core.analysis.bootstrap import Floats
from core.analysis.portrait.correlate import rank_products

EXACT = 1e-12


def fitting_record(ratings: Floats, scales: Floats, person: int, published: Floats) -> Floats:
    """The scale values (D) of one `person` (a row) with which the published correlations (I x D) of a group come out to
    `EXACT`, NaN where no value does. `ratings` (P x I) and `scales` (P x D) without NaN. Only its place among the
    others matters to ranks, so the others' values and the gaps between them are tried."""
    others = np.delete(scales, person, axis=0)
    found = np.full(scales.shape[1], np.nan)
    for column in range(scales.shape[1]):
        levels = np.unique(others[:, column])
        between = (levels[:-1] + levels[1:]) / 2
        places = np.concatenate([[scales[person, column]], levels, between, [levels[0] - 1, levels[-1] + 1]])
        tried = np.repeat(scales[:, [column]], len(places), axis=1)
        tried[person] = places
        gaps = np.abs(rank_products(ratings, tried) - published[:, [column]]).max(axis=0)
        if gaps.min() <= EXACT:
            found[column] = places[gaps.argmin()]
    return found
