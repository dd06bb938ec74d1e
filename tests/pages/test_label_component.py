"""The component in which answers are labelled: what its own files may not do."""

import re

from browsing import ROOT

SCRIPT, STYLE = (
    (ROOT / "pages" / "shared" / f"labelling.{kind}").read_text(encoding="utf-8") for kind in ("js", "css")
)


def test_texts_are_never_markup_and_nothing_is_fetched() -> None:
    assert not re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|fetch|import\b|http", SCRIPT)
    assert not re.findall(r"url\(|@import|http", STYLE)


def test_styles_touch_nothing_else_of_the_page() -> None:
    selectors = re.findall(r"^([^@{}\s][^{}]*?)\s*\{", STYLE, re.MULTILINE)
    assert selectors and all(part.strip().startswith(".pc-") for each in selectors for part in each.split(","))


def test_colours_are_the_themes_but_for_those_of_evidence() -> None:
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|hsl", STYLE)
    assert set(re.findall(r"rgb\(([\d ]+) /", STYLE)) == {"128 128 128", "51 119 204", "224 123 0"}
