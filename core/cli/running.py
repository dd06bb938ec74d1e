"""`polycompass run`, `extend` and `import`: from a plan to a run, and along until it ends."""

import argparse
import shlex
from pathlib import Path
from typing import Any

from core.cli.archiving import import_run
from core.cli.confirming import at_terminal, confirmed
from core.cli.events import Events, events
from core.cli.following import CUT_SHORT, follow
from core.cli.opening import managed
from core.cli.output import say
from core.cli.planning import (
    PLANNING,
    accept,
    limits_from_options,
    option_given,
    plan_in,
    planned,
    recogniser_from,
    suite_from,
)
from core.cli.preview import say_preview
from core.cli.saving import load
from core.cli.stored import Ended, say_results, told
from core.cluster.drive import carrying_out
from core.errors import UserError
from core.interchange.archive_read import is_archive
from core.interchange.imports import read_any
from core.runs.estimate import PILOT, estimate
from core.runs.execute import CarryOut
from core.runs.judging import refuse_itself
from core.runs.manager import RunManager, stored_limits
from core.runs.plan_file import PlanFile
from core.store import queries
from core.text import clean

NOTHING_MEASURED = "The pilot went well; simulated respondents take no tokens, so there was nothing to measure."
GO_ON = "To go on: the same command without --pilot, or with --yes. What the pilot asked is not paid for again."


def run(args: argparse.Namespace) -> int:
    """Plan and carry out a run, or go on with one."""
    if args.resume:
        return _resume(args)
    with carrying_out(args.scheduler) as carry_out, events(args) as tell, managed(args) as manager:
        chosen = planned(args, manager.store)
        preview(manager, chosen, tell)
        if args.dry_run:
            return 0
        if args.pilot and (code := _pilot(manager, chosen, args, tell, carry_out)) is not None:
            return code
        return _finish(manager, manager.start(chosen.plan, chosen.limits, carry_out=carry_out), args, tell)


def preview(manager: RunManager, chosen: PlanFile, tell: Events, pilot: str = "") -> None:
    """Print what a plan will take, measured on a pilot if there was one."""
    rows = estimate(chosen.plan, manager.store, chosen.limits, manager.cache, pilot)
    if pilot:
        say()
        say("As measured by the pilot:" if any(row.basis == PILOT for row in rows) else NOTHING_MEASURED)
    say_preview(chosen.plan, chosen.limits, rows, tell)


def _pilot(
    manager: RunManager, chosen: PlanFile, args: argparse.Namespace, tell: Events, carry_out: CarryOut
) -> int | None:
    """A run of a few items, then the estimate that follows from it; an exit code when that is to be all."""
    run_id = manager.pilot(chosen.plan, chosen.limits, carry_out)
    follow(manager, run_id, tell)
    if queries.run(manager.store, run_id).state != "done":
        return _report(manager, run_id, args, tell)
    preview(manager, chosen, tell, run_id)
    if args.yes or (at_terminal() and confirmed("Start the run?")):
        return None
    say(GO_ON)
    return 0


def _resume(args: argparse.Namespace) -> int:
    others = (*PLANNING, "name", "plan", "dry_run", "pilot", "yes")
    if option := option_given(args, others):
        raise UserError(f"--resume takes the run's own plan: leave out {args.plan or option}.")
    with carrying_out(args.scheduler) as carry_out, events(args) as tell, managed(args) as manager:
        head = queries.run(manager.store, args.resume)
        new = limits_from_options(args, stored_limits(manager.store, head.run_id))
        manager.resume(head.run_id, new, carry_out)
        say(f"Going on with {head.run_id} ({head.name}): what is stored is not asked again.")
        return _finish(manager, head.run_id, args, tell)


def extend(args: argparse.Namespace) -> int:
    """Go on with a run under a larger plan; limits that the plan does not name stay the run's own."""
    with carrying_out(args.scheduler) as carry_out, events(args) as tell, managed(args) as manager:
        head = queries.run(manager.store, args.run_id)
        larger = plan_in(args.plan, manager.store, stored_limits(manager.store, head.run_id))
        refuse_itself(larger.plan.recogniser, [spec.name for spec in larger.plan.models], args.judge_may_judge_itself)
        manager.extend(head.run_id, larger.plan, limits_from_options(args, larger.limits), carry_out)
        say(f"Extending {head.run_id} ({head.name}) from {head.planned:,} to {larger.plan.size:,} calls.")
        return _finish(manager, head.run_id, args, tell)


def import_answers(args: argparse.Namespace) -> int:
    """Store a file of answers as a run and read values in them."""
    path = Path(args.file)
    if is_archive(path.name):
        return import_run(args, path)
    recogniser = recogniser_from(args)
    with events(args) as tell, managed(args) as manager:
        suite = suite_from(args, manager.store) if args.suite else None
        read = read_any(load(path), path.name, suite, args.system or "schwartz")
        accept(path.name, read.problems, args.keep_good)
        sizes = len(read.answers), len(read.models), len(read.suite.items)
        say("{}: {:,} answers of {:,} models to {:,} items".format(path.name, *sizes))
        name = clean(args.name or path.stem)
        refuse_itself(recogniser, read.models, args.judge_may_judge_itself)
        return _finish(manager, manager.start_import(read, name, recogniser, args.judge_base), args, tell)


def _finish(manager: RunManager, run_id: str, args: argparse.Namespace, tell: Events) -> int:
    follow(manager, run_id, tell)
    return _report(manager, run_id, args, tell)


def _report(manager: RunManager, run_id: str, args: argparse.Namespace, tell: Events) -> int:
    """Print how a run ended; returns the exit code that says it."""
    say()
    ended = say_results(manager.store, run_id)
    code = exit_code(ended)
    if ended.state != "done":
        where = f" --store {shlex.quote(args.store)}" if args.store else ""
        say(f"To go on: polycompass run --resume {run_id}{where}")
    if tell.wanted:
        facts: dict[str, Any] = told(manager.store, queries.run(manager.store, run_id))
        run = facts.pop("run") | {"state": ended.state, "message": ended.message}
        tell.tell("finished", exit_code=code, **run, **facts)
    return code


def exit_code(ended: Ended) -> int:
    """0 for a run that is done, 3 for one that can go on where it was left, 1 for one that failed; 1 too where nobody
    stopped it and yet no answer came."""
    if ended.state == "stopped":
        return CUT_SHORT
    if ended.state == "failed" or not ended.answered:
        return 1
    return 0 if ended.state == "done" else CUT_SHORT
