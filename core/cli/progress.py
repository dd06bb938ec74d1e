"""How far a run is: measured, as one line of words, and as a bar."""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.cli.counts import ended, totals
from core.cli.output import duration
from core.cli.spending import cost_words, spent
from core.methods.base import OUTCOMES
from core.runs.lines import Pace
from core.store.database import Store

WINDOW_S = 30.0  # the pace is that of the last half minute
SHORTEST_S = 0.2  # over less, a pace says nothing
BAR = 24
RARE = ("truncated", "filtered")  # said only where there are some


@dataclass(frozen=True)
class Progress:
    """`outcomes` counts calls by how they ended, in the words of OUTCOMES; `read` and `unreadable` the answers in which
    values were, or could not be, recognised. `calls_per_s` and `left_s` are None while they are not known."""

    done: int
    planned: int
    outcomes: dict[str, int]
    read: int
    unreadable: int
    spent: dict[str, Any]
    calls_per_s: float | None = None
    left_s: float | None = None

    def facts(self) -> dict[str, Any]:
        """As JSON tells it."""
        return asdict(self)


class Gauge:
    """Measures one run again and again."""

    def __init__(self, store: Store, run_id: str, planned: int) -> None:
        self._store, self._run_id, self._planned = store, run_id, planned
        self._seen: deque[tuple[float, int]] = deque()

    def read(self) -> Progress:
        """How far the run is now. The pace is that of this session: what was stored before is not counted."""
        total = totals(self._store, self._run_id)
        done = ended(total)
        rate = self._rate(time.monotonic(), done)
        return Progress(
            done=done,
            planned=self._planned,
            outcomes={kind: total[kind] for kind in OUTCOMES.values()},
            read=total["read"],
            unreadable=total["unreadable"],
            spent=spent(self._store, self._run_id),
            calls_per_s=rate,
            left_s=time_left(done, self._planned, rate),
        )

    def _rate(self, now: float, done: int) -> float | None:
        seen = self._seen
        seen.append((now, done))
        while len(seen) > 2 and now - seen[1][0] >= WINDOW_S:
            seen.popleft()
        seconds, calls = now - seen[0][0], done - seen[0][1]
        return round(calls / seconds, 3) if calls > 0 and seconds >= SHORTEST_S else None


def time_left(done: int, planned: int, rate: float | None) -> float | None:
    """Seconds to the end at `rate` calls a second; None while that cannot be told."""
    return round((planned - done) / rate, 1) if rate and done < planned else None


def line(progress: Progress) -> str:
    """For a log."""
    return f"{progress.done:,} of {progress.planned:,} calls: {'; '.join([_kinds(progress), *_beside(progress)])}"


def bar(progress: Progress) -> str:
    """For a terminal, what matters most first: it may be narrow."""
    share = min(progress.done / progress.planned, 1.0) if progress.planned else 1.0
    full = int(BAR * share)
    drawn = f"[{'#' * full}{'.' * (BAR - full)}] {int(100 * share):3d} %"
    return f"{drawn}  {progress.done:,}/{progress.planned:,}; {'; '.join([*_beside(progress), _kinds(progress)])}"


def _kinds(progress: Progress) -> str:
    counts = progress.outcomes.items()
    said = ", ".join(f"{count:,} {kind}" for kind, count in counts if count or kind not in RARE)
    return f"{said}; {progress.read:,} read" if progress.read else said


def _beside(progress: Progress) -> list[str]:
    left = [] if progress.left_s is None else [f"{duration(progress.left_s)} left"]
    rate = [] if progress.calls_per_s is None else [f"{progress.calls_per_s:.1f} calls/s"]
    return [*left, cost_words(progress.spent), *rate]


class Warnings:
    """What a person should know while a run goes on, each thing once."""

    def __init__(self) -> None:
        self._said: set[tuple[str, str]] = set()

    def new(self, paces: Sequence[Pace]) -> list[str]:
        """Sentences about models that were left, whose provider is down, or that were asked to go slower."""
        found = {key: sentence for pace in paces for key, sentence in _trouble(pace) if key not in self._said}
        self._said |= set(found)
        return list(found.values())


def _trouble(pace: Pace) -> list[tuple[tuple[str, str], str]]:
    who = f"{pace.model} (the judge)" if pace.role == "judge" else pace.model
    slow = pace.closed_s > 0 or pace.allowed < pace.most
    found = {
        "left": (bool(pace.left), pace.left),
        "down": (pace.down, f"{who}: nothing answers; one call at a time tries whether it is back."),
        "slow": (slow, f"{who}: asked to go slower; {pace.allowed} of {pace.most} calls at once for now."),
    }
    return [((pace.role + pace.model, kind), sentence) for kind, (is_so, sentence) in found.items() if is_so]
