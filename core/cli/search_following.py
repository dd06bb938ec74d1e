"""Ctrl-C and SIGTERM as a wish to stop a search; the second one ends the program at once."""

import itertools
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from core.cli.following import CUT_SHORT, ENDED, STOPPING


@contextmanager
def stopping(stop: Callable[[], None]) -> Iterator[None]:
    """While inside, the first signal calls `stop`."""
    presses = itertools.count(1)

    def pressed(number: int, frame: FrameType | None) -> None:
        first = next(presses) == 1
        os.write(sys.stderr.fileno(), (STOPPING if first else ENDED).encode())
        if not first:
            os._exit(CUT_SHORT)
        stop()

    usual = {number: signal.signal(number, pressed) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)
