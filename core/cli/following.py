"""Following a run to its end on a terminal or in a log, and stopping it with Ctrl-C."""

import itertools
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from core.cli.counts import OUTCOMES, ended, totals
from core.cli.output import complain, duration, safe, say
from core.runs.manager import RunManager
from core.store import queries

POLL_S = 0.1
TERMINAL_S = 0.5
LOG_S = 5.0
STOPPING = "\nStopping: the calls under way are finished and stored. Ctrl-C again ends at once.\n"
ENDED = "\nEnded at once: what was stored is kept, and the run can be resumed.\n"


def follow(manager: RunManager, run_id: str) -> None:
    """Show a run's progress until it has ended; the first Ctrl-C stops it, the second ends this process."""
    live = sys.stderr.isatty()
    planned = queries.run(manager.store, run_id).planned
    before = ended(totals(manager.store, run_id))
    started = shown = time.monotonic()

    def show() -> None:
        seconds = time.monotonic() - started
        _show(progress_line(totals(manager.store, run_id), planned, before, seconds), live)

    with _stopping(manager, run_id):
        say(f"run {run_id}")
        while not manager.wait(run_id, POLL_S):
            if time.monotonic() - shown >= (TERMINAL_S if live else LOG_S):
                shown = time.monotonic()
                show()
    show()
    if live:
        print(file=sys.stderr)


def progress_line(total: dict[str, int], planned: int, before: int, seconds: float) -> str:
    """How far a run is, from its totals. `before` calls had ended `seconds` ago: from that follows the time left."""
    done = ended(total)
    kinds = ", ".join(f"{total[kind]:,} {kind}" for kind in OUTCOMES.values() if total[kind] or kind != "filtered")
    read = f"; {total['read']:,} read" if total["read"] else ""
    left = (planned - done) * seconds / (done - before) if before < done < planned else 0.0
    return f"{done:,} of {planned:,} calls: {kinds}{read}" + (f"; {duration(left)} left" if left else "")


@contextmanager
def _stopping(manager: RunManager, run_id: str) -> Iterator[None]:
    """Ctrl-C as a wish to stop. A KeyboardInterrupt could strike anywhere, even in the middle of a query."""
    presses = itertools.count(1)

    def pressed(number: int, frame: FrameType | None) -> None:
        first = next(presses) == 1
        # Not printed: a handler that interrupts a print must not print itself.
        os.write(sys.stderr.fileno(), (STOPPING if first else ENDED).encode())
        if not first:
            os._exit(1)
        manager.stop(run_id)

    usual = signal.signal(signal.SIGINT, pressed)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


def _show(line: str, live: bool) -> None:
    if not live:
        complain(line)
        return
    width = shutil.get_terminal_size().columns - 1
    print(f"\r{safe(line)[:width]}\x1b[K", end="", file=sys.stderr, flush=True)
