"""People label answers by keys and by selecting words, and evidence stands where it should, whatever the text is."""

import json
import re
from pathlib import Path

import pytest
from builders import add_reading, add_responses, add_run, response, suite
from driving import WAIT_MS, Server, Tabs, screenshot, settle
from playwright.sync_api import Locator, Page, expect

from core.recognition.base import Evidence, Recognition, Verdict
from core.store import labels, records
from core.store.database import Store
from core.store.labels import PLACE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MIXED = (
    "<b onmouseover=alert(1)>Be</b> *kind* 🤝🏽 to 👩‍👩‍👧, ![i](http://evil.example/i.png)\r\n\r\n"
    "عدالة, שלום\u202c. Obey <script>alert('pwned')</script> the 👑 of old."
)
WORDS = "Obey <script>alert('pwned')</script> the 👑"
SECRET = "machine-saw-this"
FAR = 90_000
LONG = "🤝<b>a</b> *b* שלום\n" * 6_000
TARGET = "Here <i>it</i> 👑 stands, שם."


def fill(path: Path) -> list[int]:
    """Two answers of mixed text and one of 100,000 letters, read by a machine; returns the trials as the list goes."""
    store = Store(path)
    add_run(store, of=suite(3, options=False))
    long = LONG[:FAR] + TARGET + LONG[FAR:100_000]
    rows = [response(n, item_id=f"i{n}", text=MIXED if n < 3 else long) for n in (1, 2, 3)]
    add_responses(store, *rows)
    for row, span in zip(rows, ((0, 1), (0, 1), (FAR, FAR + len(TARGET))), strict=True):
        found = Recognition("power", "present", 0.9, (Evidence(*span),), SECRET)
        add_reading(store, row, Verdict("ok", (found,)))
    records.set_state(store, "r1", "done")
    order = [row[0] for row in store.rows(f"SELECT trial_id FROM responses ORDER BY {PLACE.format(seed=0)}")]
    store.close()
    return order


def select(pane: Locator, words: str) -> None:
    """Select these words of the answer as a pointer would: the browser makes the range."""
    pane.evaluate(
        """(pane, words) => {
            const text = pane.textContent, at = text.indexOf(words), range = document.createRange();
            const walk = (left) => {
                const nodes = document.createTreeWalker(pane, NodeFilter.SHOW_TEXT);
                let node;
                while ((node = nodes.nextNode()) && left > node.length) left -= node.length;
                return [node, left];
            };
            range.setStart(...walk(at));
            range.setEnd(...walk(at + words.length));
            getSelection().removeAllRanges();
            getSelection().addRange(range);
        }""",
        words,
    )


def kept(path: Path, trial: int) -> dict[str, tuple[str, int, list[list[int]]]]:
    store = Store(path)
    table = labels.current(store, "r1", [trial])
    store.close()
    rows = table[table["stance"] != "neutral"].itertuples()
    return {str(row.value): (row.stance, row.intensity, json.loads(row.evidence)) for row in rows}


def unharmed(page: Page) -> None:
    expect(page.locator("img[src*='evil.example'], [onmouseover], .pc-answer script, .pc-answer b")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_two_answers_are_labelled_blindly_by_keys_and_a_third_is_undone(server: Server, tabs: Tabs) -> None:
    server.end()
    order = fill(server.store)
    short = [trial for trial in order if trial != 3]
    server.start()
    page = tabs.open(f"{server.address}/label?labeller=ada")
    pane = page.locator(".pc-answer").last  # for a moment the former one is there as well
    expect(pane).to_contain_text("🤝", timeout=WAIT_MS)
    settle(page)
    if order[0] == 3:
        page.keyboard.press("k")
        expect(pane).to_contain_text("Obey", timeout=WAIT_MS)
    unharmed(page)
    assert SECRET not in page.content(), "the machine's reading is in the page"
    expect(page.get_by_text("0 of 3 labelled, by 0 labellers")).to_be_visible()
    assert pane.evaluate("pane => pane.textContent") == MIXED
    select(pane, WORDS)
    page.keyboard.press("7")
    page.keyboard.press("s")
    page.keyboard.press("s")
    expect(page.locator(".pc-active [aria-checked=true]")).to_have_text("supports, mildly")
    expect(pane.locator("mark")).to_have_text(WORDS)
    select(pane, "kind* 🤝🏽 to 👩‍👩‍👧")
    page.keyboard.press("9")
    page.keyboard.press("o")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("p")
    screenshot(page, "label")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 3 labelled, by 1 labeller;")).to_be_visible(timeout=WAIT_MS)
    settle(page)

    # By the keyboard alone: from the values back into the answer, its first line selected.
    if order[1] == 3:
        page.keyboard.press("k")
        settle(page)
    expect(pane).to_contain_text("Obey", timeout=WAIT_MS)
    expect(pane.locator("mark")).to_have_count(0)
    pane.focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Shift+End")
    page.keyboard.press("4")
    expect(pane.locator("mark")).not_to_have_count(0)
    first = pane.locator("mark").all_text_contents()
    assert MIXED.startswith("".join(first))
    pane.focus()
    page.keyboard.type("x")
    assert pane.evaluate("pane => pane.textContent") == MIXED, "the answer can be written in"
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 of 3 labelled")).to_be_visible(timeout=WAIT_MS)
    settle(page)
    assert SECRET not in page.content()
    page.get_by_text("Stored: answer").click()
    page.get_by_role("button", name="Show what the machine reads in it").click()
    expect(page.get_by_text("You are not blind to this answer any more.")).to_be_visible(timeout=WAIT_MS)
    settle(page)
    undo = page.get_by_role("button", name=re.compile("^Undo the last"))
    undo.first.click()
    settle(page)
    tabs.close()
    server.end()
    found = kept(server.store, short[0])
    start = MIXED.index(WORDS)
    assert found["conformity"] == ("supports", 1, [[start, start + len(WORDS)]])
    kind = MIXED.index("kind*")
    assert found["benevolence"] == ("opposes", 2, [[kind, kind + len("kind* 🤝🏽 to 👩‍👩‍👧")]])
    assert found["tradition"] == ("present", 0, [])


@pytest.mark.long
def test_evidence_stands_at_its_place_in_a_hundred_thousand_letters(server: Server, tabs: Tabs) -> None:
    server.end()
    fill(server.store)
    server.start()
    page = tabs.open(f"{server.address}/scenarios?item=i3&value=Power")
    whole = page.get_by_text("Show it whole")
    whole.click()
    settle(page)
    marked = page.get_by_test_id("stMain").locator("mark")
    expect(marked).to_have_text(TARGET, timeout=WAIT_MS)
    before = marked.evaluate(
        """mark => {
            const range = document.createRange();
            range.selectNodeContents(mark.closest("div[dir=auto]"));
            range.setEndBefore(mark);
            return [...range.toString()].length;
        }"""
    )
    assert before == FAR
    unharmed(page)
    expect(page.get_by_test_id("stMain").locator("div[dir=auto] b, div[dir=auto] i")).to_have_count(0)
    page.goto(f"{server.address}/scenarios?item=i1&value=Power")
    settle(page)
    expect(page.get_by_test_id("stMain").locator("div[dir=auto]").filter(has_text="שלום")).to_be_visible()
    unharmed(page)
