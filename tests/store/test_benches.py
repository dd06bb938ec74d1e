"""Benches as the store keeps them: whole, newest first, with the worst readings to be read."""

import math
from dataclasses import replace
from datetime import datetime

import pytest
from builders import NASTY

from core.recognition.base import Recognition, Verdict
from core.recognition.labelled import LabelledText
from core.store import benches
from core.store.benches import BenchHead, FigureRow
from core.store.database import Store

HEAD = BenchHead(
    "b1", "lexicon@1", "presence", True, "schwartz", "mine.csv", "0" * 64, "", 3, 1, datetime(2026, 11, 22, 12)
)
FIGURES = [
    FigureRow("power", "present", "auc", 0.61, 0.55, 0.66, 40, ""),
    FigureRow("", "present", "f1", math.nan, math.nan, math.nan, 0, "Neither."),
]


def read(strength: float, value: str = "power", stance: str = "present") -> Verdict:
    return Verdict("ok", (Recognition(value, stance, strength),))  # type: ignore[arg-type]


def text(words: str, label: str, value: str = "power") -> LabelledText:
    return LabelledText(words, {value: label}, "Q?", "", words)  # type: ignore[dict-item]


def save(store: Store, head: BenchHead = HEAD) -> None:
    texts = [text(NASTY["html"], "present"), text("b", "absent"), text("c", "present")]
    benches.save_bench(store, head, FIGURES, texts, [read(0.9), read(0.7), Verdict("invalid", message="No English.")])


def test_a_bench_comes_back_as_it_was(store: Store) -> None:
    save(store)
    assert benches.benches(store) == [HEAD]
    first, second = benches.figures(store, "b1")
    assert first == FIGURES[0] and math.isnan(second.estimate) and second.reason == "Neither."
    found = benches.readings(store, "b1")
    assert found["label"].tolist() == ["present", "absent", "present"]
    assert found["strength"].tolist() == pytest.approx([0.9, 0.7, math.nan], nan_ok=True)
    assert benches.readings(store, "b1", "security").empty
    assert benches.unread(store, "b1").to_numpy().tolist() == [["invalid", "No English.", 1]]


def test_the_worst_come_first_and_the_unread_not_at_all(store: Store) -> None:
    save(store)
    found = benches.worst(store, "b1", "power")
    assert found["text"].tolist() == ["b", NASTY["html"]]
    assert found["error"].tolist() == pytest.approx([0.7, 0.1])
    assert len(benches.worst(store, "b1", "", 1)) == 1


@pytest.mark.parametrize(
    ("measure", "label", "stance", "strength", "error"),
    [
        ("stance", "opposes", "supports", 1.0, 2.0),
        ("stance", "opposes", "opposes", -0.5, 0.5),
        ("stance", "present", "opposes", -1.0, 0.0),
        ("stance", "neutral", "opposes", -0.5, 0.5),
        ("presence", "opposes", "present", 0.25, 0.75),
        ("presence", "supports", "present", 1.0, 0.0),
    ],
)
def test_how_wrong_a_reading_is(
    store: Store, measure: str, label: str, stance: str, strength: float, error: float
) -> None:
    benches.save_bench(store, replace(HEAD, measure=measure), [], [text("a", label)], [read(strength, stance=stance)])
    assert benches.worst(store, "b1", "power")["error"].tolist() == pytest.approx([error])


def test_newest_first_and_one_can_be_forgotten(store: Store) -> None:
    save(store)
    save(store, replace(HEAD, bench_id="b2", made_at=datetime(2026, 11, 23)))
    assert [head.bench_id for head in benches.benches(store)] == ["b2", "b1"]
    benches.delete_bench(store, "b2")
    assert benches.benches(store) == [HEAD] and len(benches.readings(store, "b1")) == 3
    assert benches.figures(store, "b2") == [] and benches.readings(store, "b2").empty


def test_the_part_of_the_data_is_in_its_name() -> None:
    assert HEAD.data == "mine.csv" and replace(HEAD, split="test").data == "mine.csv (test)"
