"""Values that a recogniser reads too badly are named and greyed where its scores are shown."""

from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from browsing import figures, manager, only, texts, visit
from stores import fill_foundations

from core.recognition.lexicon import LexiconRecogniser
from core.store import benches
from core.store.benches import BenchHead, FigureRow
from pages.shared.trusting import GREY, greyed


def measured(auc: float, name: str = "mine.csv", value: str = "power") -> None:
    """A bench that says so of one value."""
    head = BenchHead(
        *("b1", LexiconRecogniser().id, "presence", True, "schwartz", name, "0", "", 99, 0, datetime(2026, 11, 22))
    )
    row = FigureRow(value, "present", "auc", auc, auc - 0.05, auc + 0.05, 50, "")
    benches.save_bench(manager().store, head, [row], [], [])


def test_as_shipped_nothing_is_doubted(small_app: Path) -> None:
    for page in ("overview", "radar"):
        at = visit(page)
        assert "Not shown as reliable" not in texts(at) and "has not been measured" not in texts(at)
    assert not [name for name in figures(at)[0]["data"][-1]["theta"] if "?" in name]


@pytest.mark.parametrize("page", ["overview", "radar"])
def test_a_value_below_the_threshold_is_named_with_its_figure(page: str, own_app: Path) -> None:
    measured(0.61, "![i](http://evil.example/x.png).csv")
    at = visit(page)
    said = next(note.value for note in at.caption if "Not shown as reliable" in note.value)
    assert "Power (AUC .61 [.56, .66] on ![i](http://evil.example/x.png).csv, 2026-11-22)" in texts(at)
    assert "![" not in said and "10% of the weights lie on it" in texts(at)
    only(at, "w_PO")
    assert "100% of the weights lie on it" in texts(at)


def test_the_radar_greys_it(own_app: Path) -> None:
    measured(0.61)
    lines = [trace for trace in figures(visit("radar"))[0]["data"] if trace.get("marker", {}).get("symbol")]
    assert len(lines) == 4
    for trace in lines:
        hollow = [
            name for name, symbol in zip(trace["theta"], trace["marker"]["symbol"], strict=True) if symbol != "circle"
        ]
        assert len(hollow) == 1 and "Power ?" in hollow[0]


def test_a_good_measurement_lifts_the_doubt(own_app: Path) -> None:
    measured(0.8)
    assert "Not shown as reliable" not in texts(visit("radar"))


def test_a_judge_that_nobody_measured_is_said_to_be_so(own_app: Path) -> None:
    fill_foundations(manager().store)
    at = visit("radar", run="foundations · Judged")
    assert "has not been measured" in texts(at) and not at.exception
    assert "The judges' exam covers Schwartz's ten values only" in texts(at)


def test_a_judge_that_never_took_the_exam_is_named_where_its_scores_are(own_app: Path) -> None:
    store = manager().store
    store.writer.run(
        lambda con: con.execute("UPDATE runs SET recogniser = 'mean(judge:a/b@0123abcd,judge:c@0123abcd)'")
    )
    for page in ("overview", "radar"):
        said = texts(visit(page))
        assert "judge:a/b@0123abcd never took the judges' exam." in said and "judge:c@0123abcd never" in said


def test_the_rows_of_a_doubtful_value_are_grey() -> None:
    table = pd.DataFrame({"value": ["Power", "Security"], "score": [1.234, None], "missing": [0.125, 0.0]})
    assert greyed(table, {"power": "Power"}, {}) is table
    styled = greyed(table, {"power": "Power", "security": "Security"}, {"power": "AUC .6"})
    html = styled.to_html()
    assert html.count(GREY) == 1 and "row0_col1" in html.split("<table")[0] and ">1.2<" in html and ">12%<" in html
