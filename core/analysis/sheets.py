"""Answer sheets: the six primary sliders answered once in one condition, one face and one order, which is one
repetition. Sheets are what is drawn again for intervals: answers of one sheet hang together."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.bootstrap import Floats
from core.analysis.estimates import Estimate, one, resampled, undefined
from core.methods.hvae.angles import ORIENTATIONS, angle, reach, type_codes
from core.methods.hvae.conditions import conditions, parse
from core.methods.hvae.payoffs import STEPS, of_kind
from core.methods.hvae.rationality import picks, rationality
from core.methods.hvae.sheets import every_rationality, every_type, mean_over

KEYS = ["model", "condition", "face", "order", "epoch"]
NONE = "No repetition has all six primary sliders answered."


@dataclass(frozen=True)
class Sheets:
    """`about`: one row a sheet, columns `KEYS` and `answered` (how many of the sliders). `places` (N x K, from 0 to 8)
    are the choices, NaN where there is none; `probs` (N x K x 9) how likely each option was, all on the choice where
    probabilities are unknown or not wanted. `expected` says that they are wanted."""

    about: pd.DataFrame
    places: Floats
    probs: Floats
    expected: bool
    kind: str = "primary"

    def only(self, rows: NDArray[np.bool_]) -> "Sheets":
        """Some of the sheets."""
        about = self.about[rows].reset_index(drop=True)
        return Sheets(about, self.places[rows], self.probs[rows], self.expected, self.kind)

    @property
    def complete(self) -> "Sheets":
        """Those on which every slider is answered."""
        return self.only(np.asarray(~np.isnan(self.places).any(axis=1)))

    def of(self, model: str, condition: str) -> "Sheets":
        """One model's complete sheets in one condition."""
        return self.only(((self.about["model"] == model) & (self.about["condition"] == condition)).to_numpy()).complete

    @property
    def groups(self) -> list[tuple[str, str]]:
        """The (model, condition) there are: models as they come, conditions in the order of the method."""
        order = {condition.id: place for place, condition in enumerate(conditions())}
        found = list(dict.fromkeys(self.about[["model", "condition"]].itertuples(index=False, name=None)))
        models = list(dict.fromkeys(model for model, _ in found))
        return sorted(found, key=lambda group: (models.index(group[0]), order[group[1]]))

    def divisions(self) -> Floats:
        """The mean division of each sheet: N x (own, other)."""
        payoffs = np.array([[slider.own, slider.other] for slider in of_kind(self.kind)])  # K x 2 x 9
        found: Floats = np.einsum("nko,kpo->np", self.probs, payoffs) / payoffs.shape[0]
        return found

    def angles(self) -> Floats:
        """The angle of each sheet in degrees, NaN for incomplete ones."""
        means = self.divisions()
        found: Floats = angle(means[:, 0], means[:, 1])
        return found

    def rationality(self, target: str) -> Floats:
        """How near each sheet comes to `target`, in [0, 1]; by probabilities the mean over all sheets that the model
        could have given with these."""
        if self.expected:
            figures = every_rationality()[target]
            return np.array([mean_over(figures, probs) for probs in self.probs])
        return rationality(self.angles(), target)

    def hits(self, kind: str) -> Floats:
        """Whether each sheet is of the type, 0 or 1; by probabilities how likely it is to be."""
        if self.expected:
            figures = every_type()[kind]
            return np.array([mean_over(figures, probs) for probs in self.probs])
        found: Floats = (type_codes(self.angles()) == ORIENTATIONS.index(kind)).astype(float)
        return found

    def consistent(self, target: str) -> Floats:
        """The share of each sheet's choices that are what `target` likes best: N."""
        best = np.zeros((len(of_kind(self.kind)), STEPS))
        for row, slider in enumerate(of_kind(self.kind)):
            best[row, list(picks(slider, target))] = 1
        found: Floats = np.einsum("nko,ko->n", self.probs, best) / len(best)
        return found


def sheets(answers: pd.DataFrame, expected: bool, kind: str = "primary") -> Sheets:
    """The sheets in stored answers: model, item_id, variation, epoch, choice, option_probs (JSON or None). Answers to
    other items are left out. A choice without probabilities counts as certain."""
    columns = {slider.id: place for place, slider in enumerate(of_kind(kind))}
    asked = answers[answers["item_id"].isin(columns)]
    rows: dict[tuple[object, ...], int] = {}
    cells = []
    for answer in asked.itertuples(index=False):
        variation = parse(str(answer.variation))
        key = (answer.model, variation.condition.id, variation.face, variation.order, answer.epoch)
        cells.append((rows.setdefault(key, len(rows)), columns[str(answer.item_id)], answer))
    places = np.full((len(rows), len(columns)), np.nan)
    probs = np.full((len(rows), len(columns), STEPS), np.nan)
    for row, column, answer in cells:
        if isinstance(answer.choice, str) and answer.choice:
            places[row, column] = float(answer.choice)
            probs[row, column] = _probs(answer.option_probs if expected else None, float(answer.choice))
    about = pd.DataFrame(list(rows), columns=KEYS).assign(answered=(~np.isnan(places)).sum(axis=1))
    return Sheets(about, places, probs, expected, kind)


def _probs(stored: object, place: float) -> Floats:
    found = np.zeros(STEPS)
    if isinstance(stored, str):
        for option, p in json.loads(stored).items():
            found[int(option)] = p
        shares: Floats = found / found.sum()
        return shares
    below = int(place)
    found[below] = 1 - (place - below)
    if place > below:
        found[below + 1] = place - below
    return found


def theta(of: Sheets, seed: int = 0) -> Estimate:
    """The angle of the mean division over complete sheets, with its interval over repetitions."""
    means = of.divisions()
    if not len(means):
        return undefined(NONE)

    def pooled(weights: Floats) -> Floats:
        total = weights @ means / weights.sum(axis=1, keepdims=True)
        return angle(total[:, 0], total[:, 1])[:, None]

    return one(resampled(pooled, np.arange(len(means)), seed), len(means), reach())


def mean(figures: Floats, bounds: tuple[float, float], seed: int = 0) -> Estimate:
    """The mean of one figure a repetition, with its interval."""
    if not len(figures):
        return undefined(NONE)

    def pooled(weights: Floats) -> Floats:
        found: Floats = (weights @ figures / weights.sum(axis=1))[:, None]
        return found

    return one(resampled(pooled, np.arange(len(figures)), seed), len(figures), bounds)


def paired(first: Sheets, second: Sheets) -> tuple[Sheets, Sheets]:
    """The sheets of both that belong to the same face, order and epoch, in the same sequence."""
    keys = [_keys(first), _keys(second)]
    common = [key for key in keys[0] if key in keys[1]]
    return _picked(first, [keys[0][key] for key in common]), _picked(second, [keys[1][key] for key in common])


def _keys(of: Sheets) -> dict[tuple[object, ...], int]:
    return {key: row for row, key in enumerate(of.about[KEYS[2:]].itertuples(index=False, name=None))}


def _picked(of: Sheets, rows: Sequence[int]) -> Sheets:
    about = of.about.iloc[list(rows)].reset_index(drop=True)
    return Sheets(about, of.places[list(rows)], of.probs[list(rows)], of.expected, of.kind)
