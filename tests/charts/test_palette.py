"""The models' colours for readers with a colour vision deficiency, simulated."""

import itertools

import numpy as np
import pytest

from core.charts.style import PALETTE

# Machado, Oliveira & Fernandes (2009), A physiologically-based model for simulation of color vision deficiency, IEEE
# TVCG 15(6): the matrices of severity 1, on linear RGB.
SEEN = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "none": np.eye(3).tolist(),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(colours: np.ndarray, seen: str) -> np.ndarray:
    """CIELAB (D65) of sRGB colours as seen."""
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    xyz = np.clip(linear @ np.array(SEEN[seen]).T, 0, 1) @ TO_XYZ.T / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


def nearest(seen: str, n: int) -> float:
    """The smallest CIE76 difference among the first n colours."""
    rgb = np.array([[int(one[at : at + 2], 16) / 255 for at in (1, 3, 5)] for one in PALETTE[:n]])
    places = lab(rgb, seen)
    return min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(places, 2))


@pytest.mark.parametrize("seen", SEEN)
def test_colours_differ_for_every_reader(seen: str) -> None:
    assert nearest(seen, 5) > 15
    assert nearest(seen, 12) > 3.9  # 2.3 is just noticeable; names tell those apart, too


def test_the_simulation_is_one() -> None:
    """Red and green of one lightness, which such readers take for the same, come near each other; blue and yellow do
    not."""
    pair = np.array([[0.73, 0.30, 0.25], [0.42, 0.48, 0.20]])
    far, near = (float(np.linalg.norm(np.subtract(*lab(pair, seen)))) for seen in ("none", "deuteranopia"))
    assert near < far / 3
    other = np.array([[0.2, 0.3, 0.9], [0.9, 0.85, 0.2]])
    assert np.linalg.norm(np.subtract(*lab(other, "deuteranopia"))) > 100
