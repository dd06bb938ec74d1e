"""Following a run to its end on a terminal, in a log or for a program, and stopping it with Ctrl-C or SIGTERM."""

import itertools
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from types import FrameType

from core.cli.events import Events
from core.cli.output import complain, safe, say
from core.cli.progress import Gauge, Progress, Warnings, bar, line
from core.runs.manager import RunManager
from core.store import queries

POLL_S = 0.1
TICK_S = 1.0
LOG_TICKS = 5  # a log gets a line every so many
CUT_SHORT = 3
STOPPING = "\nStopping: the calls under way are finished and stored. Ctrl-C again ends at once.\n"
ENDED = "\nEnded at once: what was stored is kept, and the run can be resumed.\n"


def follow(manager: RunManager, run_id: str, events: Events) -> Progress:
    """Show a run's progress until it has ended, and return the last of it. The first Ctrl-C (or SIGTERM) stops the
    run, the second ends this process."""
    head = queries.run(manager.store, run_id)
    gauge, warnings = Gauge(manager.store, run_id, head.planned), Warnings()
    screen = _Screen()
    with stopping(lambda: manager.stop(run_id)):
        say(f"run {run_id}")
        begun = gauge.read()
        facts = {"name": head.name, "kind": head.kind, "planned": begun.planned, "done": begun.done}
        events.tell("started", run_id=run_id, **facts)
        while not _over(manager, run_id):
            paces = manager.pace(run_id)
            for sentence in warnings.new(paces):
                screen.warn(sentence)
                events.tell("warning", run_id=run_id, message=sentence)
            now = gauge.read()
            screen.show(now)
            events.tell("progress", run_id=run_id, **now.facts(), pace=[asdict(pace) for pace in paces])
    last = replace(gauge.read(), left_s=None)
    screen.end(last)
    events.tell("progress", run_id=run_id, **last.facts(), pace=[])  # a short run has none before
    return last


def _over(manager: RunManager, run_id: str) -> bool:
    """Whether the run ended before the next tick."""
    due = time.monotonic() + TICK_S
    while not manager.wait(run_id, POLL_S):
        if time.monotonic() >= due:
            return False
    return True


class _Screen:
    """Standard error: a bar that is drawn over itself on a terminal, else a line now and then."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._ticks = itertools.count(1)

    def show(self, progress: Progress) -> None:
        if self._live:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r{safe(bar(progress))[:width]}\x1b[K", end="", file=sys.stderr, flush=True)
        elif next(self._ticks) % LOG_TICKS == 0:
            complain(line(progress))

    def warn(self, sentence: str) -> None:
        if self._live:
            print("\r\x1b[K", end="", file=sys.stderr)
        complain(sentence)

    def end(self, progress: Progress) -> None:
        if self._live:
            self.show(progress)
            print(file=sys.stderr)
        else:
            complain(line(progress))


@contextmanager
def stopping(stop: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C and SIGTERM as a wish to stop: the first one calls `stop`, the second ends the program at
    once. A KeyboardInterrupt could strike anywhere, even in the middle of a query."""
    presses = itertools.count(1)

    def pressed(number: int, frame: FrameType | None) -> None:
        first = next(presses) == 1
        # Not printed: a handler that interrupts a print must not print itself.
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
