"""`polycompass bench-recogniser`: how well a recogniser reads texts that people labelled."""

import argparse
import math
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.cli.events import events
from core.cli.following import CUT_SHORT
from core.cli.opening import managed
from core.cli.output import complain, dollars, duration, say, say_table
from core.cli.planning import accept, limits_from_options, recogniser_from
from core.cli.saving import load
from core.recognition.labelled import Labelled, checked
from core.recognition.published import read_any_labelled
from core.runs.bench import Read, Reader, estimate, measure, new_bench_id, read_all, reader_of
from core.runs.estimate import Estimate
from core.runs.limits import Limits
from core.runs.manager import RunManager
from core.runs.trust import doubtful
from core.store import benches
from core.store.benches import BenchHead, FigureRow
from core.store.database import Store

COLUMNS = ("auc", "precision", "recall", "f1", "f1_always", "ece")
TITLES = ("AUC", "precision", "recall", "F1", "F1 of always yes", "calibration error")
OVERALL = "all (macro)"
DRAWN = 20


def bench_recogniser(args: argparse.Namespace) -> int:
    """Read labelled texts, print the figures, and store them."""
    labelled, recogniser = _labelled(args), recogniser_from(args)
    limits = limits_from_options(args, Limits())
    with events(args) as tell, managed(args) as manager:
        reader = reader_of(recogniser, args.judge_base, labelled, limits)
        say(f"{labelled.name}: {len(labelled.texts):,} texts labelled for {labelled.measure}; {reader.recogniser.id}")
        expected = estimate(reader, labelled, limits, manager.cache)
        if expected:
            _say_estimate(expected, limits)
        if args.dry_run:
            tell.tell("estimate", texts=len(labelled.texts), **_told(expected))
            return 0
        bench_id = new_bench_id()
        read = _read(manager, reader, labelled, limits, bench_id)
        if read.cut:
            complain(f"{read.cut} {len(read.verdicts):,} of {len(labelled.texts):,} texts were read; nothing is stored")
            complain("as a measurement. The same command goes on: what was asked is not paid for again.")
            tell.tell("stopped", message=read.cut, read=len(read.verdicts), texts=len(labelled.texts))
            return 1 if read.broken else CUT_SHORT
        head = measure(manager.store, labelled, reader.recogniser, read, bench_id)
        _say(manager.store, head, labelled)
        tell.tell("finished", cost_usd=read.spent.cost_usd, calls=read.spent.calls, **facts(manager.store, head))
    return 0


def _labelled(args: argparse.Namespace) -> Labelled:
    """The texts that the command line means; bad rows are reported, and kept out only with --keep-good."""
    path = Path(args.data)
    beside = Path(args.labels) if args.labels else None
    found = read_any_labelled(path, load(path), beside, load(beside) if beside else None, args.system or "schwartz")
    accept(path.name, found.problems, args.keep_good)
    found = found.part(args.split) if args.split else found
    return checked(found.sample(args.sample) if args.sample else found)


def _say_estimate(expected: Estimate, limits: Limits) -> None:
    held, tokens = expected.stored or 0, expected.tokens_in + expected.tokens_out
    say(f"about {expected.calls - held:,} calls to {expected.name}; {held:,} more have a stored reply")
    say(f"about {tokens:,} tokens, {duration(expected.seconds)}, cost {dollars(expected.cost_usd)}")
    if limits.max_cost_usd is not None:
        less = " (less than estimated: it will stop there)" if (expected.cost_usd or 0) > limits.max_cost_usd else ""
        say(f"at most ${limits.max_cost_usd:g}{less}")


def _told(expected: Estimate | None) -> dict[str, Any]:
    return asdict(expected) if expected else {}


def _read(manager: RunManager, reader: Reader, labelled: Labelled, limits: Limits, bench_id: str) -> Read:
    """All texts read, with a count on a terminal."""
    total, live = len(labelled.texts), sys.stderr.isatty()

    def told(done: int) -> None:
        if live and (done % DRAWN == 0 or done == total):
            width = shutil.get_terminal_size().columns - 1
            print(f"\r{f'{done:,} of {total:,} texts read'[:width]}\x1b[K", end="", file=sys.stderr, flush=True)

    read = read_all(reader, labelled, limits, manager.store, manager.cache, told, bench_id)
    if live:
        print(file=sys.stderr)
    return read


def _say(store: Store, head: BenchHead, labelled: Labelled) -> None:
    rows = benches.figures(store, head.bench_id)
    groups = len({one.group or one.text for one in labelled.texts})
    for kind in dict.fromkeys(row.kind for row in rows):
        say()
        say(f"{kind}, with 95 % intervals over {groups:,} groups of texts")
        _say_kind([row for row in rows if row.kind == kind], labelled)
    say()
    if head.unread:
        say(f"{head.unread:,} of {head.texts:,} texts could not be read and are left out:")
        say_table(("how", "why", "texts"), benches.unread(store, head.bench_id).astype(str).to_numpy().tolist())
    for value, sentence in doubtful(head.recogniser, labelled.system.ids, store).items():
        say(f"not reliable on {labelled.system.names[value]}: {sentence}")
    say(f"stored as {head.bench_id}: the page Quality shows it")


def _say_kind(rows: Sequence[FigureRow], labelled: Labelled) -> None:
    by = {(row.value, row.name): row for row in rows}
    lines = []
    for value in (*labelled.system.ids, ""):
        cells = [_cell(by.get((value, name))) for name in COLUMNS]
        name, count = labelled.system.names.get(value, OVERALL), f"{by[value, 'n'].n:,}"
        lines.append((name, count, _rate(by[value, "base_rate"]), *cells))
    say_table(("value", "n", "base rate", *TITLES), lines)


def _rate(row: FigureRow) -> str:
    return "-" if math.isnan(row.estimate) else f"{row.estimate:.3f}"


def _cell(row: FigureRow | None) -> str:
    if row is None or math.isnan(row.estimate):
        return "-"
    return f"{row.estimate:.3f}" + ("" if math.isnan(row.low) else f" [{row.low:.3f}, {row.high:.3f}]")


def facts(store: Store, head: BenchHead) -> dict[str, Any]:
    """All that is stored of a bench but its texts, as JSON has it; numbers that are not known are None."""
    rows = [asdict(row) for row in benches.figures(store, head.bench_id)]
    cells = [{name: _known(cell) for name, cell in row.items()} for row in rows]
    found = asdict(head) | {"made_at": head.made_at.isoformat(), "figures": cells}
    return found


def _known(cell: object) -> object:
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
