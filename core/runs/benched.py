"""Stored benches as tables and curves: by value side by side, what shipped beside them, and one bench closely."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from core.analysis.classification import Bin, calibration, confusion
from core.analysis.estimates import Codes
from core.recognition.quality import card_of
from core.runs.bench import SIGNS
from core.store import benches
from core.store.benches import BenchHead, FigureRow
from core.store.database import Store

SHIPPED = ("lexicon", "minilm")
KINDS = {"presence": ("present", "absent"), "stance": ("supports", "neutral", "opposes")}
# The figures of a card that a bench has too.
ON_CARD = {"auc": "auc", "precision": "precision", "recall": "recall", "f1": "f1", "ece": "calibration_error"}


def by_data(heads: Sequence[BenchHead]) -> dict[str, list[BenchHead]]:
    """The newest bench of each recogniser, by the data it was measured on: what was measured last comes first."""
    found: dict[str, dict[str, BenchHead]] = {}
    for head in heads:
        of = found.setdefault(f"{head.data} · {head.data_hash[:8]}", {})
        of.setdefault(f"{head.recogniser} {head.measure}", head)
    return {key: list(of.values()) for key, of in found.items()}


def side_by_side(store: Store, heads: Sequence[BenchHead], labels: Mapping[str, str], kind: str) -> pd.DataFrame:
    """One row a recogniser, value and figure of `kind`: series (from `labels`, by the recogniser's id), shipped, value,
    name, estimate, low, high, n (texts), note (words for a hover)."""
    rows: list[dict[str, object]] = []
    for head in heads:
        figures = [one for one in benches.figures(store, head.bench_id) if one.kind == kind]
        counts = {one.value: one.n for one in figures if one.name == "n"}
        rows += [
            {"series": labels[head.recogniser], "shipped": False, "value": one.value, "name": one.name}
            | {"estimate": one.estimate, "low": one.low, "high": one.high, "n": counts.get(one.value, one.n)}
            | {"note": _note(one, counts.get(one.value, one.n))}
            for one in figures
        ]
    return pd.DataFrame(rows, columns=["series", "shipped", "value", "name", "estimate", "low", "high", "n", "note"])


def shipped(labels: Mapping[str, str]) -> pd.DataFrame:
    """The figures that ship with the offline recognisers, in the columns of `side_by_side`; they have no intervals."""
    rows: list[dict[str, object]] = []
    for kind in SHIPPED:
        card = card_of(kind)
        assert card is not None
        for value, quality in card.by_value.items():
            cells = {name: float(getattr(quality, field)) for name, field in ON_CARD.items()}
            cells |= {"base_rate": quality.base_rate, "f1_always": 2 * quality.base_rate / (1 + quality.base_rate)}
            rows += [
                {"series": f"{labels[kind]}, as shipped", "shipped": True, "value": value, "name": name}
                | {"estimate": cell, "low": math.nan, "high": math.nan, "n": card.n}
                | {"note": f"{cell:.3f} on {card.n:,} held-out arguments"}
                for name, cell in cells.items()
            ]
    return pd.DataFrame(rows)


def _note(one: FigureRow, count: int) -> str:
    interval = "no interval" if math.isnan(one.low) else f"95 % interval {one.low:.3f} to {one.high:.3f}"
    return f"{one.estimate:.3f}, {interval}<br>n = {count:,} texts"


def curve(store: Store, head: BenchHead, value: str = "") -> tuple[Bin, ...]:
    """The calibration curve of one value, or of all pooled; empty where strengths are no probabilities."""
    if not head.calibrated:
        return ()
    table = benches.readings(store, head.bench_id, value).dropna(subset=["strength"])
    truth = table["label"].map(SIGNS).abs().to_numpy(dtype=np.float64)
    return calibration(truth, table["strength"].to_numpy(dtype=np.float64))


def confused(store: Store, head: BenchHead, value: str = "") -> tuple[tuple[str, ...], Codes]:
    """The categories, and how many texts of each (rows) were read as each (columns); of one value, or all pooled. Where
    directions are compared, a label without one is left out."""
    kinds = KINDS[head.measure]
    table = benches.readings(store, head.bench_id, value).dropna(subset=["strength"])
    codes = [table[column].map(lambda said: _category(str(said), head.measure)) for column in ("label", "stance")]
    truth, read = (np.array([kinds.index(one) if one in kinds else -1 for one in column]) for column in codes)
    return kinds, confusion(truth.astype(np.int64), read.astype(np.int64), len(kinds))


def _category(said: str, measure: str) -> str:
    if measure == "presence":
        return "present" if SIGNS[said] else "absent"
    return "neutral" if said == "absent" else said
