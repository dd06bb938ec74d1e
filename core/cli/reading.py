"""`polycompass read` and `readings`: a run read again by others, and which of its readings speaks for it."""

import argparse
import json
import time
from dataclasses import asdict
from typing import Any

from core.cli.events import Events, events
from core.cli.following import CUT_SHORT, stopping
from core.cli.opening import managed, stored
from core.cli.output import complain, say, say_table
from core.cli.planning import limits_from_options
from core.cli.spending import say_spending
from core.errors import UserError
from core.models.base import ModelSpec
from core.models.registry import check_spec
from core.runs.aggregates import aggregate
from core.runs.manager import RunManager, stored_limits
from core.runs.plan import JUDGE, LEXICON
from core.runs.rereading import Reader
from core.store import queries, readings
from core.store.database import Store
from core.store.readings import ReadingOf

TICK_S = 1.0


def read(args: argparse.Namespace) -> int:
    """Read a run again by another recogniser; its models are not asked."""
    reader = _reader(args)
    with events(args) as tell, managed(args) as manager:
        head = queries.run(manager.store, args.run_id)
        limits = limits_from_options(args, stored_limits(manager.store, head.run_id))
        reading = manager.read_again(head.run_id, reader, limits, args.judge_may_judge_itself)
        say(f"Reading {head.run_id} ({head.name}) again: {reading}")
        _follow(manager, head.run_id, reading, tell)
        found = next(one for one in readings.readings_of(manager.store, head.run_id) if one.recogniser == reading)
        if args.choose and found.read:
            readings.choose(manager.store, head.run_id, reading)
        return _report(manager.store, head.run_id, found, args.choose and bool(found.read), tell)


def _reader(args: argparse.Namespace) -> Reader:
    if args.judge is None:
        if args.judge_base or args.passes != 1:
            raise UserError("--judge-base and --passes are a judge's: name it with --judge.")
        return Reader(args.offline or LEXICON)
    check_spec(ModelSpec(args.judge, args.judge_base))
    return Reader(f"{JUDGE}{args.judge}", args.judge_base, args.passes)


def _follow(manager: RunManager, run_id: str, reading: str, tell: Events) -> None:
    """Say how many answers have been read, until all are or somebody stops it."""
    started = False
    due = time.monotonic()
    with stopping(lambda: manager.stop(run_id)):
        while True:
            over = manager.wait(run_id, 0.1)
            if not over and started and time.monotonic() < due:
                continue
            done, answers = readings.progress(manager.store, run_id, reading)
            facts: dict[str, Any] = {"run_id": run_id, "recogniser": reading, "done": done, "answers": answers}
            if not started:
                tell.tell("reading", **facts)
                started = True
            tell.tell("read", **facts)
            complain(f"{done:,} of {answers:,} answers read")
            if over:
                return
            due = time.monotonic() + TICK_S


def _report(store: Store, run_id: str, found: ReadingOf, speaks: bool, tell: Events) -> int:
    code = {"done": 0, "failed": 1}.get(found.state, CUT_SHORT)
    say_spending(store, run_id)
    say()
    say(f"{found.state}: {found.read:,} answers read, {found.unreadable:,} unreadable, {found.missing:,} missing")
    if found.message:
        say(found.message)
    if speaks:
        say("This reading speaks for the run from now on.")
    elif found.read:
        say(f"To let it speak for the run: polycompass readings {run_id} --choose '{found.recogniser}'")
    tell.tell("finished", exit_code=code, run_id=run_id, **(asdict(found) | {"speaks": speaks or found.speaks}))
    return code


def list_readings(args: argparse.Namespace) -> int:
    """The readings of a run; --combine makes one of several, --choose lets another one speak for it."""
    with stored(args) as store:
        head = queries.run(store, args.run_id)
        if bool(args.combine) != bool(args.of):
            raise UserError("--combine says how, and --of which readings are put together: name both.")
        if args.combine:
            aggregate(store, head.run_id, args.of, args.combine)
        if args.choose:
            readings.choose(store, head.run_id, args.choose)
        found = readings.readings_of(store, head.run_id)
    if args.json:
        print(json.dumps([asdict(one) for one in found], indent=2))
    elif found:
        header = ("speaks", "reading", "measures", "read", "refused", "unreadable", "missing", "state")
        say_table(header, [_line(one) for one in found])
    else:
        say(f"No recogniser has read the run {head.run_id}: polycompass read {head.run_id} --judge NAME")
    return 0


def _line(one: ReadingOf) -> tuple[object, ...]:
    counts = one.read, one.refused, one.unreadable, one.missing
    return "yes" if one.speaks else "", one.recogniser, one.measure or "-", *counts, one.state or "-"
