"""The regression behind the shipped weights, against the textbook's normal equations."""

import numpy as np
from scipy.sparse import csr_array

from scripts.ridge import fit_head, fit_table, int8

RNG = np.random.default_rng(5)
TARGETS = RNG.normal(size=(30, 2))
WEIGHTS = RNG.uniform(0.2, 1.0, 30)


def by_hand(features: np.ndarray, ridge: float, weights: np.ndarray) -> np.ndarray:
    """Predictions of weighted ridge regression with a free intercept: (X'WX + ridge I) b = X'Wy."""
    design = np.hstack([features, np.ones((len(features), 1))])
    penalty = ridge * np.eye(design.shape[1])
    penalty[-1, -1] = 0.0
    weighed = design.T * weights
    return design @ np.linalg.solve(weighed @ design + penalty, weighed @ TARGETS)


def test_a_head_is_ridge_regression_on_standardised_features() -> None:
    features = RNG.normal(3.0, 2.0, size=(30, 5))
    coefficients, intercept = fit_head(features, TARGETS, 0.7, WEIGHTS)
    scaled = (features - features.mean(axis=0)) / features.std(axis=0) / np.sqrt(5)
    assert np.allclose(features @ coefficients + intercept, by_hand(scaled, 0.7, WEIGHTS))


def test_a_table_is_ridge_regression_on_meanings_and_own_words() -> None:
    shares = RNG.dirichlet(np.ones(8), size=30)
    rows = RNG.normal(size=(8, 3))
    table, intercept = fit_table(csr_array(shares), rows, TARGETS, 0.7)
    pooled = shares @ rows
    words = shares / np.sqrt((shares**2).sum(axis=1).mean())
    features = np.hstack([pooled / pooled.std(axis=0) / np.sqrt(3), words])
    assert np.allclose(shares @ table + intercept, by_hand(features, 0.7, np.ones(30)))


def test_int8_keeps_every_coefficient_within_half_a_step() -> None:
    table = RNG.normal(size=(50, 4))
    steps, scale = int8(table)
    assert steps.dtype == np.int8 and np.abs(steps * scale - table).max() <= scale.max() / 2 + 1e-12
