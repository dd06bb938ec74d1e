"""On what evidence a recogniser's readings of a value are taken for reliable."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from core.errors import UserError
from core.recognition.quality import lexicon_card, short, trust_rule
from core.runs.trust import trust, trusted
from core.store import benches
from core.store.benches import BenchHead, FigureRow
from core.store.database import Store
from core.values.system import SCHWARTZ, system

LEXICON, JUDGE = "lexicon@cf29db8b", "judge:openai/m@1"
RULE = trust_rule()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store.duckdb")
    yield store
    store.close()


def bench(store: Store, number: int, *figures: FigureRow, recogniser: str = LEXICON) -> None:
    made = datetime(2026, 11, number)
    head = BenchHead(f"b{number}", recogniser, "presence", True, "schwartz", "mine.csv", "0", "test", 9, 0, made)
    benches.save_bench(store, head, list(figures), [], [])


def auc(value: str, figure: float, n: int = RULE.min_texts, kind: str = "present") -> FigureRow:
    return FigureRow(value, kind, "auc", figure, figure - 0.02, figure + 0.02, n, "")


def test_until_there_is_a_bench_the_shipped_figures_count(own: Store) -> None:
    for value, found in trust(LEXICON, system(SCHWARTZ).ids, own).items():
        figure = lexicon_card().by_value[value].auc
        assert found.reliable is (figure >= RULE.min_auc)
        assert found.sentence == f"AUC {short(figure)} on 1,896 held-out arguments"


def test_what_nobody_measured_is_not_doubted_but_said(own: Store) -> None:
    assert trusted(JUDGE, "power", own).reliable is None and trusted(JUDGE, "power", own).sentence == "not measured"


def test_a_bench_below_the_threshold_is_doubted_with_its_figure(own: Store) -> None:
    bench(own, 1, auc("power", 0.61), auc("security", RULE.min_auc), auc("", 0.1))
    found = trusted(LEXICON, "power", own)
    assert found.reliable is False
    assert found.sentence == "AUC .61 [.59, .63] on mine.csv (test), 2026-11-01"
    assert trusted(LEXICON, "security", own).reliable is True
    assert "held-out" in trusted(LEXICON, "hedonism", own).sentence


def test_the_newest_with_enough_texts_counts(own: Store) -> None:
    bench(own, 1, auc("power", 0.6))
    bench(own, 2, auc("power", 0.9))
    bench(own, 3, auc("power", 0.5, RULE.min_texts - 1))
    assert "2026-11-02" in trusted(LEXICON, "power", own).sentence
    benches.delete_bench(own, "b2")
    assert trusted(LEXICON, "power", own).reliable is False


def test_another_version_or_recogniser_tells_nothing(own: Store) -> None:
    bench(own, 1, auc("power", 0.4), recogniser="lexicon@other")
    bench(own, 2, auc("power", 0.4), recogniser=JUDGE)
    assert trusted(LEXICON, "power", own).reliable is True and trusted(JUDGE, "power", own).reliable is False


def test_presence_and_direction_must_both_pass(own: Store) -> None:
    bench(own, 1, auc("power", 0.9), auc("power", 0.55, kind="direction"), recogniser=JUDGE)
    found = trusted(JUDGE, "power", own)
    assert found.reliable is False and found.sentence.startswith("for or against: AUC .55")
    bench(own, 2, auc("power", 0.9), auc("power", 0.95, kind="direction"), recogniser=JUDGE)
    assert trusted(JUDGE, "power", own).reliable is True
    bench(own, 3, auc("power", 0.9, kind="supports"), recogniser=JUDGE)
    assert "2026-11-02" in trusted(JUDGE, "power", own).sentence


def test_a_broken_rule_is_named(tmp_path: Path) -> None:
    path = tmp_path / "trust.toml"
    path.write_text('min_auc = "high"\nmin_texts = 30\n')
    with pytest.raises(UserError, match=r"trust\.toml: the field 'min_auc' must be a decimal number"):
        trust_rule(path)
