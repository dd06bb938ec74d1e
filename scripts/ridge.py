"""Ridge regression over texts, for tables and heads that ship: closed form, so that a build repeats itself."""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array

from core.recognition.lexicon import Floats

OWN_WORDS = 1.0
"""What a word piece's own coefficient counts beside what it shares with pieces of like meaning."""


def fit_table(
    bag: csr_array, rows: Floats, targets: NDArray[np.number], ridge: float, weights: Floats | None = None
) -> tuple[Floats, Floats]:
    """(table pieces × v, intercept v) so that `bag @ table + intercept` fits `targets` (n × v). A piece's coefficient
    is linear in its meaning (`rows`, pieces × k) plus one of its own; both are held small by `ridge`."""
    pooled = np.asarray(bag @ rows)
    spread = pooled.std(axis=0).clip(1e-4) * np.sqrt(rows.shape[1])
    meaning = pooled / spread
    words = bag * np.sqrt(OWN_WORDS / (bag.data**2).sum() * bag.shape[0])
    dual = solve(meaning @ meaning.T + (words @ words.T).toarray(), targets, ridge, weights)
    table = rows / spread @ (meaning.T @ dual) + (bag.T @ dual) * (OWN_WORDS / (bag.data**2).sum() * bag.shape[0])
    return table, np.average(targets - bag @ table, axis=0, weights=weights)


def fit_head(
    features: Floats, targets: NDArray[np.number], ridge: float, weights: Floats | None = None
) -> tuple[Floats, Floats]:
    """(coefficients k × v, intercept v) so that `features @ coefficients + intercept` fits `targets` (n × v)."""
    spread = features.std(axis=0).clip(1e-4) * np.sqrt(features.shape[1])
    scaled = (features - features.mean(axis=0)) / spread
    coefficients = (scaled.T @ solve(scaled @ scaled.T, targets, ridge, weights)) / spread[:, None]
    return coefficients, np.average(targets - features @ coefficients, axis=0, weights=weights)


def solve(kernel: Floats, targets: NDArray[np.number], ridge: float, weights: Floats | None) -> Floats:
    """The dual coefficients (n × v, columns sum to 0) of ridge regression with a free intercept; texts count as
    `weights` (n, all 1 unless told)."""
    weights = np.ones(len(kernel)) if weights is None else weights
    share = weights / weights.sum()
    side = kernel @ share
    centred = kernel - side[:, None] - side[None, :] + share @ side + np.diag(ridge / weights)
    return np.asarray(cho_solve(cho_factor(centred), targets - share @ targets))


def int8(table: Floats) -> tuple[NDArray[np.int8], Floats]:
    """(`table` in 255 steps a column, the size of a step)."""
    scale = np.abs(table).max(axis=0) / 127
    return np.round(table / scale).astype(np.int8), scale
