"""Social value orientation of models by condition: angle, type, whether choices hang together, and whether they are
made by position."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analysis.bootstrap import Floats
from core.analysis.classification import wilson
from core.analysis.estimates import Estimate, one, resampled, undefined
from core.analysis.sheets import Sheets, mean, theta
from core.methods.hvae.angles import ORIENTATIONS, angle, reach, type_of
from core.methods.hvae.conditions import FORWARD, REVERSED
from core.methods.hvae.inequality import inequality
from core.methods.hvae.payoffs import STEPS
from core.methods.hvae.sheets import every_angle
from core.methods.hvae.transitivity import Order, order_of

POSITION_SHARE = 0.5
POSITION_MIN = 12  # choices


@dataclass(frozen=True)
class Position:
    """How often the most taken place on the screen was taken. Of choices by what is offered, made in both orders alike
    often, no place but the middle one is taken in more than half: what was at one end then is at the other. `flagged`:
    the interval lies above a half. `place` counts from 1."""

    place: int
    share: float
    low: float
    high: float
    n: int

    @property
    def flagged(self) -> bool:
        return self.n >= POSITION_MIN and self.low > POSITION_SHARE

    @property
    def sentence(self) -> str:
        return (
            f"chooses by position: place {self.place} of {STEPS} in {self.share:.0%} of {self.n} choices "
            f"(95 % interval {self.low:.0%} to {self.high:.0%})"
        )


def position(of: Sheets) -> Position:
    """The most taken place among the choices of some sheets, made in whatever order."""
    turned = (of.about["order"] == REVERSED).to_numpy()[:, None]
    taken = np.round(np.where(turned, STEPS - 1 - of.places, of.places))
    taken = taken[~np.isnan(taken)].astype(int)
    if not len(taken):
        return Position(0, np.nan, np.nan, np.nan, 0)
    counts = np.bincount(taken, minlength=STEPS)
    most = int(counts.argmax())
    low, high = wilson(counts[most], len(taken))
    return Position(most + 1, counts[most] / len(taken), float(low), float(high), len(taken))


def order_difference(of: Sheets, seed: int = 0) -> Estimate:
    """The angle with the options reversed less the angle with them as they stand, in degrees."""
    means = of.divisions()
    forward = (of.about["order"] == FORWARD).to_numpy()
    if forward.all() or not forward.any():
        return undefined("The options stood in one order only.", len(means))

    def difference(weights: Floats) -> Floats:
        found = []
        for rows in (~forward, forward):
            with np.errstate(invalid="ignore", divide="ignore"):
                total = weights[:, rows] @ means[rows] / weights[:, rows].sum(axis=1, keepdims=True)
            found.append(angle(total[:, 0], total[:, 1]))
        return (found[0] - found[1])[:, None]

    return one(
        resampled(difference, np.arange(len(means)), seed),
        len(means),
        (reach()[0] - reach()[1], reach()[1] - reach()[0]),
    )


def orientations(sheets: Sheets) -> pd.DataFrame:
    """One row a model and condition: `asked` repetitions, `complete` ones; `theta` with `low` and `high`; `type`, ""
    where it cannot be told, as choices are made by position or like random ones, with `doubt` saying why; how many
    repetitions are of each type (`contradictory` ones apart); `order` of the four divisions found most often; the
    effect of the options' order; `position_share`, how often the most taken place was taken."""
    rows = []
    for model, condition in sheets.groups:
        asked = (sheets.about["model"] == model) & (sheets.about["condition"] == condition)
        of = sheets.of(model, condition)
        found, apart, taken = theta(of), order_difference(of), position(sheets.only(asked.to_numpy()))
        orders = [order_of(places) for places in of.places]
        doubt = taken.sentence if taken.flagged else _random(found, orders)
        kept = of.only(np.array([order.consistent for order in orders], dtype=bool))
        rows.append(
            {
                "model": model,
                "condition": condition,
                "asked": int(asked.sum()),
                "complete": len(of.about),
                "theta": found.value,
                "low": found.low,
                "high": found.high,
                "type": "" if doubt else type_of(found.value),
                **{name: float(kept.hits(name).sum()) for name in ORIENTATIONS},
                "contradictory": len(orders) - len(kept.about),
                "order": _usual([str(order) for order in orders if order.consistent]),
                "order_effect": apart.value,
                "order_low": apart.low,
                "order_high": apart.high,
                "doubt": doubt,
                "position_share": taken.share,
            }
        )
    return pd.DataFrame(rows)


def _random(found: Estimate, orders: list[Order]) -> str:
    """A sentence if the choices look like random ones: these have an angle of 22.7 degrees on the average, where two
    types meet, and seldom fit an order. One that likes all four alike says nothing either."""
    by_chance = float(every_angle().mean())
    telling = sum(len(order.ranks) > 1 for order in orders)
    if found.low <= by_chance <= found.high and telling <= len(orders) / 2:
        return (
            f"cannot be told from random answers: their mean angle ({by_chance:.1f}°) is within the interval, and only "
            f"{telling} of {len(orders)} repetitions order the divisions"
        )
    return ""


def _usual(orders: list[str]) -> str:
    return Counter(orders).most_common(1)[0][0] if orders else ""


def inequality_aversion(secondary: Sheets) -> pd.DataFrame:
    """One row a model and condition that answered all secondary sliders: `index` (0 evenness, 1 largest sum) with its
    interval, `n` repetitions, and `valid`, the share of them on which the index means something."""
    rows = []
    for model, condition in secondary.groups:
        of = secondary.of(model, condition)
        found = [inequality(places / (STEPS - 1)) for places in of.places]
        known = np.array([each.index for each in found if not np.isnan(each.index)])
        index = mean(known, (0.0, 1.0))
        valid = float(np.mean([each.valid for each in found])) if found else np.nan
        rows.append(
            {
                "model": model,
                "condition": condition,
                "index": index.value,
                "low": index.low,
                "high": index.high,
                "n": index.n_items,
                "valid": valid,
            }
        )
    return pd.DataFrame(rows, columns=["model", "condition", "index", "low", "high", "n", "valid"])
