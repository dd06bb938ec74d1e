"""Small stores, suites and rows for tests."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from core.items.item import Item, Option, Suite
from core.recognition.base import Evidence, Recognition, Verdict
from core.store import records
from core.store.database import Store
from core.store.records import NewRun, ResponseRow
from core.store.writer import Row

NASTY = {
    "emoji": "Be kind 🤝🏽 to 👩‍👩‍👧",
    "rtl": "\u202eعدالة, שלום\u202c",
    "quotes": "\"He\" said 'no' `now` \\ \\' \\\"",
    "sql": "'; DROP TABLE responses; --",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "markdown": "![x](http://example.invalid/a.png) [link](javascript:alert(1)) :material/home: $x^2$",
    "wild": "100% _sure_ of it\tyes\r\nno\x0b\x7f",
}


def suite(count: int = 3, options: bool = True, **changes: Any) -> Suite:
    """A suite of Schwartz's system with items i1, i2, ..., the odd ones with two options."""
    pair = (Option("Take charge.", "power"), Option("Help her.", "benevolence"))
    items = tuple(
        Item(
            f"i{n}",
            f"Situation {n}: what now?",
            ("power", "benevolence"),
            "work",
            "",
            pair if options and n % 2 else (),
        )
        for n in range(1, count + 1)
    )
    return Suite(**({"id": "small", "name": "Small", "system": "schwartz", "items": items} | changes))


def response(trial_id: int, run_id: str = "r1", **changes: Any) -> ResponseRow:
    """An answer of model `m` to item `i1`."""
    given = {"model": "m", "item_id": "i1", "variation": "open-1", "epoch": 1, "outcome": "ok", "text": "Help her."}
    return ResponseRow(**({"run_id": run_id, "trial_id": trial_id} | given | changes))


def verdict(**strengths: float) -> Verdict:
    """A verdict with these values, each shown by the first three letters."""
    return Verdict(
        "ok", tuple(Recognition(v, "supports", s, (Evidence(0, 3, 0.5),), "note") for v, s in strengths.items())
    )


def add_run(store: Store, run_id: str = "r1", of: Suite | None = None, planned: int = 1) -> None:
    """A run without responses."""
    run = NewRun(run_id, f"run {run_id}", "run", "{}", "lexicon@1", "presence", planned)
    records.create_run(store, run, of or suite())


def add_responses(store: Store, *rows: ResponseRow) -> None:
    """Durable responses."""
    _put(store, [records.response(row) for row in rows])


def add_reading(store: Store, row: ResponseRow, found: Verdict, recogniser: str = "lexicon@1") -> None:
    """A durable recognition."""
    _put(store, records.recognition(row, recogniser, found))


def _put(store: Store, rows: Sequence[tuple[str, Row]]) -> None:
    store.writer.put(rows)
    store.writer.run(lambda con: None)  # at once, instead of with the next batch


def until(condition: Callable[[], object], seconds: float = 10.0) -> bool:
    """Whether the condition came true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
