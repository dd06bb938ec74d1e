"""All answer sheets there are, six choices among nine each: 9^6 = 531,441, and what holds of them on the average."""

from collections.abc import Mapping
from functools import cache

import numpy as np

from core.methods.hvae.angles import ORIENTATIONS, angle, type_codes
from core.methods.hvae.payoffs import STEPS, Floats, table
from core.methods.hvae.rationality import rationality

SLIDERS = 6
SHAPE = (STEPS,) * SLIDERS


@cache
def every_angle() -> Floats:
    """The angle of each answer sheet, as an array with an axis of nine for each primary slider."""
    divisions = table()
    total = [np.zeros(()), np.zeros(())]
    for slider in range(SLIDERS):
        axis = [1] * SLIDERS
        axis[slider] = STEPS
        total = [total[part] + divisions[slider, :, part].reshape(axis) for part in (0, 1)]
    return angle(total[0] / SLIDERS, total[1] / SLIDERS)


def mean_over(figures: Floats, probabilities: Floats) -> float:
    """The mean of a figure of answer sheets (an axis of nine for each slider), where each slider is answered by itself
    with its row of `probabilities` (6 x 9, rows sum to 1)."""
    left = figures
    for row in probabilities:
        left = np.tensordot(row, left, axes=(0, 0))
    return float(left)


@cache
def every_rationality() -> Mapping[str, Floats]:
    """How near each answer sheet comes to each orientation: see `rationality`."""
    return {name: rationality(every_angle(), name) for name in ORIENTATIONS}


@cache
def every_type() -> Mapping[str, Floats]:
    """1 for each answer sheet of the type, else 0."""
    codes = type_codes(every_angle())
    return {name: (codes == place).astype(float) for place, name in enumerate(ORIENTATIONS)}


@cache
def chance() -> Mapping[str, float]:
    """The value rationality, for each target, of one who answers at random."""
    return {name: float(figures.mean()) for name, figures in every_rationality().items()}


@cache
def chance_types() -> Mapping[str, float]:
    """How often one who answers at random is of each type."""
    return {name: float(figures.mean()) for name, figures in every_type().items()}
