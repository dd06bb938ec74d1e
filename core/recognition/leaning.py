"""Leaning: whether an answer rather argues for a value (towards 1) or against it (towards -1), as an offline estimate.

It is the tanh of the stance to be expected, with supports = 1, opposes = -1 and neither = 0: a ridge regression on
texts of our own (data/recogniser/leaning, anchors.toml, the options of the everyday suite), to which a part of the
presence is added, since what is spoken of is more often supported than not. Linear in the word pieces like presence,
so each piece's part is exact, and neither negation nor irony is seen as such. scripts/build_leaning.py learns it and
says how well it does: on answers of an author it has not learned from.
"""

import hashlib
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.paths import DATA

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Leaning:
    """The token table's leaning, `table` (pieces × values) and `intercept` (values, the mean text's), and MiniLM's:
    `coefficients` (states × values), `mean` (states, of the mean text), `table_part` (what the token table's counts)
    and `head_intercept`. `digest`: sha256 of the file."""

    digest: str
    table: Floats
    intercept: Floats
    coefficients: Floats
    mean: Floats
    table_part: float
    head_intercept: Floats


@cache
def load_leaning(folder: Path = DATA / "recogniser") -> Leaning:
    """The leaning in `folder` (leaning.npz); raises UserError when it is missing or broken."""
    path = folder / "leaning.npz"
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        with np.load(path, allow_pickle=False) as raw:
            table = raw["table"].astype(np.float64) * raw["scale"]
            intercept, coefficients, mean, head_intercept = (
                raw[name].astype(np.float64) for name in ("intercept", "coefficients", "mean", "head_intercept")
            )
            return Leaning(digest, table, intercept, coefficients, mean, float(raw["table_part"]), head_intercept)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise UserError(f"The leaning {path.name} cannot be read ({error}); reinstall Polycompass.") from error


def bounded(leaning: Floats) -> Floats:
    """tanh, so that short texts, which the regression carries past an expected stance of 1, keep their order."""
    return np.asarray(np.tanh(leaning))
