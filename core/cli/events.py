"""What `--json` prints: one JSON object a line on standard output. docs/headless.md lists them; words go to stderr."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any, TextIO


class Events:
    """Tells a program that reads along what happens; nothing where none does."""

    def __init__(self, out: TextIO | None) -> None:
        self._out = out

    @property
    def wanted(self) -> bool:
        return self._out is not None

    def tell(self, event: str, **facts: Any) -> None:
        """One line: {"event": event, ...}. Text is escaped to ASCII, so nothing in it steers a terminal."""
        if self._out is not None:
            print(json.dumps({"event": event, **facts}, allow_nan=False), file=self._out, flush=True)


@contextmanager
def events(args: argparse.Namespace) -> Iterator[Events]:
    """The events of one command. With --json they have standard output to themselves."""
    if not args.json:
        yield Events(None)
        return
    out = sys.stdout
    with redirect_stdout(sys.stderr):
        yield Events(out)
