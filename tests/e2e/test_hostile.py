"""Texts of models and files are data: nothing in them runs, loads or formats, wherever they are shown."""

import csv
from pathlib import Path

import pytest
from builders import NASTY
from driving import WAIT_MS, Server, Tabs, go, settle
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PROMPT = "<h2>Should I</h2> ![p](http://evil.example/prompt.png) help? :red[now] $x$"
ANSWERS = {
    **NASTY,
    "script": "<script>alert('pwned')</script> Help your family.",
    "handler": "<img src=http://evil.example/i.png onerror=alert('pwned')> and <svg onload=alert(1)>",
    "picture": "![i](http://evil.example/i.png) and [link](javascript:alert('pwned'))",
    "closing": "</mark></div><style>body{display:none}</style><iframe src=http://evil.example></iframe>",
    "controls": "a\x01b\x07c\x1b[31md\u2028e\u202ef\ufefff",
    "megabyte": "Tradition and family matter. " * 36_000,
}
MODELS = ("<img src=x onerror=alert(1)>", "![m](http://evil.example/m.png)", "=cmd|' /C calc'!A0", "%{r} **bold** $y$")


def write_csv(path: Path) -> None:
    """A row for each text, by models with names as hostile as the answers; each also gives one that can be read."""
    names = [MODELS[i % len(MODELS)] for i in range(len(ANSWERS))]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = [(name, PROMPT, text) for name, text in zip(names, ANSWERS.values(), strict=True)]
        csv.writer(file, lineterminator="\n").writerows([("model", "prompt", "response"), *rows])


def unharmed(page: Page) -> None:
    """The page shows itself, without an element that only a hostile text could have made."""
    expect(page.locator("h1")).to_be_visible()
    planted = "img[src*='evil.example'], iframe[src*='evil.example'], svg[onload], [onerror], a[href^='javascript']"
    expect(page.locator(planted)).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_hostile_answers_are_shown_as_text(server: Server, tabs: Tabs, tmp_path: Path) -> None:
    file = tmp_path / "answers ![f](http:evil.example) <b>&.csv"
    write_csv(file)
    page = tabs.open(server.address)
    go(page, "Own answers")
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(file)
    read = page.get_by_role("button", name=f"Read these {len(ANSWERS)} answers")
    read.wait_for(timeout=WAIT_MS)
    unharmed(page)
    read.click()
    expect(page.get_by_text("answers ·")).to_contain_text(["· done"], timeout=WAIT_MS)
    expect(page.get_by_role("button", name="Stop")).to_be_disabled()
    settle(page)
    unharmed(page)

    go(page, "Scenarios")
    unharmed(page)
    main = page.get_by_test_id("stMain")
    expect(main.get_by_test_id("stText").get_by_text(PROMPT, exact=True)).to_be_visible()
    for key in ("html", "markdown", "sql", "script", "handler", "picture", "closing"):
        shown = main.locator("div[dir=auto]").filter(has_text=ANSWERS[key])
        expect(shown.first).to_be_visible()
    expect(main.get_by_text("characters; the export has all")).to_be_visible()
    for name in ("Overview", "Radar", "Profile", "Runs"):
        go(page, name)
        unharmed(page)
