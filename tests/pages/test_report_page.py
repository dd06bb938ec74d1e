"""The page Report: what will be in it, its files, the archives of its runs."""

from pathlib import Path

from browsing import downloads, labels, press, texts, visit
from stores import EVIL

from core.reports.sections import SECTIONS


def test_an_empty_store_says_what_would_fill_it(empty_app: Path) -> None:
    assert "nothing to report" in texts(visit("report"))


def test_a_view_becomes_a_report_even_of_hostile_names(hostile_app: Path) -> None:
    chosen = [SECTIONS[name][0] for name in ("runs", "answers", "settings")]
    at = visit("report", sections=chosen)
    assert f"Sections: {', '.join(chosen)}" in texts(at) and "Report (HTML)" not in labels(downloads(at))
    press(at, "Make the report", "report")
    assert labels(downloads(at))[:2] == ["Report (HTML)", "Report (PDF)"] and len(labels(downloads(at))) >= 3
    made = at.session_state["report_made"][1]
    assert made["Report (PDF)"].startswith(b"%PDF") and b"<script" not in made["Report (HTML)"]
    assert EVIL.encode() in made["Report (HTML)"]  # said, and never a link or picture
    assert b"<img" not in made["Report (HTML)"] and f'"{EVIL}'.encode() not in made["Report (HTML)"]
